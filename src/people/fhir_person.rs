//! A person from FHIR JSON: Patient, RelatedPerson, Practitioner, Person. Lenient: what is missing or of the wrong type is skipped.

use super::facts::{Dob, FactKind, Facts, Id, Sex};
use super::json::Node;
use super::name::Folded;
use crate::model::person::{Address, Identifier, Name, Telecom};

/// Text of a member, empty when absent or not a string.
pub fn text<'n>(v: &'n Node, key: &str) -> &'n str {
    v.get(key).and_then(Node::as_str).unwrap_or("").trim()
}

/// Members of an array, or the value itself where one stands in place of an array.
pub fn list<'n, 'a>(v: &'n Node<'a>, key: &str) -> &'n [Node<'a>] {
    match v.get(key) {
        Some(Node::List(a)) => a,
        Some(Node::Other) | None => &[],
        Some(one) => std::slice::from_ref(one),
    }
}

fn strings(v: &Node, key: &str) -> Vec<String> {
    list(v, key).iter().filter_map(Node::as_str).map(str::trim).filter(|s| !s.is_empty()).map(str::to_string).collect()
}

/// A HumanName; a bare string is its text.
pub fn human_name(v: &Node) -> Name {
    if let Some(s) = v.as_str() {
        return Name { text: s.trim().to_string(), ..Name::default() };
    }
    Name {
        text: text(v, "text").to_string(),
        family: strings(v, "family").join(" "),
        given: strings(v, "given"),
        prefix: strings(v, "prefix"),
        suffix: strings(v, "suffix"),
    }
}

/// An Address; a bare string is its text.
pub fn address(v: &Node) -> Address {
    if let Some(s) = v.as_str() {
        return Address { text: s.trim().to_string(), ..Address::default() };
    }
    Address {
        lines: strings(v, "line"),
        city: text(v, "city").to_string(),
        state: text(v, "state").to_string(),
        postal_code: text(v, "postalCode").to_string(),
        text: text(v, "text").to_string(),
    }
}

/// A ContactPoint; a bare string is its value.
pub fn telecom(v: &Node) -> Telecom {
    if let Some(s) = v.as_str() {
        return Telecom { system: String::new(), value: s.trim().to_string() };
    }
    let value = text(v, "value");
    let bare = value.strip_prefix("tel:").or_else(|| value.strip_prefix("mailto:")).unwrap_or(value).to_string();
    Telecom { system: text(v, "system").to_string(), value: bare }
}

/// An Identifier and the name of its assigner.
pub fn identifier(v: &Node) -> (Identifier, String) {
    let codes: &[Node] = v.get("type").map_or(&[], |t| list(t, "coding"));
    let kind = codes.iter().map(|c| text(c, "code")).find(|c| !c.is_empty());
    let kind = kind.unwrap_or_else(|| v.get("type").map(|t| text(t, "text")).unwrap_or_default()).to_string();
    let assigner = v.get("assigner").map(|a| {
        let shown = text(a, "display");
        if shown.is_empty() { text(a, "reference") } else { shown }
    });
    let id = Identifier { system: text(v, "system").to_string(), value: text(v, "value").to_string(), kind };
    (id, assigner.unwrap_or_default().to_string())
}

/// Words of a CodeableConcept: text, codes and displays.
pub fn concept_words(v: &Node) -> String {
    let mut out = vec![text(v, "text")];
    for c in list(v, "coding") {
        out.push(text(c, "display"));
        if out.iter().all(|s| s.is_empty()) {
            out.push(text(c, "code"));
        }
    }
    out.retain(|s| !s.is_empty());
    out.join(" ")
}

/// Facts of a person in FHIR-like JSON.
pub fn facts(v: &Node) -> Facts {
    let kind = match v.get("resourceType").and_then(Node::as_str) {
        Some("Patient") => FactKind::Patient,
        Some("RelatedPerson" | "FamilyMemberHistory") => FactKind::Related,
        Some("Practitioner" | "PractitionerRole") => FactKind::Clinician,
        _ => FactKind::Unknown,
    };
    let mut facts = Facts { kind, ..Facts::default() };
    facts.relation = list(v, "relationship").iter().map(concept_words).collect::<Vec<_>>().join(" ");
    let mut names = Vec::new();
    for n in list(v, "name") {
        let name = human_name(n);
        match text(n, "use") {
            "old" | "maiden" => facts.former.push(Folded::of(&name)),
            "nickname" if name.family.is_empty() => {
                facts.nicknames.extend(super::fold::words(&format!("{} {}", name.given.join(" "), name.text)));
            }
            _ => names.push(name),
        }
    }
    let telecoms: Vec<Telecom> = list(v, "telecom").iter().map(telecom).collect();
    let addresses: Vec<Address> = list(v, "address").iter().map(address).collect();
    facts.add_common(&names, &telecoms, &addresses);
    facts.former.retain(|n| !n.is_empty());
    facts.dob = Dob::parse(text(v, "birthDate"));
    facts.sex = Sex::parse(text(v, "gender"));
    facts.ids = list(v, "identifier")
        .iter()
        .filter_map(|i| {
            let (id, assigner) = identifier(i);
            Id::of(&id, &assigner)
        })
        .collect();
    facts
}
