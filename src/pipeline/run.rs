//! One case from beginning to end.

use super::check::{Checker, second_look};
use super::custody;
use super::decide::stays_behind;
use super::documents::Tree;
use super::filing;
use super::kept::{self, Before, Settled};
use super::names::rename;
use super::number::review_item;
use super::process::{PACKAGE, Totals, Work, process_all};
use super::remembered::Remembered;
use super::second_look::SecondLook;
use super::surveying::{Survey, survey_all};
use super::vault::{Keys, VAULT_FILE, Vault};
use super::{Known, Options, Progress, outcome};
use crate::deliver::{Staging, check_apart};
use crate::detect::ocr::KnownWords;
use crate::detect::{Knowledge, SafeHarbor};
use crate::intake::{self, Intake, Item, Kind, XmlRoot};
use crate::model::case::{Case, Check, Outcome};
use crate::model::decision::Action;
use crate::model::error::RunError;
use crate::model::ledger::{Entry, Place, ReviewItem};
use crate::model::memory;
use crate::model::mention::Category;
use crate::model::person::{Address, Name, PATIENT, PersonId};
use crate::model::request::Identity;
use crate::model::role::RoleGroup;
use crate::model::roster::{Resolution, Roster};
use crate::people::candidates::Roll;
use crate::people::{SubjectCheck, check_subject};
use crate::redact::ids::IdRewriter;
use crate::redact::{Methods, Question, Token};
use crate::report::{Edition, Gathered, entry_line, gather, write_edition};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

/// The chained ledger.
const LEDGER: &str = "internal/ledger.jsonl";
/// Decisions as they are made, until the copy has been checked.
const DECIDED: &str = "internal/decided.jsonl";

/// Runs a case. The result is in `opts.out`; the case says how it ended.
///
/// # Errors
/// [`RunError`] with its exit code. After [`RunError::WrongPatient`] `opts.out` holds a report of why and nothing else; after any other
/// error it is as it was before.
pub fn run(opts: &Options, progress: &dyn Progress, stop: &AtomicBool) -> Result<Case, RunError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(opts.jobs)
        .stack_size(8 << 20)
        .build()
        .map_err(|e| RunError::Internal(e.to_string()))?;
    pool.install(|| run_here(opts, progress, stop))
}

fn run_here(opts: &Options, progress: &dyn Progress, stop: &AtomicBool) -> Result<Case, RunError> {
    progress.stage("open", 0);
    let intake = intake::gather(&opts.inputs, &opts.limits)?;
    check_apart(&opts.out, &opts.inputs)?;
    let staging = Staging::begin(&opts.out)?;
    let key = outcome::case_key(opts, &intake);
    let id = outcome::case_id(&key);
    let total: u64 = intake.items.iter().map(|i| i.content_len).sum();

    progress.stage("survey", total);
    let keys = opts.vault.map(|master| Arc::new(Keys::new(&master, &id)));
    let kept = kept::case_key(opts, &intake);
    let before = kept.as_ref().and_then(memory::recall::<Before>);
    let (settled, trees) = match &before {
        Some(b) => (b.settled.clone(), HashMap::new()),
        None => match learn(opts, &intake, key, keys.clone(), progress, stop)? {
            Learnt::Patient(settled, trees) => (Arc::new(*settled), trees),
            Learnt::Wrong(why) => return wrong_patient(opts, id, &intake, staging, &why),
        },
    };
    let mut totals = Totals::default();
    match &settled.subject {
        SubjectCheck::Doubt { why } => doubt(opts, &mut totals, why),
        SubjectCheck::NoPatient if settled.patient_named == 0 || settled.structured => {
            no_patient(opts, &intake, &settled, &mut totals)?;
        }
        _ => {}
    }
    if opts.policy.needs_key() && keys.is_none() {
        return Err(RunError::Input(
            "the policy hashes, encrypts or makes stand-ins, which needs the custodian's key: --vault-key".into(),
        ));
    }
    let Settled { known, unreadable, values, paths, .. } = &*settled;

    progress.stage("redact", total);
    // Bound together into the ledger when the copy has been checked.
    let mut bound = staging.create(DECIDED)?;
    let (mut entries, mut line) = (0u64, Vec::new());
    let shown = members_shown(&intake, paths);
    let mut checker = Checker::new(known, values, shown, line_digests(&intake, paths)?, &staging)?;
    let fresh = kept.filter(|_| before.is_none());
    let work = Work {
        intake: &intake,
        known,
        rulings: &opts.rulings,
        paths,
        unreadable,
        staging: &staging,
        trees: Mutex::new(trees),
        before: before.as_ref().map_or(&[], |b| &b.decided),
        decided: fresh.map(|_| Mutex::new(vec![None; intake.items.len()])),
        progress,
        stop,
    };
    let mut vault = keys.map(Vault::new);
    let mut append = |e: &Entry| {
        if let Some(v) = &mut vault {
            v.add(e);
        }
        entries += 1;
        entry_line(e, &mut line)?;
        bound.write_all(&line).map_err(RunError::from)
    };
    process_all(&work, &mut checker, &mut append, &mut totals)?;
    let decided = work.decided.and_then(|d| d.into_inner().ok());
    if let Some(v) = vault {
        staging.write(&format!("internal/{VAULT_FILE}"), &v.seal(&id)?)?;
    }
    bound.finish()?;
    unknown_rulings(opts, &totals)?;
    if let Some(why) = totals.counters.undrawn.first() {
        return Err(RunError::Input(format!("a box drawn by hand: {why}")));
    }
    let unfitted = opts.rulings.overrides().count() - totals.counters.fitted.len();
    if unfitted > 0 {
        return Err(RunError::Input(format!(
            "{unfitted} ruling(s) on a hit, box, page or text fit nothing in this run; were they made for another input, request, dictionary or policy?"
        )));
    }
    pack(&intake, paths, &staging)?;

    progress.stage("verify", 0);
    let outputs = staging.list(PACKAGE, &totals.media)?;
    let checks = checker.finish(&staging)?;
    let media = std::mem::take(&mut totals.media);
    let mut case = outcome::case(opts, id, &known.roster, totals, outputs, checks);
    case.policy.filing.clone_from(&known.policy.filing);
    case.identity = known.resolver.decisions().to_vec();
    case.custody = custody::begun(opts, &case.inputs);
    report(&mut case, &checker, &staging, &media, entries, opts.letters.as_deref())?;
    staging.commit()?;
    if let (Some(key), Some(decided), Ok(settled)) = (fresh, decided, Arc::try_unwrap(settled)) {
        kept::put_case(key, settled, decided);
    }
    Ok(case)
}

/// Whose an export is, and who is in it.
enum Learnt {
    /// It is about somebody else; why.
    Wrong(String),
    /// Who is who, and the documents of a small export.
    Patient(Box<Settled>, HashMap<usize, Tree>),
}

/// Everything that comes before the first decision. No ruling changes it.
fn learn(
    opts: &Options,
    intake: &Intake,
    key: [u8; 32],
    keys: Option<Arc<Keys>>,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<Learnt, RunError> {
    let survey = survey_all(intake, opts, progress, stop)?;
    alone_and_unreadable(opts, intake, &survey)?;
    let subject = match check_subject(&survey.builder) {
        SubjectCheck::WrongPatient { why } => return Ok(Learnt::Wrong(why)),
        subject => subject,
    };
    let (patient_named, structured) = (survey.patient_named, survey.structured);
    let (mut known, unreadable, values, trees) = settle(opts, survey, key, keys)?;
    let names = intake.items.iter().map(|i| i.path.as_str()).chain(intake.held.iter().map(|h| h.path.as_str()));
    let renamed = rename(names, &known);
    known.renames = renamed.segments;
    let settled = Settled { subject, patient_named, structured, known, unreadable, values, paths: renamed.paths };
    Ok(Learnt::Patient(Box::new(settled), trees))
}

/// A file given alone that cannot be read is an error; as one of several it is held.
fn alone_and_unreadable(opts: &Options, intake: &Intake, survey: &Survey) -> Result<(), RunError> {
    let [input] = &opts.inputs[..] else { return Ok(()) };
    let alone = input.is_file() && intake.items.len() == 1 && intake.held.is_empty() && intake.containers.is_empty();
    let Some(item) = intake.items.first().filter(|_| alone) else { return Ok(()) };
    let given = input.file_name().is_some_and(|n| n.to_string_lossy() == item.path);
    match survey.unreadable.get(&0) {
        Some(why) if given => Err(RunError::Input(format!("{}: {why}", item.path))),
        _ => Ok(()),
    }
}

/// No document shows a patient.
fn no_patient(opts: &Options, intake: &Intake, survey: &Settled, totals: &mut Totals) -> Result<(), RunError> {
    let nothing_read = survey.unreadable.len() == intake.items.len();
    let structured = |(i, item): (usize, &Item)| {
        matches!(item.kind, Kind::Json | Kind::Ndjson | Kind::Xml(XmlRoot::Cda)) && !survey.unreadable.contains_key(&i)
    };
    if !nothing_read && (survey.structured || intake.items.iter().enumerate().any(structured)) {
        let name = opts.inputs.first().and_then(|p| p.file_name()).map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        return Err(RunError::Input(format!(
            "{name}: no patient in this export, so it cannot be told whose it is; add the file that holds the Patient"
        )));
    }
    if !nothing_read {
        doubt(opts, totals, "no document names the patient");
    }
    Ok(())
}

fn doubt(opts: &Options, totals: &mut Totals, why: &str) {
    let q = Question {
        kind: "identity",
        text: format!("Is this export about the person who asks? {why}"),
        excerpt: String::new(),
        choices: vec!["accept".into()],
        label: None,
        group: None,
        ..Question::default()
    };
    let item = review_item(&q, Place::default(), &mut totals.counters, &opts.rulings);
    totals.reviews.push(item);
}

/// The export is about somebody else: a report of why, and nothing else.
fn wrong_patient(opts: &Options, id: String, intake: &Intake, staging: Staging, why: &str) -> Result<Case, RunError> {
    let mut case = outcome::stopped(opts, id, intake, why);
    case.custody = custody::begun(opts, &case.inputs);
    let inner = staging.dir().join("internal");
    let mut sink = |_: Edition, name: &str| -> io::Result<Box<dyn Write>> { Ok(Box::new(File::create(inner.join(name))?)) };
    let mut ledger = staging.create(LEDGER)?;
    let gathered = gather(&case, io::empty(), &mut ledger, false, &mut sink)?;
    ledger.finish()?;
    custody::ended(&mut case, gathered.ledger(), None);
    internal_report(&case, &gathered, &staging, opts.letters.as_deref())?;
    staging.commit()?;
    Err(RunError::WrongPatient(format!(
        "the export is about somebody else than the patient given: {why}; nothing is released, see {}",
        opts.out.join("internal/report.html").display()
    )))
}

/// What is known, what is unreadable, values by pattern, documents kept.
type Surveyed = (Known, HashMap<usize, String>, Vec<(String, Category)>, HashMap<usize, Tree>);

/// Who is who, once everything was seen.
fn settle(opts: &Options, survey: Survey, key: [u8; 32], keys: Option<Arc<Keys>>) -> Result<Surveyed, RunError> {
    let identity = opts.request.patient.clone();
    let (roster, resolver, _) = survey.builder.finish();
    let policy = filing::with_subject(opts, &roster, survey.newest)?;
    let mut withheld_keys: HashSet<String> = survey.withheld.into_iter().filter(|k| !k.starts_with('#')).collect();
    for (doc, stub, keys) in &survey.about {
        let other = match resolver.resolve(doc, stub) {
            Resolution::Person(p) if p != PATIENT => roster.get(p),
            _ => None,
        };
        // A subject that cannot be told to be the patient: the record stays behind with a question.
        let open = resolver.own_record_shown() && matches!(resolver.resolve(doc, stub), Resolution::Ambiguous(_));
        if open {
            withheld_keys.extend(keys.iter().filter(|k| !k.starts_with('#')).cloned());
        }
        if other.is_some_and(stays_behind) && opts.policy.other_patient_records == Action::Withhold {
            withheld_keys.extend(keys.iter().filter(|k| !k.starts_with('#')).cloned());
        }
    }
    let conditional: HashSet<PersonId> = roster
        .persons
        .iter()
        .filter(|p| p.identifiers.iter().any(|i| survey.conditional.iter().any(|c| c.value == i.value && c.system == i.system)))
        .map(|p| p.id)
        .collect();
    let mut searched = roster.clone();
    for p in searched.persons.iter_mut().filter(|p| matches!(p.role.group(), RoleGroup::Clinician | RoleGroup::Staff)) {
        p.addresses.clear();
    }
    // `21 North Ave.` is also found as `21 North Ave`.
    for p in &mut searched.persons {
        let bare: Vec<Address> = p
            .addresses
            .iter()
            .filter(|a| a.lines.iter().any(|l| l.trim_end().ends_with('.')))
            .map(|a| Address {
                lines: a.lines.iter().map(|l| l.trim_end().trim_end_matches('.').to_string()).collect(),
                ..a.clone()
            })
            .collect();
        p.addresses.extend(bare);
    }
    let knowledge = Knowledge::new(&searched, &identity, &opts.dictionary);
    let misread = misread(&searched, &identity);
    let ids = match &keys {
        // A stand-in must not be made of what it stands for alone (45 CFR 164.514(c)).
        Some(k) if opts.policy.safe_harbor.is_some() => IdRewriter::new(k.ids),
        _ => IdRewriter::new(key),
    };
    let token = keys.map(|k| -> Token { Arc::new(move |action, value| k.token(action, value)) });
    let methods = Methods::new(&opts.policy, opts.request.received.as_deref(), survey.newest, token);
    let safe_harbor = opts.policy.safe_harbor.as_ref().map(|_| {
        let of_roster = roster.persons.iter().flat_map(|p| &p.addresses);
        let cities = of_roster.chain(&identity.addresses).map(|a| a.city.clone());
        SafeHarbor::new(cities)
    });
    let mut known = Known {
        own_words: super::decide::own_words(&identity, &roster),
        identity,
        doubtful: super::doubtful::Doubtful::new(resolver.decisions(), &opts.request.patient),
        roll: Roll::new(opts.policy.identity.clone(), &roster),
        roster,
        searched,
        resolver,
        knowledge,
        second_look: SecondLook::new(&[], &[]),
        names: opts.names.clone(),
        organisations: survey.organisations,
        policy,
        withheld_keys,
        ids,
        methods,
        safe_harbor,
        conditional,
        misread,
        discoveries: survey.discoveries,
        searches: Remembered::default(),
        reads: Remembered::default(),
        renames: HashMap::new(),
        request: opts.request.clone(),
        phrases: super::phrases::Phrases::new(&opts.policy),
    };
    let values: Vec<(String, Category)> = survey.values.into_iter().collect();
    known.second_look = second_look(&known, &values);
    Ok((known, survey.unreadable, values, survey.trees))
}

/// Words of the patient's names and of everybody else's.
fn misread(roster: &Roster, identity: &Identity) -> KnownWords {
    let words = |n: &Name| vec![n.text.clone(), n.given.join(" "), n.family.clone()];
    let mut own: Vec<String> = identity.names.iter().chain(&identity.former_names).flat_map(words).collect();
    own.extend(identity.nicknames.iter().cloned());
    let people = |patient: bool| {
        let of = roster.persons.iter().filter(move |p| (p.id == PATIENT) == patient && p.role.group() != RoleGroup::Organization);
        of.flat_map(|p| &p.names).flat_map(words).collect::<Vec<String>>()
    };
    own.extend(people(true));
    let others = people(false);
    KnownWords::new(own.iter().map(String::as_str), others.iter().map(String::as_str))
}

/// How the checks name members of containers: `outer.zip!/inner/path`, by released path.
fn members_shown(intake: &Intake, paths: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for item in intake.items.iter().filter(|i| i.container.is_some()) {
        let Some(file) = paths.get(&item.path) else { continue };
        let mut cuts: Vec<usize> = Vec::new();
        let mut at = item.container;
        while let Some(c) = at.and_then(|c| intake.containers.get(c)) {
            cuts.push(c.path.split('/').count());
            at = c.parent;
        }
        let mut shown = String::new();
        for (i, segment) in file.split('/').enumerate() {
            if i > 0 {
                shown.push_str(if cuts.contains(&i) { "!/" } else { "/" });
            }
            shown.push_str(segment);
        }
        out.insert(file.clone(), shown);
    }
    out
}

/// SHA-256 of the content of each NDJSON file, by released path.
fn line_digests(intake: &Intake, paths: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, RunError> {
    let mut out = BTreeMap::new();
    for item in intake.items.iter().filter(|i| i.kind == Kind::Ndjson) {
        let Some(file) = paths.get(&item.path) else { continue };
        let digest = if item.gz {
            let mut from = item.open()?;
            let mut h = Sha256::new();
            let mut buffer = vec![0u8; 1 << 16];
            loop {
                let n = from.read(&mut buffer)?;
                if n == 0 {
                    break;
                }
                h.update(&buffer[..n]);
            }
            h.finalize().iter().map(|b| format!("{b:02x}")).collect()
        } else {
            item.sha256.clone()
        };
        out.insert(file.clone(), digest);
    }
    Ok(out)
}

/// A ruling on an item that does not exist was made for another run; one that the item does not offer is a slip.
fn unknown_rulings(opts: &Options, totals: &Totals) -> Result<(), RunError> {
    let known: HashMap<&str, &ReviewItem> = totals.reviews.iter().map(|r| (r.id.as_str(), r)).collect();
    for id in opts.rulings.ids() {
        let shown: String = id.chars().take(20).collect();
        let Some(item) = known.get(id) else {
            let has = match totals.reviews.len() {
                0 => "this run asks nothing".to_string(),
                1 => "this run asks R1 only".to_string(),
                n => format!("this run asks R1 to R{n}"),
            };
            return Err(RunError::Input(format!(
                "the decisions file rules on {shown}, which this run does not have ({has}); was it made for another input, request or \
                 policy?"
            )));
        };
        if let Some(ruling) = opts.rulings.get(id)
            && !ruling.fits(&item.choices)
        {
            let valid = item.choices.join(", ");
            return Err(RunError::Input(format!(
                "the decisions file rules \"{}\" on {shown}, which does not offer it; valid there: {valid}",
                ruling.words()
            )));
        }
    }
    Ok(())
}

/// Packs containers again, innermost first.
fn pack(intake: &Intake, paths: &BTreeMap<String, String>, staging: &Staging) -> Result<(), RunError> {
    let mut order: Vec<usize> = (0..intake.containers.len()).collect();
    order.sort_by_key(|&c| std::cmp::Reverse(intake.containers[c].path.split('/').count()));
    for c in order {
        let container = &intake.containers[c];
        let n = container.path.split('/').count();
        let member = intake
            .items
            .iter()
            .map(|i| (&i.path, i.path.starts_with(&format!("{}/", container.path))))
            .find(|(_, inside)| *inside)
            .and_then(|(p, _)| paths.get(p));
        let Some(member) = member else { continue };
        let rel: Vec<&str> = member.split('/').take(n).collect();
        staging.pack(&format!("{PACKAGE}/{}", rel.join("/")), &[])?;
    }
    Ok(())
}

/// Writes the reports and gives the package its name. A report that holds a removed value is a failed check.
fn report(
    case: &mut Case,
    checker: &Checker,
    staging: &Staging,
    media: &BTreeMap<String, String>,
    entries: u64,
    templates: Option<&Path>,
) -> Result<(), RunError> {
    let package = staging.dir().join(PACKAGE);
    std::fs::create_dir_all(&package)?;
    let goes_out = matches!(case.outcome, Outcome::Released | Outcome::ReviewNeeded);
    let (outer, inner) = (package.join("report"), staging.dir().join("internal"));
    let mut sink = |edition: Edition, name: &str| -> io::Result<Box<dyn Write>> {
        let dir = if edition == Edition::Recipient { &outer } else { &inner };
        std::fs::create_dir_all(dir)?;
        Ok(Box::new(io::BufWriter::new(File::create(dir.join(name))?)))
    };
    let mut ledger = staging.create(LEDGER)?;
    let decided = staging.dir().join(DECIDED);
    let gathered = gather(case, BufReader::new(File::open(&decided)?), &mut ledger, goes_out, &mut sink)?;
    ledger.finish()?;
    std::fs::remove_file(decided)?;
    if gathered.ledger().entries != entries {
        return Err(RunError::Internal("the ledger does not hold what was decided".into()));
    }
    if goes_out {
        write_edition(Edition::Recipient, case, &gathered, templates, &mut sink)?;
        let (mut leaks, mut names) = (Vec::new(), Vec::new());
        for entry in std::fs::read_dir(&outer)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        let searched: Vec<io::Result<Vec<String>>> = names
            .par_iter()
            .map(|name| Ok(checker.report(&format!("report/{name}"), &std::fs::read(outer.join(name))?)))
            .collect();
        for found in searched {
            leaks.extend(found?);
        }
        if !leaks.is_empty() {
            case.outcome = Outcome::VerificationFailed;
        }
        let examined = names.len() as u64;
        case.checks.push(Check { name: "report-clean".into(), passed: leaks.is_empty(), examined, failures: leaks });
    }
    let edition = match case.outcome {
        Outcome::Released => "release",
        Outcome::ReviewNeeded => "draft",
        _ => {
            // Staff can look at what failed; it is no release and no draft.
            std::fs::rename(&package, staging.dir().join("internal/failed"))?;
            case.outputs.clear();
            case.pages.clear();
            custody::ended(case, gathered.ledger(), None);
            return internal_report(case, &gathered, staging, templates);
        }
    };
    std::fs::rename(&package, staging.dir().join(edition))?;
    staging.manifest(edition, media)?;
    let manifest = std::fs::read(staging.dir().join(edition).join("manifest.json"))?;
    custody::ended(case, gathered.ledger(), Some(&manifest));
    internal_report(case, &gathered, staging, templates)
}

fn internal_report(case: &Case, gathered: &Gathered, staging: &Staging, templates: Option<&Path>) -> Result<(), RunError> {
    let dir = staging.dir().join("internal");
    std::fs::create_dir_all(dir.join("letters"))?;
    let mut sink = |_: Edition, name: &str| -> io::Result<Box<dyn Write>> {
        Ok(Box::new(io::BufWriter::new(File::create(dir.join(name))?)))
    };
    write_edition(Edition::Internal, case, gathered, templates, &mut sink)?;
    Ok(())
}
