//! HL7 v2 data types as XDS metadata writes them (ITI TF-3, 4.2.3.1.7): components parted by `^`, parts of a component by `&`,
//! repetitions by `~`.

use crate::model::person::{Address, Identifier, Name, Telecom};

/// Component `n` from 1, trimmed.
pub fn component(value: &str, n: usize) -> &str {
    value.split('^').nth(n - 1).unwrap_or("").trim()
}

fn list(values: &[&str]) -> Vec<String> {
    values.iter().flat_map(|v| v.split(' ')).filter(|v| !v.is_empty()).map(str::to_string).collect()
}

/// Name of an XCN: id, family, given, middle, suffix, prefix, degree.
pub fn xcn_name(value: &str) -> Name {
    let c = |n| component(value, n);
    // A family name component may have parts; the first is the name.
    let family = c(2).split('&').next().unwrap_or("").to_string();
    Name { family, given: list(&[c(3), c(4)]), suffix: list(&[c(5), c(7)]), prefix: list(&[c(6)]), text: String::new() }
}

/// Name of an XPN (PID-5): family, given, middle, suffix, prefix, degree.
pub fn xpn_name(value: &str) -> Name {
    xcn_name(&format!("^{value}"))
}

/// Assigner of the form `name&OID&ISO`.
fn assigner(text: &str) -> String {
    let mut parts = text.split('&');
    let (name, oid) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    match (oid, name) {
        ("", "") | ("null", _) => String::new(),
        ("", name) => name.to_string(),
        (oid, _) if oid.bytes().all(|b| b.is_ascii_digit() || b == b'.') => format!("urn:oid:{oid}"),
        (oid, _) => oid.to_string(),
    }
}

/// Identifier of a CX (`id^^^&OID&ISO^type`).
pub fn cx(value: &str) -> Option<Identifier> {
    let id = component(value, 1);
    if id.is_empty() || id == "null" {
        return None;
    }
    // Sloppy writers put the assigner into component 3.
    let system = [4, 3].iter().map(|&n| assigner(component(value, n))).find(|s| !s.is_empty()).unwrap_or_default();
    let kind = match (component(value, 5), system.as_str()) {
        ("", "urn:oid:2.16.840.1.113883.4.1") => "SS",
        ("", _) => "MR",
        (kind, _) => kind,
    };
    Some(Identifier { system, value: id.into(), kind: kind.into() })
}

/// Identifier of an XCN (components 1 and 9).
pub fn xcn_id(value: &str) -> Option<Identifier> {
    let id = component(value, 1);
    let system = assigner(component(value, 9));
    let kind = if system == "urn:oid:2.16.840.1.113883.4.6" { "NPI" } else { "" };
    (!id.is_empty()).then(|| Identifier { system, value: id.into(), kind: kind.into() })
}

/// Key under which other documents know an identifier.
pub fn key(id: &Identifier) -> Option<String> {
    (!id.system.is_empty()).then(|| format!("{}|{}", id.system, id.value))
}

/// Address of an XAD (PID-11).
pub fn xad(value: &str) -> Address {
    let c = |n: usize| component(value, n).to_string();
    let lines = [c(1), c(2)].into_iter().filter(|l| !l.is_empty()).collect();
    Address { lines, city: c(3), state: c(4), postal_code: c(5), text: String::new() }
}

/// Phone or e-mail of an XTN, or a bare value.
pub fn xtn(value: &str) -> Option<Telecom> {
    let email = component(value, 4);
    let plain = component(value, 1);
    let number: String = [component(value, 5), component(value, 6), component(value, 7)].concat();
    let (system, value) = match () {
        _ if !email.is_empty() => ("email", email.to_string()),
        _ if plain.contains('@') => ("email", plain.to_string()),
        _ if !plain.is_empty() => ("phone", plain.to_string()),
        _ if !number.is_empty() => ("phone", number),
        _ => return None,
    };
    Some(Telecom { system: system.into(), value })
}

/// An XCN with a label as family name; the assigner stays, the id and everything else goes.
pub fn xcn_label(value: &str, label: &str) -> String {
    let mut parts = vec![""; value.split('^').count().max(2)];
    parts[1] = label;
    let ninth = component(value, 9);
    if let Some(p) = parts.get_mut(8) {
        *p = ninth;
    }
    parts.join("^")
}

/// A CX without its id.
pub fn cx_masked(value: &str) -> String {
    match value.split_once('^') {
        Some((_, rest)) => format!("^{rest}"),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components() {
        let v = "77^Quill^Rosa^May^^Dr^MD^^&1.2.3&ISO";
        assert_eq!(xcn_name(v).display(), "Rosa May Quill");
        assert_eq!(key(&xcn_id(v).unwrap()).unwrap(), "urn:oid:1.2.3|77");
        assert_eq!(xcn_label(v, "[PHYSICIAN 1]"), "^[PHYSICIAN 1]^^^^^^^&1.2.3&ISO");
        assert_eq!(xcn_label("Quill", "[NURSE 1]"), "^[NURSE 1]");
        assert_eq!(cx("9^^^&1.2&ISO").unwrap().system, "urn:oid:1.2");
        assert_eq!(cx("null^^^&null&ISO"), None);
        assert_eq!(cx_masked("9^^^&1.2&ISO"), "^^^&1.2&ISO");
        assert_eq!(xtn("^^Internet^a@b.test").unwrap().value, "a@b.test");
    }
}
