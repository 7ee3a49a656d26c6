//! What a reviewer is shown beside a question: who could be meant, the comparison with the patient, and what each ruling would do.

use super::Known;
use crate::model::ledger::{ChoiceEffect, ReviewItem};
use crate::model::person::PersonStub;
use crate::people::facts::Facts;
use crate::people::name::Folded;
use crate::people::{candidates, explain};
use crate::redact::Question;

/// Adds candidates, the comparison and the labels that they suggest.
pub fn fill(item: &mut ReviewItem, stub: Option<&PersonStub>, known: &Known) {
    let (facts, slot, context) = match stub {
        Some(s) => (Facts::of_stub(s), s.slot.as_str(), String::new()),
        // A phone number is nobody's name.
        None if item.kind == "ambiguous" && item.mention.chars().any(char::is_alphabetic) && !item.mention.contains('@') => {
            let context = format!("{}{}{}", item.before, item.mention, item.after);
            (candidates::of_text(&item.mention), "", context)
        }
        None => return,
    };
    if facts.names.is_empty() && facts.is_name_only() {
        return;
    }
    if item.mention.is_empty() {
        item.mention = stub.and_then(|s| s.names.first()).map(|n| n.display()).unwrap_or_default();
    }
    let patient = Facts::of_identity(&known.identity);
    item.explained = Some(explain(&known.policy.identity, &patient, &facts, slot, &context).1);
    item.candidates = known.roll.fitting(&facts);
    for c in item.candidates.iter().filter(|c| c.person != 0) {
        let label = c.label.trim_matches(['[', ']']).to_lowercase();
        let word = format!("label:{label}");
        if !item.choices.contains(&word) && item.choices.len() < 8 {
            item.choices.push(word);
        }
    }
    if !item.choices.iter().any(|c| c == "label:other person") {
        item.choices.push("label:other person".into());
    }
    item.effects = effects(&item.kind, &item.choices);
}

/// What each ruling would do, for a clerk.
pub fn effects(kind: &str, choices: &[String]) -> Vec<ChoiceEffect> {
    let person = matches!(kind, "ambiguous" | "identity");
    let say = |choice: &String| -> String {
        match (choice.as_str(), kind) {
            ("keep", "extent") => "the rest of it stays; what identifies somebody else is out in either case".into(),
            ("mask", "extent") => "all of it goes, whoever it is about".into(),
            ("keep", "misfile") => "the document is the patient's: it is redacted like the others and released".into(),
            ("keep", _) => {
                "it is the patient, or may stay: the text is left as it is, here and in the other places listed".into()
            }
            ("mask", _) => "it is somebody else: [REDACTED] stands in its place, here and in the other places listed".into(),
            ("withhold", _) => "it stays out of the release; the report says that something was withheld".into(),
            ("accept", _) => "it is noted; nothing changes in the output".into(),
            (other, _) => match other.strip_prefix("label:") {
                Some(role) => format!(
                    "it is this person: [{}] stands in place of the name, here and in the other places listed; any role may be given",
                    role.to_uppercase()
                ),
                None => String::new(),
            },
        }
    };
    let mut all: Vec<ChoiceEffect> = choices.iter().map(|c| ChoiceEffect { choice: c.clone(), effect: say(c) }).collect();
    if person && !choices.iter().any(|c| c.starts_with("label:")) {
        all.push(ChoiceEffect {
            choice: "label:ROLE".into(),
            effect: "it is somebody else of this role: the label, such as [MOTHER], stands in place of the name".into(),
        });
    }
    all
}

/// Who a question is about, so that one ruling settles every place of that person in the case. Only a full name that is not the
/// patient's own is the same person wherever it stands; initials, surnames and the patient's own name may be anybody's. A birth date
/// tells namesakes apart.
pub fn person_key(q: &Question, stub: Option<&PersonStub>, known: &Known) -> Option<String> {
    if !matches!(q.kind, "ambiguous" | "identity") {
        return None;
    }
    let (name, born) = match stub {
        Some(s) => (Folded::of(s.names.first()?), s.birth_date.clone().unwrap_or_default()),
        None if q.mention.is_empty() => return None,
        None => (Folded::of_text(&q.mention), String::new()),
    };
    if !name.is_full() || name.placeholder.is_some() {
        return None;
    }
    let key = name.key()?;
    let own =
        known.identity.names.iter().chain(&known.identity.former_names).any(|n| Folded::of(n).key().as_deref() == Some(&key));
    (!own).then(|| format!("{key}|{born}"))
}
