//! Pass 1: who and what is in the case, before anything is decided.

use super::documents::Tree;
use super::explained::structural_words;
use super::protected::{out_of_scope, special};
use super::remembered::{Keep, Remembered};
use crate::detect::model::{self, Names};
use crate::detect::{self, Context};
use crate::model::document::{Class, Field};
use crate::model::mention::{Category, Mention, Who};
use crate::model::person::{Name, PersonStub, StubKind};
use crate::model::policy::Policy;
use crate::model::request::{Identity, Request};
use crate::model::role::Role;
use crate::model::view::TextView;
use crate::policy::scope::Inside;
use crate::policy::suspected;
use std::cell::OnceCell;
use std::collections::HashSet;
use std::sync::Arc;

/// Bytes that the names model reads together at most: each run of it unpacks its weights, which costs as much as reading sixty words.
const TOGETHER: usize = 64 << 10;
/// Bytes of text that wait at most, so that memory stays small.
const WAITING: usize = 1 << 20;

/// What one document adds to the case.
#[derive(Default)]
pub struct Surveyed {
    /// Structural people with the key of their document, in order.
    pub stubs: Vec<(String, PersonStub)>,
    /// People that only text names.
    pub named: Vec<(Role, Name)>,
    /// Values that text shows and that belong to nobody known: numbers by pattern.
    pub values: Vec<(String, Category)>,
    /// Keys of records that the policy withholds by kind.
    pub withheld: Vec<String>,
    /// How often text names the patient in full.
    pub patient_named: u64,
    /// Keys of records by the stub they are about.
    pub about: Vec<(String, PersonStub, Vec<String>)>,
    /// The newest year in the dates of records; ages are counted in it.
    pub newest: Option<i32>,
}

/// What is known before anything is read.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The requester.
    pub identity: &'a Identity,
    /// The policy in force.
    pub policy: &'a Policy,
    /// Who asks for what.
    pub request: &'a Request,
    /// The names model.
    pub names: &'a Names,
    /// What was discovered in texts.
    pub discoveries: &'a Remembered,
    /// Texts about which the model had nothing to say.
    pub reads: &'a Remembered,
}

/// Surveys one document and everything in it.
pub fn survey(tree: &Tree, given: &Given) -> Surveyed {
    let mut out = Surveyed::default();
    // Whom structure names, pass 2 finds: about their names the model need not be asked.
    let words: OnceCell<HashSet<String>> = OnceCell::new();
    let known = |word: &str| words.get_or_init(|| structural_words(tree, given.identity)).contains(word);
    let mut reading = Reading::default();
    tree.each(&mut |t| one(t, given, &known, &mut reading, &mut out));
    reading.finish(given, &known, &mut out);
    out
}

fn one<'t>(t: &'t Tree, given: &Given, known: &dyn Fn(&str) -> bool, reading: &mut Reading<'t>, out: &mut Surveyed) {
    let Given { identity, policy, request, .. } = *given;
    // Records of one document about one person follow each other: where they are gathered is looked for once.
    let mut last = None;
    for (i, record) in t.doc.records.iter().enumerate() {
        let year = record.date.as_deref().and_then(|d| d.get(..4)?.parse::<i32>().ok()).filter(|y| (1900..=2100).contains(y));
        out.newest = out.newest.max(year);
        if record.keys.is_empty() {
            continue;
        }
        if policy.withholds(&record.kind, &record.codes, &record.title).is_some()
            || out_of_scope(request, &t.doc.records, record, Inside::Alone).is_some()
            || special(request, &suspected(policy, record)).is_some()
        {
            out.withheld.extend(record.keys.iter().cloned());
        }
        let Some(stub) = record.subject.and_then(|s| t.doc.stubs.get(s as usize)) else { continue };
        if i > 0 && can_be_withheld(&record.kind) && stub.kind == StubKind::Patient {
            let at = match last.filter(|(of, _)| *of == record.subject) {
                Some((_, at)) => at,
                None => out.about.iter().position(|(k, s, _)| *k == t.key && s == stub).unwrap_or_else(|| {
                    out.about.push((t.key.clone(), stub.clone(), Vec::new()));
                    out.about.len() - 1
                }),
            };
            last = Some((record.subject, at));
            if let Some((_, _, keys)) = out.about.get_mut(at) {
                keys.extend(record.keys.iter().cloned());
            }
        }
    }
    for field in &t.doc.fields {
        if !field.class.is_free_text() || is_owned_text(t, field) {
            continue;
        }
        let view = t.format.view(t.source(), &t.doc, field);
        let text = view.text.as_ref();
        if text.len() < 3 {
            continue;
        }
        let ctx = context(t, field);
        let found = given.discoveries.mentions(text, &ctx, false, || (detect::discover(text, &ctx, identity), Keep::Always));
        let new = !given.reads.holds(text, &ctx, false) && reading.here.insert((text.to_string(), ctx.section, ctx.class));
        let opened = new.then(|| model::open(given.names, text, &ctx, identity, &found, known));
        reading.asked += opened.as_ref().map_or(0, |o| o.stretches(text).map(str::len).sum());
        reading.bytes += text.len();
        reading.waiting.push(Waiting { view, ctx, found, opened });
        if reading.asked >= TOGETHER || reading.bytes >= WAITING {
            reading.finish(given, known, out);
        }
    }
    out.stubs.extend(t.doc.stubs.iter().map(|s| (t.key.clone(), s.clone())));
}

/// A text that waits for others, to be read by the model together with them.
struct Waiting<'t> {
    view: TextView<'t>,
    ctx: Context<'t>,
    found: Arc<[Mention]>,
    /// What is to be asked; `None` when the answer is known, or will be by one that waits before it.
    opened: Option<model::Opened>,
}

/// Texts of a document, and of those inside it, that wait to be read together.
#[derive(Default)]
struct Reading<'t> {
    waiting: Vec<Waiting<'t>>,
    /// Bytes that the model will be asked about.
    asked: usize,
    /// Bytes of text.
    bytes: usize,
    /// What waits, so that the same text is opened once.
    here: HashSet<(String, &'t str, Class)>,
    /// Numbers that were taken up.
    seen: HashSet<(Category, String)>,
}

impl Reading<'_> {
    /// Asks the model about all that waits, and takes up what was found.
    fn finish(&mut self, given: &Given, known: &dyn Fn(&str) -> bool, out: &mut Surveyed) {
        let stretches = self.waiting.iter().filter_map(|w| Some(w.opened.as_ref()?.stretches(&w.view.text)));
        given.names.read_ahead(&stretches.flatten().collect::<Vec<_>>(), given.identity);
        for Waiting { view, ctx, found, opened } in self.waiting.drain(..) {
            let text = view.text.as_ref();
            // A name in full that lists know is somebody for the whole case; what else the model sees is decided where it stands.
            let read = given.reads.mentions(text, &ctx, false, || {
                let opened = opened.unwrap_or_else(|| model::open(given.names, text, &ctx, given.identity, &found, known));
                let read = model::read_opened(given.names, text, &ctx, given.identity, &found, &opened);
                let told = |m: &Mention| model::is_somebody(m) || model::is_mark(m) || m.weighed;
                let somebody = read.mentions.into_iter().filter(told).collect();
                (somebody, if read.left_out { Keep::Never } else { Keep::Empty })
            });
            let names = read.iter().filter(|m| !model::is_mark(m));
            for m in model::kept(&found, &read).chain(names) {
                gather(text, m, &mut self.seen, out);
            }
        }
        (self.asked, self.bytes) = (0, 0);
        self.here.clear();
    }
}

fn gather(text: &str, m: &Mention, seen: &mut HashSet<(Category, String)>, out: &mut Surveyed) {
    let role = match m.who {
        Who::New(role) => role,
        Who::Nobody => Role::OtherPerson,
        Who::Patient => {
            let words =
                text.get(m.start..m.end).map_or(0, |t| t.split(|c: char| !c.is_alphanumeric()).filter(|w| w.len() > 1).count());
            out.patient_named += u64::from(m.category == Category::Name && words >= 2);
            return;
        }
        _ => return,
    };
    match m.category {
        Category::Name => {
            let span = text.get(m.start..m.end).unwrap_or("");
            let name = m.name.clone().unwrap_or_else(|| Name { text: span.to_string(), ..Name::default() });
            out.named.push((role, name));
        }
        category => {
            if let Some(span) = text.get(m.start..m.end)
                && seen.insert((category, span.to_string()))
            {
                out.values.push((span.to_string(), category));
            }
        }
    }
}

/// True for a text that stands for one structural person: its name is in the roster already.
fn is_owned_text(t: &Tree, field: &Field) -> bool {
    field.class == Class::PersonText && field.owner.is_some_and(|o| (o as usize) < t.doc.stubs.len())
}

/// What detection may know about where a text stands.
pub fn context<'t>(t: &'t Tree, field: &Field) -> Context<'t> {
    let record = t.doc.records.get(field.record as usize);
    let about_patient = record
        .and_then(|r| r.subject)
        .is_none_or(|s| t.doc.stubs.get(s as usize).is_none_or(|s| matches!(s.kind, StubKind::Patient)));
    let kin = record
        .and_then(|r| r.subject)
        .and_then(|s| t.doc.stubs.get(s as usize))
        .filter(|s| s.kind == StubKind::Related)
        .map(|s| s.role);
    Context {
        class: field.class,
        subject_is_patient: about_patient,
        section: record.map_or("", |r| r.title.as_str()),
        kin_hint: kin,
    }
}

/// True when a document has clinical records and none of them, nor anything else in it, says whose they are.
///
/// R4 lets an `Observation`, `Encounter` or `DiagnosticReport` go without a subject; inside a bundle with its one Patient that is well.
/// A file of nothing else may be anybody's.
pub fn is_nobodys(tree: &Tree) -> bool {
    let doc = &tree.doc;
    let resources = doc.records.iter().filter(|r| can_be_withheld(&r.kind) && !is_shared(&r.kind));
    let mut clinical = resources.peekable();
    clinical.peek().is_some()
        && clinical.all(|r| r.subject.is_none())
        && !doc.stubs.iter().any(|s| s.kind == StubKind::Patient)
        && !doc.records.iter().any(|r| r.kind == "Patient")
}

/// Kinds of resource that serve all patients: no element of theirs names a subject.
fn is_shared(kind: &str) -> bool {
    matches!(
        kind,
        "Organization"
            | "OrganizationAffiliation"
            | "Location"
            | "HealthcareService"
            | "Endpoint"
            | "Medication"
            | "MedicationKnowledge"
            | "Substance"
            | "Device"
            | "DeviceDefinition"
            | "InsurancePlan"
            | "PlanDefinition"
            | "ActivityDefinition"
            | "Questionnaire"
            | "Library"
            | "Measure"
            | "ValueSet"
            | "CodeSystem"
            | "ConceptMap"
            | "NamingSystem"
            | "StructureDefinition"
            | "SearchParameter"
            | "CapabilityStatement"
            | "OperationDefinition"
            | "OperationOutcome"
            | "ImplementationGuide"
            | "Provenance"
            | "AuditEvent"
            | "Binary"
            | "Schedule"
            | "Slot"
            | "ResearchStudy"
            | "CareTeam"
            | "List"
            | "Task"
            | "Communication"
    )
}

/// Kinds of record that can be left out when they are about another patient. Persons keep their shell, containers their place.
pub fn can_be_withheld(kind: &str) -> bool {
    !matches!(
        kind,
        "Patient"
            | "RelatedPerson"
            | "Person"
            | "Practitioner"
            | "PractitionerRole"
            | "Bundle"
            | "Group"
            | "Parameters"
            | "item"
            | "section"
            | "entry"
            | "act"
            | "ClinicalDocument"
    )
}
