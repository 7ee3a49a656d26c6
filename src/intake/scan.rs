//! One pass over the bytes of a member: hash, length, head, and what only the whole can tell (is it text to the end, is it one
//! JSON value or one a line).

use super::limits::{Limits, Stop, Used, is_bomb};
use super::sniff::{Found, HEAD_BYTES, Kind, is_text_byte, sniff, utf16};
use sha2::{Digest, Sha256};
use std::io::Read;

/// What a pass found.
pub(super) struct Facts {
    pub len: u64,
    pub sha256: String,
    pub crc32: u32,
    pub found: Found,
    /// The first byte that no text holds.
    pub binary_at: Option<u64>,
}

/// Reads all of `reader` within the limits. `packed` is the number of bytes it unpacks from, where it does.
pub(super) fn scan(mut reader: impl Read, packed: Option<u64>, limits: &Limits, used: &mut Used) -> Result<Facts, Stop> {
    let most = limits.max_member_bytes.min(super::limits::SPAN_LIMIT);
    let mut hash = Sha256::new();
    let mut crc = flate2::Crc::new();
    let mut head: Vec<u8> = Vec::new();
    let mut json = JsonScan::default();
    let mut binary_at = None;
    let mut len = 0u64;
    let mut buf = vec![0u8; HEAD_BYTES];
    loop {
        let n = match reader.read(&mut buf) {
            Ok(0) => break,
            Ok(n) => n,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(Stop::damaged(format_args!("cannot be read to its end ({e})"))),
        };
        let block = &buf[..n];
        let before = len;
        len += n as u64;
        if len > most {
            return Err(Stop::refused(format_args!("it holds more than {most} bytes (limit max_member_bytes); split it")));
        }
        if packed.is_some_and(|p| is_bomb(len, p, limits)) {
            return Err(Stop::refused(format_args!(
                "it unpacks to more than {} times its size (limit max_ratio); unpack it and give the folder if it is genuine",
                limits.max_ratio
            )));
        }
        used.add_bytes(n as u64, limits)?;
        hash.update(block);
        crc.update(block);
        if head.len() < HEAD_BYTES {
            head.extend_from_slice(&block[..n.min(HEAD_BYTES - head.len())]);
        }
        if binary_at.is_none() {
            binary_at = block.iter().position(|&b| !is_text_byte(b)).map(|p| before + p as u64);
        }
        json.feed(block);
    }
    let mut found = sniff(&head);
    match found {
        Found::Document(Kind::Json) if json.lines => found = Found::Document(Kind::Ndjson),
        Found::Document(Kind::Text) if binary_at.is_some() && utf16(&head).is_none() => {
            found = Found::Unsupported("unknown binary")
        }
        // A whole JSON array of numbers or words is no text either; a note may well begin with a bracket.
        Found::Document(Kind::Text) if len <= HEAD_BYTES as u64 && is_json_array(&head) => found = Found::Document(Kind::Json),
        _ => {}
    }
    Ok(Facts { len, sha256: hex(&hash.finalize()), crc32: crc.sum(), found, binary_at })
}

fn is_json_array(bytes: &[u8]) -> bool {
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
    body.starts_with(b"[") && body.ends_with(b"]") && serde_json::from_slice::<serde::de::IgnoredAny>(body).is_ok()
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut s, b| {
        let _ = write!(s, "{b:02x}");
        s
    })
}

/// Finds out whether the first JSON object stands on one line and a second follows on a later one.
#[derive(Default)]
struct JsonScan {
    depth: u64,
    in_string: bool,
    escaped: bool,
    first_done: bool,
    line_end: bool,
    over: bool,
    lines: bool,
}

impl JsonScan {
    fn feed(&mut self, block: &[u8]) {
        if self.over {
            return;
        }
        for &b in block {
            if self.in_string {
                match b {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
                continue;
            }
            match b {
                b'"' if self.depth > 0 => self.in_string = true,
                b'{' | b'[' if self.depth > 0 => self.depth += 1,
                b'{' if self.first_done => {
                    self.lines = self.line_end;
                    self.over = true;
                    return;
                }
                b'{' => self.depth = 1,
                b'}' | b']' if self.depth > 0 => {
                    self.depth -= 1;
                    self.first_done = self.depth == 0;
                }
                b'\n' | b'\r' if self.depth > 0 => {
                    // A line end inside the first value: laid out over lines, so not one a line.
                    self.over = true;
                    return;
                }
                b'\n' | b'\r' => self.line_end = self.first_done,
                b' ' | b'\t' | 0xef | 0xbb | 0xbf => {}
                _ if self.depth > 0 => {}
                _ => {
                    self.over = true;
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> Found {
        let limits = Limits::default();
        scan(bytes, None, &limits, &mut Used::default()).unwrap().found
    }

    #[test]
    fn ndjson_needs_two_objects_on_two_lines() {
        let nd = Found::Document(Kind::Ndjson);
        let js = Found::Document(Kind::Json);
        assert_eq!(found(b"{\"resourceType\":\"A\"}\n{\"resourceType\":\"B\"}\n"), nd);
        assert_eq!(found(b"\xef\xbb\xbf\r\n\r\n{\"resourceType\":\"A\",\"x\":\"}\\\"{\"}\r\n\r\n{\"resourceType\":\"B\"}"), nd);
        assert_eq!(found(b"{\"resourceType\":\"A\"}\n\n"), js);
        assert_eq!(found(b"{\n\"resourceType\":\"A\"}\n{\"resourceType\":\"B\"}"), js);
        assert_eq!(found(b"{\"a\":1} {\"b\":1}"), js);
        assert_eq!(found(b" [1, 2, null]\n"), js);
        assert_eq!(found(b"[1] first visit, [2] second"), Found::Document(Kind::Text));
        let mut long = b"{\"resourceType\":\"A\",\"x\":\"".to_vec();
        long.extend(std::iter::repeat_n(b'y', 3 * HEAD_BYTES));
        long.extend_from_slice(b"\"}\n{\"resourceType\":\"B\"}\n");
        assert_eq!(found(&long), nd, "the first line may be longer than the head");
    }

    #[test]
    fn text_with_binary_after_the_head_is_not_text() {
        let mut v = vec![b'a'; 2 * HEAD_BYTES];
        assert_eq!(found(&v), Found::Document(Kind::Text));
        v.push(0);
        assert_eq!(found(&v), Found::Unsupported("unknown binary"));
    }

    #[test]
    fn limits_stop_while_streaming() {
        let limits = Limits { max_member_bytes: 1000, ..Limits::default() };
        assert!(
            matches!(scan(std::io::repeat(b'a'), None, &limits, &mut Used::default()), Err(Stop::Refused(w)) if w.contains("max_member_bytes"))
        );
        let limits = Limits::default();
        assert!(
            matches!(scan(std::io::repeat(b'a'), Some(1000), &limits, &mut Used::default()), Err(Stop::Refused(w)) if w.contains("max_ratio"))
        );
    }
}
