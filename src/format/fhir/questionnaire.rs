//! Answers of a questionnaire, read with their questions.

use super::schema::{Prop, Targets, Ty};
use super::walk::{Ctx, Walker};
use crate::format::roles::{clinician_words, role_of_credential, role_of_words};
use crate::model::document::Record;
use crate::model::person::StubKind;
use crate::model::role::Role;
use crate::model::view::Span;

impl Walker<'_> {
    /// QuestionnaireResponse.item: the question, with the group it stands in, is the context of the answer; an answer to "name of
    /// your mother" is a person.
    pub(super) fn questionnaire_item(&mut self, node: u32, ctx: Ctx) {
        let own = self.tape.get_str(self.src, node, "text").unwrap_or_default();
        let group = self.question.len();
        if !own.trim().is_empty() {
            if group > 0 {
                self.question.push_str(": ");
            }
            self.question.push_str(own.trim());
        }
        let question = self.question.clone();
        let n = self.tape.node(node);
        let record = self.doc.records.len() as u32;
        self.doc.records.push(Record {
            span: Span { start: n.start, end: n.end },
            node,
            kind: "item".into(),
            title: question.clone(),
            parent: Some(ctx.record),
            ..Record::default()
        });
        let inner = Ctx { record, owner: None, ..ctx };
        let asked = asks_for_a_person(&question);
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match (self.tape.str_raw(self.src, k), asked) {
                ("answer", Some(role)) => {
                    for a in self.tape.elements(v).collect::<Vec<_>>() {
                        self.answer(a, &question, role, inner);
                    }
                }
                (key, _) => self.member(key, v, "QuestionnaireResponse.item", inner),
            }
        }
        self.question.truncate(group);
    }

    /// An answer that names somebody.
    fn answer(&mut self, node: u32, question: &str, role: Role, ctx: Ctx) {
        // A maiden name is not a second mother.
        let maiden = question.to_lowercase().contains("maiden");
        let slot = if maiden { "Extension.maidenName" } else { "QuestionnaireResponse.item.answer" };
        for (k, v) in self.tape.members(node).collect::<Vec<_>>() {
            match self.tape.str_raw(self.src, k) {
                "valueString" if !self.says_nobody(v) => self.person_text(v, slot, StubKind::Related, role, ctx),
                "valueReference" => {
                    let targets = Targets(Targets::PATIENT | Targets::PRACTITIONER | Targets::RELATED | Targets::OTHER);
                    let prop = Prop { name: "value", ty: Ty::Reference, required: false, many: false, targets };
                    self.reference(v, &prop, "QuestionnaireResponse.item.answer", ctx);
                }
                key => self.member(key, v, "QuestionnaireResponse.item.answer", ctx),
            }
        }
    }

    /// `None`, `n/a`, `same as above`: no name.
    fn says_nobody(&self, v: u32) -> bool {
        let text = self.tape.string(self.src, v).unwrap_or_default().to_lowercase();
        let bare = text.trim_matches(|c: char| !c.is_alphanumeric());
        matches!(
            bare,
            "" | "none"
                | "n/a"
                | "na"
                | "no"
                | "yes"
                | "unknown"
                | "self"
                | "me"
                | "myself"
                | "same"
                | "same as above"
                | "not applicable"
                | "declined"
                | "no one"
                | "nobody"
        )
    }
}

/// The role when a question asks for the name of somebody else.
fn asks_for_a_person(question: &str) -> Option<Role> {
    let q = question.to_lowercase();
    let asks = ["name", "who ", "contact", "caregiver", "guardian", "proxy"].iter().any(|w| q.contains(w));
    // What the answer is instead: a number, a thing, a place.
    const OTHER: &[&str] = &[
        "phone",
        "number",
        "relation",
        "address",
        "@",
        "e-mail",
        "email",
        "how ",
        "when ",
        "date",
        "birth",
        "medic",
        "drug",
        "pharmacy",
        "hospital",
        "clinic",
        "school",
        "company",
        "facility",
        "insur",
        "plan",
        "disease",
        "illness",
        "condition",
        "diagnos",
        "allerg",
        "contact lens",
        "in contact",
    ];
    if !asks || OTHER.iter().any(|w| q.contains(w)) {
        return None;
    }
    if let Some(r) = role_of_words(&q) {
        // "Employer name" is a company.
        return Some(r).filter(|r| *r != Role::Employer || q.contains("contact") || q.contains("supervisor"));
    }
    clinician_words(&q).or_else(|| role_of_credential(&q)).or_else(|| q.contains("contact").then_some(Role::Contact))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_that_ask_for_a_person() {
        assert_eq!(asks_for_a_person("Emergency contact: Name"), Some(Role::EmergencyContact));
        assert_eq!(asks_for_a_person("Mother's maiden name"), Some(Role::Mother));
        assert_eq!(asks_for_a_person("Name of your primary care physician"), Some(Role::Physician));
        for q in [
            "Your name",
            "Emergency contact: Phone number",
            "Name of family illness",
            "Employer name",
            "Who prescribed this medication?",
            "Do you wear contact lenses?",
            "Name of medication",
        ] {
            assert_eq!(asks_for_a_person(q), None, "{q}");
        }
    }
}
