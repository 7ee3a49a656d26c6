//! What the detector did with one note, counted against its marks.

use crate::gold::{Note, Span, Subject};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// So many of so many.
#[derive(Clone, Copy, Default, Debug)]
pub struct Count {
    /// That hold.
    pub hit: u64,
    /// Of.
    pub all: u64,
}

impl Count {
    /// Adds one.
    pub fn add(&mut self, hit: bool) {
        self.hit += u64::from(hit);
        self.all += 1;
    }

    fn plus(&mut self, other: Count) {
        self.hit += other.hit;
        self.all += other.all;
    }

    /// The share; 1 of nothing is everything.
    pub fn share(self) -> f64 {
        if self.all == 0 { 1.0 } else { self.hit as f64 / self.all as f64 }
    }

    /// Lower and upper end of the 95% interval of Wilson; where none or all hold, the rule of three.
    pub fn bounds(self) -> (f64, f64) {
        if self.all == 0 {
            return (0.0, 1.0);
        }
        let (n, p, z) = (self.all as f64, self.share(), 1.959_964_f64);
        if self.hit == 0 {
            return (0.0, (3.0 / n).min(1.0));
        }
        if self.hit == self.all {
            return ((1.0 - 3.0 / n).max(0.0), 1.0);
        }
        let middle = p + z * z / (2.0 * n);
        let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
        let whole = 1.0 + z * z / n;
        (((middle - spread) / whole).max(0.0), ((middle + spread) / whole).min(1.0))
    }
}

/// One line of the detector's output.
struct Hit {
    start: usize,
    end: usize,
    category: String,
    role: String,
    action: String,
    label: String,
    rule: String,
}

/// All counts of a split.
#[derive(Default)]
pub struct Score {
    /// Notes.
    pub notes: u64,
    /// Kinds of note.
    pub kinds: BTreeSet<String>,
    /// Words of all notes.
    pub words: u64,
    /// Caught spans of third parties.
    pub recall: Count,
    /// The same by role.
    pub by_role: BTreeMap<String, Count>,
    /// The same by category.
    pub by_category: BTreeMap<String, Count>,
    /// The same by kind of note.
    pub by_kind: BTreeMap<String, Count>,
    /// The patient's own spans that stay.
    pub own: Count,
    /// The patient's own spans that are neither kept nor put to a person.
    pub own_lost: Count,
    /// Traps touched.
    pub traps: Count,
    /// Traps touched, by kind.
    pub by_trap: BTreeMap<String, Count>,
    /// Words without a mark that are touched.
    pub other: Count,
    /// Right role, of caught names that are not put to a person.
    pub role_names: Count,
    /// Right role, of caught identifiers that are not put to a person.
    pub role_identifiers: Count,
    /// Persons named more than once who have one label.
    pub one_label: Count,
    /// Labels that stand for one person only.
    pub one_person: Count,
    /// Finds put to a person, of all finds that are not kept.
    pub review: Count,
    /// What went wrong, one line each: note, kind of defect, text and place.
    pub misses: Vec<String>,
}

impl Score {
    /// Relatives and other patients, whose names weigh most.
    pub fn kin(&self) -> Count {
        let mut out = Count::default();
        for role in ["mother", "father", "sibling", "spouse", "child", "relative", "other_patient"] {
            out.plus(self.by_role.get(role).copied().unwrap_or_default());
        }
        out
    }

    /// Right role, of all caught spans that are not put to a person.
    pub fn roles(&self) -> Count {
        let mut out = self.role_names;
        out.plus(self.role_identifiers);
        out
    }

    /// Adds another part of the split.
    pub fn merge(&mut self, other: Score) {
        self.notes += other.notes;
        self.words += other.words;
        self.kinds.extend(other.kinds);
        self.misses.extend(other.misses);
        let pairs = [
            (&mut self.recall, other.recall),
            (&mut self.own, other.own),
            (&mut self.own_lost, other.own_lost),
            (&mut self.traps, other.traps),
            (&mut self.other, other.other),
            (&mut self.role_names, other.role_names),
            (&mut self.role_identifiers, other.role_identifiers),
            (&mut self.one_label, other.one_label),
            (&mut self.one_person, other.one_person),
            (&mut self.review, other.review),
        ];
        for (mine, theirs) in pairs {
            mine.plus(theirs);
        }
        let maps = [
            (&mut self.by_role, other.by_role),
            (&mut self.by_category, other.by_category),
            (&mut self.by_kind, other.by_kind),
            (&mut self.by_trap, other.by_trap),
        ];
        for (mine, theirs) in maps {
            for (key, count) in theirs {
                mine.entry(key).or_default().plus(count);
            }
        }
    }

    fn miss(&mut self, note: &Note, what: &str, start: usize, end: usize, more: &str) {
        let text = &note.text;
        let back = text[..start].char_indices().rev().nth(44).map_or(0, |(i, _)| i);
        let on = text[end..].char_indices().nth(44).map_or(text.len(), |(i, _)| end + i);
        let flat = |s: &str| s.replace('\n', "⏎");
        self.misses.push(format!(
            "{what}\t{}\t{more}\t…{}⟦{}⟧{}…",
            note.name,
            flat(&text[back..start]),
            flat(&text[start..end]),
            flat(&text[end..on])
        ));
    }
}

/// Runs `disclose detect` on one note and counts.
///
/// # Errors
/// The note's identity is not valid, or the detector failed.
pub fn score(note: &Note) -> Result<Score, String> {
    let identity = disclose::people::identity::read_identity(note.identity.as_bytes(), &note.name).map_err(|e| e.to_string())?;
    let mut lines = Vec::new();
    disclose::cli::detect::run(&mut note.text.as_bytes(), Some(identity), &mut lines).map_err(|e| e.to_string())?;
    let hits = String::from_utf8_lossy(&lines).lines().map(hit).collect::<Option<Vec<Hit>>>().ok_or("the detector's output")?;

    let mut out = Score { notes: 1, ..Score::default() };
    out.kinds.insert(note.kind.clone());
    let mut touched = vec![false; note.text.len()];
    for h in hits.iter().filter(|h| h.action != "keep") {
        out.review.add(h.action == "review");
        touched[h.start..h.end].fill(true);
    }
    let mut marked = vec![false; note.text.len()];
    let mut people = People::default();
    for span in &note.spans {
        marked[span.start..span.end].fill(true);
        one(span, note, &hits, &touched, &mut out, &mut people);
    }
    for (start, word) in words(&note.text) {
        let range = start..start + word.len();
        out.words += 1;
        if marked[range.clone()].contains(&true) {
            continue;
        }
        let by = hits.iter().find(|h| h.action != "keep" && h.start < range.end && range.start < h.end);
        let hit = by.is_some_and(|h| !(beside(word) && finds_somebody(h, note)));
        out.other.add(hit);
        if hit {
            let by = by.map_or(String::new(), |h| format!("{} {} {}", h.action, h.category, h.rule));
            out.miss(note, "WORD", range.start, range.end, &by);
        }
    }
    people.finish(note, &mut out);
    Ok(out)
}

fn hit(line: &str) -> Option<Hit> {
    let v: Value = serde_json::from_str(line).ok()?;
    let text = |key: &str| v.get(key).and_then(Value::as_str).map(str::to_string);
    let number = |key: &str| v.get(key).and_then(Value::as_u64).map(|n| n as usize);
    Some(Hit {
        start: number("start")?,
        end: number("end")?,
        category: text("category")?,
        role: text("role")?,
        action: text("action")?,
        label: text("label")?,
        rule: text("rule")?,
    })
}

fn one(span: &Span, note: &Note, hits: &[Hit], touched: &[bool], out: &mut Score, people: &mut People) {
    let (start, end) = (span.start, span.end);
    // The find that covers most of the span says what it is taken for.
    let overlap = |h: &Hit| h.end.min(end).saturating_sub(h.start.max(start));
    let best = hits.iter().filter(|h| h.action != "keep" && overlap(h) > 0).max_by_key(|h| overlap(h));
    let told = best.map_or("nothing".to_string(), |h| format!("{} {} {} {}", h.action, h.category, h.role, h.rule));
    match &span.subject {
        Subject::Any => {}
        Subject::Patient => {
            out.own.add(best.is_none());
            out.own_lost.add(best.is_some_and(|h| h.action != "review"));
            if best.is_some() {
                out.miss(note, "OWN", start, end, &format!("{} <- {told}", span.category));
            }
        }
        Subject::Trap(kind) => {
            out.traps.add(best.is_some());
            out.by_trap.entry(kind.clone()).or_default().add(best.is_some());
            if best.is_some() {
                out.miss(note, "TRAP", start, end, &format!("{kind} <- {told}"));
            }
        }
        Subject::Other(roles) => {
            let core = core(&note.text, start, end);
            let caught = words(&note.text[start..end])
                .filter(|(at, _)| core.contains(&(start + at)))
                .filter(|(_, w)| !(span.category == "address" && is_state(w)))
                // A label keeps the possessive of the name it stands for.
                .filter(|(at, w)| {
                    !(*w == "s" && note.text[start..start + at].ends_with(['\'', '\u{2019}']) && start + at + 1 == end)
                })
                .all(|(at, w)| touched[start + at..start + at + w.len()].iter().all(|t| *t));
            let main = roles.first().cloned().unwrap_or_default();
            out.recall.add(caught);
            out.by_role.entry(main.clone()).or_default().add(caught);
            out.by_category.entry(span.category.clone()).or_default().add(caught);
            out.by_kind.entry(note.kind.clone()).or_default().add(caught);
            let Some(h) = best.filter(|_| caught) else {
                let part = if best.is_some() { "partly" } else { "not" };
                return out.miss(note, "MISS", start, end, &format!("{main}:{} {part} caught; {told}", span.category));
            };
            if h.action == "review" {
                return;
            }
            let right = roles.iter().any(|r| fits(r, &h.role));
            let names = span.category == "name";
            if names {
                out.role_names.add(right)
            } else {
                out.role_identifiers.add(right)
            }
            if !right {
                out.miss(
                    note,
                    "ROLE",
                    start,
                    end,
                    &format!("{}:{} taken for {} by {}", roles.join("/"), span.category, h.role, h.rule),
                );
            }
            if let (true, Some(person)) = (names, &span.person) {
                people.add(person, &h.label, start, end);
            }
        }
    }
}

/// A coarser word of the contract is right, too; a wrong fine one is not.
fn fits(gold: &str, got: &str) -> bool {
    let coarser = match gold {
        "mother" | "father" | "sibling" | "spouse" | "child" => "relative",
        "physician" | "nurse" => "clinician",
        other => other,
    };
    got == gold || got == coarser
}

/// Whether a find overlaps what is a third party's or not counted.
fn finds_somebody(hit: &Hit, note: &Note) -> bool {
    let counts = |s: &Span| matches!(s.subject, Subject::Other(_) | Subject::Any);
    note.spans.iter().any(|s| s.start < hit.end && hit.start < s.end && counts(s))
}

/// A title, a credential or the extension of a telephone number may go with what it stands beside; it tells nothing of the patient.
fn beside(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "dr", "mr", "mrs", "ms", "miss", "prof", "m", "d", "md", "do", "o", "rn", "np", "pa", "c", "phd", "facg", "jr", "sr",
        "don", "doña", "x", "ext", "abu", "umm", "major", "sergeant", "corporal", "officer", "fr", "rev", "cô", "bà", "anh",
        "nurse",
    ];
    WORDS.contains(&word.to_lowercase().as_str()) || word.bytes().all(|b| b.is_ascii_digit()) && word.len() < 4
}

/// The name within a mark, without titles before and credentials behind it: `Karen Wu` of `Dr. Karen Wu, MD`. They may go or stay.
fn core(text: &str, start: usize, end: usize) -> std::ops::Range<usize> {
    const BEFORE: &[&str] = &[
        "dr", "mr", "mrs", "ms", "miss", "mme", "prof", "rev", "fr", "pastor", "chaplain", "nurse", "coach", "officer", "sgt",
        "aunt", "uncle", "judge", "hon", "deputy", "cpt", "capt", "lt", "sister", "brother", "father", "the",
    ];
    const AFTER: &[&str] =
        &["md", "do", "rn", "np", "pa", "rdh", "lpn", "cna", "lcsw", "phd", "pharmd", "fnp", "dds", "crna", "dpt", "msw", "psyd"];
    let list: Vec<(usize, &str)> = words(&text[start..end]).collect();
    let is = |w: &str, of: &[&str]| of.contains(&w.to_lowercase().as_str());
    let first = list.iter().position(|(_, w)| !is(w, BEFORE)).unwrap_or(0);
    let last = list.iter().rposition(|(_, w)| !is(w, AFTER)).unwrap_or(list.len().saturating_sub(1));
    match (list.get(first), list.get(last)) {
        (Some((a, _)), Some((b, w))) if first <= last => start + a..start + b + w.len(),
        _ => start..end,
    }
}

/// Two capitals in an address: a state may stay (45 CFR 164.514(b)(2)(i)(B)).
fn is_state(word: &str) -> bool {
    word.len() == 2 && word.bytes().all(|b| b.is_ascii_uppercase())
}

/// Runs of letters, marks and digits with their offsets.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let base = text.as_ptr() as usize;
    let part = |c: char| !c.is_alphanumeric() && !('\u{300}'..='\u{36f}').contains(&c);
    text.split(part).filter(|w| !w.is_empty()).map(move |w| (w.as_ptr() as usize - base, w))
}

/// Labels by person, for the marks that say who is the same.
#[derive(Default)]
struct People {
    labels: BTreeMap<String, Vec<(String, usize, usize)>>,
}

impl People {
    fn add(&mut self, person: &str, label: &str, start: usize, end: usize) {
        self.labels.entry(person.to_string()).or_default().push((label.to_string(), start, end));
    }

    fn finish(&self, note: &Note, out: &mut Score) {
        let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (person, mentions) in &self.labels {
            for (label, _, _) in mentions {
                owners.entry(label).or_default().insert(person);
            }
            let Some((first, _, _)) = mentions.first().filter(|_| mentions.len() > 1) else { continue };
            let other = mentions.iter().find(|(l, _, _)| l != first);
            out.one_label.add(other.is_none());
            if let Some((label, start, end)) = other {
                out.miss(note, "LABEL", *start, *end, &format!("{person} is {first} and {label}"));
            }
        }
        for (label, persons) in owners {
            out.one_person.add(persons.len() == 1);
            if persons.len() > 1 {
                out.misses.push(format!(
                    "SHARED\t{}\t{label} stands for {}",
                    note.name,
                    persons.into_iter().collect::<Vec<_>>().join(", ")
                ));
            }
        }
    }
}
