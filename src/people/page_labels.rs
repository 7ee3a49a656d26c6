//! The labels of page headers: `Patient:`, `DOB`, `MRN #`, and those whose value is another person's.

/// What a label introduces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Label {
    /// The patient's name, said so.
    Patient,
    /// A name of whoever the section is about.
    Name,
    /// A given name.
    First,
    /// A family name.
    Last,
    /// A middle name or initial.
    Middle,
    /// A birth date.
    Birth,
    /// A record number.
    Record,
    /// A national number.
    National,
    /// The sex.
    Sex,
    /// Somebody else: what follows is theirs.
    Other,
    /// Another label: ends a value.
    Stop,
}

/// Labels, folded, longest first where one begins with another.
const LABELS: &[(&str, Label)] = &[
    ("patient's name", Label::Patient),
    ("patient full name", Label::Patient),
    ("patient legal name", Label::Patient),
    ("patient name", Label::Patient),
    ("name of patient", Label::Patient),
    ("pt name", Label::Patient),
    ("pt. name", Label::Patient),
    ("patient last name", Label::Last),
    ("patient first name", Label::First),
    ("patient id", Label::Record),
    ("patient no", Label::Record),
    ("patient number", Label::Record),
    ("patient #", Label::Record),
    ("patient mrn", Label::Record),
    ("patient dob", Label::Birth),
    ("patient date of birth", Label::Birth),
    ("patient sex", Label::Sex),
    ("patient gender", Label::Sex),
    ("patient address", Label::Stop),
    ("patient phone", Label::Stop),
    ("patient", Label::Patient),
    ("pt", Label::Patient),
    ("in re", Label::Patient),
    ("re", Label::Patient),
    ("regarding", Label::Patient),
    ("member name", Label::Patient),
    ("client name", Label::Patient),
    ("resident name", Label::Patient),
    ("beneficiary name", Label::Patient),
    ("subject name", Label::Patient),
    ("full name", Label::Name),
    ("legal name", Label::Name),
    ("name", Label::Name),
    ("first name", Label::First),
    ("given name", Label::First),
    ("last name", Label::Last),
    ("family name", Label::Last),
    ("surname", Label::Last),
    ("middle name", Label::Middle),
    ("middle initial", Label::Middle),
    ("date of birth", Label::Birth),
    ("birth date", Label::Birth),
    ("birthdate", Label::Birth),
    ("birthday", Label::Birth),
    ("d.o.b.", Label::Birth),
    ("d.o.b", Label::Birth),
    ("dob", Label::Birth),
    ("born", Label::Birth),
    ("medical record number", Label::Record),
    ("medical record no.", Label::Record),
    ("medical record no", Label::Record),
    ("medical record #", Label::Record),
    ("medical record", Label::Record),
    ("med rec #", Label::Record),
    ("med rec no", Label::Record),
    ("med. rec. #", Label::Record),
    ("record number", Label::Record),
    ("record no", Label::Record),
    ("chart number", Label::Record),
    ("chart no", Label::Record),
    ("chart #", Label::Record),
    ("hospital number", Label::Record),
    ("hospital #", Label::Record),
    ("unit number", Label::Record),
    ("unit no", Label::Record),
    ("mrn #", Label::Record),
    ("mrn", Label::Record),
    ("mr #", Label::Record),
    ("mr#", Label::Record),
    ("m.r.n.", Label::Record),
    ("social security number", Label::National),
    ("ssn", Label::National),
    ("sex", Label::Sex),
    ("gender", Label::Sex),
    ("age/sex", Label::Stop),
    ("age", Label::Stop),
    ("mother", Label::Other),
    ("mother's name", Label::Other),
    ("mother name", Label::Other),
    ("mother dob", Label::Other),
    ("mother mrn", Label::Other),
    ("father", Label::Other),
    ("father's name", Label::Other),
    ("parent", Label::Other),
    ("parent/guardian", Label::Other),
    ("guardian", Label::Other),
    ("spouse", Label::Other),
    ("husband", Label::Other),
    ("wife", Label::Other),
    ("son", Label::Other),
    ("daughter", Label::Other),
    ("brother", Label::Other),
    ("sister", Label::Other),
    ("sibling", Label::Other),
    ("baby", Label::Other),
    ("newborn", Label::Other),
    ("next of kin", Label::Other),
    ("emergency contact", Label::Other),
    ("contact", Label::Other),
    ("contact name", Label::Other),
    ("guarantor", Label::Other),
    ("guarantor name", Label::Other),
    ("subscriber", Label::Other),
    ("subscriber name", Label::Other),
    ("policy holder", Label::Other),
    ("policyholder", Label::Other),
    ("insured", Label::Other),
    ("insured name", Label::Other),
    ("responsible party", Label::Other),
    ("donor", Label::Other),
    ("recipient", Label::Other),
    ("roommate", Label::Other),
    ("provider", Label::Other),
    ("provider name", Label::Other),
    ("physician", Label::Other),
    ("physician name", Label::Other),
    ("attending", Label::Other),
    ("attending physician", Label::Other),
    ("ordering provider", Label::Other),
    ("referring provider", Label::Other),
    ("doctor", Label::Other),
    ("author", Label::Other),
    ("pcp", Label::Other),
    ("from", Label::Other),
    ("to", Label::Other),
    ("cc", Label::Other),
    ("dear", Label::Stop),
    ("address", Label::Stop),
    ("phone", Label::Stop),
    ("telephone", Label::Stop),
    ("date", Label::Stop),
    ("date of service", Label::Stop),
    ("dos", Label::Stop),
    ("visit date", Label::Stop),
    ("account", Label::Stop),
    ("account number", Label::Stop),
    ("acct", Label::Stop),
    ("acct #", Label::Stop),
    ("csn", Label::Stop),
    ("fin", Label::Stop),
    ("location", Label::Stop),
    ("room", Label::Stop),
    ("bed", Label::Stop),
    ("admitted", Label::Stop),
    ("admit date", Label::Stop),
    ("insurance", Label::Stop),
    ("race", Label::Stop),
    ("ethnicity", Label::Stop),
    ("language", Label::Stop),
    ("page", Label::Stop),
];

/// A label in the text: where its value begins.
pub struct Found {
    /// The label.
    pub label: Label,
    /// Byte of the label within its line.
    pub from: usize,
    /// Byte of its value within the line.
    pub value: usize,
}

/// Labels of a line, in order. A label begins the line or stands after a wide gap, a bar, a bracket, a comma or a value, and ends in
/// `:`, `#` or, at the beginning of a cell, in a tab or bar.
pub fn labels(line: &str) -> Vec<Found> {
    let mut out: Vec<Found> = Vec::new();
    let low = line.to_ascii_lowercase();
    let bytes = low.as_bytes();
    let closed = bytes.iter().any(|b| matches!(b, b':' | b'#' | b'=' | b'\t' | b'|'));
    if !closed && !["dob", "mrn", "ssn", "born"].iter().any(|w| low.contains(w)) {
        return out;
    }
    let mut at = 0;
    while at < bytes.len() && out.len() < 24 {
        let starts = at == 0 || !bytes.get(at - 1).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'\'' || *b >= 0x80);
        if !starts || !bytes.get(at).is_some_and(u8::is_ascii_alphabetic) {
            at += 1;
            continue;
        }
        let gap = |n: usize| at.checked_sub(n).and_then(|i| bytes.get(i)).copied();
        let cell = line.get(..at).is_some_and(|b| b.trim().is_empty())
            || matches!(gap(1), Some(b'\t' | b'|' | b'(' | b'*'))
            || (gap(1) == Some(b' ') && matches!(gap(2), Some(b' ' | b',' | b';' | b'|' | b'\t')));
        match label_at(&low, at).filter(|(l, _)| *l != Label::Name || cell) {
            Some((label, value)) => {
                out.push(Found { label, from: at, value });
                at = value.max(at + 1);
            }
            None => {
                // To the end of this word.
                while bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80) {
                    at += 1;
                }
            }
        }
    }
    out
}

fn label_at(low: &str, at: usize) -> Option<(Label, usize)> {
    let rest = low.get(at..)?;
    let first = rest.as_bytes().first();
    let mut best: Option<(usize, Label)> = None;
    for (word, label) in LABELS {
        // Asked at each word of each line: a call to compare is saved nearly always.
        if word.as_bytes().first() != first || best.is_some_and(|(n, _)| n >= word.len()) || !rest.starts_with(word) {
            continue;
        }
        let after = rest.get(word.len()..).unwrap_or_default();
        let ends = after.trim_start_matches([' ', '#', '.']);
        let joined = word.ends_with('#') || after.starts_with('#') || after.starts_with(" #");
        let closed = ends.starts_with(':') || ends.starts_with('=') || joined;
        let tabbed = after.starts_with('\t') || after.starts_with(" | ") || after.starts_with('|');
        // `DOB 01/02/1950` and `MRN 12345` need no colon; `Patient` does.
        let number = matches!(label, Label::Birth | Label::Record | Label::National)
            && ends.starts_with(|c: char| c.is_ascii_digit())
            && after.starts_with([' ', '#', '.']);
        if closed || tabbed || number {
            best = Some((word.len(), *label));
        }
    }
    let (len, label) = best?;
    let tail = rest.get(len..)?;
    let skipped = tail.len() - tail.trim_start_matches([' ', '#', '.', ':', '=', '\t', '|', '*']).len();
    Some((label, at + len + skipped))
}
