//! One pass over a document's fields.

use super::mention::review;
use super::{Inputs, Proposal, Question, ids};
use crate::model::decision::{Action, Decision};
use crate::model::document::{Class, Field, Form};
use crate::model::edit::Change;
use crate::model::mention::{Category, Who};
use crate::model::person::{PATIENT, PersonId};
use crate::model::role::Role;
use crate::model::roster::{Person, Resolution};

/// Everything that is to be done in one document.
pub fn plan(inp: &Inputs) -> Vec<Proposal> {
    let mut p = Planner { inp, out: Vec::new() };
    p.run();
    p.out
}

/// Goes over the fields of one document.
pub(super) struct Planner<'a, 'b> {
    pub inp: &'b Inputs<'a>,
    pub out: Vec<Proposal>,
}

impl<'a> Planner<'a, '_> {
    fn run(&mut self) {
        let doc = self.inp.doc;
        let mut gone = vec![false; doc.records.len()];
        for (i, record) in doc.records.iter().enumerate() {
            if let Some(p) = record.parent
                && gone.get(p as usize).copied().unwrap_or(false)
            {
                gone[i] = true;
                continue;
            }
            if let Some(Some(decision)) = self.inp.withheld.get(i) {
                gone[i] = true;
                self.out.push(Proposal {
                    field: i as u32,
                    record: true,
                    range: None,
                    change: Some(Change::Withhold),
                    category: Category::Record,
                    role: record.subject.and_then(|s| self.person(s)).map(|p| p.role),
                    label: None,
                    decision: decision.clone(),
                    rule: "policy.withhold".into(),
                    confidence: 1.0,
                    original: String::new(),
                    question: (decision.action == Action::Review).then(|| super::protected_question(decision)),
                });
            }
        }
        // End of the last element edited as a unit: what stands inside it needs no edit of its own.
        let mut done = 0u32;
        for (i, field) in doc.fields.iter().enumerate() {
            if gone.get(field.record as usize).copied().unwrap_or(false) || (field.span.end <= done && field.span.start < done) {
                continue;
            }
            if self.field(i as u32, field) {
                done = done.max(field.span.end);
            }
        }
    }

    pub(super) fn person(&self, stub: u32) -> Option<&'a Person> {
        match self.inp.who.get(stub as usize)? {
            Resolution::Person(id) => self.inp.roster.get(*id),
            _ => None,
        }
    }

    /// Plans one field; true when the fields inside it are settled, too.
    fn field(&mut self, i: u32, field: &Field) -> bool {
        if self.safe_harbor(i, field) || self.filed_date(i, field) {
            return false;
        }
        match field.class {
            // What the reader has told from words: nobody is named there.
            Class::Attachment | Class::Date | Class::Age => false,
            Class::Reference => {
                self.reference(i, field);
                false
            }
            Class::Id => {
                self.id(i, field);
                false
            }
            Class::Signature => {
                self.signature(i, field);
                true
            }
            class if class.is_owned() && field.owner.is_some() => self.owned(i, field),
            _ => {
                self.text(i, field);
                false
            }
        }
    }

    fn owned(&mut self, i: u32, field: &Field) -> bool {
        let Some(stub) = field.owner else { return false };
        match self.inp.who.get(stub as usize) {
            Some(Resolution::Person(PATIENT)) if self.inp.policy.keeps_patient() => match self.filed_element(field) {
                Some(decision) => {
                    self.push_decided(i, field, PATIENT, decision);
                    true
                }
                // The requester's own element: kept as it is.
                None => false,
            },
            Some(Resolution::Person(id)) => {
                let id = *id;
                let Some(person) = self.inp.roster.get(id) else { return false };
                let category = self.category(field);
                let decision = self.inp.policy.decide(person.role, category);
                let kept = decision.action == Action::Keep;
                self.push_decided(i, field, id, decision);
                // A kept clinician's element is theirs as a whole; what others may stand in it is still searched.
                !kept
            }
            Some(Resolution::Ambiguous(why)) => {
                let why = why.clone();
                self.ambiguous_unit(i, field, &why);
                true
            }
            _ => {
                if matches!(field.form, Form::JsonNode | Form::XmlNode) {
                    return false;
                }
                self.text(i, field);
                false
            }
        }
    }

    fn push_decided(&mut self, i: u32, field: &Field, id: PersonId, mut decision: Decision) {
        let inp = self.inp;
        let Some(person) = inp.roster.get(id) else { return };
        let category = self.category(field);
        let action = decision.action;
        let label = person.label.clone();
        let text_like = matches!(field.class, Class::PersonName | Class::PersonText);
        let change = match action {
            Action::Keep => None,
            // A stand-in instead of the mask where a conditional reference must still find this person.
            _ if field.class == Class::Identifier && inp.conditional.contains(&id) => Some(Change::Text(ids::slug(&label))),
            Action::Label => Some(Change::Label(label.clone())),
            Action::Hash | Action::Encrypt | Action::Generalise => self.method(field, person, category, action),
            Action::Mask | Action::Rewrite | Action::Withhold | Action::Review => Some(Change::Mask(label.clone())),
            Action::Remove if text_like => Some(Change::Label(label.clone())),
            Action::Remove => Some(Change::Remove),
        };
        // The ledger says what is done, where the element cannot hold what was asked for.
        decision.action = match (&change, action) {
            (Some(Change::Label(_)), _) => Action::Label,
            (Some(Change::Mask(_)), Action::Hash | Action::Encrypt | Action::Generalise) => Action::Mask,
            _ => action,
        };
        self.out.push(Proposal {
            field: i,
            record: false,
            range: None,
            change,
            category,
            role: Some(person.role),
            label: Some(label),
            decision,
            rule: "structure".into(),
            confidence: 1.0,
            original: (inp.raw)(field),
            question: None,
        });
    }

    /// Signature data, whoever signed.
    fn signature(&mut self, i: u32, field: &Field) {
        let person = field.owner.and_then(|s| self.person(s));
        self.out.push(Proposal {
            field: i,
            record: false,
            range: None,
            change: Some(Change::Remove),
            category: Category::Signature,
            role: person.map(|p| p.role),
            label: person.map(|p| p.label.clone()),
            decision: Decision {
                action: Action::Remove,
                reason: "SIG-VOID".into(),
                basis: "a signature cannot stay valid over a redacted copy".into(),
                by: "machine".into(),
            },
            rule: "structure".into(),
            confidence: 1.0,
            original: (self.inp.raw)(field),
            question: None,
        });
    }

    fn ambiguous_unit(&mut self, i: u32, field: &Field, why: &str) {
        let original = (self.inp.raw)(field);
        let question = Question {
            kind: "identity",
            text: format!("Is this the patient or somebody else? {why}"),
            excerpt: original.clone(),
            choices: vec!["keep".into(), "mask".into()],
            label: None,
            group: field.owner,
            ..Question::default()
        };
        self.out.push(Proposal {
            field: i,
            record: false,
            range: None,
            change: Some(Change::Mask("[REVIEW]".into())),
            category: self.category(field),
            role: None,
            label: None,
            decision: review(),
            rule: "structure".into(),
            confidence: 0.5,
            original,
            question: Some(question),
        });
    }

    /// Category of an owned element. Telecoms and identifiers are told apart by the words of their own bytes.
    pub(super) fn category(&self, field: &Field) -> Category {
        match field.class {
            Class::PersonName | Class::PersonText => Category::Name,
            Class::Address => Category::Address,
            Class::BirthDate => Category::DateOfBirth,
            Class::Demographic => Category::Demographic,
            Class::Photo => Category::Photo,
            Class::Signature => Category::Signature,
            Class::Telecom => {
                let raw = (self.inp.raw)(field);
                if raw.contains("mailto:") || raw.contains('@') {
                    Category::Email
                } else if raw.contains("fax") {
                    Category::Fax
                } else if raw.contains("://") {
                    Category::Url
                } else {
                    Category::Phone
                }
            }
            Class::Identifier => {
                let raw = (self.inp.raw)(field);
                if raw.contains("us-npi") || raw.contains("2.16.840.1.113883.4.6\"") {
                    Category::Npi
                } else if raw.contains("us-ssn")
                    || raw.contains("2.16.840.1.113883.4.1\"")
                    || raw.contains("2.16.840.1.113883.4.4\"")
                    || ["\"SS\"", "\"TAX\""].iter().any(|code| raw.contains(code))
                {
                    // A taxpayer's number, too: of a person it is as good as the other.
                    Category::Ssn
                } else if ["\"AN\"", "\"BA\"", "\"BC\"", "\"CC\""].iter().any(|code| raw.contains(code))
                    || self.inp.doc.records.get(field.record as usize).is_some_and(|r| r.kind == "Account")
                {
                    Category::Account
                } else if raw.contains("\"MR\"") {
                    Category::Mrn
                } else if raw.contains("\"MB\"") || raw.contains("\"SN\"") {
                    Category::MemberId
                } else if raw.contains("\"DL\"") || raw.contains("2.16.840.1.113883.4.3.") || raw.contains("\"MD\"") {
                    Category::License
                } else {
                    Category::OtherId
                }
            }
            _ => Category::OtherId,
        }
    }

    /// A reference: gone when its target is withheld, rewritten when it embeds identity.
    fn reference(&mut self, i: u32, field: &Field) {
        let inp = self.inp;
        let view = (inp.view)(field);
        let text = view.text.as_ref();
        if self.points_at_withheld(text, field) {
            self.out.push(Proposal {
                field: i,
                record: false,
                range: None,
                change: Some(Change::Remove),
                category: Category::Record,
                role: None,
                label: None,
                decision: Decision {
                    action: Action::Withhold,
                    reason: "REF".into(),
                    basis: "the record it points at is withheld".into(),
                    by: "machine".into(),
                },
                rule: "reference.withheld".into(),
                confidence: 1.0,
                original: text.to_string(),
                question: None,
            });
            return;
        }
        if text.starts_with("urn:") {
            return self.text(i, field);
        }
        let at = match text.find("identifier=") {
            Some(_) => text.rfind(['|', '=']).map_or(0, |p| p + 1),
            None => text.rfind(['/', '#']).map_or(0, |p| p + 1),
        };
        let conditional = text.contains("identifier=");
        self.rewrite(i, field, text, at, conditional);
    }

    fn id(&mut self, i: u32, field: &Field) {
        let view = (self.inp.view)(field);
        self.rewrite(i, field, view.text.as_ref(), 0, false);
    }

    /// Rewrites the id that starts at `at` when it belongs to a third party and may embed identity, or holds a known value.
    fn rewrite(&mut self, i: u32, field: &Field, text: &str, at: usize, conditional: bool) {
        let inp = self.inp;
        let Some(id) = text.get(at..).filter(|id| !id.is_empty()) else { return };
        let owner = field.owner.and_then(|s| self.person(s)).filter(|p| p.id != PATIENT);
        if owner.is_none() && self.filing().is_some_and(|f| f.names_minor(id)) {
            return self.rewrite_minor(i, text, at);
        }
        let with = match owner {
            Some(p) => {
                if inp.policy.decide(p.role, Category::OtherId).action == Action::Keep || p.role == Role::Organization {
                    return;
                }
                if conditional {
                    ids::slug(&p.label)
                } else if ids::is_opaque(id) {
                    return;
                } else {
                    inp.ids.stand_in(&p.label, id)
                }
            }
            None => {
                if ids::is_opaque(id) {
                    return;
                }
                let hit = (inp.search)(id, field)
                    .iter()
                    .find_map(|m| match &m.who {
                        Who::Person(p) if *p != PATIENT => inp.roster.get(*p),
                        _ => None,
                    })
                    .filter(|p| inp.policy.decide(p.role, Category::Name).action != Action::Keep);
                match hit {
                    Some(p) => inp.ids.stand_in(&p.label, id),
                    None => return,
                }
            }
        };
        self.out.push(Proposal {
            field: i,
            record: false,
            range: Some((at as u32, text.len() as u32)),
            change: Some(Change::Text(with)),
            category: Category::OtherId,
            role: owner.map(|p| p.role),
            label: owner.map(|p| p.label.clone()),
            decision: Decision {
                action: Action::Rewrite,
                ..inp.policy.decide(owner.map_or(Role::OtherPerson, |p| p.role), Category::OtherId)
            },
            rule: "id.embeds-identity".into(),
            confidence: 1.0,
            original: id.to_string(),
            question: None,
        });
    }

    /// True for a reference to a record that stays behind.
    pub(super) fn points_at_withheld(&self, text: &str, field: &Field) -> bool {
        let lists = self.inp.withheld_keys;
        lists.iter().any(|keys| !keys.is_empty()) && {
            let key = self.full_key(text, field);
            lists.iter().any(|keys| keys.contains(&key))
        }
    }

    /// A reference key as records know it: a contained id with the record it is contained in.
    fn full_key(&self, text: &str, field: &Field) -> String {
        let Some(id) = text.strip_prefix('#') else { return text.to_string() };
        let mut r = field.record;
        let mut steps = 0;
        while let Some(record) = self.inp.doc.records.get(r as usize) {
            let stands_alone = record.keys.first().is_some_and(|k| !k.starts_with('#'));
            match record.parent {
                Some(p) if !stands_alone && steps < 64 => r = p,
                _ => break,
            }
            steps += 1;
        }
        format!("#{r}#{id}")
    }

    /// A text: search it and decide each mention.
    fn text(&mut self, i: u32, field: &Field) {
        if !matches!(
            field.form,
            Form::Plain
                | Form::JsonString
                | Form::JsonXhtml
                | Form::XmlText
                | Form::XmlAttr
                | Form::XmlComment
                | Form::Markup
                | Form::Scanned
        ) {
            return;
        }
        let view = (self.inp.view)(field);
        let text = view.text.as_ref();
        if text.len() < 2 {
            return;
        }
        if matches!(field.class, Class::Url | Class::FileName) && self.renamed(i, text) {
            return;
        }
        let structural =
            matches!(field.class, Class::Code | Class::Serial | Class::Place | Class::Url | Class::Id | Class::Reference);
        let mentions = (self.inp.search)(text, field);
        let mut end = 0usize;
        let mut settled: Vec<(u32, u32)> = Vec::new();
        let mut units = if structural { Vec::new() } else { self.units(text, &mentions) }.into_iter().peekable();
        let gone = if structural { Vec::new() } else { self.passages(i, text) };
        for m in mentions.iter() {
            if gone.iter().any(|g| g.start as usize <= m.start && m.start < g.end as usize) {
                continue;
            }
            if let Some((unit, role, label)) = units.next_if(|(u, ..)| (u.span.start as usize) <= m.start)
                && !gone.iter().any(|g| g.overlaps(&unit.span))
            {
                self.unit(i, text, &unit, role, label);
                if unit.certain {
                    end = end.max(unit.span.end as usize);
                    settled.push((unit.span.start, unit.span.end));
                }
            }
            // In coded data a date is the date of something, whoever was born on that day.
            if structural && m.category == Category::DateOfBirth {
                continue;
            }
            if m.start < end || m.end <= m.start || !text.is_char_boundary(m.start) || !text.is_char_boundary(m.end) {
                continue;
            }
            if self.mention(i, text, m) {
                end = m.end;
                settled.push((m.start as u32, m.end as u32));
            }
        }
        settled.extend(gone.iter().map(|g| (g.start, g.end)));
        self.doubts(i, text, &settled);
    }

    /// What the reader of the format could not make out, unless it was found to be something known after all.
    fn doubts(&mut self, i: u32, text: &str, settled: &[(u32, u32)]) {
        let whole = (0, text.len() as u32);
        for doubt in self.inp.doc.doubts.iter().filter(|d| d.field == i) {
            let (start, end) = doubt.range.unwrap_or(whole);
            if settled.iter().any(|s| s.0 < end && start < s.1) {
                continue;
            }
            let original = text.get(start as usize..end as usize).unwrap_or_default().trim_matches('\u{fffc}').to_string();
            let question = Question {
                kind: doubt.kind,
                text: doubt.question.clone(),
                excerpt: original.clone(),
                choices: vec!["keep".into(), "mask".into()],
                label: None,
                group: None,
                ..Question::default()
            };
            self.out.push(Proposal {
                field: i,
                record: false,
                range: Some((start, end)),
                change: Some(Change::Mask("[REVIEW]".into())),
                category: if doubt.kind == "picture" { Category::Photo } else { Category::OtherId },
                role: None,
                label: None,
                decision: review(),
                rule: "scan.doubt".into(),
                confidence: 0.5,
                original,
                question: Some(question),
            });
        }
    }

    /// A link to a file of the package whose name changes: the link follows.
    fn renamed(&mut self, i: u32, text: &str) -> bool {
        if self.inp.renames.is_empty() {
            return false;
        }
        let plain = text.split(['?', '#']).next().unwrap_or(text);
        let at = plain.rfind(['/', '\\']).map_or(0, |p| p + 1);
        let Some(new) = plain.get(at..).and_then(|name| self.inp.renames.get(name)) else { return false };
        self.out.push(Proposal {
            field: i,
            record: false,
            range: Some((at as u32, plain.len() as u32)),
            change: Some(Change::Text(new.clone())),
            category: Category::Url,
            role: None,
            label: None,
            decision: Decision {
                action: Action::Rewrite,
                reason: "FILE-NAME".into(),
                basis: "the file it points at has a new name".into(),
                by: "machine".into(),
            },
            rule: "file.renamed".into(),
            confidence: 1.0,
            original: plain[at..].to_string(),
            question: None,
        });
        true
    }
}
