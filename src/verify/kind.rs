//! What bytes are, by content, and which stretches of a container can hold words.

use std::io::Cursor;
use std::ops::Range;

/// What bytes are, by content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Zip,
    Gzip,
    Zlib,
    Utf16,
    Json,
    Markup,
    Pdf,
    Rtf,
    Text,
    Binary,
}

impl Kind {
    /// Looks at the first bytes only, except for text and binary (first 4 KiB).
    pub fn of(bytes: &[u8]) -> Kind {
        let head = bytes.get(..bytes.len().min(4096)).unwrap_or_default();
        let first = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).iter().find(|b| !b.is_ascii_whitespace());
        let nul = head.iter().filter(|b| **b == 0).count();
        match head {
            [b'P', b'K', 3 | 5 | 7, 4 | 6 | 8, ..] => Kind::Zip,
            [0x1f, 0x8b, ..] => Kind::Gzip,
            [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => Kind::Zlib,
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Kind::Utf16,
            _ if head.starts_with(b"{\\rtf") => Kind::Rtf,
            _ if memchr::memmem::find(head.get(..head.len().min(1024)).unwrap_or_default(), b"%PDF-").is_some()
                && head.trim_ascii_start().starts_with(b"%PDF-") =>
            {
                Kind::Pdf
            }
            _ if nul > 0 && looks_utf16(head) => Kind::Utf16,
            _ if head.iter().filter(|b| **b < 9 || (**b > 13 && **b < 32 && **b != 27)).count() * 50 > head.len() => Kind::Binary,
            _ => match first {
                Some(b'{' | b'[') if opens_json(head) => Kind::Json,
                Some(b'<') => Kind::Markup,
                _ => Kind::Text,
            },
        }
    }
}

/// `{` or `[` and then what may follow it in JSON; a text can begin with a label in brackets.
fn opens_json(head: &[u8]) -> bool {
    let mut signs = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).iter().filter(|b| !b.is_ascii_whitespace());
    match (signs.next(), signs.next()) {
        (Some(b'{'), next) => matches!(next, Some(b'"' | b'}') | None),
        (Some(b'['), next) => matches!(next, Some(b'"' | b'{' | b'[' | b']' | b'-' | b'0'..=b'9') | None),
        _ => false,
    }
}

/// Nearly every second byte is zero.
fn looks_utf16(head: &[u8]) -> bool {
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    head.len() >= 4 && zeros(0).max(zeros(1)) * 5 > head.len() * 2
}

/// Stretches of a zip that hold a member's compressed bytes, in order.
pub(super) fn compressed(archive: &mut zip::ZipArchive<Cursor<&[u8]>>, len: usize) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for i in 0..archive.len() {
        let Ok(member) = archive.by_index_raw(i) else { continue };
        if member.compression() == zip::CompressionMethod::Stored {
            continue;
        }
        let Some(start) = member.data_start().and_then(|at| usize::try_from(at).ok()) else { continue };
        let end = start.saturating_add(usize::try_from(member.compressed_size()).unwrap_or(usize::MAX));
        if end <= len {
            out.push(start..end);
        }
    }
    out.sort_by_key(|r| r.start);
    out
}

/// Stretches of a PNG or JPEG that can hold words: all but the coded picture, in which three letters that spell a name are chance.
/// `None` for bytes of another kind, and for a picture that does not follow its own format.
pub(super) fn pictures_words(bytes: &[u8]) -> Option<Vec<Range<usize>>> {
    let mut out = Vec::new();
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        let (mut at, mut from) = (8usize, 0usize);
        while let Some(head) = bytes.get(at..at + 8) {
            let len = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
            let end = at.checked_add(12)?.checked_add(len).filter(|e| *e <= bytes.len())?;
            if head.ends_with(b"IDAT") {
                out.push(from..at);
                from = end - 4;
            }
            at = end;
        }
        out.push(from..bytes.len());
        return Some(out);
    }
    if bytes.starts_with(b"\xff\xd8\xff") {
        let mut at = 2usize;
        loop {
            let head = bytes.get(at..at + 4).filter(|h| h[0] == 0xff)?;
            let end = at + 2 + usize::from(u16::from_be_bytes([head[2], head[3]]));
            if head[1] == 0xda {
                let last = memchr::memmem::rfind(bytes, b"\xff\xd9").filter(|e| *e >= end)?;
                return Some(vec![0..end.min(bytes.len()), last..bytes.len()]);
            }
            at = end;
        }
    }
    None
}
