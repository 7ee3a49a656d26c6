//! TIFF written from pixels: one strip a page, no tag that is not needed to show it.

use super::jpeg;
use super::png::packed;
use super::raster::{Depth, Raster};
use super::tiff_read::Packing;
use super::tiff_unpack;
use fax::{Color, VecWriter, encoder::Encoder};
use std::io::Write as _;

/// One page to be written.
pub struct Page<'a> {
    /// Its pixels.
    pub raster: &'a Raster,
    /// How to pack them.
    pub packing: Packing,
    /// How the JPEG inside was made, when it was one.
    pub made: Option<&'a jpeg::Made>,
    /// Dots an inch.
    pub dpi: Option<(f32, f32)>,
}

/// Grows a file page by page, so that only one page is decoded at a time.
pub struct Writer {
    out: Vec<u8>,
    /// Where the offset of the next directory is to be written.
    link: usize,
    page: u16,
    of: u16,
}

impl Writer {
    /// A file of so many pages.
    pub fn new(pages: usize) -> Writer {
        Writer { out: b"II*\0\0\0\0\0".to_vec(), link: 4, page: 0, of: pages.min(65_535) as u16 }
    }

    /// Appends a page.
    ///
    /// # Errors
    /// In words.
    pub fn add(&mut self, page: &Page) -> Result<(), String> {
        let r = page.raster;
        let (strip, compression, photometric) = pack(page)?;
        self.even();
        let strip_at = self.out.len() as u32;
        self.out.extend_from_slice(&strip);
        self.even();
        let samples: u16 = if r.depth == Depth::Rgb { 3 } else { 1 };
        let bits: u16 = if r.depth == Depth::Bit { 1 } else { 8 };
        let bits_at = self.out.len() as u32;
        if samples == 3 {
            self.out.extend([8u8, 0, 8, 0, 8, 0]);
        }
        let dpi_at = self.out.len() as u32;
        for d in page.dpi.map_or([72.0, 72.0], |(x, y)| [x, y]) {
            self.out.extend(((d * 100.0).round() as u32).to_le_bytes());
            self.out.extend(100u32.to_le_bytes());
        }
        let (short, long) = (3u16, 4u16);
        let mut tags: Vec<(u16, u16, u32, u32)> = vec![
            (254, long, 1, if self.of > 1 { 2 } else { 0 }),
            (256, long, 1, r.width as u32),
            (257, long, 1, r.height as u32),
            (258, short, samples.into(), if samples == 3 { bits_at } else { bits.into() }),
            (259, short, 1, compression.into()),
            (262, short, 1, photometric.into()),
            (273, long, 1, strip_at),
            (277, short, 1, samples.into()),
            (278, long, 1, r.height as u32),
            (279, long, 1, strip.len() as u32),
        ];
        if page.dpi.is_some() {
            tags.extend([(282, 5, 1, dpi_at), (283, 5, 1, dpi_at + 8), (296, short, 1, 2)]);
        }
        if self.of > 1 {
            tags.push((297, short, 2, u32::from(self.page) | u32::from(self.of) << 16));
        }
        if compression == 7 && samples == 3 {
            let (h, v) = page.made.map_or((1, 1), |m| m.sampling);
            tags.push((530, short, 2, u32::from(h.max(1)) | u32::from(v.max(1)) << 16));
        }
        let ifd_at = self.out.len() as u32;
        if let Some(link) = self.out.get_mut(self.link..self.link + 4) {
            link.copy_from_slice(&ifd_at.to_le_bytes());
        }
        self.out.extend((tags.len() as u16).to_le_bytes());
        for (tag, kind, count, value) in tags {
            self.out.extend(tag.to_le_bytes());
            self.out.extend(kind.to_le_bytes());
            self.out.extend(count.to_le_bytes());
            self.out.extend(value.to_le_bytes());
        }
        self.link = self.out.len();
        self.out.extend([0; 4]);
        self.page = self.page.saturating_add(1);
        if self.out.len() > u32::MAX as usize / 2 {
            return Err("a TIFF image that would be too large".into());
        }
        Ok(())
    }

    fn even(&mut self) {
        if self.out.len() % 2 == 1 {
            self.out.push(0);
        }
    }

    /// The file.
    pub fn finish(self) -> Vec<u8> {
        self.out
    }
}

/// Bytes of the strip, compression, photometric interpretation.
fn pack(page: &Page) -> Result<(Vec<u8>, u16, u16), String> {
    let r = page.raster;
    let kind = if r.depth == Depth::Rgb { 2 } else { 1 };
    match page.packing {
        Packing::Fax if r.depth == Depth::Bit => match group4(r) {
            Some(strip) => Ok((strip, 4, 0)),
            None => Ok((deflate(&packed(r))?, 8, 1)),
        },
        Packing::Jpeg => {
            let made = page.made.cloned().unwrap_or_default();
            Ok((jpeg::encode(r, &made)?, 7, if kind == 2 { 6 } else { 1 }))
        }
        Packing::Lzw if r.depth != Depth::Bit => {
            let strip = weezl::encode::Encoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8).encode(&r.data);
            Ok((strip.map_err(|_| failed())?, 5, kind))
        }
        _ if r.depth == Depth::Bit => Ok((deflate(&packed(r))?, 8, 1)),
        _ => Ok((deflate(&r.data)?, 8, kind)),
    }
}

fn failed() -> String {
    "a TIFF image that cannot be written".into()
}

fn deflate(data: &[u8]) -> Result<Vec<u8>, String> {
    let mut z = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    z.write_all(data).and_then(|()| z.finish()).map_err(|_| failed())
}

/// Group 4, checked by decoding it again with another decoder; `None` when that does not give the same pixels.
pub fn group4(r: &Raster) -> Option<Vec<u8>> {
    let width = u16::try_from(r.width).ok()?;
    let mut encoder = Encoder::new(VecWriter::new());
    for y in 0..r.height {
        let line = r.row(y).iter().map(|v| if *v < 128 { Color::Black } else { Color::White });
        encoder.encode_line(line, width).ok()?;
    }
    let strip = encoder.finish().ok()?.finish();
    let back = tiff_unpack::fax(&strip, r.width as u32, r.height as u32, 4, 0).ok()?;
    let inked: Vec<u8> = packed(r).into_iter().map(|b| !b).collect();
    let row = r.width.div_ceil(8);
    let last = if r.width.is_multiple_of(8) { 0xff } else { 0xffu8 << (8 - r.width % 8) };
    let same = |a: &[u8], b: &[u8]| match (a.split_last(), b.split_last()) {
        (Some((x, a)), Some((y, b))) => a == b && x & last == y & last,
        _ => true,
    };
    (back.len() == inked.len() && back.chunks(row.max(1)).zip(inked.chunks(row.max(1))).all(|(a, b)| same(a, b))).then_some(strip)
}

#[cfg(test)]
mod tests {
    use super::super::tiff_read::pages;
    use super::*;

    fn shaded(depth: Depth) -> Raster {
        let data = (0..61 * 40 * depth.bytes()).map(|i| (i * i / 7 % 256) as u8).collect();
        let mut r = Raster { width: 61, height: 40, depth, data };
        if depth == Depth::Bit {
            r.data.iter_mut().for_each(|v| *v = if *v < 128 { 0 } else { 255 });
        }
        r
    }

    #[test]
    fn pages_of_every_kind_are_read_as_written() {
        let kinds = [
            (Depth::Bit, Packing::Fax),
            (Depth::Grey, Packing::Lzw),
            (Depth::Rgb, Packing::Lzw),
            (Depth::Rgb, Packing::Deflate),
            (Depth::Grey, Packing::Deflate),
        ];
        let mut w = Writer::new(kinds.len());
        for (depth, packing) in kinds {
            let raster = shaded(depth);
            w.add(&Page { raster: &raster, packing, made: None, dpi: Some((204.0, 98.0)) }).unwrap();
        }
        let bytes = w.finish();
        let ifds = pages(&bytes).unwrap();
        assert_eq!(ifds.len(), kinds.len());
        for (ifd, (depth, packing)) in ifds.iter().zip(kinds) {
            assert_eq!(ifd.decode(&bytes).unwrap().0, shaded(depth), "{depth:?} {packing:?}");
            assert_eq!(ifd.packing(depth), packing);
            assert_eq!(ifd.dpi, Some((204.0, 98.0)));
        }
        for n in (0..bytes.len()).step_by(7) {
            let mut b = bytes.clone();
            b[n] ^= 0xa5;
            if let Ok(ifds) = pages(&b) {
                for ifd in ifds {
                    let _ = ifd.decode(&b);
                }
            }
            let cut = &bytes[..n];
            assert!(pages(cut).and_then(|p| p.iter().map(|i| i.decode(cut)).collect::<Result<Vec<_>, _>>()).is_err(), "{n}");
        }
    }

    #[test]
    fn jpeg_inside_stays_jpeg() {
        let raster = shaded(Depth::Rgb);
        let mut w = Writer::new(1);
        w.add(&Page { raster: &raster, packing: Packing::Jpeg, made: None, dpi: None }).unwrap();
        let bytes = w.finish();
        let ifd = &pages(&bytes).unwrap()[0];
        let (back, made) = ifd.decode(&bytes).unwrap();
        assert_eq!((back.width, back.height, back.depth), (61, 40, Depth::Rgb));
        assert!(made.is_some_and(|m| m.tables.is_some()));
        assert_eq!(ifd.packing(Depth::Rgb), Packing::Jpeg);
    }

    #[test]
    fn group_4_of_difficult_lines() {
        let mut r = Raster::blank(2600, 9, Depth::Bit);
        for x in 0..2600 {
            r.set(x, 0, [0; 3]);
            r.set(x, 2, if x % 2 == 0 { [0; 3] } else { [255; 3] });
            r.set(x, 3, if x % 2 == 1 { [0; 3] } else { [255; 3] });
            r.set(x, 5, if x < 2599 { [0; 3] } else { [255; 3] });
            r.set(x, 7, if x == 0 || x == 2599 { [0; 3] } else { [255; 3] });
        }
        assert!(group4(&r).is_some());
    }

    #[test]
    fn a_circle_of_pages_ends() {
        let mut b = b"II*\0\x08\0\0\0\x01\0".to_vec();
        b.extend([0, 1, 4, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
        b.extend(8u32.to_le_bytes());
        assert!(pages(&b).unwrap_err().contains("circle"));
    }
}
