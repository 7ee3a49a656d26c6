//! Is an output still a document of its kind, for another parser than the one that wrote it?

use super::fhir_rules::{RuleCounts, json_rules};
use encoding_rs::Encoding;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde::de::IgnoredAny;
use std::borrow::Cow;

/// What a file is for these checks, by content.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// One JSON value. `true`: a FHIR resource.
    Json(bool),
    /// One JSON value on each line; `true`: FHIR resources.
    Lines(bool),
    /// XML.
    Xml,
    /// HTML, text, a container, anything else: not checked here.
    Other,
}

/// Tells the shape of a file. The first kilobytes decide, except between one JSON value and JSON lines.
pub fn shape_of(bytes: &[u8]) -> Shape {
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let body = body.trim_ascii_start();
    let head = body.get(..body.len().min(512)).unwrap_or_default();
    let lower = head.to_ascii_lowercase();
    if head.starts_with(b"<") {
        let html = lower.starts_with(b"<!doctype html") || lower.starts_with(b"<html");
        return if html && !head.starts_with(b"<?xml") { Shape::Other } else { Shape::Xml };
    }
    let opens =
        matches!(body, [b'{', ..]) && body.get(1..).is_some_and(|r| matches!(r.trim_ascii_start().first(), Some(b'"' | b'}')));
    if !opens
        && !matches!(body, [b'[', ..] if body.get(1..).is_some_and(|r| matches!(r.trim_ascii_start().first(), Some(b'{' | b']' | b'"'))))
    {
        return Shape::Other;
    }
    let fhir = memchr::memmem::find(body.get(..body.len().min(1 << 20)).unwrap_or_default(), b"\"resourceType\"").is_some();
    let line = memchr::memchr(b'\n', body).map_or(body, |p| body.get(..p).unwrap_or_default());
    let rest = body.get(line.len()..).unwrap_or_default().trim_ascii_start();
    if rest.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok() {
        Shape::Lines(fhir)
    } else {
        Shape::Json(fhir)
    }
}

/// Counts what is wrong, by rule. An empty map: well-formed and within the rules.
pub fn faults(bytes: &[u8], shape: Shape) -> RuleCounts {
    match shape {
        Shape::Json(fhir) => json_faults(bytes, fhir),
        Shape::Lines(fhir) => {
            let mut all = RuleCounts::new();
            let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            for line in body.split(|b| *b == b'\n').filter(|l| !l.trim_ascii().is_empty()) {
                for (rule, n) in json_faults(line, fhir) {
                    *all.entry(rule).or_default() += n;
                }
            }
            all
        }
        Shape::Xml => xml_faults(bytes),
        Shape::Other => RuleCounts::new(),
    }
}

fn json_faults(bytes: &[u8], fhir: bool) -> RuleCounts {
    let not_json = || RuleCounts::from([("not well-formed JSON".to_string(), 1)]);
    let body = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Err(e) = serde_json::from_slice::<IgnoredAny>(body)
        && !e.to_string().starts_with("recursion limit")
    {
        return not_json();
    }
    json_rules(bytes, fhir).unwrap_or_else(|_| not_json())
}

/// The text of an XML document: by byte order mark, by its declaration, else UTF-8.
pub(crate) fn xml_text(bytes: &[u8]) -> Cow<'_, str> {
    let head = bytes.get(..bytes.len().min(200)).unwrap_or_default();
    let declared = || {
        let at = memchr::memmem::find(head, b"encoding=")? + 10;
        let name: Vec<u8> = head.get(at..)?.iter().copied().take_while(|b| !matches!(b, b'"' | b'\'')).collect();
        // The declaration is in ASCII, so a declared UTF-16 is what the document was before it was read.
        Encoding::for_label(&name).filter(|e| *e != encoding_rs::UTF_16LE && *e != encoding_rs::UTF_16BE)
    };
    let encoding = if head.starts_with(b"<?xml") { declared() } else { None };
    encoding.unwrap_or(encoding_rs::UTF_8).decode(bytes).0
}

/// One root, all tags closed, no attribute twice, no unknown entity, no DOCTYPE with declarations left unread.
fn xml_faults(bytes: &[u8]) -> RuleCounts {
    let mut counts = RuleCounts::new();
    let text = xml_text(bytes);
    let mut reader = Reader::from_str(&text);
    reader.config_mut().check_end_names = true;
    reader.config_mut().check_comments = true;
    let mut depth = 0usize;
    let mut roots = 0usize;
    let mut broken = |rule: &str| *counts.entry(rule.to_string()).or_default() += 1;
    let attributes = |e: &quick_xml::events::BytesStart| e.attributes().with_checks(true).any(|a| a.is_err());
    loop {
        match reader.read_event() {
            Ok(Event::Start(e)) => {
                roots += usize::from(depth == 0);
                depth += 1;
                if attributes(&e) {
                    broken("XML attribute wrong or twice");
                }
            }
            Ok(Event::Empty(e)) => {
                roots += usize::from(depth == 0);
                if attributes(&e) {
                    broken("XML attribute wrong or twice");
                }
            }
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Text(t)) if depth == 0 && !t.as_ref().trim().is_empty() => broken("text outside the XML root"),
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(_) => {
                broken("not well-formed XML");
                return counts;
            }
        }
    }
    if depth > 0 || roots != 1 {
        broken("not well-formed XML");
    }
    counts
}

/// Rules that the output breaks more often than the input did, in words. Without an input every fault counts.
pub fn worse(output: &RuleCounts, input: Option<&RuleCounts>) -> Vec<String> {
    let before = |rule: &String| input.and_then(|i| i.get(rule)).copied().unwrap_or(0);
    output
        .iter()
        .filter(|(rule, n)| **n > before(rule))
        .map(|(rule, n)| format!("{rule}: {} more than in the input", n - before(rule)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        assert_eq!(shape_of(b"\xef\xbb\xbf {\"resourceType\":\"Patient\"}"), Shape::Json(true));
        assert_eq!(shape_of(b"{\"resourceType\":\"A\"}\n{\"resourceType\":\"B\"}\n"), Shape::Lines(true));
        assert_eq!(shape_of(b"{\n \"a\": 1\n}\n"), Shape::Json(false));
        assert_eq!(shape_of(b"<?xml version='1.0'?><a/>"), Shape::Xml);
        assert_eq!(shape_of(b"<!DOCTYPE html><p>"), Shape::Other);
        assert_eq!(shape_of(b"[MOTHER] called"), Shape::Other);
    }

    #[test]
    fn xml_faults_are_seen() {
        let n = |t: &str| xml_faults(t.as_bytes()).len();
        assert_eq!(n("<?xml version='1.0'?><!-- c --><a b='1' c='2'><d/>x &amp; y</a>\n"), 0);
        for bad in ["<a><b></a></b>", "<a>", "<a/><b/>", "<a b='1' b='2'/>", "text", "<a b=1/>", "<a></a>x"] {
            assert!(n(bad) > 0, "{bad}");
        }
    }

    #[test]
    fn only_what_got_worse_counts() {
        let input = faults(br#"{"resourceType":"P","a":""}"#, Shape::Json(true));
        let output = faults(br#"{"resourceType":"P","a":"","b":{}}"#, Shape::Json(true));
        assert_eq!(worse(&output, Some(&input)), vec!["empty object: 1 more than in the input"]);
        assert_eq!(worse(&output, None).len(), 2);
        assert!(!worse(&faults(b"{\"a\":}", Shape::Json(true)), Some(&input)).is_empty());
    }
}
