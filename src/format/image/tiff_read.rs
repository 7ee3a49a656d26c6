//! TIFF 6.0, read page by page: what scanners and fax servers write. Strips and tiles; no compression, PackBits, LZW, deflate, JPEG and
//! the three kinds of fax; one bit, grey, palette and colour.
//!
//! Written here and not taken from a library because a scan has to be read whole or held: every tag that changes what is seen is
//! looked at, and what is not known is an error that says so.

use super::jpeg;
use super::raster::{Depth, MAX_BYTES, Raster, check_size};
use super::tiff_unpack::{fax, inflate, lzw, pack_bits, undo_predictor};

/// Most pages of one file.
pub const MAX_PAGES: usize = 5_000;
/// Most entries of one directory.
const MAX_ENTRIES: usize = 512;
/// Most strips or tiles of one page.
const MAX_CHUNKS: usize = 100_000;

/// How the pixels of a page are packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Packing {
    /// Fax group 4, and what else was one bit.
    Fax,
    /// LZW.
    Lzw,
    /// Deflate, and what else was not lossy.
    Deflate,
    /// JPEG.
    Jpeg,
}

/// One page as its directory describes it.
#[derive(Clone, PartialEq, Debug)]
pub struct Ifd {
    little: bool,
    /// Pixels across as stored.
    pub width: u32,
    /// Pixels down as stored.
    pub height: u32,
    bits: Vec<u32>,
    compression: u32,
    photometric: u32,
    fill_order: u32,
    samples: u32,
    rows_per_chunk: u32,
    chunk_width: u32,
    tiled: bool,
    offsets: Vec<u32>,
    counts: Vec<u32>,
    planar: u32,
    t4: u32,
    predictor: u32,
    palette: Vec<u32>,
    alpha: bool,
    jpeg_tables: Vec<u8>,
    subsampling: (u8, u8),
    /// 1 to 8, how the page is to be looked at.
    pub orientation: u16,
    /// Dots an inch as stored.
    pub dpi: Option<(f32, f32)>,
}

/// The pages of a file, thumbnails left out.
///
/// # Errors
/// In words.
pub fn pages(bytes: &[u8]) -> Result<Vec<Ifd>, String> {
    let little = bytes.starts_with(b"II");
    let file = File { bytes, little };
    let mut out = Vec::new();
    let mut seen = Vec::new();
    let mut at = file.long(4).ok_or_else(broken)?;
    while at != 0 {
        if seen.contains(&at) {
            return Err("a TIFF image whose list of pages runs in a circle".into());
        }
        if seen.len() >= MAX_PAGES {
            return Err(format!("a TIFF image of more than {MAX_PAGES} pages"));
        }
        seen.push(at);
        let (ifd, reduced, next) = file.directory(at as usize)?;
        if !reduced {
            out.push(ifd);
        }
        at = next;
    }
    if out.is_empty() {
        return Err("a TIFF image without pages".into());
    }
    Ok(out)
}

fn broken() -> String {
    "a TIFF image that cannot be decoded".into()
}

struct File<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl File<'_> {
    fn short(&self, at: usize) -> Option<u16> {
        let b: [u8; 2] = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little { u16::from_le_bytes(b) } else { u16::from_be_bytes(b) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let b: [u8; 4] = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little { u32::from_le_bytes(b) } else { u32::from_be_bytes(b) })
    }

    /// Type, count and place of an entry's values.
    fn entry(&self, at: usize) -> Option<(u16, usize, usize)> {
        let (kind, count) = (self.short(at + 2)?, self.long(at + 4)? as usize);
        let size = match kind {
            1 | 2 | 6 | 7 => 1,
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 => 8,
            _ => return None,
        };
        let place = if count.checked_mul(size)? <= 4 { at + 8 } else { self.long(at + 8)? as usize };
        Some((kind, count, place))
    }

    fn numbers(&self, at: usize, most: usize) -> Option<Vec<u32>> {
        let (kind, count, place) = self.entry(at)?;
        if count > most {
            return None;
        }
        (0..count)
            .map(|i| match kind {
                1 | 7 => self.bytes.get(place + i).map(|b| u32::from(*b)),
                3 => self.short(place + 2 * i).map(u32::from),
                4 | 13 => self.long(place + 4 * i),
                _ => None,
            })
            .collect()
    }

    fn ratio(&self, at: usize) -> Option<f32> {
        let (kind, _, place) = self.entry(at)?;
        let (n, d) = (self.long(place)?, self.long(place + 4)?);
        (kind == 5 && d != 0).then(|| n as f32 / d as f32)
    }

    fn directory(&self, at: usize) -> Result<(Ifd, bool, u32), String> {
        let n = usize::from(self.short(at).ok_or_else(broken)?);
        if n > MAX_ENTRIES {
            return Err(broken());
        }
        let mut ifd = Ifd {
            little: self.little,
            width: 0,
            height: 0,
            bits: vec![1],
            compression: 1,
            photometric: 0,
            fill_order: 1,
            samples: 1,
            rows_per_chunk: u32::MAX,
            chunk_width: 0,
            tiled: false,
            offsets: Vec::new(),
            counts: Vec::new(),
            planar: 1,
            t4: 0,
            predictor: 1,
            palette: Vec::new(),
            alpha: false,
            jpeg_tables: Vec::new(),
            subsampling: (2, 2),
            orientation: 1,
            dpi: None,
        };
        let (mut x, mut y, mut unit, mut reduced) = (None, None, 2, false);
        for i in 0..n {
            let e = at + 2 + 12 * i;
            let tag = self.short(e).ok_or_else(broken)?;
            let all = |most: usize| self.numbers(e, most).ok_or_else(broken);
            let one = || all(64).and_then(|v| v.first().copied().ok_or_else(broken));
            match tag {
                254 => reduced = one()? & 5 != 0,
                255 => reduced = one()? == 2,
                256 => ifd.width = one()?,
                257 => ifd.height = one()?,
                258 => ifd.bits = all(8)?,
                259 => ifd.compression = one()?,
                262 => ifd.photometric = one()?,
                266 => ifd.fill_order = one()?,
                273 | 324 => ifd.offsets = all(MAX_CHUNKS)?,
                274 => ifd.orientation = one()? as u16,
                277 => ifd.samples = one()?,
                278 => ifd.rows_per_chunk = one()?,
                279 | 325 => ifd.counts = all(MAX_CHUNKS)?,
                282 => x = self.ratio(e),
                283 => y = self.ratio(e),
                284 => ifd.planar = one()?,
                292 => ifd.t4 = one()?,
                296 => unit = one()?,
                317 => ifd.predictor = one()?,
                320 => ifd.palette = all(3 << 8)?,
                322 => (ifd.tiled, ifd.chunk_width) = (true, one()?),
                323 => ifd.rows_per_chunk = one()?,
                338 => ifd.alpha = matches!(all(8)?.first(), Some(1 | 2)),
                347 => ifd.jpeg_tables = all(1 << 16)?.into_iter().map(|b| b as u8).collect(),
                530 => {
                    let s = all(2)?;
                    ifd.subsampling = (s.first().map_or(2, |v| *v as u8), s.get(1).map_or(2, |v| *v as u8));
                }
                _ => {}
            }
        }
        let scale = if unit == 3 { 2.54 } else { 1.0 };
        ifd.dpi = x.zip(y).filter(|_| unit != 1).map(|(x, y)| (x * scale, y * scale)).filter(|(x, y)| *x >= 20.0 && *y >= 20.0);
        let next = self.long(at + 2 + 12 * n).ok_or_else(broken)?;
        Ok((ifd, reduced, next))
    }
}

impl Ifd {
    /// How a copy of this page is to be packed.
    pub fn packing(&self, depth: Depth) -> Packing {
        match (depth, self.compression) {
            (Depth::Bit, _) => Packing::Fax,
            (_, 5) => Packing::Lzw,
            (_, 6 | 7) => Packing::Jpeg,
            _ => Packing::Deflate,
        }
    }

    /// Resolution of the page as looked at.
    pub fn seen_dpi(&self) -> Option<(f32, f32)> {
        self.dpi.map(|(x, y)| if self.orientation >= 5 { (y, x) } else { (x, y) })
    }

    /// Decodes the page, turned as it is to be looked at. With how it was made when it is JPEG inside.
    ///
    /// # Errors
    /// In words.
    pub fn decode(&self, bytes: &[u8]) -> Result<(Raster, Option<jpeg::Made>), String> {
        let bits = self.sample_bits()?;
        let colours = u64::from(self.samples.clamp(1, 4));
        check_size(self.width.into(), self.height.into(), if self.photometric == 3 { 3 } else { colours })?;
        if self.planar != 1 && self.samples > 1 {
            return Err("a TIFF image whose colours are stored apart (not supported yet)".into());
        }
        let (cw, ch) = self.chunk_size();
        check_size(cw.into(), ch.into(), colours)?;
        let across = if self.tiled { self.width.div_ceil(cw) } else { 1 };
        let down = self.height.div_ceil(ch);
        let n = across as usize * down as usize;
        if n > MAX_CHUNKS || self.offsets.len() < n || self.counts.len() < n {
            return Err(broken());
        }
        let mut page: Option<Raster> = None;
        let mut made = None;
        for i in 0..n {
            let (tx, ty) = (i as u32 % across, i as u32 / across);
            let rows = if self.tiled { ch } else { ch.min(self.height - ty * ch) };
            let (start, len) = (self.offsets[i] as usize, self.counts[i] as usize);
            let packed = bytes.get(start..start.saturating_add(len)).ok_or_else(broken)?;
            let chunk = if matches!(self.compression, 6 | 7) {
                let (r, m) = self.jpeg_chunk(packed, cw, rows)?;
                made = made.or(Some(m));
                r
            } else {
                self.chunk(packed, cw, rows, bits)?
            };
            let page = page.get_or_insert_with(|| Raster::blank(self.width as usize, self.height as usize, chunk.depth));
            paste(page, &chunk, (tx * cw) as usize, (ty * ch) as usize)?;
        }
        let page = page.ok_or_else(broken)?;
        Ok((page.oriented(self.orientation), made))
    }

    fn sample_bits(&self) -> Result<u32, String> {
        let first = self.bits.first().copied().unwrap_or(1);
        let known = matches!(first, 1 | 2 | 4 | 8 | 16) && self.bits.iter().all(|b| *b == first);
        if !known || self.samples == 0 || self.samples > 4 || (first < 8 && self.samples != 1) {
            return Err("a TIFF image of an unusual depth (not supported yet)".into());
        }
        Ok(first)
    }

    fn chunk_size(&self) -> (u32, u32) {
        if self.tiled {
            return (self.chunk_width.max(1), self.rows_per_chunk.clamp(1, u32::MAX));
        }
        (self.width, self.rows_per_chunk.clamp(1, self.height.max(1)))
    }

    fn chunk(&self, packed: &[u8], w: u32, h: u32, bits: u32) -> Result<Raster, String> {
        let row = (w as usize * self.samples as usize * bits as usize).div_ceil(8);
        let size = row * h as usize;
        if size as u64 > MAX_BYTES {
            return Err(broken());
        }
        let reversed: Vec<u8>;
        let packed = if self.fill_order == 2 && bits == 1 {
            reversed = packed.iter().map(|b| b.reverse_bits()).collect();
            &reversed
        } else {
            packed
        };
        let mut data = match self.compression {
            1 => packed.get(..size.min(packed.len())).unwrap_or_default().to_vec(),
            2..=4 if bits == 1 && self.samples == 1 => fax(packed, w, h, self.compression, self.t4)?,
            5 => lzw(packed, size)?,
            8 | 32946 => inflate(packed, size)?,
            32773 => pack_bits(packed, size),
            _ => return Err("a TIFF image with a compression that is not supported".into()),
        };
        // A strip that ends early would be read as paper where a name may stand.
        if data.len() < size {
            return Err("a TIFF image that ends early".into());
        }
        if self.predictor == 2 {
            undo_predictor(&mut data, row, self.samples as usize, bits, self.little)?;
        } else if self.predictor != 1 {
            return Err("a TIFF image with a predictor that is not supported".into());
        }
        self.samples_to_pixels(&data, row, w as usize, h as usize, bits)
    }

    fn samples_to_pixels(&self, data: &[u8], row: usize, w: usize, h: usize, bits: u32) -> Result<Raster, String> {
        let n = self.samples as usize;
        let most = (1u32 << bits.min(8)) - 1;
        let sample = |y: usize, i: usize| -> u32 {
            let at = y * row;
            match bits {
                8 => u32::from(data.get(at + i).copied().unwrap_or(0)),
                16 => {
                    let high = if self.little { 2 * i + 1 } else { 2 * i };
                    u32::from(data.get(at + high).copied().unwrap_or(0))
                }
                _ => {
                    let bit = i * bits as usize;
                    let byte = data.get(at + bit / 8).copied().unwrap_or(0);
                    u32::from(byte >> (8 - bits as usize - bit % 8)) & most
                }
            }
        };
        let level = |v: u32| (v * 255 / most) as u8;
        let over_white = |v: u8, a: u32| ((u32::from(v) * a + 255 * (255 - a) + 127) / 255) as u8;
        let depth = match (self.photometric, n) {
            (0 | 1, 1) if bits == 1 => Depth::Bit,
            (0 | 1, 1 | 2) => Depth::Grey,
            (2, 3 | 4) | (3, 1) | (5, 4) => Depth::Rgb,
            _ => return Err("a TIFF image with a kind of colour that is not supported".into()),
        };
        let mut out = Vec::with_capacity(w * h * depth.bytes());
        for y in 0..h {
            for x in 0..w {
                let at = |i: usize| sample(y, x * n + i);
                match self.photometric {
                    0 => out.push(255 - level(at(0))),
                    1 if n == 2 && self.alpha => out.push(over_white(level(at(0)), at(1))),
                    1 => out.push(level(at(0))),
                    2 => {
                        let a = if n == 4 && self.alpha { at(3) } else { 255 };
                        out.extend([0, 1, 2].map(|i| over_white(level(at(i)), a)));
                    }
                    3 => {
                        let colours = self.palette.len() / 3;
                        let entry = |i: usize| self.palette.get(i * colours + at(0) as usize).map_or(0, |v| (v >> 8) as u8);
                        out.extend([0, 1, 2].map(entry));
                    }
                    _ => {
                        let k = 255 - at(3);
                        out.extend([0, 1, 2].map(|i| ((255 - at(i)) * k / 255) as u8));
                    }
                }
            }
        }
        Raster::new(w, h, depth, out)
    }

    fn jpeg_chunk(&self, packed: &[u8], w: u32, h: u32) -> Result<(Raster, jpeg::Made), String> {
        let mut whole;
        let bytes = if self.jpeg_tables.len() > 4 && packed.len() > 2 {
            // The tables of all chunks are stored once: SOI tables EOI + SOI data EOI.
            whole = self.jpeg_tables.get(..self.jpeg_tables.len() - 2).unwrap_or_default().to_vec();
            whole.extend_from_slice(packed.get(2..).unwrap_or_default());
            &whole
        } else {
            packed
        };
        if self.photometric == 2 && self.compression == 7 {
            // Stored as red, green and blue: said by the marker that decoders look for (Adobe, transform 0).
            let mut marked = vec![0xff, 0xd8, 0xff, 0xee, 0, 14];
            marked.extend_from_slice(b"Adobe\0d\0\0\0\0\0");
            marked.extend_from_slice(bytes.get(2..).unwrap_or_default());
            whole = marked;
            return self.jpeg_pixels(&whole, w, h);
        }
        self.jpeg_pixels(bytes, w, h)
    }

    fn jpeg_pixels(&self, bytes: &[u8], w: u32, h: u32) -> Result<(Raster, jpeg::Made), String> {
        let (r, mut made) = jpeg::decode(bytes)?;
        if (r.width as u32) < w.min(self.width) || (r.height as u32) < h.min(self.height) {
            return Err(broken());
        }
        made.orientation = self.orientation;
        Ok((r, made))
    }
}

fn paste(page: &mut Raster, chunk: &Raster, x: usize, y: usize) -> Result<(), String> {
    if page.depth != chunk.depth {
        return Err(broken());
    }
    let n = page.depth.bytes();
    let w = chunk.width.min(page.width.saturating_sub(x));
    for row in 0..chunk.height.min(page.height.saturating_sub(y)) {
        let to = ((y + row) * page.width + x) * n;
        let from = row * chunk.width * n;
        if let (Some(to), Some(from)) = (page.data.get_mut(to..to + w * n), chunk.data.get(from..from + w * n)) {
            to.copy_from_slice(from);
        }
    }
    Ok(())
}
