//! JPEG: decoded, and written again with the quantisation tables and sampling it came with, so that what nobody touched stays as
//! near as the codec allows. No marker of applications, no comment, no thumbnail is carried over.

use super::raster::{Depth, MAX_SIDE, Raster, check_size};
use jpeg_encoder::{ColorType, Encoder, PixelDensity, PixelDensityUnit, QuantizationTableType, SamplingFactor};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// How a JPEG was made.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Made {
    /// Quantisation of brightness and of colour, in natural order.
    pub tables: Option<([u16; 64], [u16; 64])>,
    /// Horizontal and vertical sampling of brightness against colour.
    pub sampling: (u8, u8),
    /// Dots an inch.
    pub dpi: Option<(f32, f32)>,
    /// EXIF orientation, 1 when not told.
    pub orientation: u16,
}

/// Decodes to grey or colour, turned as EXIF says.
///
/// # Errors
/// In words.
pub fn decode(bytes: &[u8]) -> Result<(Raster, Made), String> {
    // A decoder fills up what is missing with grey; then nobody can say what stood there.
    if memchr::memmem::rfind(bytes, b"\xff\xd9").is_none() {
        return Err("a JPEG image that ends early".into());
    }
    let made = made(bytes)?;
    let raster = decode_stored(bytes)?;
    let dpi = made.dpi.map(|(x, y)| if made.orientation >= 5 { (y, x) } else { (x, y) });
    Ok((raster.oriented(made.orientation), Made { dpi, ..made }))
}

/// Decodes as [`decode`] does, for a container that has its own way of turning pages.
///
/// # Errors
/// In words.
pub fn decode_plain(bytes: &[u8]) -> Result<(Raster, Made), String> {
    if memchr::memmem::rfind(bytes, b"\xff\xd9").is_none() {
        return Err("a JPEG image that ends early".into());
    }
    Ok((decode_stored(bytes)?, Made { orientation: 1, ..made(bytes)? }))
}

/// Decodes to grey or colour as it is stored.
///
/// # Errors
/// In words.
pub fn decode_stored(bytes: &[u8]) -> Result<Raster, String> {
    let side = MAX_SIDE as usize;
    let options = DecoderOptions::new_safe().set_max_width(side).set_max_height(side).set_strict_mode(false);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| broken())?;
    let info = decoder.info().ok_or_else(broken)?;
    let grey = info.components == 1;
    check_size(u64::from(info.width), u64::from(info.height), if grey { 1 } else { 3 })?;
    let space = if grey { ColorSpace::Luma } else { ColorSpace::RGB };
    decoder.set_options(options.jpeg_set_out_colorspace(space));
    let data = decoder.decode().map_err(|_| broken())?;
    let depth = if grey { Depth::Grey } else { Depth::Rgb };
    let raster = Raster::new(usize::from(info.width), usize::from(info.height), depth, data)?;
    if matches!(info.components, 1 | 3) {
        confirm(bytes, &raster)?;
    }
    Ok(raster)
}

/// Means of squares of pixels of two decodings may differ by this much: they round, and smooth colours, in their own ways.
const SAME: u32 = 24;
/// Side of those squares.
const SQUARE: usize = 16;

/// A second decoder must see the same picture. What one decoder gets wrong would be read, judged and released wrong.
fn confirm(bytes: &[u8], raster: &Raster) -> Result<(), String> {
    let other = std::panic::catch_unwind(|| {
        let mut decoder = jpeg_decoder::Decoder::new(bytes);
        decoder.set_max_decoding_buffer_size(super::raster::MAX_BYTES as usize);
        decoder.decode().ok()
    });
    let other = other.ok().flatten().ok_or_else(broken)?;
    if other.len() != raster.data.len() {
        return Err(broken());
    }
    let c = raster.depth.bytes();
    let row = raster.width * c;
    for top in (0..raster.height).step_by(SQUARE) {
        for left in (0..row).step_by(SQUARE * c) {
            let (mut a, mut b, mut n) = (0u32, 0u32, 0u32);
            for y in top..(top + SQUARE).min(raster.height) {
                let at = y * row + left..y * row + (left + SQUARE * c).min(row);
                for (x, y) in raster.data.get(at.clone()).unwrap_or_default().iter().zip(other.get(at).unwrap_or_default()) {
                    a += u32::from(*x);
                    b += u32::from(*y);
                    n += 1;
                }
            }
            if a.abs_diff(b) > SAME * n {
                return Err("a JPEG image that two decoders decode differently".into());
            }
        }
    }
    Ok(())
}

fn broken() -> String {
    "a JPEG image that cannot be decoded".into()
}

/// Walks the markers before the first scan (ITU-T T.81, annex B).
fn made(bytes: &[u8]) -> Result<Made, String> {
    let mut out = Made { sampling: (1, 1), orientation: 1, ..Made::default() };
    let mut tables: [Option<[u16; 64]>; 4] = [None; 4];
    let mut of_component: Vec<usize> = Vec::new();
    let mut at = 2;
    while let Some([0xff, marker]) = bytes.get(at..at + 2) {
        let marker = *marker;
        if marker == 0xff {
            at += 1;
            continue;
        }
        let Some([hi, lo]) = bytes.get(at + 2..at + 4) else { break };
        let len = usize::from(u16::from_be_bytes([*hi, *lo]));
        let Some(body) = bytes.get(at + 4..at + 2 + len.max(2)) else { break };
        match marker {
            0xdb => read_tables(body, &mut tables),
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                for (i, c) in body.get(6..).unwrap_or_default().chunks_exact(3).enumerate() {
                    if i == 0 {
                        out.sampling = (c[1] >> 4, c[1] & 15);
                    }
                    of_component.push(usize::from(c[2] & 3));
                }
            }
            0xe0 if body.starts_with(b"JFIF\0") => out.dpi = jfif_density(body),
            0xe1 if body.starts_with(b"Exif\0\0") => {
                let (orientation, dpi) = exif(body.get(6..).unwrap_or_default());
                out.orientation = orientation.unwrap_or(1);
                out.dpi = out.dpi.or(dpi);
            }
            0xda | 0xd9 => break,
            _ => {}
        }
        at += 2 + len.max(2);
    }
    let table = |n: usize| of_component.get(n).and_then(|t| tables.get(*t).copied().flatten());
    out.tables = table(0).map(|luma| (luma, table(1).unwrap_or(luma)));
    Ok(out)
}

fn jfif_density(body: &[u8]) -> Option<(f32, f32)> {
    let &[unit, xh, xl, yh, yl] = body.get(7..12)? else { return None };
    let scale = match unit {
        1 => 1.0,
        2 => 2.54,
        _ => return None,
    };
    Some((f32::from(u16::from_be_bytes([xh, xl])) * scale, f32::from(u16::from_be_bytes([yh, yl])) * scale))
}

/// Zigzag position to natural order (T.81, figure A.6).
const ZIGZAG: [usize; 64] = [
    0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42,
    49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
];

fn read_tables(mut body: &[u8], tables: &mut [Option<[u16; 64]>; 4]) {
    while let [head, rest @ ..] = body {
        let wide = head >> 4 != 0;
        let n = if wide { 128 } else { 64 };
        let Some(values) = rest.get(..n) else { return };
        let mut table = [1u16; 64];
        for (i, to) in ZIGZAG.iter().enumerate() {
            let v = if wide { u16::from_be_bytes([values[2 * i], values[2 * i + 1]]) } else { u16::from(values[i]) };
            table[*to] = v.max(1);
        }
        if let Some(t) = tables.get_mut(usize::from(head & 15)) {
            *t = Some(table);
        }
        body = rest.get(n..).unwrap_or_default();
    }
}

/// Orientation and resolution from the first directory of an EXIF block (a TIFF).
fn exif(tiff: &[u8]) -> (Option<u16>, Option<(f32, f32)>) {
    let little = tiff.starts_with(b"II");
    let short = |at: usize| {
        let b: [u8; 2] = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little { u16::from_le_bytes(b) } else { u16::from_be_bytes(b) })
    };
    let long = |at: usize| {
        let b: [u8; 4] = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little { u32::from_le_bytes(b) } else { u32::from_be_bytes(b) })
    };
    let ratio = |at: usize| {
        let (n, d) = (long(at)?, long(at + 4)?);
        (d != 0).then(|| n as f32 / d as f32)
    };
    let mut orientation = None;
    let (mut x, mut y, mut unit) = (None, None, 2u16);
    let Some(first) = long(4).map(|v| v as usize) else { return (None, None) };
    for i in 0..usize::from(short(first).unwrap_or(0)).min(64) {
        let at = first + 2 + i * 12;
        match short(at) {
            Some(0x112) => orientation = short(at + 8).filter(|o| (1..=8).contains(o)),
            Some(0x11a) => x = long(at + 8).and_then(|p| ratio(p as usize)),
            Some(0x11b) => y = long(at + 8).and_then(|p| ratio(p as usize)),
            Some(0x128) => unit = short(at + 8).unwrap_or(2),
            Some(_) => {}
            None => break,
        }
    }
    let scale = if unit == 3 { 2.54 } else { 1.0 };
    let dpi = x.zip(y).map(|(x, y)| (x * scale, y * scale)).filter(|(x, y)| *x >= 20.0 && *y >= 20.0);
    (orientation, dpi)
}

/// Encodes as the original was made; a source without tables of its own gets quality 90.
///
/// # Errors
/// In words.
pub fn encode(raster: &Raster, made: &Made) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 90);
    if let Some((luma, chroma)) = &made.tables {
        // A page that was turned no longer lies on the grid of blocks it was compressed in: finer steps keep what it had.
        let finer = if made.orientation > 1 { 2 } else { 1 };
        encoder.set_quantization_tables(custom(luma, finer), custom(chroma, finer));
    }
    let (h, v) = if made.orientation >= 5 { (made.sampling.1, made.sampling.0) } else { made.sampling };
    encoder.set_sampling_factor(SamplingFactor::from_factors(h, v).unwrap_or(SamplingFactor::F_1_1));
    if let Some((x, y)) = made.dpi {
        let d = |v: f32| v.round().clamp(1.0, 65_535.0) as u16;
        encoder.set_density(PixelDensity { density: (d(x), d(y)), unit: PixelDensityUnit::Inches });
    }
    let size = |n: usize| u16::try_from(n).map_err(|_| "an image too large for JPEG".to_string());
    let colour = if raster.depth == Depth::Rgb { ColorType::Rgb } else { ColorType::Luma };
    let (w, h) = (size(raster.width)?, size(raster.height)?);
    encoder.encode(&raster.data, w, h, colour).map_err(|_| "a JPEG image that cannot be written".to_string())?;
    Ok(out)
}

fn custom(table: &[u16; 64], finer: u16) -> QuantizationTableType {
    QuantizationTableType::Custom(Box::new(table.map(|v| (v / finer).clamp(1, 255))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soft(depth: Depth) -> Raster {
        let (w, h) = (64, 48);
        let mut r = Raster::blank(w, h, depth);
        for y in 0..h {
            for x in 0..w {
                r.set(x, y, [(x * 3) as u8, (y * 4) as u8, 120]);
            }
        }
        r
    }

    #[test]
    fn a_second_generation_is_as_good_as_the_first() {
        for depth in [Depth::Grey, Depth::Rgb] {
            let first = encode(&soft(depth), &Made { sampling: (1, 1), orientation: 1, ..Made::default() }).unwrap();
            let (raster, made) = decode(&first).unwrap();
            assert!(made.tables.is_some());
            let (again, _) = decode(&encode(&raster, &made).unwrap()).unwrap();
            let worst = raster.data.iter().zip(&again.data).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            assert!(worst <= 4, "{worst}");
        }
    }

    #[test]
    fn orientation_and_resolution_come_from_exif() {
        let plain = encode(&soft(Depth::Rgb), &Made::default()).unwrap();
        let mut tiff = b"MM\0*\0\0\0\x08\0\x01".to_vec();
        tiff.extend([0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]);
        let mut segment = b"Exif\0\0".to_vec();
        segment.extend(&tiff);
        let mut bytes = vec![0xff, 0xd8, 0xff, 0xe1];
        bytes.extend(((segment.len() + 2) as u16).to_be_bytes());
        bytes.extend(&segment);
        bytes.extend(&plain[2..]);
        let (r, made) = decode(&bytes).unwrap();
        assert_eq!((made.orientation, r.width, r.height), (6, 48, 64));
        let again = encode(&r, &made).unwrap();
        assert!(!again.windows(4).any(|w| w == b"Exif"));
        assert_eq!(decode(&again).unwrap().0.width, 48);
    }

    #[test]
    fn cut_and_spoilt_images_never_panic() {
        let bytes = encode(&soft(Depth::Rgb), &Made::default()).unwrap();
        for n in (0..bytes.len()).step_by(3) {
            let _ = decode(&bytes[..n]);
            let mut b = bytes.clone();
            b[n] ^= 0xff;
            let _ = decode(&b);
        }
    }
}
