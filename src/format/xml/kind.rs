//! What an XML file is, from its root element; for intake, which then picks the format.

use super::encoding::BOM;

/// Kinds of XML that turn up in exports.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum XmlKind {
    /// A CDA R2 document: C-CDA, C32, CCD of 2007.
    ClinicalDocument,
    /// ebRIM metadata of an XDM package, or an XDR request.
    Xdm,
    /// A FHIR resource in XML.
    FhirXml,
    /// ASTM Continuity of Care Record.
    Ccr,
    /// An XSLT stylesheet.
    Stylesheet,
    /// An HTML page written as XML, or HTML as such.
    Html,
    /// Something else; the local name of its root, empty when there is none.
    Other(String),
}

/// Most bytes looked at before the root element: exporters put long comments and stylesheets instructions there.
const HEAD: usize = 64 * 1024;

/// Kind of the document that begins with `head` (64 KiB are enough). Namespace first, local name where the namespace is missing.
pub fn xml_kind(head: &[u8]) -> XmlKind {
    let narrow = narrow(head);
    let head = narrow.as_deref().unwrap_or(head);
    let Some((name, tag)) = root(head) else { return XmlKind::Other(String::new()) };
    let (prefix, local) = match name.iter().position(|&b| b == b':') {
        Some(c) => (&name[..c], &name[c + 1..]),
        None => (&name[..0], name),
    };
    let uri = namespace(tag, prefix);
    let soap =
        local == b"Envelope" && (contains(head, b"urn:oasis:names:tc:ebxml-regrep") || contains(head, b"urn:ihe:iti:xds-b:2007"));
    match (local, uri) {
        (b"ClinicalDocument", b"urn:hl7-org:v3" | b"") => XmlKind::ClinicalDocument,
        _ if uri.starts_with(b"urn:oasis:names:tc:ebxml-regrep") || uri == b"urn:ihe:iti:xds-b:2007" || soap => XmlKind::Xdm,
        (_, b"http://hl7.org/fhir") => XmlKind::FhirXml,
        (b"ContinuityOfCareRecord", _) => XmlKind::Ccr,
        (_, b"http://www.w3.org/1999/XSL/Transform") => XmlKind::Stylesheet,
        (_, b"http://www.w3.org/1999/xhtml") => XmlKind::Html,
        (l, b"") if l.eq_ignore_ascii_case(b"html") => XmlKind::Html,
        _ => XmlKind::Other(String::from_utf8_lossy(local).into_owned()),
    }
}

/// UTF-16 read as if it were ASCII, so that such a document is known for what it is (its reader then refuses it with a reason).
fn narrow(head: &[u8]) -> Option<Vec<u8>> {
    let zero_at = match head {
        [0xFF, 0xFE, ..] | [b'<', 0, ..] => 1,
        [0xFE, 0xFF, ..] | [0, b'<', ..] => 0,
        _ => return None,
    };
    let pairs = head.get(..head.len().min(HEAD)).unwrap_or(&[]).chunks_exact(2);
    Some(pairs.filter(|p| p[zero_at] == 0).map(|p| p[1 - zero_at]).collect())
}

fn contains(head: &[u8], what: &[u8]) -> bool {
    memchr::memmem::find(head, what).is_some()
}

/// Name and start tag of the root element.
fn root(head: &[u8]) -> Option<(&[u8], &[u8])> {
    let head = head.strip_prefix(BOM).unwrap_or(head);
    let head = head.get(..head.len().min(HEAD))?;
    let mut at = 0;
    loop {
        let rest = head.get(at..)?;
        let skip = |tail: &[u8]| memchr::memmem::find(rest, tail).map(|p| p + tail.len());
        if rest.first()?.is_ascii_whitespace() {
            at += 1;
        } else if rest.starts_with(b"<?") {
            at += skip(b"?>")?;
        } else if rest.starts_with(b"<!--") {
            at += skip(b"-->")?;
        } else if rest.starts_with(b"<!") {
            at += skip(b">")?;
        } else if rest.starts_with(b"<") {
            let len = rest.get(1..)?.iter().position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/' | b'<'));
            let name = rest.get(1..1 + len?)?;
            let end = memchr::memchr(b'>', rest).unwrap_or(rest.len());
            let starts = name.first().is_some_and(|b| b.is_ascii_alphabetic() || *b == b'_');
            return if starts { Some((name, rest.get(1 + name.len()..end)?)) } else { None };
        } else {
            return None;
        }
    }
}

/// Value of `xmlns` or `xmlns:prefix` in a start tag.
fn namespace<'a>(tag: &'a [u8], prefix: &[u8]) -> &'a [u8] {
    let wanted = if prefix.is_empty() { b"xmlns".to_vec() } else { [b"xmlns:", prefix].concat() };
    let mut from = 0;
    while let Some(p) = tag.get(from..).and_then(|t| memchr::memmem::find(t, &wanted)) {
        let at = from + p;
        from = at + wanted.len();
        let clean = at == 0 || tag.get(at - 1).is_some_and(|b| b.is_ascii_whitespace());
        let rest = tag.get(from..).unwrap_or(&[]).trim_ascii_start();
        let Some(rest) = rest.strip_prefix(b"=").filter(|_| clean) else { continue };
        let rest = rest.trim_ascii_start();
        let Some(&quote) = rest.first().filter(|b| matches!(b, b'"' | b'\'')) else { continue };
        let value = rest.get(1..).unwrap_or(&[]);
        return memchr::memchr(quote, value).and_then(|e| value.get(..e)).unwrap_or(&[]);
    }
    &[]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_root_and_namespace() {
        let kind = |s: &str| xml_kind(s.as_bytes());
        assert_eq!(
            kind("\u{FEFF}<?xml version='1.0'?><!-- <x> --><ClinicalDocument xmlns='urn:hl7-org:v3'>"),
            XmlKind::ClinicalDocument
        );
        assert_eq!(kind("<n1:ClinicalDocument xmlns:xsi='x' xmlns:n1 = \"urn:hl7-org:v3\">"), XmlKind::ClinicalDocument);
        assert_eq!(kind("<Bundle xmlns='http://hl7.org/fhir'>"), XmlKind::FhirXml);
        assert_eq!(kind("<ContinuityOfCareRecord xmlns='urn:astm-org:CCR'>"), XmlKind::Ccr);
        assert_eq!(kind("<xsl:stylesheet xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>"), XmlKind::Stylesheet);
        assert_eq!(kind("<!DOCTYPE html><HTML><body>"), XmlKind::Html);
        assert_eq!(kind("<SubmitObjectsRequest xmlns='urn:oasis:names:tc:ebxml-regrep:xsd:lcm:3.0'>"), XmlKind::Xdm);
        assert_eq!(kind("<s:Envelope xmlns:s='x'><r xmlns='urn:ihe:iti:xds-b:2007'/>"), XmlKind::Xdm);
        assert_eq!(kind("<section/>"), XmlKind::Other("section".into()));
        assert_eq!(kind("{\"a\": 1}"), XmlKind::Other(String::new()));
        let wide: Vec<u8> = "<ClinicalDocument xmlns='urn:hl7-org:v3'>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(xml_kind(&[b"\xFF\xFE".to_vec(), wide].concat()), XmlKind::ClinicalDocument);
    }
}
