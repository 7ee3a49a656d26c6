//! Looks for a word in a PDF without a PDF library: every stream unpacked, every string and name decoded.

use std::io::Read;

/// Every place a word may stand in, each as text: name of the place and the text.
pub fn layers(pdf: &[u8]) -> Vec<(String, String)> {
    let mut out =
        vec![("file".to_string(), latin(pdf)), ("file strings".into(), strings(pdf)), ("file names".into(), names(pdf))];
    let mut at = 0;
    let mut n = 0;
    while let Some(p) = find(&pdf[at..], b"stream") {
        let mut begin = at + p + 6;
        begin += usize::from(pdf.get(begin) == Some(&b'\r'));
        begin += usize::from(pdf.get(begin) == Some(&b'\n'));
        let Some(len) = find(&pdf[begin..], b"endstream") else { break };
        let raw = &pdf[begin..begin + len];
        let mut data = Vec::new();
        if flate2::read::ZlibDecoder::new(raw).read_to_end(&mut data).is_err() && data.is_empty() {
            data = raw.to_vec();
        }
        n += 1;
        out.push((format!("stream {n}"), latin(&data)));
        out.push((format!("stream {n} strings"), strings(&data)));
        out.push((format!("stream {n} names"), names(&data)));
        if data.starts_with(b"%PDF-") {
            out.extend(layers(&data).into_iter().map(|(l, t)| (format!("stream {n} > {l}"), t)));
        }
        at = begin + len + 9;
    }
    out
}

/// Where `word` stands, whatever its case.
pub fn survivors(pdf: &[u8], word: &str) -> Vec<String> {
    let word = word.to_lowercase();
    let backwards: String = word.chars().rev().collect();
    layers(pdf)
        .into_iter()
        .filter(|(_, t)| {
            let t = t.to_lowercase();
            let tight: String = t.chars().filter(|c| c.is_alphanumeric()).collect();
            t.contains(&word) || tight.contains(&word) || tight.contains(&backwards)
        })
        .map(|(l, _)| l)
        .collect()
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|w| w == needle)
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().filter(|b| **b != 0).map(|b| char::from(*b)).collect()
}

/// All strings in the bytes, one after the other without anything between, so that kerning does not hide a word.
fn strings(data: &[u8]) -> String {
    let mut out = Vec::new();
    let mut at = 0;
    while at < data.len() {
        match data[at] {
            b'(' => {
                let mut depth = 1;
                at += 1;
                while at < data.len() && depth > 0 {
                    match data[at] {
                        b'\\' => {
                            let octal: String =
                                data[at + 1..].iter().take(3).take_while(|b| b.is_ascii_digit()).map(|b| *b as char).collect();
                            if octal.len() == 3 {
                                out.extend(u8::from_str_radix(&octal, 8).ok());
                                at += 4;
                                continue;
                            }
                            out.extend(data.get(at + 1));
                            at += 2;
                            continue;
                        }
                        b'(' => depth += 1,
                        b')' => depth -= 1,
                        b => out.push(b),
                    }
                    at += 1;
                }
                continue;
            }
            b'<' => {
                let digits: Vec<u8> = data[at + 1..]
                    .iter()
                    .take_while(|b| **b != b'>')
                    .filter_map(|b| (*b as char).to_digit(16))
                    .map(|d| d as u8)
                    .collect();
                out.extend(digits.chunks(2).map(|p| p[0] << 4 | p.get(1).copied().unwrap_or(0)));
            }
            _ => {}
        }
        at += 1;
    }
    latin(&out)
}

fn names(data: &[u8]) -> String {
    let mut out = String::new();
    for part in latin(data).split('/').skip(1) {
        let name: String = part.chars().take_while(|c| !c.is_whitespace() && !"()<>[]{}/%".contains(*c)).collect();
        let mut rest = name.as_str();
        while let Some((before, after)) = rest.split_once('#') {
            out.push_str(before);
            match after.get(..2).and_then(|h| u8::from_str_radix(h, 16).ok()) {
                Some(b) => {
                    out.push(char::from(b));
                    rest = &after[2..];
                }
                None => rest = after,
            }
        }
        out.push_str(rest);
        out.push('\n');
    }
    out
}
