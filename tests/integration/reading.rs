//! Every way in which a file can be read: as bytes, with JSON or XML escapes undone, with markup taken away, out of base64, out of
//! a zip, with percent signs undone. A name that policy removes may be in none of these readings.

use base64::Engine;
use std::io::Read;

/// One reading of a file or of something inside it.
pub struct Reading {
    /// `portal.zip > ccda/summary.xml > base64`.
    pub place: String,
    pub text: String,
}

const DEPTH: usize = 6;

/// All readings of one file, its name among them.
pub fn readings(name: &str, bytes: &[u8]) -> Vec<Reading> {
    let mut out = vec![Reading { place: format!("{name} (file name)"), text: percent(name) }];
    read(name, bytes, 0, &mut out);
    out
}

/// All readings of several files.
pub fn all(files: &[(String, Vec<u8>)]) -> Vec<Reading> {
    files.iter().flat_map(|(n, b)| readings(n, b)).collect()
}

fn read(place: &str, bytes: &[u8], depth: usize, out: &mut Vec<Reading>) {
    if depth > DEPTH {
        return;
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return read_zip(place, bytes, depth, out);
    }
    let picture = [&b"\x89PNG"[..], b"\xff\xd8\xff", b"II*\0", b"MM\0*"].iter().any(|m| bytes.starts_with(m));
    if picture && let Some(text) = pixels(bytes) {
        out.push(Reading { place: format!("{place} (pixels)"), text });
    }
    let text = String::from_utf8_lossy(bytes).into_owned();
    let head = text.trim_start_matches('\u{feff}').trim_start();
    if head.starts_with('{') || head.starts_with('[') {
        read_json(place, head, depth, out);
    }
    if head.contains('<') {
        read_markup(place, &text, depth, out);
    }
    if text.contains('%') {
        out.push(Reading { place: format!("{place} (percent)"), text: percent(&text) });
    }
    out.push(Reading { place: place.to_string(), text });
}

/// What an eye reads; lines joined, because a phrase may go over a line end.
pub fn pixels(bytes: &[u8]) -> Option<String> {
    use std::process::{Command, Stdio};
    let mut child = Command::new("tesseract")
        .args(["stdin", "stdout", "--psm", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    std::io::Write::write_all(&mut child.stdin.take()?, bytes).ok()?;
    let text = String::from_utf8_lossy(&child.wait_with_output().ok()?.stdout).into_owned();
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// True when scans can be read here. Where they cannot, the tests over them say so and are left out, except in continuous integration.
pub fn can_read_scans() -> bool {
    let there = std::process::Command::new("tesseract").arg("--version").output().is_ok_and(|o| o.status.success());
    assert!(there || std::env::var_os("CI").is_none(), "tesseract is missing; scripts/setup installs it");
    if !there {
        eprintln!("skipped: tesseract is not installed");
    }
    there
}

fn read_zip(place: &str, bytes: &[u8], depth: usize, out: &mut Vec<Reading>) {
    let Ok(mut zip) = zip::ZipArchive::new(std::io::Cursor::new(bytes)) else {
        out.push(Reading { place: format!("{place} (unreadable zip)"), text: String::from_utf8_lossy(bytes).into_owned() });
        return;
    };
    out.push(Reading { place: format!("{place} (zip comment)"), text: String::from_utf8_lossy(zip.comment()).into_owned() });
    for i in 0..zip.len() {
        let Ok(mut member) = zip.by_index(i) else { continue };
        let name = member.name().map(|n| n.into_owned()).unwrap_or_default();
        let inner = format!("{place} > {name}");
        out.push(Reading { place: format!("{inner} (member name)"), text: name });
        let mut data = Vec::new();
        if member.read_to_end(&mut data).is_ok() {
            read(&inner, &data, depth + 1, out);
        }
    }
}

/// Strings and keys of one JSON text, or of each line of an NDJSON text.
fn read_json(place: &str, text: &str, depth: usize, out: &mut Vec<Reading>) {
    let mut strings = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<serde_json::Value>() {
        let Ok(value) = value else { break };
        collect(&value, &mut strings);
    }
    for s in strings.iter().filter(|s| s.contains('<') && s.contains('>')) {
        read_markup(&format!("{place} (string)"), s, depth + 1, out);
    }
    for s in &strings {
        read_base64(place, s, depth, out);
    }
    out.push(Reading { place: format!("{place} (strings)"), text: strings.join("\n") });
}

fn collect(value: &serde_json::Value, out: &mut Vec<String>) {
    match value {
        serde_json::Value::String(s) => out.push(s.clone()),
        serde_json::Value::Array(a) => a.iter().for_each(|v| collect(v, out)),
        serde_json::Value::Object(o) => o.iter().for_each(|(k, v)| {
            out.push(k.clone());
            collect(v, out)
        }),
        _ => {}
    }
}

fn read_base64(place: &str, text: &str, depth: usize, out: &mut Vec<Reading>) {
    let packed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if packed.len() < 16 || !packed.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=-_".contains(&b)) {
        return;
    }
    let engines = [&base64::engine::general_purpose::STANDARD, &base64::engine::general_purpose::URL_SAFE_NO_PAD];
    if let Some(bytes) = engines.iter().find_map(|e| e.decode(&packed).ok()) {
        read(&format!("{place} > base64"), &bytes, depth + 1, out);
    }
}

/// XML or HTML: entities undone with the markup left in (attributes, comments), and with the markup taken away, once as nothing
/// and once as a blank. Text between tags is tried as base64.
fn read_markup(place: &str, text: &str, depth: usize, out: &mut Vec<Reading>) {
    let (mut joined, mut spaced) = (String::new(), String::new());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        let node = &rest[..open];
        joined.push_str(node);
        spaced.push_str(node);
        spaced.push(' ');
        read_base64(place, node, depth, out);
        rest = match rest[open..].find('>') {
            Some(close) => &rest[open + close + 1..],
            None => "",
        };
    }
    joined.push_str(rest);
    spaced.push_str(rest);
    for (how, s) in [("entities", text), ("markup away", joined.as_str()), ("markup as blanks", spaced.as_str())] {
        let flat: Vec<String> = entities(s).split_whitespace().map(str::to_string).collect();
        out.push(Reading { place: format!("{place} ({how})"), text: flat.join(" ") });
    }
}

/// Undoes numeric entities and the named ones that names and phone numbers are written with.
pub fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|b| b == b';');
        let Some((end, c)) = end.and_then(|e| entity(&rest[1..e]).map(|c| (e, c))) else {
            out.push('&');
            rest = &rest[1..];
            continue;
        };
        out.push(c);
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out
}

fn entity(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hexadecimal = number.strip_prefix(['x', 'X']);
        let code = hexadecimal.map_or_else(|| number.parse().ok(), |h| u32::from_str_radix(h, 16).ok());
        return code.and_then(char::from_u32);
    }
    let table = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
        ("nbsp", '\u{a0}'),
        ("eacute", 'é'),
        ("aacute", 'á'),
        ("ntilde", 'ñ'),
        ("ouml", 'ö'),
        ("uuml", 'ü'),
    ];
    table.iter().find(|(n, _)| *n == name).map(|(_, c)| *c)
}

fn percent(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let pair = bytes.get(i + 1..i + 3).and_then(|p| std::str::from_utf8(p).ok());
        match pair.filter(|_| bytes[i] == b'%').and_then(|p| u8::from_str_radix(p, 16).ok()) {
            Some(b) => {
                out.push(b);
                i += 3;
            }
            None => {
                out.push(bytes[i]);
                i += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Where `wanted` can be read, letter case aside; a phone number also in any other punctuation.
pub fn find(readings: &[Reading], wanted: &str) -> Vec<String> {
    let low = wanted.to_lowercase();
    let digits: String = wanted.chars().filter(char::is_ascii_digit).collect();
    let number = digits.len() >= 9 && wanted.chars().all(|c| c.is_ascii_digit() || " -.()+".contains(c));
    let mut places: Vec<String> = Vec::new();
    for r in readings {
        let hit =
            r.text.to_lowercase().contains(&low) || (number && runs_of_digits(&r.text).iter().any(|n| n.ends_with(&digits)));
        if hit && !places.contains(&r.place) {
            places.push(r.place.clone());
        }
    }
    places
}

/// Digits that stand together, phone punctuation between them aside.
fn runs_of_digits(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut run = String::new();
    let mut gap = 0;
    for c in text.chars() {
        if c.is_ascii_digit() {
            run.push(c);
            gap = 0;
        } else if "-.() /".contains(c) && gap < 2 && !run.is_empty() {
            gap += 1;
        } else if !run.is_empty() {
            out.push(std::mem::take(&mut run));
            gap = 0;
        }
    }
    out.push(run);
    out
}

/// How often `wanted` can be read in all readings together, letter case as given.
pub fn count(readings: &[Reading], wanted: &str) -> usize {
    readings.iter().map(|r| r.text.matches(wanted).count()).sum()
}

#[test]
fn a_name_is_found_however_it_is_stored() {
    let b64 = base64::engine::general_purpose::STANDARD.encode("Seen with <b>Ada</b> <i>Lund</i> today");
    let json = format!(r#"{{"a":"Jos\u00e9 Lund","b":"{b64}","c":"tel:%28206%29 555.0199"}}"#);
    let all = readings("x.json", json.as_bytes());
    assert!(!find(&all, "José Lund").is_empty());
    assert!(!find(&all, "Ada Lund").is_empty());
    assert!(!find(&all, "206-555-0199").is_empty());
    assert!(find(&all, "206-555-0198").is_empty());
    let xml = readings("x.xml", b"<p>Jos&#xE9; <c>Lu</c>nd</p><!-- A&amp;B -->");
    assert!(!find(&xml, "José Lund").is_empty());
    assert!(!find(&xml, "A&B").is_empty());
}
