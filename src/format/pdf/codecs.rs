//! Image codecs whose files hold more than the picture: metadata, thumbnails and comments are left out.

/// JBIG2 segments as they stand in a PDF, without comments and profiles (ITU-T T.88, 7.2); `None` for what are no segments.
pub fn jbig2(data: &[u8]) -> Option<Vec<u8>> {
    let u32_at = |at: usize| Some(u32::from_be_bytes(data.get(at..at + 4)?.try_into().ok()?));
    let mut out = Vec::with_capacity(data.len());
    let mut at = 0usize;
    while at < data.len() {
        let (start, number, flags) = (at, u32_at(at)?, *data.get(at + 4)?);
        let mut referred = usize::from(*data.get(at + 5)? >> 5);
        at += 6;
        if referred == 7 {
            referred = (u32_at(at - 1)? & 0x1fff_ffff) as usize;
            at = at.checked_add(3)?.checked_add((referred + 1).div_ceil(8))?;
        }
        let size = match number {
            0..=256 => 1,
            257..=65_536 => 2,
            _ => 4,
        };
        at = at.checked_add(referred.checked_mul(size)?)?.checked_add(if flags & 0x40 != 0 { 4 } else { 1 })?;
        let len = u32_at(at)?;
        at += 4;
        if len == u32::MAX {
            // A region of unknown length: what follows is its data, and it is the last of a page.
            out.extend_from_slice(data.get(start..)?);
            return Some(out);
        }
        // Scanners write files whose last segment is cut.
        let end = at.checked_add(len as usize)?.min(data.len());
        if !matches!(flags & 0x3f, 52 | 62) {
            out.extend_from_slice(data.get(start..end)?);
        }
        at = end;
    }
    Some(out)
}

/// A JPEG file with its application segments and comments gone, but for what says how colours are stored (JFIF, Adobe).
pub fn jpeg(data: &[u8]) -> Option<Vec<u8>> {
    if !data.starts_with(&[0xff, 0xd8]) {
        return None;
    }
    let mut out = vec![0xff, 0xd8];
    let mut at = 2;
    loop {
        let &[mark, kind] = data.get(at..at + 2)? else { return None };
        if mark != 0xff {
            return None;
        }
        if kind == 0xff {
            at += 1;
            continue;
        }
        if kind == 0xd9 {
            out.extend([0xff, 0xd9]);
            return Some(out);
        }
        if (0xd0..=0xd7).contains(&kind) || kind == 1 {
            at += 2;
            continue;
        }
        let len = usize::from(*data.get(at + 2)?) << 8 | usize::from(*data.get(at + 3)?);
        let segment = data.get(at..at.checked_add(2)?.checked_add(len)?)?;
        let keep = match kind {
            0xe0 => segment.get(4..9) == Some(b"JFIF\0"),
            0xee => segment.get(4..9) == Some(b"Adobe"),
            0xe1..=0xef | 0xfe => false,
            _ => true,
        };
        if kind == 0xe0 && keep {
            // Without the thumbnail that may follow the header.
            out.extend([0xff, 0xe0, 0, 16]);
            out.extend_from_slice(segment.get(4..16)?);
            out.extend([0, 0]);
        } else if kind == 0xee && keep {
            out.extend([0xff, 0xee, 0, 14]);
            out.extend_from_slice(segment.get(4..16)?);
        } else if keep {
            out.extend_from_slice(segment);
        }
        at += 2 + len;
        if kind == 0xda {
            // Coded data up to the next mark that is no restart.
            let start = at;
            while let Some(p) = data.get(at..).and_then(|d| memchr::memchr(0xff, d)) {
                at += p;
                match data.get(at + 1) {
                    Some(0 | 0xd0..=0xd7) => at += 2,
                    Some(0xff) => at += 1,
                    Some(_) => break,
                    None => return finish(out, data.get(start..)?),
                }
            }
            if data.get(at) != Some(&0xff) {
                return finish(out, data.get(start..)?);
            }
            out.extend_from_slice(data.get(start..at)?);
        }
    }
}

/// A file cut off in its data ends where it ends.
fn finish(mut out: Vec<u8>, rest: &[u8]) -> Option<Vec<u8>> {
    out.extend_from_slice(rest);
    out.extend([0xff, 0xd9]);
    Some(out)
}

/// A JPEG 2000 file with only the boxes that make the picture.
pub fn jpx(data: &[u8]) -> Option<Vec<u8>> {
    if data.starts_with(&[0xff, 0x4f, 0xff, 0x51]) {
        return codestream(data);
    }
    let mut out = Vec::with_capacity(data.len());
    let mut at = 0usize;
    let mut found = false;
    while at + 8 <= data.len() {
        let word = |p: usize| data.get(p..p + 4).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
        let (len, kind) = (word(at)? as usize, data.get(at + 4..at + 8)?);
        let (head, len) = match len {
            0 => (8, data.len() - at),
            1 => (16, usize::try_from((u64::from(word(at + 8)?) << 32) | u64::from(word(at + 12)?)).ok()?),
            n => (8, n),
        };
        let end = at.checked_add(len)?;
        if len < head || end > data.len() {
            return None;
        }
        match kind {
            b"jP  " | b"ftyp" | b"jp2h" => out.extend_from_slice(data.get(at..end)?),
            b"jp2c" => {
                let stream = codestream(data.get(at + head..end)?)?;
                out.extend((stream.len() as u32 + 8).to_be_bytes());
                out.extend(b"jp2c");
                out.extend(stream);
                found = true;
            }
            _ => {}
        }
        at = end;
    }
    found.then_some(out)
}

/// A code stream without comment segments in its main header, and without what follows its end.
fn codestream(data: &[u8]) -> Option<Vec<u8>> {
    let mut out = data.get(..2)?.to_vec();
    let mut at = 2;
    while let Some(&[0xff, kind]) = data.get(at..at + 2) {
        if kind == 0x90 || kind == 0xd9 {
            break;
        }
        let len = usize::from(*data.get(at + 2)?) << 8 | usize::from(*data.get(at + 3)?);
        if kind != 0x64 {
            out.extend_from_slice(data.get(at..at + 2 + len)?);
        }
        at += 2 + len;
    }
    let rest = data.get(at..)?;
    let end = memchr::memmem::rfind(rest, &[0xff, 0xd9]).map_or(rest.len(), |p| p + 2);
    out.extend_from_slice(rest.get(..end)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_of_jbig2_go_and_other_segments_stay() {
        let segment = |number: u8, kind: u8, data: &[u8]| {
            [&[0, 0, 0, number, kind, 0x20, 0, 1][..], &(data.len() as u32).to_be_bytes(), data].concat()
        };
        let (page, comment, end) =
            (segment(1, 48, &[1; 19]), segment(2, 62, b"\x20\0\0\0Comment\0Quixmore"), segment(3, 49, b""));
        let all = [&page[..], &comment, &end].concat();
        assert_eq!(jbig2(&all).unwrap(), [&page[..], &end].concat());
        for cut in 0..all.len() {
            let _ = jbig2(&all[..cut]);
        }
    }

    #[test]
    fn comments_and_exif_are_gone() {
        let mut j = vec![0xff, 0xd8, 0xff, 0xe0, 0, 18];
        j.extend(b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0xx");
        j.extend([0xff, 0xe1, 0, 10]);
        j.extend(b"Jane Roe");
        j.extend([0xff, 0xfe, 0, 10]);
        j.extend(b"Jane Roe");
        j.extend([0xff, 0xdb, 0, 3, 7, 0xff, 0xda, 0, 3, 1, 9, 8, 0xff, 0, 7, 0xff, 0xd0, 3, 0xff, 0xd9]);
        j.extend(b"Jane Roe");
        let out = jpeg(&j).unwrap();
        assert!(memchr::memmem::find(&out, b"Jane").is_none());
        assert!(out.ends_with(&[0xff, 0xda, 0, 3, 1, 9, 8, 0xff, 0, 7, 0xff, 0xd0, 3, 0xff, 0xd9]));
        assert!(jpeg(b"nothing").is_none());
        for n in 0..j.len() {
            let _ = jpeg(&j[..n]);
        }
    }

    #[test]
    fn boxes_that_make_no_picture_are_gone() {
        let mut j = vec![0, 0, 0, 12];
        j.extend(b"jP  \r\n\x87\n");
        j.extend([0, 0, 0, 16]);
        j.extend(b"xml Jane Roe");
        j.extend([0, 0, 0, 18]);
        j.extend(b"jp2c");
        j.extend([0xff, 0x4f, 0xff, 0x64, 0, 4, b'J', b'R', 0xff, 0xd9]);
        let out = jpx(&j).unwrap();
        assert!(memchr::memmem::find(&out, b"Jane").is_none() && memchr::memmem::find(&out, b"JR").is_none());
        assert!(out.ends_with(&[0xff, 0x4f, 0xff, 0xd9]));
    }
}
