//! Undoing one encoding: percent, quoted-printable, JSON escapes, markup, base64, gzip. Pure functions on bytes; lenient, because a
//! leak in a broken document is a leak. [`super::decode`] applies them to each other with limits.

use super::fold::hex4;
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::io::Read;
use std::ops::Range;

/// `%4A%61ne` as `Jane`; also `=4A` of quoted-printable and its soft line ends. `None` when nothing is encoded.
pub(crate) fn percent(bytes: &[u8]) -> Option<Vec<u8>> {
    let byte_at = |at: usize| -> Option<u8> {
        let hi = (*bytes.get(at + 1)? as char).to_digit(16)?;
        let lo = (*bytes.get(at + 2)? as char).to_digit(16)?;
        Some((hi * 16 + lo) as u8)
    };
    memchr::memchr2_iter(b'%', b'=', bytes).find(|p| byte_at(*p).is_some())?;
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        match (b, byte_at(at)) {
            (b'%' | b'=', Some(v)) => {
                out.push(v);
                at += 3;
            }
            (b'=', None) if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            (b'=', None) if bytes.get(at + 1..at + 3) == Some(b"\r\n") => at += 3,
            _ => {
                out.push(b);
                at += 1;
            }
        }
    }
    Some(out)
}

/// JSON string content with its escapes decoded. `None` without a backslash.
pub(crate) fn unescape(bytes: &[u8]) -> Option<Vec<u8>> {
    memchr::memchr(b'\\', bytes)?;
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        if b != b'\\' {
            out.push(b);
            at += 1;
            continue;
        }
        let (c, len) = match bytes.get(at + 1) {
            Some(b'n') => ('\n', 2),
            Some(b'r') => ('\r', 2),
            Some(b't') => ('\t', 2),
            Some(b'b' | b'f') => (' ', 2),
            Some(b'u') => match hex4(bytes, at + 2) {
                Some(high @ 0xd800..=0xdbff) if bytes.get(at + 6..at + 8) == Some(b"\\u") => {
                    let low = hex4(bytes, at + 8).filter(|l| (0xdc00..=0xdfff).contains(l));
                    let joined = low.and_then(|l| char::from_u32(0x10000 + ((high - 0xd800) << 10) + (l - 0xdc00)));
                    joined.map_or((' ', 6), |c| (c, 12))
                }
                Some(unit) => (char::from_u32(unit).unwrap_or(' '), 6),
                None => ('\\', 1),
            },
            Some(c @ (b'"' | b'\\' | b'/')) => (*c as char, 2),
            _ => ('\\', 1),
        };
        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        at += len;
    }
    Some(out)
}

/// Markup taken apart.
#[derive(Default, Debug)]
pub(crate) struct Markup {
    /// Text with every tag as a blank; entities decoded.
    pub flow: Vec<u8>,
    /// The same with inline tags as nothing (`J<b>a</b>ne`); empty when there is none inside a word.
    pub tight: Vec<u8>,
    /// Attribute values, comments, processing instructions, each in quotes of its own.
    pub rest: Vec<u8>,
    /// Way back: from each of these offsets in `flow` on, bytes stand at this offset of the source.
    pub flow_map: Way,
    /// The same for `tight`.
    pub tight_map: Way,
    /// The same for `rest`.
    pub rest_map: Way,
}

/// Pairs of ascending offsets: in a decoded text, in its source.
pub(crate) type Way = Vec<(usize, usize)>;

/// Where a decoded offset stands in the source.
pub(crate) fn way_back(way: &[(usize, usize)], at: usize) -> usize {
    let i = way.partition_point(|w| w.0 <= at).saturating_sub(1);
    way.get(i).map_or(at, |(from, source)| source + at.saturating_sub(*from))
}

/// Tags that stand within a word.
fn is_inline(local: &[u8]) -> bool {
    matches!(
        local,
        b"a" | b"b"
            | b"i"
            | b"u"
            | b"em"
            | b"strong"
            | b"span"
            | b"sub"
            | b"sup"
            | b"small"
            | b"big"
            | b"font"
            | b"tt"
            | b"mark"
            | b"s"
            | b"code"
            | b"content"
            | b"linkhtml"
            | b"wbr"
            | b"bdo"
            | b"q"
            | b"cite"
            | b"abbr"
            | b"ins"
            | b"del"
    )
}

/// Tags across which one name or number may run. Across any other it does not: the surname that ends one element and the given name
/// that begins the next belong to two people.
fn runs_on(local: &[u8]) -> bool {
    let part = matches!(
        local,
        b"given"
            | b"family"
            | b"prefix"
            | b"suffix"
            | b"middle"
            | b"delimiter"
            | b"first"
            | b"last"
            | b"td"
            | b"th"
            | b"br"
            | b"streetaddressline"
            | b"value"
    );
    part || is_inline(local) || (local.len() > 4 && local.ends_with(b"name"))
}

/// Takes XML, XHTML, HTML or a text with entities apart. `None` when there is neither a tag nor an entity.
pub(crate) fn markup(bytes: &[u8]) -> Option<Markup> {
    memchr::memchr2(b'<', b'&', bytes)?;
    let mut m = Markup { flow: Vec::with_capacity(bytes.len() / 2), ..Markup::default() };
    let mut cuts: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let next = memchr::memchr2(b'<', b'&', bytes.get(at..)?).map_or(bytes.len(), |p| at + p);
        if next > at {
            m.flow_map.push((m.flow.len(), at));
            m.flow.extend_from_slice(bytes.get(at..next)?);
        }
        at = next;
        m.flow_map.push((m.flow.len(), at));
        let rest = bytes.get(at..)?;
        if rest.is_empty() {
            break;
        }
        if rest.starts_with(b"&") {
            let len = entity(rest, &mut m.flow);
            at += len;
        } else if rest.starts_with(b"<!--") {
            m.rest_map.push((m.rest.len(), at + 4));
            at += delimited(rest, 4, b"-->", &mut m.rest);
        } else if rest.starts_with(b"<![CDATA[") {
            m.flow_map.push((m.flow.len(), at + 9));
            at += delimited(rest, 9, b"]]>", &mut m.flow);
        } else if rest.starts_with(b"<?") {
            m.rest_map.push((m.rest.len(), at + 2));
            at += delimited(rest, 2, b"?>", &mut m.rest);
        } else if rest.get(1).is_some_and(|b| b.is_ascii_alphabetic() || *b == b'/' || *b == b'!' || *b == b'_' || *b >= 0x80) {
            let (tag_len, name) = tag(rest, at, &mut m.rest, &mut m.rest_map);
            // Every name that is looked up is shorter than this; of a longer one its end tells enough.
            let local = memchr::memrchr(b':', name).and_then(|p| name.get(p + 1..)).unwrap_or(name);
            let mut low = [0u8; 48];
            let len = local.len().min(low.len());
            let local = match (low.get_mut(..len), local.get(local.len() - len..)) {
                (Some(low), Some(end)) => {
                    low.copy_from_slice(end);
                    low.make_ascii_lowercase();
                    &*low
                }
                _ => &[],
            };
            let from = m.flow.len();
            if !runs_on(local) {
                m.flow.extend_from_slice(b" \" ");
            } else {
                m.flow.push(b' ');
                if is_inline(local) {
                    cuts.push(from..from + 1);
                }
            }
            at += tag_len;
        } else {
            m.flow.push(b'<');
            at += 1;
        }
    }
    let in_word = |c: &Range<usize>| {
        let before = c.start.checked_sub(1).and_then(|p| m.flow.get(p));
        before.is_some_and(|b| !b.is_ascii_whitespace()) || m.flow.get(c.end).is_some_and(|b| !b.is_ascii_whitespace())
    };
    if cuts.iter().any(in_word) {
        let mut from = 0;
        let mut next = 0;
        for (start, end) in cuts.iter().map(|c| (c.start, c.end)).chain([(m.flow.len(), m.flow.len())]) {
            m.tight_map.push((m.tight.len(), way_back(&m.flow_map, from)));
            while let Some(w) = m.flow_map.get(next).filter(|w| w.0 < start) {
                if w.0 >= from {
                    m.tight_map.push((m.tight.len() + w.0 - from, w.1));
                }
                next += 1;
            }
            m.tight.extend_from_slice(m.flow.get(from..start).unwrap_or_default());
            from = end;
        }
    }
    Some(m)
}

/// Copies what stands between an opener of `skip` bytes and `end`; gives the length consumed.
fn delimited(rest: &[u8], skip: usize, end: &[u8], out: &mut Vec<u8>) -> usize {
    let body = rest.get(skip..).unwrap_or_default();
    let stop = memchr::memmem::find(body, end).unwrap_or(body.len());
    out.extend_from_slice(body.get(..stop).unwrap_or_default());
    if end != b"]]>" {
        out.extend_from_slice(b" \" ");
    }
    (skip + stop + end.len()).min(rest.len())
}

/// Reads a tag: attribute values go to `out`; gives the length and the name.
fn tag<'a>(rest: &'a [u8], base: usize, out: &mut Vec<u8>, way: &mut Way) -> (usize, &'a [u8]) {
    let start = if rest.get(1) == Some(&b'/') { 2 } else { 1 };
    let body = rest.get(start..).unwrap_or_default();
    let name_len = body.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/')).unwrap_or(body.len());
    let name = body.get(..name_len).unwrap_or_default();
    let mut at = start + name_len;
    while let Some(&b) = rest.get(at) {
        match b {
            b'>' => return (at + 1, name),
            b'"' | b'\'' => {
                let value = rest.get(at + 1..).unwrap_or_default();
                let len = memchr::memchr(b, value).unwrap_or(value.len());
                let value = value.get(..len).unwrap_or_default();
                way.push((out.len(), base + at + 1));
                decode_entities(value, out);
                out.extend_from_slice(b" \" ");
                at += len + 2;
            }
            b'<' => return (at, name),
            b'=' if rest.get(at + 1).is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b'"' | b'\'' | b'>')) => {
                let value = rest.get(at + 1..).unwrap_or_default();
                let len = value.iter().position(|b| b.is_ascii_whitespace() || *b == b'>').unwrap_or(value.len());
                way.push((out.len(), base + at + 1));
                decode_entities(value.get(..len).unwrap_or_default(), out);
                out.extend_from_slice(b" \" ");
                at += len + 1;
            }
            _ => at += 1,
        }
    }
    (rest.len(), name)
}

/// Text with entities and character references decoded.
fn decode_entities(bytes: &[u8], out: &mut Vec<u8>) {
    let mut at = 0;
    while let Some(rest) = bytes.get(at..).filter(|r| !r.is_empty()) {
        let plain = memchr::memchr(b'&', rest).unwrap_or(rest.len());
        out.extend_from_slice(rest.get(..plain).unwrap_or_default());
        at += plain;
        if let Some(rest) = bytes.get(at..).filter(|r| !r.is_empty()) {
            at += entity(rest, out);
        }
    }
}

/// HTML names of U+00A0 to U+00FF in order.
const LATIN1: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro \
para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml \
Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute \
acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide \
oslash ugrave uacute ucirc uuml yacute thorn yuml";

/// Decodes the entity at the start of `rest` (which begins with `&`); gives the length consumed.
fn entity(rest: &[u8], out: &mut Vec<u8>) -> usize {
    let window = rest.get(1..rest.len().min(14)).unwrap_or_default();
    let Some(end) = window.iter().position(|b| *b == b';') else {
        out.push(b'&');
        return 1;
    };
    let name = std::str::from_utf8(window.get(..end).unwrap_or_default()).unwrap_or("");
    let number = |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
    let c = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" | "rsquo" | "lsquo" => Some('\''),
        "ndash" | "mdash" => Some('-'),
        "emsp" | "ensp" | "thinsp" => Some(' '),
        "Scaron" => Some('Š'),
        "scaron" => Some('š'),
        "OElig" => Some('Œ'),
        "oelig" => Some('œ'),
        _ if name.starts_with("#x") || name.starts_with("#X") => number(name.get(2..).unwrap_or(""), 16),
        _ if name.starts_with('#') => number(name.get(1..).unwrap_or(""), 10),
        _ => LATIN1.split(' ').position(|n| n == name).and_then(|p| char::from_u32(0xa0 + p as u32)),
    };
    match c {
        Some(c) => {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            end + 2
        }
        None => {
            out.push(b'&');
            1
        }
    }
}

/// Shortest base64 that is decoded.
pub(crate) const MIN_BASE64: usize = 24;

static BASE64: [bool; 256] = {
    let mut t = [false; 256];
    let mut i = 0usize;
    while i < 256 {
        t[i] = (i as u8).is_ascii_alphanumeric() || matches!(i as u8, b'+' | b'/' | b'-' | b'_');
        i += 1;
    }
    t
};

/// Stretches that could be base64: at least [`MIN_BASE64`] characters, over line ends where the lines are long, with an upper case
/// letter or a figure in them, and not a UUID or a hexadecimal hash.
pub(crate) fn base64_runs(bytes: &[u8]) -> Base64Runs<'_> {
    Base64Runs { bytes, probe: 0, done: 0 }
}

/// See [`base64_runs`]. Every stretch of [`MIN_BASE64`] bytes holds a multiple of it, so only those offsets are probed.
pub(crate) struct Base64Runs<'a> {
    bytes: &'a [u8],
    probe: usize,
    done: usize,
}

impl Base64Runs<'_> {
    fn line_end(&self, from: usize) -> usize {
        from + self.bytes.get(from..).unwrap_or_default().iter().take_while(|b| BASE64[**b as usize]).count()
    }

    /// The end of a run that begins at `start`, over line ends.
    fn run_end(&self, start: usize) -> usize {
        let mut end = self.line_end(start);
        let mut line = end - start;
        loop {
            let after = self.bytes.get(end..).unwrap_or_default();
            let gap = after.iter().take_while(|b| b.is_ascii_whitespace()).count();
            let breaks = after.get(..gap).is_some_and(|g| g.contains(&b'\n') || g.contains(&b'\r'));
            let next = self.line_end(end + gap);
            if line < 40 || !breaks || next == end + gap {
                return end;
            }
            line = next - end - gap;
            end = next;
        }
    }
}

impl Iterator for Base64Runs<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        while let Some(b) = self.bytes.get(self.probe) {
            let at = self.probe;
            self.probe += MIN_BASE64;
            if !BASE64[*b as usize] {
                continue;
            }
            let before = self.bytes.get(self.done..at)?.iter().rev().take_while(|b| BASE64[**b as usize]).count();
            let start = at - before;
            let line = self.line_end(at);
            if line - start < MIN_BASE64 {
                continue;
            }
            let end = self.run_end(start);
            self.done = end;
            self.probe = end.next_multiple_of(MIN_BASE64).max(self.probe);
            if plausible(self.bytes.get(start..end).unwrap_or_default()) {
                let pad = self.bytes.get(end..).unwrap_or_default().iter().take(2).take_while(|b| **b == b'=').count();
                return Some(start..end + pad);
            }
        }
        None
    }
}

fn plausible(run: &[u8]) -> bool {
    let head = run.get(..run.len().min(256)).unwrap_or_default();
    let hex = head.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-');
    !hex && head.iter().any(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// False for short bytes that are no text and no known container: a path or word that only looked like base64.
pub(crate) fn worth_reading(decoded: &[u8]) -> bool {
    let printable = decoded.iter().filter(|b| matches!(b, 0 | 9 | 10 | 13 | 0x20..=0x7e)).count();
    decoded.len() >= 200 || printable * 2 >= decoded.len() || matches!(decoded, [0x1f, 0x8b, ..] | [b'P', b'K', ..] | [0x78, ..])
}

/// Decodes a run of either alphabet, with or without padding, over white space.
pub(crate) fn base64(run: &[u8]) -> Option<Vec<u8>> {
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &alphabet::STANDARD,
        GeneralPurposeConfig::new()
            .with_decode_allow_trailing_bits(true)
            .with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    let mut clean: Vec<u8> = Vec::with_capacity(run.len());
    clean.extend(run.iter().filter(|b| !b.is_ascii_whitespace() && **b != b'=').map(|b| match b {
        b'-' => b'+',
        b'_' => b'/',
        b => *b,
    }));
    if clean.len() % 4 == 1 {
        clean.pop();
    }
    ENGINE.decode(&clean).ok()
}

/// Inflates up to `limit` bytes of a gzip or zlib stream. The flag says that there was more.
pub(crate) fn inflate(bytes: &[u8], limit: usize) -> (Vec<u8>, bool) {
    let mut out = Vec::new();
    let take = limit as u64 + 1;
    // An error in the middle keeps what came before it.
    let _ = match bytes.first() {
        Some(0x1f) => flate2::read::MultiGzDecoder::new(bytes).take(take).read_to_end(&mut out),
        _ => flate2::read::ZlibDecoder::new(bytes).take(take).read_to_end(&mut out),
    };
    let over = out.len() > limit;
    out.truncate(limit);
    (out, over)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_and_quoted_printable() {
        assert_eq!(percent(b"J%61ne%20Roe 5%").unwrap(), b"Jane Roe 5%");
        assert_eq!(percent(b"J=61ne=\r\n Roe").unwrap(), b"Jane Roe");
        assert!(percent(b"50% a=b").is_none());
    }

    #[test]
    fn markup_is_taken_apart() {
        let m = markup(b"<p title='R&#x6f;e'>J<b>a</b>ne&nbsp;<![CDATA[R<o]]><!-- c --><?pi x?></p>").unwrap();
        assert!(String::from_utf8_lossy(&m.tight).contains("Jane\u{a0}R<o"), "{m:?}");
        assert!(String::from_utf8_lossy(&m.flow).contains("J a ne"));
        let rest = String::from_utf8_lossy(&m.rest);
        assert!(rest.contains("Roe") && rest.contains(" c ") && rest.contains("pi x"));
    }

    #[test]
    fn base64_is_found_and_decoded() {
        let text = b"see SmFuZSBSb2UgaXMgbXkgbW90aGVyIQ== and 123e4567-e89b-12d3-a456-426614174000";
        let runs: Vec<_> = base64_runs(text).collect();
        assert_eq!(runs.len(), 1);
        assert_eq!(base64(&text[runs[0].clone()]).unwrap(), b"Jane Roe is my mother!");
        assert!(base64_runs(b"the quick brown fox jumps over the lazy dog again and again").next().is_none());
        let long = format!("{}\r\n   {}\r\n   SmFuZQ==", "QUJD".repeat(19), "QUJD".repeat(19));
        let runs: Vec<_> = base64_runs(long.as_bytes()).collect();
        assert_eq!(runs, vec![0..long.len()]);
        assert!(base64(long.as_bytes()).unwrap().ends_with(b"Jane"));
    }
}
