//! The TOML forms of an identity and of a request. Unknown keys are errors with the nearest known word, because a misspelt
//! `former_name` that is ignored would redact the patient's own maiden name.

use super::facts::Dob;
use super::name::Folded;
use super::request_parts;
use crate::model::person::{Address, Identifier, Name, Telecom};
use crate::model::request::{Identity, KnownRelative, Request};
use toml::{Table, Value};

const IDENTITY: &[&str] =
    &["names", "former_names", "nicknames", "birth_date", "sex", "addresses", "telecoms", "identifiers", "keys", "relatives"];
/// What a request may say.
pub const REQUEST: &[&str] = &[
    "patient",
    "patient_file",
    "purpose",
    "recipient",
    "authority",
    "from",
    "to",
    "ground",
    "keep_clinicians",
    "court_filing",
    "requester",
    "recipient_address",
    "reference",
    "received",
    "channel",
    "due",
    "extension",
    "checklist",
    "scope",
    "special",
    "reviewer",
    "denial",
    "information_blocking",
];
const NAME: &[&str] = &["text", "family", "given", "prefix", "suffix"];
const ADDRESS: &[&str] = &["lines", "city", "state", "postal_code", "text"];
const TELECOM: &[&str] = &["system", "value"];
const IDENTIFIER: &[&str] = &["system", "value", "kind"];
const RELATIVE: &[&str] = &["name", "relation", "birth_date"];

pub(super) type Res<T> = Result<T, String>;

/// Parses a TOML document; the error is one line with the place.
fn parse(text: &str) -> Res<Table> {
    text.parse::<Table>().map_err(|e| {
        let at = e.span().map(|s| text.get(..s.start).map_or(1, |t| t.matches('\n').count() + 1));
        let what = e.message().lines().next().unwrap_or("not valid").to_string();
        // The message may quote the document; keep the kind of error only where it does.
        let what = if what.contains(['`', '"', '\'']) { "not valid TOML".to_string() } else { format!("not valid TOML: {what}") };
        match at {
            Some(line) => format!("{what}, at line {line}; expected a FHIR R4 Patient or an identity TOML"),
            None => what,
        }
    })
}

/// Refuses keys that are not known; names the nearest one.
pub(super) fn check(table: &Table, known: &[&str], place: &str) -> Res<()> {
    for key in table.keys() {
        if known.contains(&key.as_str()) {
            continue;
        }
        let near = known
            .iter()
            .map(|k| (strsim::jaro_winkler(k, &key.to_lowercase()), k))
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .filter(|(score, _)| *score > 0.75);
        let shown: String = key.chars().take(40).map(|c| if c.is_control() { '?' } else { c }).collect();
        let hint = match near {
            Some((_, k)) => format!("did you mean `{k}`?"),
            None => format!("known are {}", known.join(", ")),
        };
        return Err(format!("unknown key `{shown}`{place}; {hint}"));
    }
    Ok(())
}

pub(super) fn string(v: &Value, what: &str) -> Res<String> {
    match v {
        Value::String(s) => Ok(s.trim().to_string()),
        Value::Datetime(d) => Ok(d.to_string()),
        Value::Integer(i) => Ok(i.to_string()),
        _ => Err(format!("`{what}` must be a text")),
    }
}

pub(super) fn opt(table: &Table, key: &str) -> Res<Option<String>> {
    let text = table.get(key).map(|v| string(v, key)).transpose()?;
    Ok(text.filter(|s| !s.is_empty()))
}

/// The values of an array, or a single value that stands in place of one.
fn each<'a>(table: &'a Table, key: &str) -> Vec<&'a Value> {
    match table.get(key) {
        Some(Value::Array(a)) => a.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

pub(super) fn strings(table: &Table, key: &str) -> Res<Vec<String>> {
    each(table, key).into_iter().map(|v| string(v, key)).collect()
}

pub(super) fn date(table: &Table, key: &str) -> Res<Option<String>> {
    let Some(text) = opt(table, key)? else {
        return Ok(None);
    };
    let formed = text.len() <= 10
        && text
            .split('-')
            .enumerate()
            .all(|(i, p)| p.len() == if i == 0 { 4 } else { 2 } && p.bytes().all(|b| b.is_ascii_digit()));
    if !formed || Dob::parse(&text).is_none() {
        return Err(format!("`{key}` must be a date written YYYY-MM-DD"));
    }
    Ok(Some(text))
}

fn name(v: &Value, key: &str) -> Res<Name> {
    match v {
        Value::String(s) => Ok(name_of_text(s)),
        Value::Table(t) => {
            check(t, NAME, &format!(" in `{key}`"))?;
            let name = Name {
                text: opt(t, "text")?.unwrap_or_default(),
                family: opt(t, "family")?.unwrap_or_default(),
                given: strings(t, "given")?.iter().flat_map(|g| g.split_whitespace()).map(str::to_string).collect(),
                prefix: strings(t, "prefix")?,
                suffix: strings(t, "suffix")?,
            };
            if name.is_empty() {
                return Err(format!("a name in `{key}` is empty: give family and given, or text"));
            }
            Ok(if name.family.is_empty() && name.given.is_empty() {
                Name { prefix: name.prefix, suffix: name.suffix, ..name_of_text(&name.text) }
            } else {
                name
            })
        }
        _ => Err(format!("`{key}` must hold names, each a text or a table with family and given")),
    }
}

/// A name written as one text, with its parts in the writer's spelling.
fn name_of_text(text: &str) -> Name {
    let text = text.trim();
    let folded = Folded::of_text(text);
    let mut out = Name { text: text.to_string(), ..Name::default() };
    // The folded parts say which of the written words is which.
    let mut family = Vec::new();
    for w in text.split_whitespace() {
        let bare = w.trim_matches(|c: char| c == ',' || c == ';');
        let parts = super::fold::words(bare);
        let within = |t: &[super::name::Token]| !parts.is_empty() && parts.iter().all(|p| t.iter().any(|t| t.plain == *p));
        if within(&folded.family)
            && (family.len() < folded.family.len() || !within(&folded.given))
            && !(within(&folded.given) && out.given.len() < folded.given.len() && !text.contains(','))
        {
            family.push(bare.to_string());
        } else if within(&folded.given) {
            out.given.push(bare.to_string());
        } else if out.given.is_empty() && family.is_empty() {
            out.prefix.push(bare.to_string());
        } else {
            out.suffix.push(bare.to_string());
        }
    }
    out.family = family.join(" ");
    out
}

fn address(v: &Value) -> Res<Address> {
    match v {
        Value::String(s) => Ok(Address { text: s.trim().to_string(), ..Address::default() }),
        Value::Table(t) => {
            check(t, ADDRESS, " in `addresses`")?;
            Ok(Address {
                lines: strings(t, "lines")?,
                city: opt(t, "city")?.unwrap_or_default(),
                state: opt(t, "state")?.unwrap_or_default(),
                postal_code: opt(t, "postal_code")?.unwrap_or_default(),
                text: opt(t, "text")?.unwrap_or_default(),
            })
        }
        _ => Err("`addresses` must hold texts or tables".into()),
    }
}

fn telecom(v: &Value) -> Res<Telecom> {
    match v {
        Value::String(s) => {
            let system = if s.contains('@') { "email" } else { "phone" };
            Ok(Telecom { system: system.into(), value: s.trim().to_string() })
        }
        Value::Table(t) => {
            check(t, TELECOM, " in `telecoms`")?;
            Ok(Telecom { system: opt(t, "system")?.unwrap_or_default(), value: opt(t, "value")?.unwrap_or_default() })
        }
        _ => Err("`telecoms` must hold texts or tables".into()),
    }
}

fn identifier(v: &Value) -> Res<Identifier> {
    match v {
        Value::String(s) => Ok(super::identity::split_identifier(s)),
        Value::Table(t) => {
            check(t, IDENTIFIER, " in `identifiers`")?;
            let value = opt(t, "value")?.ok_or("an identifier needs a `value`")?;
            Ok(Identifier { system: opt(t, "system")?.unwrap_or_default(), value, kind: opt(t, "kind")?.unwrap_or_default() })
        }
        _ => Err("`identifiers` must hold tables with system and value".into()),
    }
}

fn relative(v: &Value) -> Res<KnownRelative> {
    let Value::Table(t) = v else {
        return Err("`relatives` must hold tables with name and relation".into());
    };
    check(t, RELATIVE, " in `relatives`")?;
    let name = name(t.get("name").ok_or("a relative needs a `name`")?, "relatives")?;
    Ok(KnownRelative { name, relation: opt(t, "relation")?.unwrap_or_default(), birth_date: date(t, "birth_date")? })
}

fn identity_of(table: &Table, place: &str) -> Res<Identity> {
    check(table, IDENTITY, place)?;
    let names = |key| each(table, key).into_iter().map(|v| name(v, key)).collect::<Res<Vec<_>>>();
    let sex = opt(table, "sex")?.map(|s| s.to_lowercase());
    let sex = match sex.as_deref() {
        None => None,
        Some("m" | "male") => Some("male".to_string()),
        Some("f" | "female") => Some("female".to_string()),
        Some("other" | "o" | "x") => Some("other".to_string()),
        Some("unknown" | "u") => Some("unknown".to_string()),
        Some(_) => return Err("`sex` must be male, female, other or unknown".into()),
    };
    let identity = Identity {
        names: names("names")?,
        former_names: names("former_names")?,
        nicknames: strings(table, "nicknames")?,
        birth_date: date(table, "birth_date")?,
        sex,
        addresses: each(table, "addresses").into_iter().map(address).collect::<Res<_>>()?,
        telecoms: each(table, "telecoms").into_iter().map(telecom).collect::<Res<_>>()?,
        identifiers: each(table, "identifiers").into_iter().map(identifier).collect::<Res<_>>()?,
        keys: strings(table, "keys")?,
        relatives: each(table, "relatives").into_iter().map(relative).collect::<Res<_>>()?,
    };
    if identity.names.is_empty() {
        return Err("no `names`: the patient's name is needed, e.g. names = [\"Jane Roe\"]".into());
    }
    Ok(identity)
}

/// Reads an identity. The fields may also stand under one table `[patient]`.
pub fn identity(text: &str) -> Result<Identity, String> {
    identity_in(text).map_err(|e| with_line(text, e))
}

/// Puts the line of the word that an error names before the error.
fn with_line(text: &str, error: String) -> String {
    let Some(word) = error.split('`').nth(1).filter(|w| !w.is_empty()) else { return error };
    let joins = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let stands = |line: &str| {
        line.match_indices(word).any(|(at, _)| {
            let before = line.get(..at).and_then(|l| l.chars().next_back());
            let after = line.get(at + word.len()..).and_then(|l| l.chars().next());
            !before.is_some_and(joins) && !after.is_some_and(joins)
        })
    };
    // A word may stand in a comment or a text, too: the line where it is a key or a table is the better one.
    let key = |line: &str| {
        let line = line.trim_start();
        stands(line.split(['=', ']']).next().unwrap_or_default()) && !line.starts_with('#')
    };
    let at = text.lines().position(key).or_else(|| text.lines().position(stands));
    match at {
        Some(i) => format!("line {}: {error}", i + 1),
        None => error,
    }
}

fn identity_in(text: &str) -> Result<Identity, String> {
    let table = parse(text)?;
    match (table.len(), table.get("patient")) {
        (1, Some(Value::Table(inner))) => identity_of(inner, " in `patient`"),
        _ => identity_of(&table, ""),
    }
}

/// Reads a request and the name of the patient file, if it names one.
pub fn request(text: &str) -> Result<(Request, Option<String>), String> {
    request_in(text).map_err(|e| with_line(text, e))
}

fn request_in(text: &str) -> Result<(Request, Option<String>), String> {
    let table = parse(text)?;
    check(&table, REQUEST, "")?;
    let file = opt(&table, "patient_file")?;
    let patient = match table.get("patient") {
        Some(_) if file.is_some() => return Err("give `patient` or `patient_file`, not both".into()),
        Some(Value::Table(t)) => identity_of(t, " in `patient`")?,
        Some(_) => return Err("`patient` must be a table".into()),
        None => Identity::default(),
    };
    let flag = |key: &str| match table.get(key) {
        None => Ok(false),
        Some(Value::Boolean(b)) => Ok(*b),
        Some(_) => Err(format!("`{key}` must be true or false")),
    };
    let (keep_clinicians, court_filing) = (flag("keep_clinicians")?, flag("court_filing")?);
    let request = Request {
        patient,
        purpose: opt(&table, "purpose")?.unwrap_or_default(),
        recipient: opt(&table, "recipient")?.unwrap_or_default(),
        authority: opt(&table, "authority")?,
        from: date(&table, "from")?,
        to: date(&table, "to")?,
        ground: opt(&table, "ground")?,
        keep_clinicians,
        court_filing,
        requester: request_parts::requester(&table)?,
        recipient_address: opt(&table, "recipient_address")?,
        reference: opt(&table, "reference")?,
        received: date(&table, "received")?,
        channel: request_parts::channel(&table)?,
        due: date(&table, "due")?,
        extension: request_parts::extension(&table)?,
        checklist: request_parts::checklist(&table)?,
        checklist_given: table.contains_key("checklist"),
        scope: request_parts::scope(&table)?,
        special: request_parts::special(&table)?,
        reviewer: request_parts::reviewer(&table)?,
        denial: request_parts::denial(&table)?,
        information_blocking: request_parts::information_blocking(&table)?,
    };
    if let (Some(from), Some(to)) = (&request.from, &request.to)
        && from > to
    {
        return Err("`from` is after `to`".into());
    }
    Ok((request, file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_texts_and_tables() {
        let id = identity(
            r#"
            names = ["Jane Q. Roe", { family = "Roe-Poe", given = ["Jane"] }]
            former_names = ["Poe, Jane"]
            nicknames = ["Jenny"]
            birth_date = 1980-04-12
            sex = "F"
            addresses = ["1 Elm St, Reno NV 89501"]
            telecoms = ["555-0100", "jr@mail.example"]
            identifiers = [{ system = "urn:oid:1.2", value = "77", kind = "MR" }]
            [[relatives]]
            name = "Ada Roe"
            relation = "mother"
            "#,
        )
        .unwrap();
        assert_eq!((id.names[0].family.as_str(), id.names[0].given.join(" ")), ("Roe", "Jane Q.".to_string()));
        assert_eq!((id.former_names[0].family.as_str(), id.former_names[0].given.join(" ")), ("Poe", "Jane".to_string()));
        assert_eq!(id.birth_date.as_deref(), Some("1980-04-12"));
        assert_eq!(id.sex.as_deref(), Some("female"));
        assert_eq!(id.telecoms[1].system, "email");
        assert_eq!(id.relatives[0].relation, "mother");
    }

    #[test]
    fn unknown_keys_name_the_nearest_word() {
        for (text, want) in [
            ("names = ['A B']\nformer_name = ['C']", "did you mean `former_names`?"),
            ("names = ['A B']\nbirthdate = '1980-01-02'", "did you mean `birth_date`?"),
            ("names = [{famly = 'x'}]", "did you mean `family`?"),
            ("names = ['A B']\nqqq = 1", "known are names"),
            ("birth_date = '1980-01-02'", "no `names`"),
            ("names = ['A B']\nbirth_date = '12.4.1980'", "YYYY-MM-DD"),
            ("names = [", "not valid TOML"),
            ("just some words", "not valid TOML"),
        ] {
            let e = identity(text).unwrap_err();
            assert!(e.contains(want) && !e.contains('\n'), "{text}: {e}");
        }
    }

    #[test]
    fn reads_a_request() {
        let (r, file) =
            request("purpose='litigation'\nrecipient='R'\nfrom=2020-01-01\nkeep_clinicians=true\n[patient]\nnames=['A Roe']")
                .unwrap();
        assert!(r.keep_clinicians && file.is_none());
        assert_eq!(
            (r.purpose.as_str(), r.from.as_deref(), r.patient.names[0].family.as_str()),
            ("litigation", Some("2020-01-01"), "Roe")
        );
        assert_eq!(request("patient_file='p.json'").unwrap().1.as_deref(), Some("p.json"));
        assert!(request("patient_file='p'\n[patient]\nnames=['A B']").unwrap_err().contains("not both"));
        let e = request("# recipent\npurpose='x'\nrecipent='x'").unwrap_err();
        assert!(e.contains("`recipient`") && e.starts_with("line 3: "), "{e}");
        let e = request("[special.part2]\ndecision='releas'\nby='x'\nbasis='y'").unwrap_err();
        assert!(e.starts_with("line 2: ") && e.contains("did you mean `release`"), "{e}");
        assert!(request("from=2021-01-01\nto=2020-01-01").unwrap_err().contains("after"));
    }
}
