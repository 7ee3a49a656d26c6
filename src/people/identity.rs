//! Reads who the patient is: a FHIR R4 Patient or an identity TOML.
//!
//! Errors name the file and what was found in it, never a value; all are bad input (exit 2).

use super::fhir_person::{address, concept_words, human_name, identifier, list, telecom, text};
use super::identity_toml;
pub use super::identity_toml::REQUEST;
use super::json::Node;
use crate::model::error::RunError;
use crate::model::person::Identifier;
use crate::model::request::{Identity, KnownRelative, Request};
use std::path::Path;

/// The largest identity or request file that is read, bytes. A Patient with a photograph is below it.
const MAX_BYTES: usize = 32 << 20;

fn bad(name: &str, what: impl std::fmt::Display) -> RunError {
    RunError::Input(format!("{name}: {what}"))
}

fn utf8<'a>(bytes: &'a [u8], name: &str) -> Result<&'a str, RunError> {
    if bytes.len() > MAX_BYTES {
        return Err(bad(name, "larger than 32 MiB; give a FHIR R4 Patient or an identity TOML, not the export"));
    }
    let text = std::str::from_utf8(bytes).map_err(|e| bad(name, format!("not UTF-8 text (byte {})", e.valid_up_to())))?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// Reads an identity from a FHIR R4 Patient in JSON or from an identity TOML (described in `docs/identity.md`). `name` is the file
/// name for messages.
///
/// # Errors
/// [`RunError::Input`] in one line when the file is neither, or is a Patient without a name.
pub fn read_identity(bytes: &[u8], name: &str) -> Result<Identity, RunError> {
    let text = utf8(bytes, name)?;
    let head = text.trim_start();
    if head.is_empty() {
        return Err(bad(name, "the file is empty; expected a FHIR R4 Patient or an identity TOML"));
    }
    if head.starts_with('{') || (head.starts_with('[') && Node::parse(text.as_bytes()).is_ok()) {
        return read_json(text, name);
    }
    if head.starts_with('<') {
        return Err(bad(name, "this is XML or HTML; expected a FHIR R4 Patient in JSON or an identity TOML"));
    }
    identity_toml::identity(text).map_err(|e| bad(name, e))
}

fn read_json(text: &str, name: &str) -> Result<Identity, RunError> {
    let value = Node::parse(text.as_bytes()).map_err(|e| {
        bad(name, format!("not valid JSON at line {} column {}; expected one FHIR R4 Patient", e.line(), e.column()))
    })?;
    match value.get("resourceType").and_then(Node::as_str) {
        Some("Patient") => {}
        Some(other) if other.len() <= 40 && other.chars().all(char::is_alphabetic) => {
            let article = if other.starts_with(['A', 'E', 'I', 'O', 'U']) { "an" } else { "a" };
            return Err(bad(
                name,
                format!("this is {article} {other}, not a Patient; give the patient's own Patient resource or an identity TOML"),
            ));
        }
        _ => {
            return Err(bad(
                name,
                "this is JSON without resourceType \"Patient\"; expected a FHIR R4 Patient or an identity TOML",
            ));
        }
    }
    let identity = of_patient(&value);
    if identity.names.is_empty() && identity.former_names.is_empty() {
        return Err(bad(name, "this Patient has no name; without one nobody can be told apart from the patient"));
    }
    Ok(identity)
}

/// The identity in a FHIR Patient. Unknown members are ignored; former names are those of use `old` and `maiden`, and those whose
/// period has an end together with a name that has none.
pub fn of_patient(v: &Node) -> Identity {
    let mut out = Identity::default();
    let names = list(v, "name");
    let ended = |n: &Node| n.get("period").is_some_and(|p| p.get("end").is_some());
    let some_current = names.iter().any(|n| !ended(n));
    for n in names {
        let name = human_name(n);
        if name.is_empty() {
            continue;
        }
        match text(n, "use") {
            "old" | "maiden" => out.former_names.push(name),
            "nickname" => out.nicknames.push(name.display()),
            "anonymous" => {}
            _ if ended(n) && some_current => out.former_names.push(name),
            _ => out.names.push(name),
        }
    }
    if out.names.is_empty() && !out.former_names.is_empty() {
        out.names.append(&mut out.former_names);
    }
    out.birth_date = Some(text(v, "birthDate").to_string()).filter(|d| !d.is_empty());
    out.sex = Some(text(v, "gender").to_string()).filter(|d| !d.is_empty());
    out.addresses = list(v, "address").iter().map(address).filter(|a| *a != Default::default()).collect();
    out.telecoms = list(v, "telecom").iter().map(telecom).filter(|t| !t.value.is_empty()).collect();
    for i in list(v, "identifier") {
        let (mut id, assigner) = identifier(i);
        if id.system.is_empty() {
            id.system = assigner;
        }
        if !id.value.is_empty() {
            out.identifiers.push(id);
        }
    }
    let id = text(v, "id");
    if !id.is_empty() {
        out.keys.push(format!("Patient/{id}"));
    }
    for link in list(v, "link") {
        let reference = link.get("other").map(|o| text(o, "reference")).unwrap_or_default();
        let own = matches!(text(link, "type"), "replaces" | "replaced-by" | "refer");
        if own && reference.starts_with("Patient/") {
            out.keys.push(reference.to_string());
        }
    }
    for c in list(v, "contact") {
        let name = c.get("name").map(human_name).unwrap_or_default();
        let relation = list(c, "relationship").iter().map(concept_words).collect::<Vec<_>>().join(" ");
        if !name.is_empty() {
            out.relatives.push(KnownRelative { name, relation, birth_date: None });
        }
    }
    out
}

/// Reads a request TOML (described in `docs/identity.md`). The patient stands in it as `[patient]`, or in another file that
/// `patient_file` names, relative to the folder of `name`.
///
/// # Errors
/// [`RunError::Input`] in one line for bad TOML, unknown keys, a patient file that cannot be read, or both forms at once.
pub fn read_request(bytes: &[u8], name: &str) -> Result<Request, RunError> {
    let (mut request, file) = identity_toml::request(utf8(bytes, name)?).map_err(|e| bad(name, e))?;
    if let Some(file) = file {
        let path = Path::new(name).parent().unwrap_or(Path::new("")).join(&file);
        let shown = path.display().to_string();
        let bytes = std::fs::read(&path).map_err(|e| bad(name, format!("patient_file {shown} cannot be read: {e}")))?;
        request.patient = read_identity(&bytes, &shown)?;
    }
    Ok(request)
}

/// Puts identifiers given as `SYSTEM|VALUE` into parts.
pub fn split_identifier(text: &str) -> Identifier {
    let (system, value) = text.split_once('|').unwrap_or(("", text));
    Identifier { system: system.trim().to_string(), value: value.trim().to_string(), kind: String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENT: &str = r#"{"resourceType":"Patient","id":"p1","x-unknown":1,
        "name":[{"use":"official","family":"Roe","given":["Jane","Q."]},{"use":"maiden","family":"Poe","given":["Jane"]},
                {"use":"nickname","given":["Jenny"]}],
        "birthDate":"1980-04-12","gender":"female","telecom":[{"system":"phone","value":"tel:+1-555-0100"}],
        "identifier":[{"type":{"coding":[{"code":"MR"}]},"system":"urn:oid:1.2.3","value":"77"}],
        "contact":[{"relationship":[{"text":"mother"}],"name":{"family":"Roe","given":["Ada"]}}]}"#;

    #[cfg(feature = "second-reader")]
    #[test]
    fn reads_a_patient_as_the_typed_reader_does() {
        let ours = read_identity(PATIENT.as_bytes(), "p.json").unwrap();
        let typed: fhir_sdk::r4b::resources::Patient = serde_json::from_str(PATIENT).unwrap();
        assert_eq!(ours.names.len() + ours.former_names.len() + ours.nicknames.len(), typed.name.len());
        assert_eq!(ours.names[0].family, typed.name[0].as_ref().unwrap().family.clone().unwrap());
        assert_eq!(ours.former_names[0].family, "Poe");
        assert_eq!(ours.nicknames, ["Jenny"]);
        assert_eq!(ours.keys, ["Patient/p1"]);
        assert_eq!(ours.identifiers[0].kind, "MR");
        assert_eq!(ours.telecoms[0].value, "+1-555-0100");
        assert_eq!(ours.relatives[0].relation, "mother");
    }

    #[test]
    fn says_what_was_found_instead_in_one_line() {
        for (bytes, words) in [
            (r#"{"resourceType":"Bundle"}"#, "this is a Bundle, not a Patient"),
            (r#"{"resourceType":"Organization"}"#, "this is an Organization, not a Patient"),
            (r#"{"a":1}"#, "without resourceType"),
            (r#"{"resourceType":"Patient"}"#, "no name"),
            ("{", "not valid JSON at line 1"),
            ("<x/>", "XML"),
            ("", "empty"),
            ("nme = 'x'", "`nme`"),
            ("[1, 2]", "JSON without"),
        ] {
            let e = read_identity(bytes.as_bytes(), "who.json").unwrap_err();
            let line = e.to_string();
            assert!(line.starts_with("who.json: ") && line.contains(words) && !line.contains('\n'), "{line}");
            assert_eq!(e.exit_code(), 2);
        }
        assert_eq!(read_identity(&[0xff, 0xfe], "x").unwrap_err().exit_code(), 2);
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_file() {
        assert!(read_identity(format!("\u{feff}{PATIENT}").as_bytes(), "p").is_ok());
    }
}
