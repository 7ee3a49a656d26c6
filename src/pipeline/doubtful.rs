//! People who may or may not be the patient, as structure shows them, found again in text.
//!
//! A reviewer's ruling on a person holds for all their mentions. So a name that is in doubt in a record must be in doubt in a note, too,
//! although one of its words may be the patient's and would stay by itself.

use crate::model::identity::IdentityDecision;
use crate::model::mention::{Category, Mention, Who};
use crate::model::request::Identity;
use crate::people::name::Folded;
use aho_corasick::{AhoCorasick, MatchKind};

/// Names searched for; doubts beyond are asked about where they stand.
const NAMES: usize = 2_000;

/// The names in doubt.
pub struct Doubtful {
    search: Option<AhoCorasick>,
}

impl Doubtful {
    /// Full names of open comparisons that are not the patient's own.
    pub fn new(decisions: &[IdentityDecision], identity: &Identity) -> Doubtful {
        let own: Vec<String> = identity.names.iter().chain(&identity.former_names).filter_map(|n| Folded::of(n).key()).collect();
        let mut patterns: Vec<String> = Vec::new();
        for name in decisions.iter().filter(|d| d.person.is_none()).flat_map(|d| &d.names) {
            let folded = Folded::of_text(name);
            let foreign = folded.key().is_some_and(|k| !own.contains(&k));
            if folded.is_full() && folded.placeholder.is_none() && foreign && patterns.len() < NAMES {
                patterns.push(name.clone());
                if let Some((given, family)) = name.rsplit_once(' ').filter(|_| !name.contains(',')) {
                    patterns.push(format!("{family}, {given}"));
                    patterns.push(format!("{family},{given}"));
                }
            }
        }
        if patterns.is_empty() {
            return Doubtful { search: None };
        }
        let search = AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(&patterns);
        Doubtful { search: search.ok() }
    }

    /// Adds their mentions to what was found; what is somebody else's already stays so.
    pub fn add(&self, text: &str, found: &mut Vec<Mention>) {
        let Some(search) = &self.search else { return };
        let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        for hit in search.find_iter(text) {
            let (start, end) = (hit.start(), hit.end());
            let before = text.get(..start).and_then(|b| b.chars().next_back());
            let after = text.get(end..).and_then(|a| a.chars().next());
            let touched = |m: &Mention| m.start < end && m.end > start;
            let settled = found.iter().any(|m| touched(m) && !matches!(m.who, Who::Patient));
            if word(before) || word(after) || settled {
                continue;
            }
            found.retain(|m| !touched(m));
            found.push(Mention {
                weighed: false,
                start,
                end,
                category: Category::Name,
                who: Who::Ambiguous,
                rule: "roster.in-doubt",
                confidence: 0.5,
                name: None,
            });
        }
        found.sort_by_key(|m| (m.start, m.end));
    }
}
