//! One find in a text: what it becomes, and what a person is asked about it.

use super::extent::Unit;
use super::plan::Planner;
use super::{Proposal, Question};
use crate::model::decision::{Action, Decision};
use crate::model::document::Class;
use crate::model::edit::Change;
use crate::model::mention::{Category, Mention, Who};
use crate::model::person::PATIENT;
use crate::model::policy::Extent;
use crate::model::role::Role;
use crate::model::view::Span;

/// What stands in the patient's place where the patient's own identifiers go.
const OWN: &str = "[PATIENT]";

/// Most bytes to either side of a mention that the internal report shows.
const EXCERPT: usize = 240;

impl Planner<'_, '_> {
    /// Decides one mention; true when the text there is settled.
    pub(super) fn mention(&mut self, i: u32, text: &str, m: &Mention) -> bool {
        let inp = self.inp;
        let original = text.get(m.start..m.end).unwrap_or_default();
        let mut own = None;
        let (role, label) = match &m.who {
            Who::Patient | Who::Person(PATIENT) => match self.own(m.category, original).filter(|_| !self.is_visit(text, m)) {
                Some(decision) => {
                    own = Some(decision);
                    (Role::Patient, Some(OWN.to_string()))
                }
                None => return true,
            },
            Who::Person(id) => match inp.roster.get(*id) {
                Some(p) => (p.role, Some(p.label.clone())),
                None => return true,
            },
            // A date or an age is not somebody's: it is decided as the patient's.
            Who::Nobody if matches!(m.category, Category::Date | Category::Age) => (Role::Patient, None),
            Who::New(role) => (*role, None),
            Who::Nobody => (Role::OtherPerson, None),
            Who::Ambiguous => {
                self.ambiguous_mention(i, text, m);
                return true;
            }
        };
        if role == Role::Organization {
            return true;
        }
        let mut decision = own.unwrap_or_else(|| inp.policy.decide(role, m.category));
        let words = match (m.category, &label) {
            (Category::Name, Some(l)) => l.clone(),
            (Category::Name, None) => format!("[{}]", inp.policy.shown_as(role).label_words()),
            (c, Some(l)) => format!("{} {}]", l.trim_end_matches(']'), c.label_words()),
            (c, None) => format!("[{}]", c.label_words()),
        };
        // Brackets and blanks have no place in a URL or id.
        let link =
            self.inp.doc.fields.get(i as usize).is_some_and(|f| matches!(f.class, Class::Url | Class::Id | Class::Reference));
        let change = match decision.action {
            Action::Keep => None,
            Action::Hash | Action::Encrypt | Action::Generalise if !link => {
                let who = match &m.who {
                    Who::Person(id) => inp.roster.get(*id),
                    _ => None,
                };
                Some(Change::Text(self.method_words(original, m.category, decision.action, words, who)))
            }
            _ if link => Some(Change::Text(super::methods::in_link(&words))),
            _ => Some(Change::Label(words)),
        };
        let kept = matches!(decision.action, Action::Hash | Action::Encrypt | Action::Generalise);
        if change.is_some() && (!kept || link) {
            decision.action = if link { Action::Rewrite } else { Action::Label };
        }
        self.out.push(Proposal {
            field: i,
            record: false,
            range: Some((m.start as u32, m.end as u32)),
            change,
            category: m.category,
            role: Some(role),
            label,
            decision,
            rule: m.rule.to_string(),
            confidence: m.confidence,
            original: text[m.start..m.end].to_string(),
            question: None,
        });
        true
    }

    pub(super) fn ambiguous_mention(&mut self, i: u32, text: &str, m: &Mention) {
        let (from, to) = sentence(text, m.start, m.end);
        let question = Question {
            kind: "ambiguous",
            text: "This could be the patient or somebody else. Who is meant?".into(),
            excerpt: text[from..to].to_string(),
            choices: vec!["keep".into(), "mask".into()],
            label: None,
            group: None,
            before: text[from..m.start].to_string(),
            mention: text[m.start..m.end].to_string(),
            after: text[m.end..to].to_string(),
        };
        self.out.push(Proposal {
            field: i,
            record: false,
            range: Some((m.start as u32, m.end as u32)),
            change: Some(Change::Mask("[REVIEW]".into())),
            category: m.category,
            role: None,
            label: None,
            decision: review(),
            rule: m.rule.to_string(),
            confidence: m.confidence,
            original: text[m.start..m.end].to_string(),
            question: Some(question),
        });
    }

    /// Rows, turns and sentences that go, or may have to go, with somebody named in them; in order, not overlapping.
    pub(super) fn units(&self, text: &str, mentions: &[Mention]) -> Vec<(Unit, Role, Option<String>)> {
        let policy = self.inp.policy;
        let asked = |m: &&Mention| {
            let role = self.role_of(m)?;
            let extent = policy.extent(role.0);
            let goes = extent != Extent::Identifiers && policy.decide(role.0, m.category).action != Action::Keep;
            (goes && m.start < m.end).then_some((extent, role))
        };
        if !mentions.iter().any(|m| asked(&m).is_some()) {
            return Vec::new();
        }
        let patient: Vec<(usize, usize)> = mentions
            .iter()
            .filter(|m| matches!(m.who, Who::Patient | Who::Person(PATIENT) | Who::Ambiguous))
            .map(|m| (m.start, m.end))
            .collect();
        let mut out: Vec<(Unit, Role, Option<String>)> = Vec::new();
        for m in mentions {
            let Some((extent, (role, label))) = asked(&m) else { continue };
            let Some(unit) = super::extent::unit(text, m.start, m.end, extent, &patient) else { continue };
            // Where nothing but the name is anybody's health information, there is nothing to ask about.
            let rest = text.get(unit.span.range()).unwrap_or_default();
            if !unit.certain && !super::extent::speaks_of_health(rest) {
                continue;
            }
            match out.last_mut() {
                // Two names in one row: it is certain only when it is for both.
                Some((last, ..)) if last.span == unit.span => last.certain &= unit.certain || m.category != Category::Name,
                Some((last, ..)) if unit.span.start < last.span.end => last.certain = false,
                _ => out.push((unit, role, label)),
            }
        }
        out
    }

    /// Takes out the passages that the policy withholds; gives them in order.
    pub(super) fn passages(&mut self, i: u32, text: &str) -> Vec<Span> {
        let rules = &self.inp.policy.withhold;
        if !rules.iter().any(|r| r.relatives || !r.headings.is_empty()) {
            return Vec::new();
        }
        let found = super::passages::passages(text, rules);
        for (span, rule) in &found {
            let Some(rule) = rules.get(*rule) else { continue };
            self.out.push(Proposal {
                field: i,
                record: false,
                range: Some((span.start, span.end)),
                change: Some(Change::Mask("[WITHHELD]".into())),
                category: Category::Record,
                role: None,
                label: None,
                decision: Decision {
                    action: Action::Withhold,
                    reason: rule.reason.clone(),
                    basis: rule.basis.clone(),
                    by: "machine".into(),
                },
                rule: format!("passage.{}", rule.name),
                confidence: 0.9,
                original: text.get(span.range()).unwrap_or_default().to_string(),
                question: None,
            });
        }
        found.into_iter().map(|(s, _)| s).collect()
    }

    fn role_of(&self, m: &Mention) -> Option<(Role, Option<String>)> {
        match &m.who {
            Who::Person(id) if *id != PATIENT => self.inp.roster.get(*id).map(|p| (p.role, Some(p.label.clone()))),
            Who::New(role) => Some((*role, None)),
            _ => None,
        }
    }

    /// A row, turn or sentence: taken out where it is certain, else a question.
    pub(super) fn unit(&mut self, i: u32, text: &str, unit: &Unit, role: Role, label: Option<String>) {
        let (start, end) = (unit.span.start as usize, unit.span.end as usize);
        let original = text.get(start..end).unwrap_or_default().to_string();
        let kind = unit.kind.as_str();
        let words = label.clone().unwrap_or_else(|| format!("[{}]", self.inp.policy.shown_as(role).label_words()));
        let decision = match unit.certain {
            true => Decision { action: Action::Remove, ..self.inp.policy.decide(role, Category::Record) },
            false => review(),
        };
        let question = (!unit.certain).then(|| Question {
            kind: "extent",
            text: format!(
                "Somebody else is named in this {kind}, and what identifies them goes. Does the rest of it speak of the patient, too? To keep \
                 the rest, rule keep; to take the whole {kind} out, rule mask."
            ),
            excerpt: original.chars().take(EXCERPT).collect(),
            choices: vec!["keep".into(), "mask".into()],
            ..Question::default()
        });
        self.out.push(Proposal {
            field: i,
            record: false,
            range: Some((unit.span.start, unit.span.end)),
            change: unit.certain.then_some(Change::Label(words)),
            category: Category::Record,
            role: Some(role),
            label,
            decision,
            rule: format!("extent.{kind}"),
            confidence: if unit.certain { 0.9 } else { 0.5 },
            original,
            question,
        });
    }
}

/// The sentence around a mention, at most [`EXCERPT`] bytes to either side.
fn sentence(text: &str, start: usize, end: usize) -> (usize, usize) {
    let mut from = start.saturating_sub(EXCERPT);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let mut to = (end + EXCERPT).min(text.len());
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    let before = text.get(from..start).unwrap_or_default();
    let after = text.get(end..to).unwrap_or_default();
    // `Dr. ` and `J. ` end no sentence.
    let ends = |s: &str, at: usize| {
        let word = s.get(..at).unwrap_or_default().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        word.chars().count() > 3 || word.chars().any(|c| c.is_ascii_digit())
    };
    let stop = |s: &str| s.match_indices(". ").filter(|(at, _)| ends(s, *at)).map(|(at, _)| at + 2).collect::<Vec<_>>();
    let head = stop(before).into_iter().chain(before.match_indices('\n').map(|(at, _)| at + 1)).max().unwrap_or(0);
    let tail = stop(after).first().map_or(after.len(), |at| at - 1).min(after.find('\n').unwrap_or(after.len()));
    (from + head, end + tail)
}

pub(super) fn review() -> Decision {
    Decision {
        action: Action::Review,
        reason: "REVIEW".into(),
        basis: "undecided: masked until a person has ruled".into(),
        by: "machine".into(),
    }
}
