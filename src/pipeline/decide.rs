//! Pass 2, first half: what happens to every field of one document. Nothing is numbered yet.

use super::Known;
use super::documents::{Child, Tree};
use super::explained::coded_terms;
use super::pages;
use super::protected::{self, Seen};
use super::remembered::Keep;
use super::survey::{can_be_withheld, context};
use crate::detect::{self, Context, model};
use crate::model::decision::{Action, Decision};
use crate::model::document::{Class, Field, Form, Note};
use crate::model::identity::{DocumentVerdict, Explained};
use crate::model::mention::{Category, Mention, Who};
use crate::model::person::{Name, PATIENT, PersonStub, StubKind};
use crate::model::request::Identity;
use crate::model::role::{Role, RoleGroup};
use crate::model::roster::{Person, Resolution, Roster};
use crate::policy::scope::Inside;
use crate::redact::{self, Proposal};
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

/// Kind of the note and question about text that the names model has not read.
pub const UNREAD: &str = "narrative";

/// Tells whether a folded word is explained by what is known of the case or the document.
type Explains<'a> = &'a (dyn Fn(&str) -> bool + Sync);

/// A document with everything decided.
pub struct Decided {
    /// The document.
    pub tree: Tree,
    /// What is to be done, in order.
    pub proposals: Vec<Proposal>,
    /// Embedded documents, decided, or why they are held.
    pub children: Vec<DecidedChild>,
    /// Set when the document as a whole may not go out: reason code, words.
    pub whole: Option<Whole>,
    /// What was seen of special categories and missing dates, in this document alone.
    pub seen: Seen,
    /// Whose the document says it is.
    pub about: DocumentVerdict,
}

/// Why a document as a whole stays behind.
pub enum Whole {
    /// The policy withholds it.
    Withheld(Decision),
    /// It is about somebody else: a misfile, for a person to see.
    Misfile(Misfile),
    /// It is suspected to be specially protected: it stays out until the request says what was determined.
    Held(Decision),
}

/// Why a document is taken for another patient's.
#[derive(Clone, Debug)]
pub struct Misfile {
    /// In words without values.
    pub why: String,
    /// The header that says so, for the internal report; empty when structure says it.
    pub header: String,
    /// The comparison with the patient.
    pub explained: Option<Box<Explained>>,
}

impl Misfile {
    fn told(why: impl Into<String>) -> Misfile {
        Misfile { why: why.into(), header: String::new(), explained: None }
    }
}

/// An embedded document.
pub enum DecidedChild {
    /// Decided.
    Document(Box<Decided>),
    /// Held; the words say what it is.
    Held(String),
}

/// Decides one document and everything in it.
pub fn decide(tree: Tree, known: &Known) -> Decided {
    decide_in(tree, known, &|word| known.organisations.contains(word), true, Inside::Alone)
}

/// `outer` tells the words that the documents around this one explain.
fn decide_in(mut tree: Tree, known: &Known, outer: Explains, top: bool, inside: Inside) -> Decided {
    hold_narratives(&mut tree, known);
    hold_pictures(&mut tree, known);
    let who: Vec<Resolution> =
        tree.doc.stubs.iter().map(|s| not_under_another_name(s, known.resolver.resolve(&tree.key, s), known)).collect();
    plain_words_are_no_doubt(&mut tree);
    let (protected, seen) = protected::decide(&tree, known, top, inside);
    let mut withheld = withheld_records(&tree, &who, protected, known);
    let pages = pages::read(&tree, known);
    pages::withhold_records(&pages, &tree, &who, &mut withheld, known);
    let whole = whole_document(&tree, &who, &withheld).or_else(|| pages.whole(&tree)).or_else(|| unknown_places(&tree, known));
    let about = pages::verdict(&pages, &tree, &who, whole.as_ref());
    let mut keys: HashSet<String> = HashSet::new();
    for (record, w) in tree.doc.records.iter().zip(&withheld) {
        if w.is_some() {
            keys.extend(record.keys.iter().cloned());
        }
    }
    // What is inside of something carried is carried, too.
    let mut within = protected::within(&tree, &known.request);
    within.iter_mut().filter(|w| **w == Inside::Alone).for_each(|w| *w = inside);
    let parts = std::mem::take(&mut tree.children);
    let terms: OnceLock<HashSet<String>> = OnceLock::new();
    let explains = |word: &str| outer(word) || terms.get_or_init(|| coded_terms(&tree)).contains(word);
    // A misfile may be ruled the patient's after all: what would then happen is decided, too.
    let out = matches!(whole, Some(Whole::Withheld(_) | Whole::Held(_)));
    let proposals = if out { Vec::new() } else { plan(&tree, &who, &withheld, &keys, known, &explains) };
    let children = parts
        .into_iter()
        .enumerate()
        .map(|(i, c)| match c {
            Child::Held(what) => DecidedChild::Held(what),
            Child::Tree(t) => {
                let decided = decide_in(*t, known, &explains, false, within.get(i).copied().unwrap_or_default());
                match decided.whole {
                    Some(Whole::Held(d)) => DecidedChild::Held(d.basis),
                    _ => DecidedChild::Document(Box::new(decided)),
                }
            }
        })
        .collect();
    Decided { tree, proposals, children, whole, seen, about }
}

/// A word that was read with little certainty, but as an ordinary word in small letters, names nobody.
fn plain_words_are_no_doubt(tree: &mut Tree) {
    let doubts = std::mem::take(&mut tree.doc.doubts);
    let plain = |d: &crate::model::document::Doubt| {
        let Some((field, (start, end))) = tree.doc.fields.get(d.field as usize).zip(d.range) else { return false };
        let view = tree.format.view(tree.source(), &tree.doc, field);
        let text = view.text.get(start as usize..end as usize).unwrap_or_default();
        let mut words = text.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 1).peekable();
        words.peek().is_some() && words.all(|w| w.chars().all(char::is_lowercase) && detect::is_common(w))
    };
    let kept = doubts.into_iter().filter(|d| d.kind != "unclear-text" || !plain(d)).collect();
    tree.doc.doubts = kept;
}

/// Without the names model a layer is missing: every document with free text goes to a person.
fn hold_narratives(tree: &mut Tree, known: &Known) {
    if known.names.missing().is_none() {
        return;
    }
    let text = |f: &&Field| f.class == Class::Narrative || matches!(f.class, Class::Comment | Class::Unknown);
    let worded = |f: &&Field| {
        let view = tree.format.view(tree.source(), &tree.doc, f);
        view.text.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).nth(1).is_some()
    };
    let n = tree.doc.fields.iter().filter(text).filter(worded).count();
    if n > 0 {
        let text = format!(
            "{n} free text(s) here were searched without the names model, which is not installed: a name that no list, cue or \
             structure announces may be left. Read them before this goes out."
        );
        tree.doc.holds.push(Note { kind: UNREAD.into(), place: String::new(), text });
    }
}

/// Formats of which the Safe Harbor method knows every place where a date or number may stand.
const READ_WHOLE: [&str; 8] = ["fhir-json", "ccda", "text", "html", "pdf", "png", "jpeg", "tiff"];
/// Those of them that show pictures.
const SHOWN: [&str; 4] = ["pdf", "png", "jpeg", "tiff"];

/// Where every identifier goes, a face must, too: a person looks at the pages of each PDF and at each picture.
fn hold_pictures(tree: &mut Tree, known: &Known) {
    if known.safe_harbor.is_some() && SHOWN.contains(&tree.format.id()) {
        let text = "Pages may show a photograph or another picture by which somebody can be recognised (45 CFR 164.514(b)(2)(i)(Q)), which \
                    is not searched for. Look at every page before this goes out.";
        tree.doc.holds.push(Note { kind: "photo".into(), place: String::new(), text: text.into() });
    }
}

/// Words of RTF that write a date packed into one number.
const RTF_DATES: [&str; 4] = ["dttm", "crdate", "atndate", "crauth"];
/// Words before a date in control words of its own, which is read as one.
const RTF_TIMES: [&str; 4] = ["creatim", "revtim", "printim", "buptim"];

/// A format whose every place is not known is held where every identifier goes. Of RTF they are, but for dates packed into a number,
/// and groups of dates that hold something else.
fn unknown_places(tree: &Tree, known: &Known) -> Option<Whole> {
    known.safe_harbor.as_ref()?;
    let held = match tree.format.id() {
        "rtf" => {
            let times: usize = RTF_TIMES.iter().map(|w| memchr::memmem::find_iter(&tree.bytes, w.as_bytes()).count()).sum();
            let read = tree.doc.fields.iter().filter(|f| f.class == Class::Date).count();
            times != read || RTF_DATES.iter().any(|w| memchr::memmem::find(&tree.bytes, w.as_bytes()).is_some())
        }
        id => !READ_WHOLE.contains(&id),
    };
    held.then(|| {
        Whole::Held(Decision {
            action: Action::Review,
            reason: "SH-164514".into(),
            basis: "a format that cannot be cleared of all identifiers (45 CFR 164.514(b)(2)(i))".into(),
            by: "machine".into(),
        })
    })
}

/// An id may be used for two people. Somebody in a third party's place who is taken for the patient although not one word of their name
/// is the patient's is left to a person.
fn not_under_another_name(stub: &PersonStub, is: Resolution, known: &Known) -> Resolution {
    if is != Resolution::Person(PATIENT) || stub.kind == StubKind::Patient {
        return is;
    }
    let own = &known.own_words;
    let foreign = stub.names.iter().map(name_words).any(|ws| ws.len() >= 2 && !ws.iter().any(|w| own.contains(w)));
    if foreign && !own.is_empty() {
        return Resolution::Ambiguous("it has the patient's number but another name".into());
    }
    is
}

fn name_words(n: &Name) -> Vec<String> {
    let text = format!("{} {} {}", n.text, n.given.join(" "), n.family);
    detect::fold::folded(&text).split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 1).map(str::to_string).collect()
}

/// Words of the patient's names, folded: those of the request, and of the names in the roster that share a word with it. The others may
/// come from a stub that was taken for the patient by a number alone.
pub fn own_words(identity: &Identity, roster: &Roster) -> HashSet<String> {
    let mut own: HashSet<String> = identity.nicknames.iter().map(|n| detect::fold::folded(n)).collect();
    own.extend(identity.names.iter().chain(&identity.former_names).flat_map(name_words));
    let recorded = roster.patient().into_iter().flat_map(|p| p.names.iter()).map(name_words);
    let linked: Vec<String> = recorded.filter(|ws| ws.iter().any(|w| own.contains(w))).flatten().collect();
    own.extend(linked);
    own
}

fn plan(
    tree: &Tree,
    who: &[Resolution],
    withheld: &[Option<Decision>],
    keys: &HashSet<String>,
    known: &Known,
    explains: Explains,
) -> Vec<Proposal> {
    let view = |f: &Field| tree.format.view(tree.source(), &tree.doc, f);
    let stored = tree.doc.text.as_deref().map_or(tree.bytes.as_slice(), str::as_bytes);
    let raw = |f: &Field| String::from_utf8_lossy(stored.get(f.span.range()).unwrap_or_default()).into_owned();
    let search = |text: &str, f: &Field| search(text, f, tree, known, explains);
    redact::plan(&redact::Inputs {
        doc: &tree.doc,
        view: &view,
        raw: &raw,
        who,
        search: &search,
        roster: &known.roster,
        policy: &known.policy,
        withheld_keys: [keys, &known.withheld_keys],
        withheld,
        ids: &known.ids,
        conditional: &known.conditional,
        renames: &known.renames,
        methods: &known.methods,
    })
}

/// Known values and what the text itself gives away; a new name that the roster knows becomes that person.
fn search(text: &str, f: &Field, tree: &Tree, known: &Known, explains: Explains) -> Arc<[Mention]> {
    let repaired = if f.form == Form::Scanned { known.misread.repaired(text) } else { None };
    let Some(right) = repaired else { return search_in(text, f, tree, known, explains) };
    // Names that were misread are searched as they must have read, and found where they stand.
    let mut found = search_in(&right.text, f, tree, known, explains).to_vec();
    for m in &mut found {
        (m.start, m.end) = right.original(m.start, m.end);
    }
    found.into()
}

fn search_in(text: &str, f: &Field, tree: &Tree, known: &Known, explains: Explains) -> Arc<[Mention]> {
    let ctx = context(tree, f);
    // A link that dials or writes to somebody, in a page that somebody wrote.
    let dials = f.class == Class::Url
        && (f.form == Form::JsonXhtml || tree.format.id() == "html")
        && ["tel:", "mailto:", "sms:", "callto:", "fax:"].iter().any(|s| text.len() > s.len() && text.starts_with(s));
    let found = known.searches.mentions(text, &ctx, dials, || (find(text, ctx, dials, known), Keep::Always));
    if !f.class.is_free_text() && !dials {
        return found;
    }
    let ctx = if dials { Context { class: Class::Narrative, ..ctx } } else { ctx };
    // What the model is asked depends on the document, whose own words explain some. That it had nothing to say holds everywhere, unless
    // only this document's words were the reason.
    let read = known.reads.mentions(text, &ctx, dials, || {
        let read = model::read_names(&known.names, text, &ctx, &known.identity, &found, &|w| explains(w));
        (named(read.mentions, known), if read.left_out { Keep::Never } else { Keep::Empty })
    });
    if read.is_empty() {
        return found;
    }
    let mut all = model::joined(&found, &read);
    detect::with_initials(text, &mut all);
    known.doubtful.add(text, &mut all);
    all.into()
}

/// What needs no model: it follows from the text, its context and the case.
fn find(text: &str, ctx: Context, dials: bool, known: &Known) -> Vec<Mention> {
    let mut found = known.knowledge.scan(text, &ctx);
    if ctx.class == Class::Url && !dials && text.contains('=') {
        return detect::merge(detect::patterns::secrets(text), found);
    }
    if !ctx.class.is_free_text() && !dials {
        known.doubtful.add(text, &mut found);
        return found;
    }
    let ctx = if dials { Context { class: Class::Narrative, ..ctx } } else { ctx };
    let discovered =
        known.discoveries.mentions(text, &ctx, false, || (detect::discover(text, &ctx, &known.identity), Keep::Always));
    let mut found = detect::merge(found, named(discovered.to_vec(), known));
    if let Some(more) = &known.safe_harbor {
        found = detect::merge(found, more.find(text));
    }
    detect::with_initials(text, &mut found);
    known.doubtful.add(text, &mut found);
    known.second_look.add(text, &mut found);
    found
}

/// New names that the roster knows become that person.
fn named(mut found: Vec<Mention>, known: &Known) -> Vec<Mention> {
    found.retain_mut(|m| {
        // What was found before and has another role now, nobody of the case was found to be.
        if m.weighed {
            return true;
        }
        if let (Who::New(role), Category::Name, Some(name)) = (&m.who, m.category, &m.name)
            && let Some(is) = known.resolver.resolve_name(*role, name)
        {
            m.who = match is {
                // The patient's own names were known to the detector; what only resembles them is not for a program to decide.
                Resolution::Person(PATIENT) => Who::Ambiguous,
                Resolution::Person(id) => Who::Person(id),
                Resolution::Ambiguous(_) => Who::Ambiguous,
                Resolution::NotAPerson => return m.rule != model::RULE,
            };
        }
        true
    });
    found
}

/// Records that stay behind, with the decision.
fn withheld_records(tree: &Tree, who: &[Resolution], protected: Vec<Option<Decision>>, known: &Known) -> Vec<Option<Decision>> {
    let policy = &known.policy;
    tree.doc
        .records
        .iter()
        .zip(protected)
        .map(|(record, protected)| {
            if matches!(record.kind.as_str(), "Bundle" | "Parameters" | "item" | "entry" | "Patient") {
                return None;
            }
            if let Some(rule) = policy.withholds(&record.kind, &record.codes, &record.title) {
                return Some(Decision {
                    action: Action::Withhold,
                    reason: rule.reason.clone(),
                    basis: rule.basis.clone(),
                    by: "machine".into(),
                });
            }
            let other = || {
                if !can_be_withheld(&record.kind) || policy.other_patient_records != Action::Withhold {
                    return None;
                }
                let person = other_subject(record.subject, who, known)?;
                let role = person.role;
                stays_behind(person).then(|| {
                    let mut d = policy.decide(role, Category::Record);
                    d.action = Action::Withhold;
                    d
                })
            };
            other().or(protected)
        })
        .collect()
}

/// True for another patient with a chart of their own in the export. Mother and child share a record around the birth, so theirs
/// stays, without identity; a sibling's or a stranger's chart has no place in a disclosure about the patient.
pub fn stays_behind(p: &Person) -> bool {
    let chart = p.slots.iter().any(|s| s == "Patient" || s == "recordTarget");
    let shares = matches!(p.role, Role::Mother | Role::Parent | Role::Newborn | Role::Daughter | Role::Son | Role::Child);
    (chart || p.role.group() == RoleGroup::OtherPatient) && !shares
}

fn other_subject<'k>(subject: Option<u32>, who: &[Resolution], known: &'k Known) -> Option<&'k Person> {
    match who.get(subject? as usize)? {
        Resolution::Person(id) if *id != PATIENT => known.roster.get(*id),
        _ => None,
    }
}

fn whole_document(tree: &Tree, who: &[Resolution], withheld: &[Option<Decision>]) -> Option<Whole> {
    if let Some(Some(d)) = withheld.first() {
        return Some(if d.action == Action::Review { Whole::Held(d.clone()) } else { Whole::Withheld(d.clone()) });
    }
    let root = tree.doc.records.first()?;
    if root.kind == "Bundle" {
        let is = |subject: Option<u32>| subject.and_then(|s| who.get(s as usize));
        let mine = |r: &crate::model::document::Record| !matches!(is(r.subject), Some(Resolution::Person(id)) if *id != PATIENT);
        let charts =
            || tree.doc.records.iter().filter(|r| r.kind == "Patient" && r.keys.first().is_none_or(|k| !k.starts_with('#')));
        let about_patient = tree.doc.records.iter().any(|r| r.subject.is_some() && mine(r));
        if charts().next().is_some() && charts().all(|r| !mine(r)) && !about_patient {
            return Some(Whole::Misfile(Misfile::told("A bundle about other patients only (misfiled); it is not released")));
        }
    }
    if matches!(root.kind.as_str(), "ClinicalDocument" | "xdm-metadata") {
        match who.get(root.subject? as usize)? {
            Resolution::Person(id) if *id != PATIENT => {
                return Some(Whole::Misfile(Misfile::told("A document about another patient (misfiled); it is not released")));
            }
            Resolution::Ambiguous(why) => {
                return Some(Whole::Misfile(Misfile::told(format!(
                    "It is not certain that this document is about the patient: {why}"
                ))));
            }
            _ => {}
        }
    }
    None
}
