//! FHIR JSON: a card for each resource.

use super::plain::lines as markup;
use super::{Card, Readable, Row, embedded};
use crate::format::json::tape::{Kind, Tape};
use crate::model::error::ReadError;

/// Keys that only machines read.
const TECHNICAL: &[&str] = &["resourceType", "meta", "fullUrl", "system", "url", "reference", "id", "versionId", "status", "use"];

struct Reader<'a> {
    source: &'a [u8],
    tape: &'a Tape,
}

pub(super) fn document(bytes: &[u8]) -> Result<Readable, ReadError> {
    let tape = Tape::parse(bytes)?;
    let r = Reader { source: bytes, tape: &tape };
    let mut cards = Vec::new();
    if r.text(0, "resourceType").as_deref() == Some("Bundle") {
        let mut head = Card { title: "Bundle".into(), ..Card::default() };
        for (k, v) in tape.members(0) {
            let key = r.key(k);
            if key != "entry" {
                r.rows(v, &key, &format!("/{key}"), &key, false, &mut head);
            }
        }
        cards.push(head);
        if let Some(entries) = tape.get(bytes, 0, "entry") {
            for (i, e) in tape.elements(entries).enumerate() {
                cards.push(r.entry(e, &format!("/entry/{i}")));
            }
        }
    } else {
        cards.push(r.card(0, ""));
    }
    Ok(Readable { cards })
}

pub(super) fn lines(bytes: &[u8]) -> Result<Readable, ReadError> {
    let mut cards = Vec::new();
    for (i, line) in bytes.split(|b| *b == b'\n').enumerate().filter(|(_, l)| !l.trim_ascii().is_empty()) {
        let tape = Tape::parse(line)?;
        cards.push(Reader { source: line, tape: &tape }.card(0, &format!("line {}", i + 1)));
    }
    Ok(Readable { cards })
}

impl Reader<'_> {
    fn key(&self, k: u32) -> String {
        self.tape.string(self.source, k).unwrap_or_default().into_owned()
    }

    fn text(&self, object: u32, key: &str) -> Option<String> {
        self.tape.get_str(self.source, object, key).map(|s| s.into_owned())
    }

    fn entry(&self, entry: u32, path: &str) -> Card {
        let Some(resource) = self.tape.get(self.source, entry, "resource") else { return self.card(entry, path) };
        let mut card = self.card(resource, &format!("{path}/resource"));
        for (k, v) in self.tape.members(entry) {
            let key = self.key(k);
            if key != "resource" {
                self.rows(v, &key, &format!("{path}/{key}"), &key, true, &mut card);
            }
        }
        card
    }

    fn card(&self, resource: u32, path: &str) -> Card {
        let kind = self.text(resource, "resourceType").unwrap_or_else(|| "Record".into());
        let named = ["code", "type", "vaccineCode", "medicationCodeableConcept", "category"];
        let what = named.iter().find_map(|k| self.tape.get(self.source, resource, k).and_then(|v| self.concept(v)));
        let title = what.map_or(kind.clone(), |w| format!("{kind}: {w}"));
        let mut card = Card { title, path: path.to_string(), rows: Vec::new() };
        for (k, v) in self.tape.members(resource) {
            let key = self.key(k);
            self.rows(v, &key, &format!("{path}/{key}"), &key, false, &mut card);
        }
        card
    }

    /// The words of a CodeableConcept or the first of several.
    fn concept(&self, v: u32) -> Option<String> {
        if self.tape.node(v).kind == Kind::Array {
            return self.tape.elements(v).next().and_then(|e| self.concept(e));
        }
        self.text(v, "text").or_else(|| {
            let codings = self.tape.get(self.source, v, "coding")?;
            self.tape.elements(codings).find_map(|c| self.text(c, "display"))
        })
    }

    /// A value as rows; objects that people read as one thing are one row. The depth is bounded by the tape's.
    fn rows(&self, v: u32, name: &str, path: &str, key: &str, technical: bool, card: &mut Card) {
        let technical = technical || TECHNICAL.contains(&key);
        match self.tape.node(v).kind {
            Kind::Array => {
                for (i, e) in self.tape.elements(v).enumerate() {
                    self.rows(e, name, &format!("{path}/{i}"), key, technical, card);
                }
            }
            Kind::Object => {
                if let Some(text) = self.joined(v) {
                    return card.push(Row { name: words(name), path: path.into(), text, technical });
                }
                for (k, inner) in self.tape.members(v) {
                    let member = self.key(k);
                    // `code coding display` says no more than `code display`.
                    let shown = if ["coding", "value", "text"].contains(&member.as_str()) {
                        name.to_string()
                    } else {
                        format!("{name} {member}")
                    };
                    self.rows(inner, &shown, &format!("{path}/{member}"), &member, technical, card);
                }
            }
            Kind::String => {
                let text = self.tape.string(self.source, v).unwrap_or_default();
                if key == "div" {
                    return markup(text.as_bytes(), "narrative", path, card);
                }
                // `Attachment.data`, `Binary.data`; the data of a signature or of sampled values are no document.
                if key == "data" && !technical && !["/signature/", "SampledData/"].iter().any(|p| path.contains(p)) {
                    return embedded::rows(&text, &words(name), path, card);
                }
                card.push(Row { name: words(name), path: path.into(), text: text.into_owned(), technical });
            }
            _ => {
                let text = String::from_utf8_lossy(self.tape.raw(self.source, v)).into_owned();
                card.push(Row { name: words(name), path: path.into(), text, technical });
            }
        }
    }

    /// HumanName, ContactPoint, Quantity and Period on one line, when they hold nothing but their plain parts.
    fn joined(&self, v: u32) -> Option<String> {
        let members: Vec<(String, u32)> = self.tape.members(v).map(|(k, v)| (self.key(k), v)).collect();
        let within = |allowed: &[&str]| !members.is_empty() && members.iter().all(|(k, _)| allowed.contains(&k.as_str()));
        let part = |key: &str| {
            let v = members.iter().find(|(k, _)| k == key)?.1;
            Some(match self.tape.node(v).kind {
                Kind::Array => self.tape.elements(v).map(|e| self.leaf(e)).collect::<Vec<_>>().join(" "),
                _ => self.leaf(v),
            })
        };
        let has = |key: &str| members.iter().any(|(k, _)| k == key);
        let join = |keys: &[&str]| keys.iter().filter_map(|k| part(k)).collect::<Vec<_>>().join(" ");
        if (has("family") || has("given")) && within(&["use", "text", "family", "given", "prefix", "suffix"]) {
            let structured = join(&["prefix", "given", "family", "suffix"]);
            let text = part("text").filter(|t| *t != structured).map(|t| format!(" (text: {t})")).unwrap_or_default();
            let use_ = part("use").map(|u| format!(", {u}")).unwrap_or_default();
            return Some(format!("{structured}{text}{use_}"));
        }
        if has("value") && has("unit") && within(&["value", "unit", "system", "code", "comparator"]) {
            return Some(join(&["comparator", "value", "unit"]));
        }
        if (has("start") || has("end")) && within(&["start", "end"]) {
            return Some(format!("{} to {}", part("start").unwrap_or_default(), part("end").unwrap_or_default()));
        }
        if has("value") && has("system") && within(&["system", "value", "use", "rank"]) {
            let system = part("system").filter(|s| !s.contains(':'));
            let use_ = part("use").map(|u| format!(", {u}")).unwrap_or_default();
            let system_words = system.map(|s| format!("{s}: ")).unwrap_or_default();
            return Some(format!("{system_words}{}{use_}", part("value").unwrap_or_default()));
        }
        None
    }

    fn leaf(&self, v: u32) -> String {
        match self.tape.string(self.source, v) {
            Some(s) => s.into_owned(),
            None => String::from_utf8_lossy(self.tape.raw(self.source, v)).into_owned(),
        }
    }
}

/// `birthDate` reads `birth date`.
fn words(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            if !out.ends_with(' ') && !out.is_empty() {
                out.push(' ');
            }
            out.push(c.to_ascii_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bundle_reads_as_cards() {
        let json = br#"{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:x","resource":{"resourceType":"Observation",
            "code":{"coding":[{"system":"http://loinc.org","code":"2345-7","display":"Glucose"}]},
            "performer":[{"display":"Dr. Ito"}],"valueQuantity":{"value":5.40,"unit":"mmol/L"},
            "text":{"status":"generated","div":"<div><p>Glucose <b>5.40</b></p><p>seen by Dr. Ito</p></div>"}}}]}"#;
        let r = document(json).unwrap();
        assert_eq!(r.cards.len(), 2);
        let card = &r.cards[1];
        assert_eq!(card.title, "Observation: Glucose");
        let find = |name: &str| card.rows.iter().filter(|r| r.name == name).map(|r| r.text.as_str()).collect::<Vec<_>>();
        assert_eq!(find("value quantity"), ["5.40 mmol/L"], "digits as written");
        assert_eq!(find("performer display"), ["Dr. Ito"]);
        assert_eq!(find("narrative"), ["Glucose 5.40", "seen by Dr. Ito"]);
        assert!(card.rows.iter().any(|r| r.technical && r.text == "http://loinc.org"));
        assert!(document(b"{").is_err());
    }

    #[test]
    fn names_are_one_line() {
        let r = document(br#"{"resourceType":"Patient","name":[{"use":"official","family":"Roe","given":["Jane","Q."]}],"birthDate":"1980-04-12"}"#);
        let card = r.unwrap().cards.remove(0);
        assert!(card.rows.iter().any(|r| r.name == "name" && r.text == "Jane Q. Roe, official" && r.path == "/name/0"));
        assert!(card.rows.iter().any(|r| r.name == "birth date"));
    }
}
