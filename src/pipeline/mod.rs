//! The stages in order, for a whole case.
//!
//! [`run`] gathers what came in, surveys every document (pass 1), settles who is who, decides and writes every document (pass 2),
//! checks the result, writes the reports and puts everything in its place. Documents go through each pass in parallel, in batches
//! bounded by their size; whatever is numbered is numbered in document order between the halves of pass 2, so that the number of
//! workers cannot change a byte.

mod candidates;
mod chains;
mod check;
mod custody;
mod decide;
mod documents;
mod doubtful;
mod explained;
mod facts;
mod filing;
mod hits;
mod inside;
mod kept;
mod lines;
mod links;
mod names;
mod number;
mod outcome;
pub mod packet;
mod pages;
mod phrases;
mod process;
mod protected;
mod remembered;
mod rulings;
mod run;
mod second_look;
mod spots;
mod survey;
mod surveying;
pub mod vault;
mod views;
mod wide;
mod write;

pub use crate::model::memory::{forget, keep};
pub use chains::{chains, same_release};
pub use inside::{Inside, counterpart, inside};
pub use rulings::{Ruling, Rulings};
pub use run::run;
pub use spots::{RawSpot, spot, spots_on_page};

use crate::detect::model::Names;
use crate::detect::ocr::KnownWords;
use crate::detect::{Dictionary, Knowledge, SafeHarbor};
use crate::intake::Limits;
use crate::model::person::PersonId;
use crate::model::policy::Policy;
use crate::model::readiness::Readiness;
use crate::model::request::{Identity, Request};
use crate::model::roster::Roster;
use crate::people::candidates::Roll;
use crate::people::resolver::Resolver;
use crate::redact::Methods;
use crate::redact::ids::IdRewriter;
use remembered::Remembered;
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What a run is asked to do.
pub struct Options {
    /// Files, folders and packages.
    pub inputs: Vec<PathBuf>,
    /// Who asks, about whom, for what.
    pub request: Request,
    /// The policy, with the request applied.
    pub policy: Policy,
    /// Checklist, clock and what blocks a release.
    pub readiness: Readiness,
    /// Words that a site wants found or left alone.
    pub dictionary: Dictionary,
    /// Rulings on review items of an earlier run over the same input.
    pub rulings: Rulings,
    /// Where the result goes.
    pub out: PathBuf,
    /// Intake limits.
    pub limits: Limits,
    /// Workers; 0 for one on each core.
    pub jobs: usize,
    /// The names model, or why there is none.
    pub names: Arc<Names>,
    /// The custodian's key: for digests, tokens and stand-ins, and for the vault that tells what they stand for. With a key there is a vault.
    pub vault: Option<[u8; 32]>,
    /// A site's folder of letter templates, each by the name of its letter.
    pub letters: Option<PathBuf>,
    /// When the run is made, UTC; empty leaves times out.
    pub made: String,
}

/// What happens while it happens, for a progress bar.
pub trait Progress: Sync {
    /// A stage begins; `total` counts bytes of input, 0 when not known.
    fn stage(&self, name: &'static str, total: u64);
    /// So many more bytes are done.
    fn done(&self, bytes: u64);
}

/// Progress that nobody watches.
pub struct Silent;

impl Progress for Silent {
    fn stage(&self, _name: &'static str, _total: u64) {}
    fn done(&self, _bytes: u64) {}
}

/// What every document of pass 2 needs to know.
pub struct Known {
    /// The requester.
    pub identity: Identity,
    /// Everybody.
    pub roster: Roster,
    /// Everybody, with the values that are searched for wherever they stand: without a clinician's work address, which is the
    /// organisation's and stays there.
    pub searched: Roster,
    /// Who a stub is.
    pub resolver: Resolver,
    /// Everybody, ready for comparison with a name in doubt.
    pub roll: Roll,
    /// Names of people who may be the patient.
    pub doubtful: doubtful::Doubtful,
    /// Known names and values.
    pub knowledge: Knowledge,
    /// What the check of the output will look for.
    pub second_look: second_look::SecondLook,
    /// The names model, asked where the other layers leave a word open.
    pub names: Arc<Names>,
    /// Words of the names of organisations, folded.
    pub organisations: HashSet<String>,
    /// The policy in force.
    pub policy: Policy,
    /// Keys of records that stay behind, from all documents.
    pub withheld_keys: HashSet<String>,
    /// Words of the patient's names.
    pub own_words: HashSet<String>,
    /// Stand-ins for ids.
    pub ids: IdRewriter,
    /// Persons found by their identifier in a conditional reference.
    pub conditional: HashSet<PersonId>,
    /// Words of all names, for text that was read from pixels.
    pub misread: KnownWords,
    /// What the survey has discovered in texts.
    pub discoveries: Remembered,
    /// What the search of pass 2 has found in texts.
    pub searches: Remembered,
    /// Texts about which the names model had nothing to say in pass 2.
    pub reads: Remembered,
    /// Renamed files: last path segment as it came, and as released.
    pub renames: HashMap<String, String>,
    /// The request, for its scope and determinations.
    pub request: Request,
    /// Phrases of special categories.
    pub phrases: phrases::Phrases,
    /// How values are hashed, encrypted and made coarser.
    pub methods: Methods,
    /// Dates, ages and places, where the policy takes them out.
    pub safe_harbor: Option<SafeHarbor>,
}

impl Known {
    /// Lets go of what was found in texts, once all of them were decided.
    pub fn forget_searches(&mut self) {
        (self.discoveries, self.searches, self.reads) = (Remembered::nothing(), Remembered::nothing(), Remembered::nothing());
    }
}

/// True once the user has asked to stop.
pub fn cancelled(flag: &AtomicBool) -> bool {
    flag.load(Ordering::Relaxed)
}
