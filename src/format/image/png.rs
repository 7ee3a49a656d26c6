//! PNG: any colour type in, the same kind out; every chunk that is no pixel stays behind.

use super::raster::{Depth, MAX_BYTES, Raster, check_size};
use png::{BitDepth, ColorType, Decoder, Encoder, Limits, PixelDimensions, Transformations, Unit};

/// Decodes to bits, grey or colour; transparency is laid over white.
///
/// # Errors
/// In words.
pub fn decode(bytes: &[u8]) -> Result<(Raster, Option<(f32, f32)>), String> {
    let mut decoder = Decoder::new_with_limits(std::io::Cursor::new(bytes), Limits { bytes: MAX_BYTES as usize });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(|_| broken())?;
    let info = reader.info();
    if info.is_animated() {
        return Err("an animated image, of which only one picture would be seen".into());
    }
    let bits = bilevel(info);
    let dpi = info.pixel_dims.filter(|d| d.unit == Unit::Meter).map(|d| (per_inch(d.xppu), per_inch(d.yppu)));
    let (w, h) = (info.width, info.height);
    check_size(w.into(), h.into(), 4)?;
    let mut data = vec![0; reader.output_buffer_size().filter(|n| *n as u64 <= 2 * MAX_BYTES).ok_or_else(broken)?];
    let frame = reader.next_frame(&mut data).map_err(|_| broken())?;
    let (w, h) = (w as usize, h as usize);
    let over_white = |v: u8, a: u8| ((u32::from(v) * u32::from(a) + 255 * (255 - u32::from(a)) + 127) / 255) as u8;
    let (depth, data) = match frame.color_type {
        ColorType::Grayscale => (Depth::Grey, data),
        ColorType::GrayscaleAlpha => (Depth::Grey, data.chunks_exact(2).map(|p| over_white(p[0], p[1])).collect()),
        ColorType::Rgb => (Depth::Rgb, data),
        ColorType::Rgba => {
            (Depth::Rgb, data.chunks_exact(4).flat_map(|p| [0, 1, 2].map(|i| over_white(p[i], p[3]))).collect::<Vec<u8>>())
        }
        ColorType::Indexed => return Err(broken()),
    };
    let mut raster = Raster::new(w, h, depth, data)?;
    if bits && raster.data.iter().all(|v| *v == 0 || *v == 255) {
        if raster.depth == Depth::Rgb {
            let grey = raster.grey();
            raster = Raster::new(w, h, Depth::Bit, grey)?;
        }
        raster.depth = Depth::Bit;
    }
    Ok((raster, dpi))
}

/// One bit a pixel, as grey or as a palette of black and white.
fn bilevel(info: &png::Info) -> bool {
    if info.bit_depth != BitDepth::One {
        return false;
    }
    let greys = |p: &[u8]| p.chunks_exact(3).take(2).all(|c| c == [0, 0, 0] || c == [255, 255, 255]);
    info.color_type == ColorType::Grayscale || info.palette.as_deref().is_some_and(greys)
}

fn per_inch(per_metre: u32) -> f32 {
    per_metre as f32 * 0.0254
}

fn broken() -> String {
    "a PNG image that cannot be decoded".into()
}

/// Encodes pixels and resolution, and nothing else.
///
/// # Errors
/// In words.
pub fn encode(raster: &Raster, dpi: Option<(f32, f32)>) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, raster.width as u32, raster.height as u32);
    encoder.set_compression(png::Compression::Balanced);
    encoder.set_color(if raster.depth == Depth::Rgb { ColorType::Rgb } else { ColorType::Grayscale });
    encoder.set_depth(if raster.depth == Depth::Bit { BitDepth::One } else { BitDepth::Eight });
    if let Some((x, y)) = dpi {
        let per_metre = |d: f32| (d / 0.0254).round().clamp(1.0, 1e6) as u32;
        encoder.set_pixel_dims(Some(PixelDimensions { xppu: per_metre(x), yppu: per_metre(y), unit: Unit::Meter }));
    }
    let failed = |_| "a PNG image that cannot be written".to_string();
    let mut writer = encoder.write_header().map_err(failed)?;
    if raster.depth == Depth::Bit {
        writer.write_image_data(&packed(raster)).map_err(failed)?;
    } else {
        writer.write_image_data(&raster.data).map_err(failed)?;
    }
    writer.finish().map_err(failed)?;
    Ok(out)
}

/// Eight pixels a byte, white 1, rows padded to whole bytes.
pub fn packed(raster: &Raster) -> Vec<u8> {
    let mut out = Vec::with_capacity(raster.width.div_ceil(8) * raster.height);
    for y in 0..raster.height {
        for eight in raster.row(y).chunks(8) {
            out.push(eight.iter().enumerate().fold(0u8, |b, (i, v)| b | u8::from(*v >= 128) << (7 - i)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shaded(depth: Depth) -> Raster {
        let data = (0..37 * 11 * depth.bytes()).map(|i| (i * 7 % 256) as u8).collect();
        let mut r = Raster { width: 37, height: 11, depth, data };
        if depth == Depth::Bit {
            r.data.iter_mut().for_each(|v| *v = if *v < 128 { 0 } else { 255 });
        }
        r
    }

    #[test]
    fn what_was_written_is_read() {
        for depth in [Depth::Bit, Depth::Grey, Depth::Rgb] {
            let r = shaded(depth);
            let bytes = encode(&r, Some((300.0, 300.0))).unwrap();
            let (back, dpi) = decode(&bytes).unwrap();
            assert_eq!(back, r);
            assert!((dpi.unwrap().0 - 300.0).abs() < 0.1);
        }
    }

    #[test]
    fn cut_and_spoilt_images_are_errors() {
        let bytes = encode(&shaded(Depth::Rgb), None).unwrap();
        for n in 0..bytes.len() - 13 {
            assert!(decode(&bytes[..n]).is_err(), "{n}");
        }
        for n in 8..bytes.len() {
            let mut b = bytes.clone();
            b[n] ^= 0x55;
            let _ = decode(&b);
        }
    }
}
