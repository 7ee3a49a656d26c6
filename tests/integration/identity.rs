//! Who is in a file, found with code of its own: the patient for the identity file, and what may not stand in the output.

use serde_json::{Value, json};

/// What one real file says about people.
#[derive(Default, Debug)]
pub struct Cast {
    /// Identity of the patient as a FHIR Patient.
    pub patient: Value,
    /// `Given Family` and `Family, Given` of everybody else.
    pub names: Vec<String>,
    /// Phone numbers of ten digits and national provider identifiers of everybody else.
    pub numbers: Vec<String>,
    /// More than one patient.
    pub several: bool,
}

/// Nodes of an XML document: local name, attributes, text, children.
#[derive(Default, Debug)]
pub struct Node {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Node>,
}

impl Node {
    pub fn attribute(&self, name: &str) -> &str {
        self.attributes.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v)
    }
    /// Every node of this name below, in order.
    pub fn all<'a>(&'a self, name: &str, out: &mut Vec<&'a Node>) {
        for child in &self.children {
            if child.name == name {
                out.push(child);
            }
            child.all(name, out);
        }
    }
    pub fn every(&self, name: &str) -> Vec<&Node> {
        let mut out = Vec::new();
        self.all(name, &mut out);
        out
    }
}

/// Parses XML into nodes; `None` when it is not well-formed.
pub fn xml(bytes: &[u8]) -> Option<Node> {
    use quick_xml::events::Event;
    let text = String::from_utf8_lossy(bytes).into_owned();
    let mut reader = quick_xml::Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut stack = vec![Node::default()];
    let local = |q: &str| q.rsplit(':').next().unwrap_or(q).to_string();
    let open = |e: &quick_xml::events::BytesStart| Node {
        name: local(e.name().as_ref()),
        attributes: e.attributes().flatten().map(|a| (local(a.key.as_ref()), crate::reading::entities(&a.value))).collect(),
        ..Node::default()
    };
    loop {
        match reader.read_event().ok()? {
            Event::Start(e) => stack.push(open(&e)),
            Event::Empty(e) => stack.last_mut()?.children.push(open(&e)),
            Event::End(_) => {
                let done = stack.pop()?;
                stack.last_mut()?.children.push(done);
            }
            Event::Text(t) => stack.last_mut()?.text.push_str(&t),
            Event::CData(t) => stack.last_mut()?.text.push_str(&t),
            Event::GeneralRef(r) => stack.last_mut()?.text.push_str(&crate::reading::entities(&format!("&{};", &*r))),
            Event::Eof => return if stack.len() == 1 { stack.pop() } else { None },
            _ => {}
        }
    }
}

fn text<'a>(v: &'a Value, key: &str) -> &'a str {
    v.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(v: &'a Value, key: &str) -> &'a [Value] {
    v.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn digits(value: &str) -> String {
    let all: String = value.chars().filter(char::is_ascii_digit).collect();
    all.strip_prefix('1').filter(|r| r.len() == 10).unwrap_or(&all).to_string()
}

/// The two usual ways of writing a FHIR HumanName in full.
fn full(name: &Value) -> Vec<String> {
    let given: Vec<&str> = list(name, "given").iter().filter_map(Value::as_str).collect();
    spell(given.first().copied().unwrap_or_default(), text(name, "family"))
}

fn spell(given: &str, family: &str) -> Vec<String> {
    let (given, family) = (given.trim(), family.trim());
    if given.len() < 2 || family.len() < 2 {
        return Vec::new();
    }
    vec![format!("{given} {family}"), format!("{family}, {given}"), format!("{family},{given}")]
}

/// People of a FHIR text; `None` when it holds no Patient.
pub fn fhir(value: &Value) -> Option<Cast> {
    let mut patients = Vec::new();
    let mut others = Vec::new();
    walk(value, &mut patients, &mut others);
    let patient = patients.first().map(|p| (*p).clone())?;
    let mut cast = Cast { several: patients.len() > 1, ..Cast::default() };
    for contact in list(&patient, "contact") {
        add(contact, contact.get("name").into_iter().collect(), &mut cast);
    }
    for person in patients[1..].iter().chain(&others) {
        add(person, list(person, "name").iter().collect(), &mut cast);
    }
    let own: Vec<String> = list(&patient, "name").iter().flat_map(full).collect();
    let own_numbers: Vec<String> = list(&patient, "telecom").iter().map(|t| digits(text(t, "value"))).collect();
    cast.patient = patient;
    finish(&mut cast, &own, &own_numbers);
    Some(cast)
}

fn walk<'a>(value: &'a Value, patients: &mut Vec<&'a Value>, others: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|v| walk(v, patients, others)),
        Value::Object(map) => {
            match text(value, "resourceType") {
                "Patient" => patients.push(value),
                "Practitioner" | "RelatedPerson" | "Person" => others.push(value),
                _ => {}
            }
            map.values().for_each(|v| walk(v, patients, others));
        }
        _ => {}
    }
}

fn add(person: &Value, names: Vec<&Value>, cast: &mut Cast) {
    cast.names.extend(names.into_iter().flat_map(full));
    cast.numbers.extend(list(person, "telecom").iter().map(|t| digits(text(t, "value"))));
    let npi = |i: &&Value| text(i, "system").ends_with("us-npi") || text(i, "system").ends_with("2.16.840.1.113883.4.6");
    cast.numbers.extend(list(person, "identifier").iter().filter(npi).map(|i| text(i, "value").to_string()));
}

/// Keeps what is not the patient's own and long enough to mean somebody.
fn finish(cast: &mut Cast, own: &[String], own_numbers: &[String]) {
    let low: Vec<String> = own.iter().map(|n| n.to_lowercase()).collect();
    cast.names.retain(|n| !low.iter().any(|o| o.contains(&n.to_lowercase())));
    cast.numbers.retain(|n| n.len() == 10 && n.bytes().any(|b| b != n.as_bytes()[0]) && !own_numbers.contains(n));
    cast.names.sort();
    cast.names.dedup();
    cast.numbers.sort();
    cast.numbers.dedup();
}

const PERSON_SLOTS: &[&str] =
    &["assignedPerson", "guardianPerson", "relatedPerson", "associatedPerson", "informationRecipient", "relatedSubject"];

/// Elements whose phone numbers are an organisation's, which may be kept.
const ORGANIZATIONS: &[&str] = &[
    "representedOrganization",
    "providerOrganization",
    "scopingOrganization",
    "receivedOrganization",
    "serviceProviderOrganization",
    "wholeOrganization",
    "manufacturerOrganization",
    "representedCustodianOrganization",
];

/// People of a C-CDA; `None` when there is no patient with a name.
pub fn ccda(document: &Node) -> Option<Cast> {
    let roles = document.every("patientRole");
    let role = *roles.first()?;
    let person = role.children.iter().find(|c| c.name == "patient")?;
    let names: Vec<Value> = person.children.iter().filter(|c| c.name == "name").map(name).collect();
    let own: Vec<String> = names.iter().flat_map(full).collect();
    if own.is_empty() {
        return None;
    }
    let telecoms: Vec<&Node> = role.children.iter().filter(|c| c.name == "telecom").collect();
    let own_numbers: Vec<String> = telecoms.iter().map(|t| digits(t.attribute("value"))).collect();
    let ids = role.children.iter().filter(|c| c.name == "id" && !c.attribute("extension").is_empty());
    let born = person.children.iter().find(|c| c.name == "birthTime").map_or("", |b| b.attribute("value"));
    let mut patient = json!({
        "resourceType": "Patient",
        "name": names,
        "identifier": ids.map(|i| json!({"system": format!("urn:oid:{}", i.attribute("root")), "value": i.attribute("extension")}))
            .collect::<Vec<_>>(),
    });
    if let (Some(y), Some(m), Some(d)) = (born.get(..4), born.get(4..6), born.get(6..8)) {
        patient["birthDate"] = json!(format!("{y}-{m}-{d}"));
    }
    let phones: Vec<Value> = telecoms.iter().filter(|t| t.attribute("value").starts_with("tel:")).map(phone).collect();
    if !phones.is_empty() {
        patient["telecom"] = json!(phones);
    }
    let mut cast = Cast { several: roles.len() > 1, patient, ..Cast::default() };
    others(document, &mut cast);
    finish(&mut cast, &own, &own_numbers);
    Some(cast)
}

fn phone(t: &&Node) -> Value {
    json!({"system": "phone", "value": t.attribute("value").trim_start_matches("tel:")})
}

fn name(node: &Node) -> Value {
    let part = |which: &str| -> Vec<String> {
        node.children.iter().filter(|c| c.name == which).map(|c| c.text.trim().to_string()).filter(|t| !t.is_empty()).collect()
    };
    let mut out = json!({});
    if let Some(family) = part("family").first() {
        out["family"] = json!(family);
    }
    let given = part("given");
    if !given.is_empty() {
        out["given"] = json!(given);
    }
    if node.children.is_empty() && !node.text.trim().is_empty() {
        out["text"] = json!(node.text.trim());
    }
    out
}

fn others(node: &Node, cast: &mut Cast) {
    for child in &node.children {
        if ORGANIZATIONS.contains(&child.name.as_str()) || child.name == "patientRole" && child.every("guardian").is_empty() {
            continue;
        }
        if PERSON_SLOTS.contains(&child.name.as_str()) {
            cast.names.extend(child.every("name").into_iter().flat_map(|n| full(&name(n))));
        }
        // An entity without a person in it (a payer, a device) is an organisation's.
        let has_person = child.children.iter().any(|c| PERSON_SLOTS.contains(&c.name.as_str()));
        if has_person
            && ["assignedAuthor", "assignedEntity", "relatedEntity", "associatedEntity", "guardian"]
                .contains(&child.name.as_str())
        {
            for c in &child.children {
                match c.name.as_str() {
                    "telecom" => cast.numbers.push(digits(c.attribute("value"))),
                    "id" if c.attribute("root") == "2.16.840.1.113883.4.6" => cast.numbers.push(c.attribute("extension").into()),
                    _ => {}
                }
            }
        }
        others(child, cast);
    }
}

#[test]
fn people_of_the_samples_are_found() {
    let root = crate::run::root().join("samples/reyes");
    let bundle: Value = serde_json::from_slice(&std::fs::read(root.join("portal-fhir.json")).expect("sample")).expect("JSON");
    let cast = fhir(&bundle).expect("a patient");
    assert!(cast.several && cast.names.contains(&"Owen Graves".to_string()) && cast.numbers.contains(&"2065550117".to_string()));
    assert!(!cast.names.contains(&"Marisol Reyes".to_string()));
    let document = xml(&std::fs::read(root.join("ccda/summary.xml")).expect("sample")).expect("XML");
    let cast = ccda(&document).expect("a patient");
    assert_eq!(cast.patient["birthDate"], "1984-03-14");
    assert!(cast.names.contains(&"José Reyes".to_string()), "{:?}", cast.names);
    assert!(cast.numbers.contains(&"2065550117".to_string()) && cast.numbers.contains(&"1999991015".to_string()));
}
