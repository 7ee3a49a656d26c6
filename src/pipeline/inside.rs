//! PDFs and pictures inside of other documents (an attachment of a FHIR resource, a picture of a C-CDA), for a person to look at.

use super::documents::{MAX_NESTING, format_for};
use super::wide::{self, Stored};
use crate::format::Source;
use crate::intake::{self, Kind};

/// No document is looked through for more of them.
const MOST: usize = 500;

/// A document with pages inside of another one.
#[derive(Clone, Debug)]
pub struct Inside {
    /// What follows the path of the outermost one in the key of this one: `>2`, `>2>1`; `:17>1` in the seventeenth line of a line file.
    pub suffix: String,
    /// Element path of where it stands in the outermost document that holds it.
    pub place: String,
    /// Keys of the record that holds it, and its number there: the same in the redacted copy.
    mark: String,
    /// What it is.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Those inside a document, in order. Empty for one that cannot be read, and for one that holds none.
pub fn inside(bytes: &[u8], kind: Kind) -> Vec<Inside> {
    let mut out = Vec::new();
    if kind == Kind::Ndjson {
        for (n, line) in bytes.split(|b| *b == b'\n').enumerate().filter(|(_, l)| !l.trim_ascii().is_empty()) {
            below(line, Kind::Json, &format!(":{}", n + 1), "", 1, &mut out);
        }
    } else {
        below(bytes, kind, "", "", 1, &mut out);
    }
    out
}

fn below(bytes: &[u8], kind: Kind, suffix: &str, outer: &str, depth: usize, out: &mut Vec<Inside>) {
    // Pages hold files now and then, but then they are files.
    if depth > MAX_NESTING || matches!(kind, Kind::Image(_) | Kind::Text | Kind::Rtf) {
        return;
    }
    let Ok(format) = format_for(kind) else { return };
    let bytes = match wide::narrow(bytes.to_vec()) {
        Ok(Stored::Plain(b) | Stored::Wide(b, _)) => b,
        Err(_) => return,
    };
    let source = Source { bytes: &bytes, name: "" };
    let Ok(doc) = format.read(source) else { return };
    for (i, part) in doc.parts.iter().enumerate() {
        let (Ok(inner), Some(field)) = (&part.bytes, doc.fields.get(part.field as usize)) else { continue };
        let Ok(kind) = intake::kind_of(inner) else { continue };
        let suffix = format!("{suffix}>{}", i + 1);
        let place = if outer.is_empty() {
            format.locate(source, &doc, &[field.node]).pop().unwrap_or_default()
        } else {
            outer.to_string()
        };
        if matches!(kind, Kind::Pdf | Kind::Image(_)) && out.len() < MOST {
            let keys = doc.records.get(field.record as usize).map(|r| r.keys.join(" ")).unwrap_or_default();
            let nth = out.iter().filter(|o| o.mark.split('#').next() == Some(&keys)).count();
            out.push(Inside { suffix, place, mark: format!("{keys}#{nth}"), kind, bytes: inner.clone() });
        } else {
            below(inner, kind, &suffix, &place, depth + 1, out);
        }
    }
}

/// The one of the redacted copy that stands for one of the original: by its number where none is missing, else by its record.
pub fn counterpart<'r>(original: &[Inside], redacted: &'r [Inside], suffix: &str) -> Option<&'r Inside> {
    let at = original.iter().position(|o| o.suffix == suffix)?;
    if original.len() == redacted.len() {
        return redacted.get(at);
    }
    let mark = &original.get(at)?.mark;
    let mut found = redacted.iter().filter(|r| r.mark == *mark && !mark.starts_with('#'));
    found.next().filter(|_| found.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    fn bundle(pdfs: &[(&str, &[u8])]) -> Vec<u8> {
        let entries: Vec<String> = pdfs
            .iter()
            .map(|(id, b)| {
                format!(
                    r#"{{"fullUrl":"urn:uuid:{id}","resource":{{"resourceType":"DocumentReference","id":"{id}","status":"current","content":[{{"attachment":{{"contentType":"application/pdf","data":"{}"}}}}]}}}}"#,
                    STANDARD.encode(b)
                )
            })
            .collect();
        format!(r#"{{"resourceType":"Bundle","type":"collection","entry":[{}]}}"#, entries.join(",")).into_bytes()
    }

    #[test]
    fn pages_inside_a_bundle_are_found_and_keep_their_counterpart() {
        let sample = |p: &str| std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(p)).unwrap();
        let (pdf, png) = (sample("pdf/visit-summary.pdf"), sample("scans/lab.png"));
        let all = bundle(&[("a1", &pdf), ("b2", b"Seen today by Dr. Roe, who will call."), ("c3", &png)]);
        let found = inside(&all, Kind::Json);
        let shown: Vec<(&str, &str)> = found.iter().map(|f| (f.suffix.as_str(), f.place.as_str())).collect();
        assert_eq!(shown.len(), 2, "{shown:?}");
        assert!(shown[0].0 == ">1" && shown[1].0 == ">3" && shown[1].1.starts_with("/entry/2/"), "{shown:?}");
        assert!(found[0].bytes == pdf && found[0].kind == Kind::Pdf);
        // Without the first, the last one is still itself.
        let fewer = inside(&bundle(&[("b2", b"Seen today by Dr. Roe, who will call."), ("c3", &png)]), Kind::Json);
        assert!(counterpart(&found, &fewer, ">1").is_none());
        assert_eq!(counterpart(&found, &fewer, ">3").unwrap().suffix, ">2");
        assert_eq!(counterpart(&found, &found, ">1").unwrap().suffix, ">1");
        let lines = [bundle(&[]), bundle(&[("a1", &pdf)])].join(&b'\n');
        assert_eq!(inside(&lines, Kind::Ndjson)[0].suffix, ":2>1");
        assert!(inside(b"{", Kind::Json).is_empty());
    }
}
