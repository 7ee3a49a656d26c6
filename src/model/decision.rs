//! What happens to a mention, record or document, and why.

use serde::{Deserialize, Serialize};

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Left as it is.
    Keep,
    /// Replaced by the person's role label.
    Label,
    /// Replaced by the format's sign for masked data.
    Mask,
    /// Taken out; where the format must have something there, masked.
    Remove,
    /// Replaced by a keyed digest: the same value gives the same digest in the whole case, and nobody without the key can try values out.
    Hash,
    /// Replaced by a token that the custodian's key opens again.
    Encrypt,
    /// Made coarser: a date to its year, an address to state and three digits of the postal code, an age to 90 or older.
    Generalise,
    /// Rewritten so that it no longer embeds identity while pointing at the same thing.
    Rewrite,
    /// A whole record or document left out.
    Withhold,
    /// Undecided: masked as `[REVIEW n]` in the draft and listed for a person.
    Review,
}

impl Action {
    /// The contract's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Action::Keep => "keep",
            Action::Label => "label",
            Action::Mask => "mask",
            Action::Remove => "remove",
            Action::Hash => "hash",
            Action::Encrypt => "encrypt",
            Action::Generalise => "generalise",
            Action::Rewrite => "rewrite",
            Action::Withhold => "withhold",
            Action::Review => "review",
        }
    }
}

/// One row of policy applied.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Decision {
    /// What is done.
    pub action: Action,
    /// Reason code for logs: `TP-FAM`, `TP-PT`, `TP-EMG`, `TP-CLN`, `GEN`.
    pub reason: String,
    /// Legal basis in words with citation.
    pub basis: String,
    /// `machine`, or who ruled.
    pub by: String,
}
