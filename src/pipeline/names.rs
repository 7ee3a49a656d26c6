//! File names that name somebody.

use super::Known;
use crate::detect::{self, Context};
use crate::model::decision::Action;
use crate::model::document::Class;
use crate::model::mention::{Category, Who};
use crate::model::person::PATIENT;
use crate::model::role::Role;
use crate::redact::ids::slug;
use std::collections::{BTreeMap, HashMap, HashSet};

/// New paths for those that change, and new last segments by old ones.
pub struct Renamed {
    /// Path as released by path as it came; every path is here.
    pub paths: BTreeMap<String, String>,
    /// Last segment as released by last segment as it came, for those that change.
    pub segments: HashMap<String, String>,
}

/// Redacts path segments. Two files never get the same path.
pub fn rename<'p>(paths: impl Iterator<Item = &'p str>, known: &Known) -> Renamed {
    let mut out = Renamed { paths: BTreeMap::new(), segments: HashMap::new() };
    let mut folders: HashMap<String, String> = HashMap::new();
    let mut taken: HashSet<String> = HashSet::new();
    for path in paths {
        let mut old = String::new();
        let mut new = String::new();
        for segment in path.split('/') {
            let parent_new = new.clone();
            if !old.is_empty() {
                old.push('/');
                new.push('/');
            }
            old.push_str(segment);
            if let Some(known_as) = folders.get(&old) {
                new = known_as.clone();
                continue;
            }
            let clean = segment_without_names(segment, known);
            let mut name = clean.clone();
            let mut n = 2;
            let at = |name: &str| if parent_new.is_empty() { name.to_string() } else { format!("{parent_new}/{name}") };
            while taken.contains(&at(&name).to_lowercase()) {
                name = numbered(&clean, n);
                n += 1;
            }
            new = at(&name);
            taken.insert(new.to_lowercase());
            folders.insert(old.clone(), new.clone());
            if name != segment {
                out.segments.insert(segment.to_string(), name);
            }
        }
        out.paths.insert(path.to_string(), new);
    }
    out
}

fn numbered(name: &str, n: u32) -> String {
    match name.rfind('.').filter(|&d| d > 0) {
        Some(dot) => format!("{}-{n}{}", &name[..dot], &name[dot..]),
        None => format!("{name}-{n}"),
    }
}

fn segment_without_names(segment: &str, known: &Known) -> String {
    if known.safe_harbor.is_some() {
        let (stem, end) =
            segment.rfind('.').filter(|&d| d > 0 && segment.len() - d <= 6).map_or((segment, ""), |d| segment.split_at(d));
        return format!("{}{end}", known.ids.anonymous(stem));
    }
    // Words of a file name are joined by underscores and dots; with blanks of the same length the offsets stay.
    let spaced: String = segment.chars().map(|c| if matches!(c, '_' | '+') { ' ' } else { c }).collect();
    let stem_end = spaced.rfind('.').filter(|&d| d > 0).unwrap_or(spaced.len());
    let ctx = Context { class: Class::FileName, ..Context::default() };
    let found = known.knowledge.scan(&spaced[..stem_end], &ctx);
    let title = Context { class: Class::Title, ..Context::default() };
    let mut discovered = detect::discover(&spaced[..stem_end], &title, &known.identity);
    discovered.retain(|m| m.category == Category::Name);
    let found = detect::merge(found, discovered);
    let mut out = String::new();
    let mut at = 0usize;
    for m in found {
        let label = match &m.who {
            Who::Patient | Who::Person(PATIENT) if known.policy.decide(Role::Patient, m.category).action == Action::Keep => {
                continue;
            }
            Who::Patient | Who::Person(PATIENT) => "patient".to_string(),
            Who::Person(id) => match known.roster.get(*id) {
                Some(p) if p.role == Role::Organization => continue,
                Some(p) if known.policy.decide(p.role, m.category).action == Action::Keep => continue,
                Some(p) => slug(&p.label),
                None => continue,
            },
            Who::New(role) if known.policy.decide(*role, m.category).action == Action::Keep => continue,
            Who::New(role) => slug(known.policy.shown_as(*role).label_words()),
            Who::Ambiguous | Who::Nobody => "redacted".to_string(),
        };
        if m.start < at || !segment.is_char_boundary(m.start) || !segment.is_char_boundary(m.end) {
            continue;
        }
        out.push_str(&segment[at..m.start]);
        out.push_str(&label);
        at = m.end;
    }
    out.push_str(&segment[at..]);
    out
}
