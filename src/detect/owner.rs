//! Whose a number or address is: the patient's by value, else of the person named before it, of the record it stands in, or of an
//! organisation.

use super::cues::{Pull, kin, role_phrase, title};
use super::identity::Own;
use super::records::Owned;
use super::tokens::{Shape, Tokens};
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::{Role, RoleGroup};

/// Gives an identifier its owner: the patient's own value, else the nearest person named before it in its line or sentence, else
/// nobody. A kin or contact word before it wins over a match with a value that the household shares.
pub fn attribute(t: &Tokens, mut m: Mention, names: &[Mention], records: &[Owned], own: &Own, has_identity: bool) -> Mention {
    // `MRN 6610-44-` / `82-19`: the patient's own over the end of a line.
    if let Some(end) = past_break(t.text, m.end).filter(|end| t.text.get(m.start..*end).is_some_and(|v| own.has_id(v))) {
        m.end = end;
    }
    let value = t.text.get(m.start..m.end).unwrap_or("");
    let owned = match m.category {
        Category::Phone | Category::Fax => own.has_phone(value),
        Category::Email => own.has_email(value),
        Category::Address => own.has_address(value),
        Category::DateOfBirth => own.is_birth_date(value),
        Category::Url | Category::Ip => false,
        _ => own.has_id(value),
    };
    let near = nearest(t, m.start, names).or_else(|| following(t, m.end, names));
    let public = matches!(m.category, Category::Phone | Category::Fax | Category::Address | Category::Url);
    let organisation = near.is_none() && !owned && public && of_organisation(t, m.start, names);
    let record = records.iter().find(|r| r.start <= m.start && m.end <= r.end);
    let in_own = record.is_some_and(|r| r.who == Who::Patient);
    let near = near.or(if organisation { Some(Who::New(Role::Organization)) } else { None });
    let near = near.or_else(|| if in_own { None } else { block(t, m.start, names) });
    // `Policy: 1EG4    Subscriber: ROE, JANE`
    let near = match near {
        None if m.category == Category::MemberId => insured(t, m.end, names),
        near => near,
    };
    let near_patient = matches!(near, None | Some(Who::Patient));
    if let Some(r) = record
        && near_patient
        && !(r.who == Who::Patient && is_of_contact(t, m.start))
        && matches!(r.who, Who::Patient | Who::New(_))
    {
        // A line of the patient's own record, or of somebody else's whatever the household shares.
        m.who = r.who.clone();
        return m;
    }
    // An address at a clinic is somebody's who works there.
    let at_work = m.category == Category::Email && !owned && is_workplace(value);
    let near = match near {
        None | Some(Who::New(Role::OtherPerson)) if at_work => Some(Who::New(Role::Clinician)),
        near => near,
    };
    // Registrations of prescribers are no laymen's.
    let licensed = m.category == Category::Npi || m.rule.starts_with("pattern.dea");
    let near = match near {
        Some(Who::New(r))
            if licensed && !matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff | RoleGroup::Organization) =>
        {
            Some(Who::New(Role::Clinician))
        }
        None if licensed && !owned => Some(Who::New(Role::Clinician)),
        near => near,
    };
    // A record, membership or specimen number beside somebody who works here is no number of theirs.
    let of_care = matches!(m.category, Category::Mrn | Category::MemberId | Category::Account)
        || m.category == Category::OtherId && is_specimen(t, m.start);
    let near = match near {
        Some(Who::New(r))
            if of_care && matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff | RoleGroup::Organization) =>
        {
            None
        }
        near => near,
    };
    m.who = match (owned, near) {
        (true, None | Some(Who::Patient)) => Who::Patient,
        (true, Some(Who::New(r))) if !is_close_kin(r) => Who::Patient,
        (true, Some(_)) => Who::Ambiguous,
        // Another birth date or social security number than the patient's beside the patient's name.
        (false, Some(Who::Patient)) if has_identity && own.contradicts(m.category) => Who::Ambiguous,
        // Another record number of the same make: of a namesake, or a slip.
        (false, None | Some(Who::Patient)) if m.category == Category::Mrn && own.is_like_id(value) => Who::Ambiguous,
        (false, Some(Who::Patient)) => Who::Patient,
        (false, Some(who)) if who != Who::Patient => who,
        (false, _) => Who::Nobody,
    };
    m
}

/// Where a number ends that goes on behind a hyphen and a line end at byte `end`.
fn past_break(text: &str, end: usize) -> Option<usize> {
    let rest = text.get(end..)?.strip_prefix('-')?;
    let next = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))?.trim_start_matches([' ', '\t']);
    let len = next.find(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).unwrap_or(next.len());
    (len > 0).then_some(text.len() - next.len() + len)
}

/// True when the label before byte `at` is that of a specimen, an order or a visit.
fn is_specimen(t: &Tokens, at: usize) -> bool {
    let i = t.index_at(at);
    (i.saturating_sub(4)..i).any(|k| {
        matches!(
            t.low(k),
            "acc" | "accession" | "specimen" | "order" | "requisition" | "encounter" | "visit" | "exam" | "invoice"
        )
    })
}

/// True for an address at a place of care, by its domain.
pub fn is_workplace(email: &str) -> bool {
    let domain = email.split('@').nth(1).unwrap_or("").to_lowercase();
    ["clinic", "hospital", "health", "medic", "med.", "physicians", "care", "rehab", "hospice"].iter().any(|w| domain.contains(w))
}

fn is_close_kin(role: Role) -> bool {
    use crate::model::role::RoleGroup::{Contact, Relative};
    matches!(role.group(), Relative | Contact)
}

/// The person named or described last before byte `at`, in the same sentence or line.
pub fn nearest(t: &Tokens, at: usize, names: &[Mention]) -> Option<Who> {
    let i = t.index_at(at);
    let mut steps = 0;
    let mut k = i;
    while k > 0 && steps < 40 {
        k -= 1;
        steps += 1;
        let token = t.get(k)?;
        let sentence =
            t.is(k, '.') && t.shape(k.wrapping_sub(1)) != Some(Shape::Initial) && t.is_capital(k + 1) && !title_like(t, k);
        if sentence || token.shape == Shape::Break && t.text.get(token.start..token.end) != Some("\t") {
            return None;
        }
        let over = names.partition_point(|m| m.start <= token.start).checked_sub(1).and_then(|i| names.get(i));
        if let Some(m) = over.filter(|m| m.category == Category::Name && token.end <= m.end) {
            return Some(m.who.clone());
        }
        let low = t.low(k);
        if let Some(role) = kin(low) {
            return Some(Who::New(role));
        }
        let therapist =
            token.shape == Shape::Upper && k > 0 && t.is_capital(k - 1) && t.like(k - 1) > super::words::NameLike::Word;
        if matches!(low, "patient" | "pt") && !therapist {
            // `sister, twin, also pt here: DOB`: of whoever was spoken of.
            if matches!(t.low(k.wrapping_sub(1)), "also" | "our") {
                continue;
            }
            if matches!(t.low(k.wrapping_sub(1)), "different" | "other" | "another" | "wrong" | "second" | "next") {
                return Some(Who::New(Role::OtherPatient));
            }
            return Some(Who::Patient);
        }
        if let Some((_, Pull::Noun, Some(role))) = role_phrase(|j| t.low(k + j)) {
            return Some(Who::New(role));
        }
    }
    None
}

/// The person named right after byte `at`: `88123400 Walter Smith`, `503-555-0144 (mother)`, `... is her mother's number`.
fn following(t: &Tokens, at: usize, names: &[Mention]) -> Option<Who> {
    let mut k = t.index_at(at.saturating_sub(1));
    while t.get(k).is_some_and(|x| x.start < at) {
        k += 1;
    }
    for i in k..k + 5 {
        let token = t.get(i)?;
        let over = names.partition_point(|m| m.start <= token.start).checked_sub(1).and_then(|i| names.get(i));
        if let Some(m) = over.filter(|m| m.category == Category::Name && token.end <= m.end) {
            return (m.who != Who::Patient).then(|| m.who.clone());
        }
        let low = t.low(i);
        if let Some(role) = kin(low) {
            return Some(Who::New(role));
        }
        let between = match token.shape {
            Shape::Mark(m) => matches!(m, '(' | '-' | '[' | '/'),
            Shape::Cap | Shape::Lower => {
                matches!(low, "is" | "her" | "his" | "the" | "patient" | "pt" | "for" | "of" | "mr" | "mrs" | "ms" | "dr")
            }
            _ => false,
        };
        if !(between || i > k && token.shape == Shape::Mark('.')) {
            return None;
        }
    }
    None
}

/// True when the label right before byte `at` is for somebody to call or an employer: `Home: 1    Emergency phone: 2`.
fn is_of_contact(t: &Tokens, at: usize) -> bool {
    let i = t.index_at(at);
    let mut label =
        (i.saturating_sub(5)..i).rev().take_while(|k| !matches!(t.shape(*k), Some(Shape::Number | Shape::Mixed | Shape::Break)));
    label.any(|k| matches!(t.low(k), "emergency" | "contact" | "employer" | "guarantor" | "nok" | "kin" | "proxy"))
}

/// The person behind a label for whoever is insured, later in the line.
fn insured(t: &Tokens, at: usize, names: &[Mention]) -> Option<Who> {
    let first = t.index_at(at);
    let label = (first..first + 16).take_while(|k| *k == first || !t.ends_line(k - 1)).find(|k| {
        t.is(*k, ':') && matches!(t.low(k.wrapping_sub(1)), "subscriber" | "insured" | "policyholder" | "cardholder" | "holder")
    })?;
    let start = t.get(label + 1)?.start;
    names.iter().find(|m| m.category == Category::Name && m.start <= start && start < m.end).map(|m| m.who.clone())
}

/// The person at the head of a block of lines that hold nothing but labels and values: an address below a name. Never the patient.
fn block(t: &Tokens, at: usize, names: &[Mention]) -> Option<Who> {
    let i = t.index_at(at);
    let mut lines = 0;
    for k in (0..i).rev().take(80) {
        let token = t.get(k)?;
        let written = t.text.get(token.start..token.end).unwrap_or("");
        if token.shape == Shape::Break {
            if written.matches('\n').count() > 1 {
                return None;
            }
            lines += usize::from(written.contains('\n'));
            if lines > 5 {
                return None;
            }
            continue;
        }
        let over = names.partition_point(|m| m.start <= token.start).checked_sub(1).and_then(|i| names.get(i));
        if let Some(m) = over.filter(|m| m.category == Category::Name && token.end <= m.end) {
            return (m.who != Who::Patient).then(|| m.who.clone());
        }
        let low = t.low(k);
        if let Some(role) = kin(low) {
            return Some(Who::New(role));
        }
        if let Some((_, Pull::Noun | Pull::Label, Some(role))) = role_phrase(|j| t.low(k + j))
            && lines > 0
        {
            return Some(Who::New(role));
        }
        let label = is_personal(low)
            || matches!(
                low,
                "phone"
                    | "tel"
                    | "ph"
                    | "fax"
                    | "email"
                    | "address"
                    | "at"
                    | "is"
                    | "c"
                    | "h"
                    | "w"
                    | "cell"
                    | "mobile"
                    | "work"
                    | "dob"
                    | "ssn"
                    | "e-mail"
                    | "born"
                    | "and"
                    | "or"
                    | "number"
                    | "relationship"
            );
        if token.shape == Shape::Lower && !label || token.shape == Shape::Mark(';') {
            return None;
        }
    }
    None
}

fn title_like(t: &Tokens, k: usize) -> bool {
    k > 0 && title(t.low(k - 1)).is_some()
}

/// True when the lines before byte `at` name an organisation and no person: a letterhead, `Pharmacy: ...`, `Main ...`.
fn of_organisation(t: &Tokens, at: usize, names: &[Mention]) -> bool {
    let mut lines = 0;
    let mut found = false;
    for k in (0..t.index_at(at)).rev().take(60) {
        let Some(token) = t.get(k) else { return false };
        if token.shape == Shape::Break {
            let written = t.text.get(token.start..token.end).unwrap_or("");
            lines += written.matches('\n').count();
            // A blank line, or the fourth line up, is another matter; so is all above the line that names the organisation.
            if written.matches('\n').count() > 1 || lines > 3 || found {
                break;
            }
            continue;
        }
        let over = names.partition_point(|m| m.start <= token.start).checked_sub(1).and_then(|i| names.get(i));
        if over.is_some_and(|m| token.end <= m.end) {
            return false;
        }
        let low = t.low(k);
        let personal = kin(low).is_some() || title(low).is_some_and(|_| t.is_capital(k)) && low != "dr" || is_personal(low);
        if personal || role_phrase(|j| t.low(k + j)).is_some_and(|(_, _, role)| role.is_some()) {
            return false;
        }
        found |= t.is_capital(k) && is_organisation_noun(low);
    }
    found
}

/// Words that speak of a person's own number or address.
fn is_personal(low: &str) -> bool {
    matches!(
        low,
        "home"
            | "cell"
            | "mobile"
            | "lives"
            | "resides"
            | "residence"
            | "residing"
            | "patient"
            | "pt"
            | "personal"
            | "her"
            | "his"
            | "their"
            | "my"
            | "he"
            | "she"
            | "they"
            | "call"
            | "called"
            | "pager"
            | "beeper"
            | "direct"
            | "mailing"
            | "text"
            | "reach"
    )
}

fn is_organisation_noun(low: &str) -> bool {
    matches!(
        low,
        "hospital"
            | "hospitals"
            | "clinic"
            | "clinics"
            | "center"
            | "centre"
            | "laboratory"
            | "laboratories"
            | "lab"
            | "labs"
            | "pharmacy"
            | "university"
            | "institute"
            | "associates"
            | "department"
            | "dept"
            | "inc"
            | "llc"
            | "llp"
            | "pllc"
            | "corp"
            | "imaging"
            | "radiology"
            | "healthcare"
            | "insurance"
            | "agency"
            | "foundation"
            | "switchboard"
            | "main"
            | "hospice"
            | "rehabilitation"
            | "practice"
            | "facility"
            | "registry"
            | "bank"
            | "records"
    )
}
