//! What a reference string points at, and where in it the pointing part stands.

use crate::format::json::{Kind, Tape};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// Parts of a literal reference, URL or urn.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RefParts {
    /// Range of the key in the text: `Practitioner/123` in `https://host/fhir/Practitioner/123/_history/2`.
    pub key: Range<usize>,
    /// Resource type when the text tells.
    pub resource: Option<Range<usize>>,
    /// `system` and `value` of a conditional reference `Type?identifier=system|value`.
    pub identifier: Option<(Range<usize>, Range<usize>)>,
}

/// Takes a reference apart. `None` for text that is none of: relative, absolute, contained, urn, conditional.
pub fn parse(text: &str, is_resource: impl Fn(&str) -> bool) -> Option<RefParts> {
    if text.is_empty() {
        return None;
    }
    if text.starts_with('#') || text.starts_with("urn:") {
        return Some(RefParts { key: 0..text.len(), resource: None, identifier: None });
    }
    if let Some(q) = text.find('?') {
        let type_start = text[..q].rfind('/').map_or(0, |s| s + 1);
        let rtype = &text[type_start..q];
        if !is_resource(rtype) {
            return None;
        }
        let query = &text[q + 1..];
        let identifier = query.find("identifier=").map(|p| {
            let from = q + 1 + p + "identifier=".len();
            let to = text[from..].find('&').map_or(text.len(), |e| from + e);
            match text[from..to].rfind('|').map(|b| (b, 1)).or_else(|| text[from..to].rfind("%7C").map(|b| (b, 3))) {
                Some((bar, width)) => (from..from + bar, from + bar + width..to),
                None => (from..from, from..to),
            }
        });
        return Some(RefParts { key: type_start..text.len(), resource: Some(type_start..q), identifier });
    }
    // The last path segment that is a resource type, followed by an id.
    let mut end = text.len();
    let mut segments: Vec<Range<usize>> = Vec::with_capacity(8);
    while let Some(slash) = text[..end].rfind('/') {
        segments.push(slash + 1..end);
        end = slash;
        if segments.len() > 12 {
            break;
        }
    }
    segments.push(0..end);
    // `segments` runs from the last to the first.
    for pair in segments.windows(2) {
        let (id, rtype) = (&pair[0], &pair[1]);
        if !id.is_empty() && is_resource(&text[rtype.clone()]) {
            return Some(RefParts { key: rtype.start..id.end, resource: Some(rtype.clone()), identifier: None });
        }
    }
    None
}

/// Types of everything in a document that a `urn:`, absolute URL or `Type/id` can point at.
#[derive(Default)]
pub struct BundleIndex<'s> {
    types: HashMap<Cow<'s, str>, Cow<'s, str>>,
}

impl<'s> BundleIndex<'s> {
    /// Reads fullUrl and type of every entry of a Bundle.
    pub fn of(src: &'s [u8], tape: &Tape) -> BundleIndex<'s> {
        let mut index = BundleIndex::default();
        let Some(entries) = tape.get(src, 0, "entry") else { return index };
        for e in tape.elements(entries) {
            if tape.node(e).kind != Kind::Object {
                continue;
            }
            let (Some(url), Some(resource)) = (tape.get_str(src, e, "fullUrl"), tape.get(src, e, "resource")) else { continue };
            if let Some(t) = tape.get_str(src, resource, "resourceType") {
                index.types.insert(url, t);
            }
        }
        index
    }

    /// Type of the resource with this full URL.
    pub fn type_of(&self, url: &str) -> Option<&str> {
        self.types.get(url).map(Cow::as_ref)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_resource(t: &str) -> bool {
        matches!(t, "Practitioner" | "Patient" | "Observation")
    }

    fn key(text: &str) -> Option<&str> {
        parse(text, is_resource).map(|p| &text[p.key])
    }

    #[test]
    fn keys_of_every_kind_of_reference() {
        assert_eq!(key("Practitioner/jsmith"), Some("Practitioner/jsmith"));
        assert_eq!(key("https://ehr.example/fhir/R4/Practitioner/jsmith/_history/3"), Some("Practitioner/jsmith"));
        assert_eq!(key("urn:uuid:49479dfb-22b5-07c2-58bd-0eaea4df016c").map(str::len), Some(45));
        assert_eq!(key("#p1"), Some("#p1"));
        assert_eq!(key("http://example.org/about"), None);
        assert_eq!(key("Practitioner"), None);
        let t = "Practitioner?identifier=http://hl7.org/fhir/sid/us-npi|9999999";
        let p = parse(t, is_resource).unwrap();
        let (s, v) = p.identifier.unwrap();
        assert_eq!((&t[s], &t[v]), ("http://hl7.org/fhir/sid/us-npi", "9999999"));
    }
}
