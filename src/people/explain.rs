//! A verdict in words, as two waterfalls, and what single change would turn it.
//!
//! A reviewer asks three things: which of the two questions is the close one ("patient or relative?", "patient or stranger?"), why in
//! one sentence, and what would have to be otherwise. The last is answered by asking the comparator again with one fact changed; no
//! text is compared a second time.

use super::facts::Facts;
use super::kin::SlotClass;
use super::levels::{Birth, Family, Given, Home};
use super::matching::{Outcome, Situation, Verdict, judge, outcome};
use crate::model::identity::{Counterfactual, Explained, Outcome as Word, Step, Waterfall};
use crate::model::identity_policy::{IdentityPolicy, Rule};
use crate::model::role::Role;

/// Compares and explains.
pub fn explain(policy: &IdentityPolicy, reference: &Facts, candidate: &Facts, slot: &str, context: &str) -> (Verdict, Explained) {
    explained(policy, reference, candidate, slot, context, true)
}

/// As [`explain`]; `steps` says whether the waterfalls list their evidence or their sums only.
pub fn explained(
    policy: &IdentityPolicy,
    reference: &Facts,
    candidate: &Facts,
    slot: &str,
    context: &str,
    steps: bool,
) -> (Verdict, Explained) {
    let s = Situation::of(policy, reference, candidate, slot, context);
    let v = judge(policy, &s);
    let explained = Explained {
        verdict: word(v.verdict),
        sentence: sentence(&s, &v, reference, candidate),
        p_same: v.p_same,
        p_kin: v.p_kin,
        p_stranger: v.p_stranger,
        waterfalls: waterfalls(policy, &v, steps),
        rules: v.rules.iter().map(|r| r.to_string()).collect(),
        counterfactuals: counterfactuals(policy, &s, &v),
    };
    (v, explained)
}

fn word(o: Outcome) -> Word {
    match o {
        Outcome::Same => Word::Same,
        Outcome::Different => Word::Different,
        Outcome::Review => Word::Review,
    }
}

/// The two sums, evidence by evidence, the deciding one first.
fn waterfalls(policy: &IdentityPolicy, v: &Verdict, listed: bool) -> Vec<Waterfall> {
    let build = |question: &'static str, kin: bool| {
        let mut sum = 0.0;
        let mut steps: Vec<Step> = Vec::with_capacity(if listed { v.evidence.len() } else { 0 });
        for e in &v.evidence {
            let bits = if kin { e.bits_kin } else { e.bits };
            sum += bits;
            if listed {
                steps.push(Step { field: e.field.to_string(), level: e.level.to_string(), bits, sum: round(sum) });
            }
        }
        let odds = |p: f64| round((p / (1.0 - p)).log2());
        Waterfall {
            question: question.to_string(),
            same_at: odds(policy.thresholds.same),
            different_at: odds(policy.thresholds.different),
            total: round(sum),
            steps,
        }
    };
    let mut out = vec![build("patient or relative?", true), build("patient or stranger?", false)];
    out.sort_by(|a, b| a.total.total_cmp(&b.total));
    out
}

/// Bits to a hundredth: what is printed does not depend on the last digit of an addition.
fn round(bits: f64) -> f64 {
    (bits * 100.0).round() / 100.0
}

/// One change of a situation and its words.
type Change = (&'static str, fn(&mut Situation));

/// What a reviewer could find out, or what the export could have said.
const CHANGES: &[Change] = &[
    ("the given name were the same", |s| (s.agree.names.given, s.agree.names.swapped) = (Given::Exact, false)),
    ("the given name were clearly another", |s| (s.agree.names.given, s.agree.names.swapped) = (Given::Conflict, false)),
    ("the family name were the same", |s| s.agree.names.family = Family::Exact),
    ("the family name were another", |s| (s.agree.names.family, s.agree.names.swapped) = (Family::Conflict, false)),
    ("both names were the same", |s| (s.agree.names.given, s.agree.names.family) = (Given::Exact, Family::Exact)),
    ("the birth date were the same", |s| s.agree.birth = Birth::Exact),
    ("the birth date were another", |s| s.agree.birth = Birth::Conflict),
    ("a record number of one assigner were the same", |s| {
        (s.agree.ids.equal, s.agree.ids.conflict, s.agree.ids.near) = (true, false, false)
    }),
    ("the record number were another of the same assigner", |s| {
        (s.agree.ids.equal, s.agree.ids.conflict, s.agree.ids.near) = (false, true, false)
    }),
    ("no record number were told", |s| {
        (s.agree.ids.equal, s.agree.ids.conflict, s.agree.ids.near, s.agree.ids.national_conflict) = (false, false, false, false)
    }),
    ("the address were the same", |s| s.agree.home = Home::Same),
    ("the phone number were the same", |s| s.agree.phone = true),
    ("the sex were the same", |s| s.agree.sex = Some(true)),
    ("the generation (Jr., Sr.) were the same", |s| {
        (s.agree.names.generation, s.agree.names.generation_one_sided) = (Some(true), false)
    }),
    ("the middle name were the same", |s| {
        (s.agree.names.middle, s.agree.names.middle_full) = (Some(true), !s.agree.names.frequent)
    }),
    ("they stood in the patient's own place", |s| s.class = SlotClass::Patient),
    ("they stood in a relative's place", |s| s.class = SlotClass::Kin),
    ("the text named no relation", |s| (s.cues.kin, s.cues.kin_fits) = (None, false)),
    ("the text called them a relative", |s| (s.cues.kin, s.read) = (Some(Role::Relative), true)),
    ("the text did not speak of another patient", |s| s.cues.other_patient = false),
    ("the text did not show a clinician", |s| (s.cues.clinician, s.candidate_professional) = (false, false)),
    ("the text made them the subject of a clinical statement", |s| (s.cues.subject, s.read) = (true, true)),
    ("the title were of the patient's sex", |s| s.title_against_sex = false),
    ("no known relative fitted as well", |s| s.known_kin = false),
];

/// The two changes of one fact that turn the verdict with the least difference of evidence. A change towards a clear answer comes
/// before one towards doubt.
fn counterfactuals(policy: &IdentityPolicy, s: &Situation, v: &Verdict) -> Vec<Counterfactual> {
    let sum = |kin: bool| v.evidence.iter().map(|e| if kin { e.bits_kin } else { e.bits }).sum::<f64>();
    let (kin, stranger) = (sum(true), sum(false));
    let mut found: Vec<(bool, f64, usize, Word)> = Vec::new();
    for (i, (_, change)) in CHANGES.iter().enumerate() {
        let mut other = *s;
        change(&mut other);
        if other == *s || (other.cues != s.cues && !other.read) {
            continue;
        }
        let (turned, k, t) = outcome(policy, &other);
        if turned == v.verdict {
            continue;
        }
        found.push((turned == Outcome::Review, (k - kin).abs() + (t - stranger).abs(), i, word(turned)));
    }
    found.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(&b.2)));
    found
        .into_iter()
        .filter_map(|(_, _, i, verdict)| CHANGES.get(i).map(|(what, _)| Counterfactual { change: format!("if {what}"), verdict }))
        .take(2)
        .collect()
}

/// First given name as a person reads it.
fn given_of(f: &Facts) -> Option<String> {
    let t = f.names.iter().chain(&f.former).find_map(|n| n.first_given())?;
    Some(capital(&t.plain))
}

fn family_of(f: &Facts) -> Option<String> {
    let n = f.names.iter().chain(&f.former).find(|n| !n.family.is_empty())?;
    Some(n.family.iter().map(|t| capital(&t.plain)).collect::<Vec<_>>().join(" "))
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// `a, b and c`.
fn list(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// One sentence that a clerk understands. Holds the given and family names compared, no other value.
fn sentence(s: &Situation, v: &Verdict, reference: &Facts, candidate: &Facts) -> String {
    let a = &s.agree;
    let mut parts: Vec<String> = Vec::new();
    if let Some(said) = conflicts(s, reference, candidate) {
        parts.push(said);
    }
    let (own, shared) = agreements(s);
    match (own.is_empty(), shared.is_empty()) {
        (false, true) => parts.push(format!("{} {}", list(&own), agree(&own))),
        (true, false) => parts.push(format!("{} {}, but relatives share {}", list(&shared), agree(&shared), them(&shared))),
        (false, false) if v.verdict == Outcome::Same => {
            let all: Vec<String> = own.iter().chain(&shared).cloned().collect();
            parts.push(format!("{} agree", list(&all)));
        }
        (false, false) => parts.push(format!(
            "{} {}; {} {}, but relatives share {}",
            list(&own),
            agree(&own),
            list(&shared),
            agree(&shared),
            them(&shared)
        )),
        (true, true) => {}
    }
    if let Some(said) = place(s) {
        parts.push(said);
    }
    if parts.is_empty() {
        parts.push("nothing that is told singles anybody out".to_string());
    }
    if v.verdict != Outcome::Same
        && let Some(rule) =
            v.rules.iter().filter_map(|w| Rule::ALL.iter().find(|r| r.word() == *w)).find(|r| explains(**r, a.birth))
    {
        parts.push(rule.says().to_string());
    }
    let head = match v.verdict {
        Outcome::Same => "The patient",
        Outcome::Different => "Third party",
        Outcome::Review => "A person must say",
    };
    format!("{head}: {}.", parts.join("; "))
}

/// Rules that tell more than the agreements listed before.
fn explains(rule: Rule, birth: Birth) -> bool {
    match rule {
        Rule::NoBirth => birth != Birth::Conflict,
        Rule::FrequentName
        | Rule::InexactName
        | Rule::IdName
        | Rule::IdBirth
        | Rule::IdSuffix
        | Rule::IdReused
        | Rule::DuplicateChart
        | Rule::IdConflict
        | Rule::SlotPerformerName
        | Rule::SlotClinicianMaybePatient
        | Rule::SlotKinPatientFacts
        | Rule::Placeholder
        | Rule::PlaceholderNumber
        | Rule::SwappedAlone
        | Rule::SlipAlone
        | Rule::SuffixMissing
        | Rule::KnownKin
        | Rule::ContextKinFits
        | Rule::MentionAlone
        | Rule::MentionFragment
        | Rule::MentionSurname
        | Rule::GivenBirth => true,
        _ => false,
    }
}

fn agree(words: &[String]) -> &'static str {
    if words.len() == 1 { "agrees" } else { "agree" }
}

fn them(words: &[String]) -> &'static str {
    if words.len() == 1 { "it" } else { "them" }
}

/// What speaks against.
fn conflicts(s: &Situation, reference: &Facts, candidate: &Facts) -> Option<String> {
    let a = &s.agree;
    let mut out: Vec<String> = Vec::new();
    let two = |what: &str, r: Option<String>, c: Option<String>| match (r, c) {
        (Some(r), Some(c)) if r != c => format!("{what} {c} is not {r}"),
        _ => format!("{what} differs"),
    };
    if a.placeholder() {
        out.push("the name is a stand-in".into());
    } else {
        if a.names.given <= Given::Unlike {
            out.push(two("given name", given_of(reference), given_of(candidate)));
        }
        if a.names.family == Family::Conflict {
            out.push(two("family name", family_of(reference), family_of(candidate)));
        }
    }
    if a.names.generation == Some(false) {
        out.push("the generation (Jr., Sr.) differs".into());
    }
    if a.names.middle == Some(false) {
        out.push("the middle name differs".into());
    }
    match a.birth {
        Birth::Conflict => out.push("the birth date differs".into()),
        Birth::Slip => out.push("the birth date is one digit off".into()),
        Birth::Swapped => out.push("day and month of the birth date are exchanged".into()),
        _ => {}
    }
    if a.id_conflict() {
        out.push("the record number differs".into());
    }
    if a.sex == Some(false) {
        out.push("the sex differs".into());
    }
    (!out.is_empty()).then(|| list(&out))
}

/// What speaks for the patient alone, and what relatives share.
fn agreements(s: &Situation) -> (Vec<String>, Vec<String>) {
    let a = &s.agree;
    let (mut own, mut shared): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    if !a.placeholder() {
        let given = a.names.given >= Given::Middle;
        let family = a.names.family >= Family::Near;
        match (given, family) {
            (true, true) => {
                let slip = a.names.given == Given::Near || a.names.family == Family::Near;
                own.push(
                    if a.names.former {
                        "a former name"
                    } else if slip {
                        "the name but for a slip"
                    } else {
                        "the name"
                    }
                    .into(),
                );
            }
            (true, false) => own.push("the given name".into()),
            (false, true) => shared.push("family name".into()),
            (false, false) => {}
        }
        if a.names.given == Given::Initial {
            own.push("the initial".into());
        }
    }
    if a.ids.equal {
        own.push("the record number".into());
    }
    if a.email {
        own.push("the e-mail address".into());
    }
    let date = match a.birth {
        Birth::Exact => Some("birth date"),
        Birth::Partial => Some("the part of the birth date that is told"),
        _ => None,
    };
    // Twins share the date: with another given name it is no sign of the patient.
    match date {
        Some(d) if a.names.given <= Given::Unlike && !a.placeholder() => shared.push(d.into()),
        Some(d) => own.push(d.into()),
        None => {}
    }
    if a.home == Home::Same {
        shared.push("address".into());
    }
    if a.phone {
        shared.push("phone number".into());
    }
    if a.ids.member_equal {
        shared.push("insurance number".into());
    }
    (own, shared)
}

/// What the place or the text says.
fn place(s: &Situation) -> Option<String> {
    let cues = &s.cues;
    if s.read {
        if cues.eponym {
            return Some("the text means a disease, sign or instrument".into());
        }
        if cues.dictation {
            return Some("the text is a dictation or signature line".into());
        }
        if cues.other_patient {
            return Some("the text speaks of another patient".into());
        }
        if let Some(kin) = cues.kin {
            return Some(format!("the text says {}", kin.label_words().to_lowercase()));
        }
        if s.title_against_sex {
            return Some("the title is of the other sex".into());
        }
        if cues.clinician {
            return Some("the text shows a clinician".into());
        }
        if cues.subject || cues.called_patient {
            return Some("the text speaks of them as the patient".into());
        }
    }
    match s.class {
        SlotClass::Kin => Some("they stand in a relative's place".into()),
        SlotClass::Clinician => Some("they stand in a clinician's place".into()),
        SlotClass::Contact => Some("they stand in a contact's place".into()),
        SlotClass::Financial => Some("they stand where the payer of the bill or holder of the policy stands".into()),
        SlotClass::Performer => Some("they stand where staff stand".into()),
        SlotClass::Patient | SlotClass::Mention => None,
    }
}
