//! What bytes are, by content. Extensions lie: portals ship C-CDA as `.txt` and FHIR JSON as `.xml`.

use std::borrow::Cow;

/// Bytes from the start of a file that are enough to say what it is.
pub const HEAD_BYTES: usize = 64 << 10;

/// A document that a format may be able to read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// One JSON value.
    Json,
    /// One JSON object a line, more than one.
    Ndjson,
    /// XML, by its root element.
    Xml(XmlRoot),
    /// HTML or XHTML, whole or a fragment.
    Html,
    /// Rich Text Format.
    Rtf,
    /// Any other text, style sheets (CSS) and tables included.
    Text,
    /// PDF.
    Pdf,
    /// A raster image.
    Image(ImageKind),
}

/// How an image is stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ImageKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// TIFF, of one page or more.
    Tiff,
}

/// The root element of an XML document.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum XmlRoot {
    /// `ClinicalDocument` of HL7 v3.
    Cda,
    /// Anything in the FHIR namespace.
    Fhir,
    /// ebXML registry: XDM and XDS metadata (`SubmitObjectsRequest`, `ProvideAndRegisterDocumentSetRequest`).
    Registry,
    /// An ASTM Continuity of Care Record.
    Ccr,
    /// An XSL style sheet.
    Stylesheet,
    /// Something else, or the root element was not within the first [`HEAD_BYTES`].
    Other,
}

/// Result of looking at a head.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Found {
    Document(Kind),
    Zip,
    Gzip,
    /// A kind nobody here can read, with the word for it.
    Unsupported(&'static str),
    /// An editor's copy.
    Junk(&'static str),
}

/// Says what the bytes are that begin with `head` (at most [`HEAD_BYTES`] are looked at).
pub(super) fn sniff(head: &[u8]) -> Found {
    let head = &head[..head.len().min(HEAD_BYTES)];
    if let Some(found) = magic(head) {
        return found;
    }
    let Some(text) = text_head(head) else { return Found::Unsupported("unknown binary") };
    let body = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    match body.as_bytes() {
        [b'{', rest @ ..] => {
            if matches!(rest.trim_ascii_start().first(), Some(b'"' | b'}')) {
                return Found::Document(Kind::Json);
            }
        }
        [b'[', rest @ ..] => {
            if matches!(rest.trim_ascii_start().first(), Some(b'{' | b'[' | b'"' | b']')) {
                return Found::Document(Kind::Json);
            }
        }
        [b'<', ..] => {
            if let Some(kind) = markup(body) {
                return Found::Document(kind);
            }
        }
        _ if is_mail(body) => return Found::Unsupported("e-mail message"),
        _ => {}
    }
    Found::Document(Kind::Text)
}

fn magic(h: &[u8]) -> Option<Found> {
    use Found::{Document as D, Unsupported as U};
    let at = |n: usize, m: &[u8]| h.get(n..).is_some_and(|r| r.starts_with(m));
    let starts: &[(&[u8], Found)] = &[
        (b"PK\x03\x04", Found::Zip),
        (b"PK\x05\x06", Found::Zip),
        (b"PK\x07\x08", Found::Zip),
        (b"\x1f\x8b\x08", Found::Gzip),
        (b"%PDF-", D(Kind::Pdf)),
        (b"\x89PNG\r\n\x1a\n", D(Kind::Image(ImageKind::Png))),
        (b"\xff\xd8\xff", D(Kind::Image(ImageKind::Jpeg))),
        (b"II*\0", D(Kind::Image(ImageKind::Tiff))),
        (b"MM\0*", D(Kind::Image(ImageKind::Tiff))),
        (b"II+\0", U("tiff image")),
        (b"MM\0+", U("tiff image")),
        (b"GIF87a", U("gif image")),
        (b"GIF89a", U("gif image")),
        (b"\0\0\x01\0", U("icon image")),
        (b"\0\0\0\x0cjP  ", U("jpeg 2000 image")),
        (b"{\\rtf", D(Kind::Rtf)),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", U("office document (ole)")),
        (b"7z\xbc\xaf\x27\x1c", U("7z archive")),
        (b"Rar!\x1a\x07", U("rar archive")),
        (b"BZh", U("bzip2")),
        (b"\xfd7zXZ\0", U("xz")),
        (b"\x28\xb5\x2f\xfd", U("zstd")),
        (b"ID3", U("audio")),
        (b"OggS", U("audio or video")),
        (b"fLaC", U("audio")),
        (b"\x1a\x45\xdf\xa3", U("video")),
        (b"\0\0\x01\xba", U("video")),
        (b"FLV\x01", U("video")),
        (b"SQLite format 3\0", U("database")),
        (b"%!PS", U("postscript")),
        (b"b0VIM ", Found::Junk("left over from an editor")),
    ];
    if let Some((_, found)) = starts.iter().find(|(m, _)| h.starts_with(m)) {
        // These three marks are also ordinary letters: real files of the kind go on with binary.
        let wordy = h.starts_with(b"BZh") || h.starts_with(b"ID3") || h.starts_with(b"OggS") || h.starts_with(b"fLaC");
        if !wordy || text_head(h).is_none() {
            return Some(*found);
        }
    }
    if at(128, b"DICM") {
        return Some(U("dicom"));
    }
    if at(257, b"ustar") {
        return Some(U("tar archive"));
    }
    if h.starts_with(b"RIFF") && h.len() >= 12 {
        return Some(U(match &h[8..12] {
            b"WEBP" => "webp image",
            b"WAVE" => "audio",
            _ => "audio or video",
        }));
    }
    if at(4, b"ftyp") {
        return Some(U(if at(8, b"heic") || at(8, b"mif1") || at(8, b"avif") { "heif image" } else { "audio or video" }));
    }
    if h.starts_with(b"BM") && h.len() >= 18 && h[6..10] == [0; 4] {
        return Some(U("bmp image"));
    }
    if h.len() > 2 && h[0] == 0xff && (h[1] & 0xe6) == 0xe2 && text_head(h).is_none() {
        return Some(U("audio"));
    }
    // PDF readers accept the mark anywhere in the first 1024 bytes (ISO 32000-1, annex H, note 13).
    let near = &h[..h.len().min(1024)];
    let start = near.trim_ascii_start();
    if memchr::memmem::find(near, b"%PDF-").is_some()
        && (text_head(near).is_none() || start.starts_with(b"%PDF-") || holds_objects(h))
    {
        return Some(D(Kind::Pdf));
    }
    // Some look for the objects alone. What is no text of another format is then a PDF, in whose packed pages nobody reads names.
    if !matches!(start.first(), Some(b'{' | b'[' | b'<')) && holds_objects(h) && memchr::memmem::find(h, b"endobj").is_some() {
        return Some(D(Kind::Pdf));
    }
    None
}

/// True when an object of a PDF begins: `12 0 obj`.
fn holds_objects(h: &[u8]) -> bool {
    memchr::memmem::find_iter(h, b" obj").any(|at| {
        let digits = h[..at].iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let before = h[..at - digits].strip_suffix(b" ").and_then(<[u8]>::last);
        digits > 0 && before.is_some_and(u8::is_ascii_digit)
    })
}

/// Control characters that occur in honest text: tab, line ends, form feed, DOS end of file, the marks around an HL7 v2 message.
pub(super) fn is_text_byte(b: u8) -> bool {
    b >= 0x20 && b != 0x7f || matches!(b, b'\t' | b'\n' | b'\r' | 0x0b | 0x0c | 0x1a | 0x1c)
}

/// How the text of a head is stored, when it is UTF-16.
pub(super) fn utf16(head: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    match head {
        [0xff, 0xfe, 0, 0, ..] => None, // UTF-32
        [0xff, 0xfe, ..] => Some(encoding_rs::UTF_16LE),
        [0xfe, 0xff, ..] => Some(encoding_rs::UTF_16BE),
        // Without a mark: XML or JSON or text in the Latin script has a zero in every other byte.
        _ => {
            let n = head.len().min(256) & !1;
            if n < 8 {
                return None;
            }
            let zeros = |from: usize| head[from..n].iter().step_by(2).filter(|&&b| b == 0).count();
            let (even, odd) = (zeros(0), zeros(1));
            let most = n / 2 * 9 / 10;
            if odd >= most && even == 0 {
                return Some(encoding_rs::UTF_16LE);
            }
            if even >= most && odd == 0 {
                return Some(encoding_rs::UTF_16BE);
            }
            None
        }
    }
}

/// The head as text, or `None` when it is not text.
fn text_head(head: &[u8]) -> Option<Cow<'_, str>> {
    if let Some(enc) = utf16(head) {
        let (text, _) = enc.decode_without_bom_handling(&head[..head.len() & !1]);
        let bad = text
            .chars()
            .filter(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{b}') || *c == '\u{fffd}')
            .count();
        // The last unit may be half a pair.
        return (bad <= 1).then_some(text);
    }
    if !head.iter().all(|&b| is_text_byte(b)) {
        return None;
    }
    match std::str::from_utf8(head) {
        Ok(t) => Some(Cow::Borrowed(t)),
        Err(e) if e.error_len().is_none() => std::str::from_utf8(&head[..e.valid_up_to()]).ok().map(Cow::Borrowed),
        Err(_) => Some(encoding_rs::WINDOWS_1252.decode_without_bom_handling(head).0),
    }
}

/// Mail and saved web pages in MIME: their parts are encoded, so that reading them as text would read nothing.
fn is_mail(body: &str) -> bool {
    let mut mime = false;
    for line in body.lines().take(200) {
        if line.is_empty() {
            break;
        }
        let folded = line.starts_with([' ', '\t']);
        let header = line.split_once(':').is_some_and(|(n, _)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_graphic()));
        if !folded && !header && !line.starts_with("From ") {
            return false;
        }
        mime = mime || line.get(..13).is_some_and(|l| l.eq_ignore_ascii_case("mime-version:"));
    }
    mime
}

/// XML by root element, HTML, or `None` for text that happens to begin with `<`.
fn markup(body: &str) -> Option<Kind> {
    let mut rest = body;
    let mut declared = false;
    loop {
        rest = rest.trim_start();
        if let Some(r) = rest.strip_prefix("<?") {
            declared = declared || r.starts_with("xml");
            let Some(end) = r.find("?>") else { return Some(Kind::Xml(XmlRoot::Other)) };
            rest = &r[end + 2..];
        } else if let Some(r) = rest.strip_prefix("<!--") {
            let Some(end) = r.find("-->") else { return Some(Kind::Xml(XmlRoot::Other)) };
            rest = &r[end + 3..];
        } else if rest.get(..9).is_some_and(|d| d.eq_ignore_ascii_case("<!doctype")) {
            let after = rest[9..].trim_start();
            if after.get(..4).is_some_and(|n| n.eq_ignore_ascii_case("html")) {
                return Some(Kind::Html);
            }
            let subset = after.find('[').filter(|b| after.find('>').is_none_or(|g| *b < g));
            let end = match subset {
                Some(b) => after[b..].find(']').and_then(|e| after[b + e..].find('>').map(|g| b + e + g)),
                None => after.find('>'),
            };
            let Some(end) = end else { return Some(Kind::Xml(XmlRoot::Other)) };
            rest = &after[end + 1..];
        } else {
            break;
        }
    }
    let Some(tag) = rest.strip_prefix('<') else { return declared.then_some(Kind::Xml(XmlRoot::Other)) };
    let name_end = tag.find(|c: char| c.is_whitespace() || c == '>' || c == '/').unwrap_or(tag.len());
    let name = &tag[..name_end];
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return declared.then_some(Kind::Xml(XmlRoot::Other));
    }
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let attrs = &tag[name_end..tag.find('>').unwrap_or(tag.len()).max(name_end)];
    let ns = namespace(attrs, prefix);
    let root = match (local, ns) {
        ("ClinicalDocument", _) => XmlRoot::Cda,
        ("ContinuityOfCareRecord", _) => XmlRoot::Ccr,
        ("stylesheet" | "transform", Some("http://www.w3.org/1999/XSL/Transform")) => XmlRoot::Stylesheet,
        ("SubmitObjectsRequest" | "ProvideAndRegisterDocumentSetRequest", _) => XmlRoot::Registry,
        (_, Some("http://hl7.org/fhir")) => XmlRoot::Fhir,
        (l, n) if l.eq_ignore_ascii_case("html") || n == Some("http://www.w3.org/1999/xhtml") => return Some(Kind::Html),
        // `<section>` and `<title>` are CDA's, too: a piece of a document without its head.
        (l, None) if !declared && is_html_tag(l) && !body.contains("<templateId") => return Some(Kind::Html),
        // "<jane@example.org> wrote" is text.
        _ if !name.chars().all(|c| c.is_alphanumeric() || matches!(c, ':' | '_' | '-' | '.')) => {
            return declared.then_some(Kind::Xml(XmlRoot::Other));
        }
        _ => XmlRoot::Other,
    };
    Some(Kind::Xml(root))
}

fn namespace<'a>(attrs: &'a str, prefix: &str) -> Option<&'a str> {
    let key = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
    let mut from = 0;
    while let Some(at) = attrs[from..].find(&key) {
        let start = from + at;
        let after = attrs[start + key.len()..].trim_start();
        let before_ok = start > 0 && attrs.as_bytes()[start - 1].is_ascii_whitespace();
        if before_ok && let Some(value) = after.strip_prefix('=') {
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| *c == '"' || *c == '\'')?;
            return value[1..].split(quote).next();
        }
        from = start + key.len();
    }
    None
}

fn is_html_tag(name: &str) -> bool {
    const TAGS: &[&str] = &[
        "a", "article", "b", "body", "br", "center", "dl", "div", "em", "font", "form", "h1", "h2", "h3", "h4", "h5", "h6",
        "head", "hr", "i", "img", "li", "link", "meta", "ol", "p", "pre", "script", "section", "span", "strong", "style",
        "table", "tbody", "td", "title", "tr", "u", "ul",
    ];
    TAGS.iter().any(|t| t.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn no_bytes_harm_the_sniffer(
            start in proptest::sample::select(vec!["", "<", "<!DOCTYPE", "<a xmlns", "{", "\u{feff}<?xml", "%PDF-", "RIFF", "<é "]),
            rest in proptest::collection::vec(any::<u8>(), 0..60),
            text in "[<>!?=\"' a-zé:\\[\\]-]{0,40}",
        ) {
            sniff(&[start.as_bytes(), &rest].concat());
            sniff(&[start.as_bytes(), text.as_bytes()].concat());
        }
    }

    fn kind(s: &[u8]) -> Kind {
        match sniff(s) {
            Found::Document(k) => k,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn content_decides_not_extension() {
        assert_eq!(kind(b"\xef\xbb\xbf \r\n{\"resourceType\":\"Bundle\"}"), Kind::Json);
        assert_eq!(kind(b"[{\"a\":1}]"), Kind::Json);
        assert_eq!(kind(b"[1] a note that begins with a bracket"), Kind::Text);
        assert_eq!(kind(b"{see below}"), Kind::Text);
        assert_eq!(
            kind(
                b"\n<?xml version=\"1.0\"?><?xml-stylesheet href='a.xsl'?><!-- > --><ClinicalDocument xmlns=\"urn:hl7-org:v3\">"
            ),
            Kind::Xml(XmlRoot::Cda)
        );
        assert_eq!(kind(b"<cda:ClinicalDocument xmlns:cda='urn:hl7-org:v3'>"), Kind::Xml(XmlRoot::Cda));
        assert_eq!(kind(b"<Patient xmlns=\"http://hl7.org/fhir\">"), Kind::Xml(XmlRoot::Fhir));
        assert_eq!(
            kind(b"<xsl:stylesheet version='1.0' xmlns:a='x' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>"),
            Kind::Xml(XmlRoot::Stylesheet)
        );
        assert_eq!(kind(b"<lcm:SubmitObjectsRequest xmlns:lcm='urn:oasis'>"), Kind::Xml(XmlRoot::Registry));
        assert_eq!(kind(b"<!DOCTYPE html><p>x"), Kind::Html);
        assert_eq!(kind(b"<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C//DTD XHTML 1.0 Strict//EN'><html>"), Kind::Html);
        assert_eq!(kind(b"<div>hello</div>"), Kind::Html);
        assert_eq!(kind(b"<section><templateId root=\"2.16.840\"/><text/></section>"), Kind::Xml(XmlRoot::Other));
        assert_eq!(kind(b"<ccr:ContinuityOfCareRecord xmlns:ccr='urn:astm'>"), Kind::Xml(XmlRoot::Ccr));
        assert_eq!(kind(b"<!DOCTYPE a [<!ENTITY b 'c>'>]><ClinicalDocument/>"), Kind::Xml(XmlRoot::Cda));
        assert_eq!(kind(b"<5 years old"), Kind::Text);
        assert_eq!(kind(b"<jane.roe@example.org> wrote:"), Kind::Text);
        assert_eq!(kind(b""), Kind::Text);
        assert_eq!(kind("Café au lait".as_bytes()), Kind::Text);
        assert_eq!(kind(b"Caf\xe9"), Kind::Text);
        assert_eq!(kind(b"ID3 is a kind of lesion"), Kind::Text);
    }

    #[test]
    fn utf16_is_read_through() {
        let le: Vec<u8> = "\u{feff}<?xml version=\"1.0\"?><ClinicalDocument>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(kind(&le), Kind::Xml(XmlRoot::Cda));
        let be: Vec<u8> = "{\"resourceType\":\"Patient\"}".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(kind(&be), Kind::Json);
    }

    #[test]
    fn a_character_cut_at_the_end_of_the_head_is_text() {
        let mut v = vec![b'a'; HEAD_BYTES - 1];
        v.extend_from_slice("é and more".as_bytes());
        assert_eq!(kind(&v), Kind::Text);
    }

    #[test]
    fn unsupported_kinds_have_a_word() {
        assert_eq!(kind(b"%PDF-1.7\n%\xe2\xe3"), Kind::Pdf);
        assert_eq!(kind(b"{\\rtf1\\ansi"), Kind::Rtf);
        assert_eq!(kind(b"\x00\x01junk%PDF-1.4"), Kind::Pdf);
        assert_eq!(kind(b"junk\n%PDF-1.7\n1 0 obj\n<<>>\nendobj"), Kind::Pdf);
        assert_eq!(kind(&[&[b'a'; 3000][..], b"\n1 0 obj\n<<>>\nendobj"].concat()), Kind::Pdf);
        assert_eq!(kind(b"Sent as %PDF-1.7, see the obj and 3 obj"), Kind::Text);
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n...."), Kind::Image(ImageKind::Png));
        assert_eq!(kind(b"\xff\xd8\xff\xe0"), Kind::Image(ImageKind::Jpeg));
        assert_eq!(kind(b"II*\0aaaa"), Kind::Image(ImageKind::Tiff));
        let mut dicom = vec![0u8; 128];
        dicom.extend_from_slice(b"DICM");
        let cases: &[(&[u8], &str)] = &[
            (b"GIF89a", "gif image"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "office document (ole)"),
            (b"RIFF\x01\x02\x03\x04WAVEfmt ", "audio"),
            (b"\0\0\0\x18ftypmp42", "audio or video"),
            (&dicom, "dicom"),
            (b"abc\x00\x01\x02", "unknown binary"),
            (b"\xff\xfe\0\0a\0\0\0", "unknown binary"),
        ];
        for (bytes, word) in cases {
            assert_eq!(sniff(bytes), Found::Unsupported(word), "{word}");
        }
        let mail = b"Received: by x\r\n\tfor y\r\nSubject: s\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed\r\n\r\n--x";
        assert_eq!(sniff(mail), Found::Unsupported("e-mail message"));
        assert_eq!(kind(b"Subject: s\nFrom: me\n\nMIME-Version: 1.0"), Kind::Text);
        assert_eq!(sniff(b"PK\x03\x04"), Found::Zip);
        assert_eq!(sniff(b"\x1f\x8b\x08\0"), Found::Gzip);
        assert!(matches!(sniff(b"b0VIM 8.1\0\0"), Found::Junk(_)));
    }
}
