//! Decisions become edits.
//!
//! [`plan`] goes once over the fields of a document in source order. A field that belongs to somebody is decided by the owner's role; a
//! text is searched and each mention decided; ids and references are rewritten where they embed identity. The result is a list of
//! [`Proposal`]s: what, where, why, and who asked. Nothing is numbered here, so that documents can be planned in parallel and numbered
//! in order afterwards.

mod extent;
mod filing;
pub mod ids;
mod mention;
mod methods;
mod passages;
mod plan;
mod safe_harbor;

use crate::model::decision::Decision;
use crate::model::document::{Document, Field, FieldId};
use crate::model::edit::Change;
use crate::model::mention::{Category, Mention};
use crate::model::person::PersonId;
use crate::model::policy::Policy;
use crate::model::role::Role;
use crate::model::roster::{Resolution, Roster};
use crate::model::view::TextView;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub use methods::{Methods, Token};
use plan::Planner;
pub use plan::plan;

/// What the planner is given about one document.
pub struct Inputs<'a> {
    /// The document.
    pub doc: &'a Document,
    /// Text of a field.
    pub view: &'a (dyn Fn(&Field) -> TextView<'a> + Sync),
    /// Raw bytes of a field, for the ledger's originals.
    pub raw: &'a (dyn Fn(&Field) -> String + Sync),
    /// Who each stub of the document is.
    pub who: &'a [Resolution],
    /// Finds mentions in the text of a field.
    pub search: &'a (dyn Fn(&str, &Field) -> Arc<[Mention]> + Sync),
    /// Everybody.
    pub roster: &'a Roster,
    /// The policy in force.
    pub policy: &'a Policy,
    /// Reference keys of records withheld in this document and anywhere in the case.
    pub withheld_keys: [&'a HashSet<String>; 2],
    /// Records of this document that are withheld, with the decision.
    pub withheld: &'a [Option<Decision>],
    /// New names for ids that embed identity.
    pub ids: &'a ids::IdRewriter,
    /// Persons that are pointed at by a conditional reference somewhere: their identifier gets the same stand-in at both ends.
    pub conditional: &'a HashSet<PersonId>,
    /// Files of the package that are renamed: last path segment as it came, and as released.
    pub renames: &'a HashMap<String, String>,
    /// How values are hashed, encrypted and made coarser.
    pub methods: &'a Methods,
}

/// What a review item is about.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Question {
    /// `ambiguous`, `identity`.
    pub kind: &'static str,
    /// In words a clerk understands.
    pub text: String,
    /// What surrounds it, for the internal edition.
    pub excerpt: String,
    /// Possible rulings.
    pub choices: Vec<String>,
    /// What happens when a ruling says `label`: the label to use.
    pub label: Option<String>,
    /// Stub that the question is about: all elements of one person are one question.
    pub group: Option<u32>,
    /// The sentence up to what is asked about.
    pub before: String,
    /// What is asked about, as it stands there.
    pub mention: String,
    /// The rest of the sentence.
    pub after: String,
}

/// One thing that is to be done, or deliberately not done.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Field, or record when `record` is set.
    pub field: FieldId,
    /// `field` is a record index.
    pub record: bool,
    /// Range in the field's text; `None` for the whole field.
    pub range: Option<(u32, u32)>,
    /// The change; `None` when kept with a reason.
    pub change: Option<Change>,
    /// What kind of thing.
    pub category: Category,
    /// Whose.
    pub role: Option<Role>,
    /// That person's label.
    pub label: Option<String>,
    /// Decision.
    pub decision: Decision,
    /// Rule that found it.
    pub rule: String,
    /// 0 to 1.
    pub confidence: f32,
    /// What stood there.
    pub original: String,
    /// Set when a person must say; the change is then the draft's mask.
    pub question: Option<Question>,
}

/// Reason code of records and documents of another patient.
pub const WRONG_PATIENT: &str = "WP-WRONGPT";

/// What a person is asked about a record that names another patient.
fn misfile_question(decision: &Decision) -> Question {
    Question {
        kind: "misfile",
        text: format!("{}. It is left out. Release the rest without it?", decision.basis),
        choices: vec!["withhold".into()],
        ..Question::default()
    }
}

/// What a person is asked about a record that is suspected to be specially protected.
pub fn protected_question(decision: &Decision) -> Question {
    if decision.reason == WRONG_PATIENT {
        return misfile_question(decision);
    }
    if decision.reason == crate::redact::safe_harbor::REASON {
        return Question {
            kind: "special",
            text: format!("{}. It is left out. To release the rest without it, rule withhold.", decision.basis),
            choices: vec!["withhold".into()],
            ..Question::default()
        };
    }
    Question {
        kind: "special",
        text: format!(
            "{}. It is left out. Whether it is so protected is for a person to determine: to release it, state the determination under \
             [special] in the request; to release the rest without it, rule withhold.",
            decision.basis
        ),
        excerpt: String::new(),
        choices: vec!["withhold".into()],
        label: None,
        // One question for all records of a category in a document; the high bit keeps it apart from stubs.
        group: Some(decision.basis.bytes().fold(0u32, |h, b| h.wrapping_mul(31).wrapping_add(u32::from(b))) | 1 << 31),
        ..Question::default()
    }
}
