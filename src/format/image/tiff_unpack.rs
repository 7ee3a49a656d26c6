//! The ways in which a TIFF packs the bytes of a strip.

use hayro_ccitt::{DecodeSettings, Decoder, DecoderContext, EncodingMode};
use std::io::Read;

fn broken() -> String {
    "a TIFF image that cannot be decoded".into()
}

/// Rows of a fax as packed bits, white 0 as T.4 and T.6 have it.
struct Rows {
    bits: Vec<u8>,
    width: u32,
    row: usize,
    most: usize,
}

impl Decoder for Rows {
    fn push_row(&mut self, changes: &[u32]) {
        let from = self.bits.len();
        if from + self.row > self.most {
            return;
        }
        self.bits.resize(from + self.row, 0);
        let Some(line) = self.bits.get_mut(from..) else { return };
        for black in changes.chunks(2) {
            let start = black.first().copied().unwrap_or(0);
            let end = black.get(1).copied().unwrap_or(self.width).min(self.width);
            for x in start..end {
                if let Some(b) = line.get_mut(x as usize / 8) {
                    *b |= 0x80 >> (x % 8);
                }
            }
        }
    }
}

/// The kinds of fax.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fax {
    /// Group 3, every row by itself.
    Group3,
    /// Group 3, rows that build on the row above.
    Group3Rows,
    /// Group 4.
    Group4,
}

/// Decodes group 3 (compression 2 and 3) or group 4. Lines that a bad line destroyed come out white; a strip of which less than nine
/// tenths of the lines came is refused.
///
/// # Errors
/// In words.
pub fn fax(packed: &[u8], width: u32, height: u32, compression: u32, t4: u32) -> Result<Vec<u8>, String> {
    let kind = match compression {
        4 => Fax::Group4,
        3 if t4 & 1 != 0 => Fax::Group3Rows,
        _ => Fax::Group3,
    };
    fax_rows(packed, width, height, kind, compression == 3, compression == 2)
}

/// Decodes the rows of a fax as packed bits, black 1. `marked`: lines end with a mark; `aligned`: rows begin with a byte.
///
/// # Errors
/// In words.
pub fn fax_rows(packed: &[u8], width: u32, height: u32, kind: Fax, marked: bool, aligned: bool) -> Result<Vec<u8>, String> {
    let encoding = match kind {
        Fax::Group4 => EncodingMode::Group4,
        Fax::Group3Rows => EncodingMode::Group3_2D,
        Fax::Group3 => EncodingMode::Group3_1D,
    };
    let settings = DecodeSettings {
        columns: width,
        rows: height,
        end_of_block: true,
        end_of_line: marked,
        rows_are_byte_aligned: aligned,
        encoding,
        strict: false,
    };
    let row = (width as usize).div_ceil(8);
    let most = row * height as usize;
    let mut rows = Rows { bits: Vec::with_capacity(most), width, row, most };
    let ended = hayro_ccitt::decode(packed, &mut rows, &mut DecoderContext::new(settings));
    if ended.is_err() && rows.bits.len() < most || rows.bits.len() < most / 10 * 9 {
        return Err("a fax image that cannot be decoded to its end".into());
    }
    rows.bits.resize(most, 0);
    Ok(rows.bits)
}

/// LZW as TIFF has it: most significant bit first, codes grow one early.
///
/// # Errors
/// In words.
pub fn lzw(packed: &[u8], size: usize) -> Result<Vec<u8>, String> {
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let mut out = vec![0; size];
    let (mut from, mut to) = (0, 0);
    while to < size {
        let step = decoder.decode_bytes(packed.get(from..).unwrap_or_default(), out.get_mut(to..).unwrap_or_default());
        from += step.consumed_in;
        to += step.consumed_out;
        match step.status {
            Ok(weezl::LzwStatus::Ok) if step.consumed_in + step.consumed_out > 0 => {}
            Ok(_) => break,
            Err(_) => return Err(broken()),
        }
    }
    out.truncate(to);
    Ok(out)
}

/// Deflate with the zlib frame, at most `size` bytes.
///
/// # Errors
/// In words.
pub fn inflate(packed: &[u8], size: usize) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(size);
    flate2::read::ZlibDecoder::new(packed).take(size as u64).read_to_end(&mut out).map_err(|_| broken())?;
    Ok(out)
}

/// PackBits, TIFF 6.0 section 9.
pub fn pack_bits(packed: &[u8], size: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(size);
    let mut at = 0;
    while let Some(&n) = packed.get(at).filter(|_| out.len() < size) {
        at += 1;
        match n as i8 {
            -128 => {}
            n if n >= 0 => {
                let len = n as usize + 1;
                out.extend_from_slice(packed.get(at..(at + len).min(packed.len())).unwrap_or_default());
                at += len;
            }
            n => {
                let Some(&b) = packed.get(at) else { break };
                out.extend(std::iter::repeat_n(b, 1 + usize::from(n.unsigned_abs())));
                at += 1;
            }
        }
    }
    out.truncate(size);
    out
}

/// Predictor 2: each sample is the difference to the one on its left.
///
/// # Errors
/// For depths the predictor does not exist for.
pub fn undo_predictor(data: &mut [u8], row: usize, samples: usize, bits: u32, little: bool) -> Result<(), String> {
    match bits {
        8 => {
            for line in data.chunks_exact_mut(row.max(1)) {
                for i in samples..line.len() {
                    line[i] = line[i].wrapping_add(line[i - samples]);
                }
            }
        }
        16 => {
            let get = |b: &[u8]| if little { u16::from_le_bytes([b[0], b[1]]) } else { u16::from_be_bytes([b[0], b[1]]) };
            for line in data.chunks_exact_mut(row.max(1)) {
                for i in samples..line.len() / 2 {
                    let left = get(&line[2 * (i - samples)..]);
                    let v = get(&line[2 * i..]).wrapping_add(left);
                    let b = if little { v.to_le_bytes() } else { v.to_be_bytes() };
                    line[2 * i..2 * i + 2].copy_from_slice(&b);
                }
            }
        }
        _ => return Err("a TIFF image with a predictor that is not supported".into()),
    }
    Ok(())
}
