//! Pass 1 over all items, in parallel, merged in order.

use super::documents::{Tree, format_for};
use super::explained::name_words;
use super::lines::Lines;
use super::remembered::Remembered;
use super::survey::{Given, Surveyed, is_nobodys, survey};
use super::{Options, Progress, cancelled};
use crate::detect::fold::folded;
use crate::intake::{Intake, Item, Kind, XmlRoot};
use crate::model::error::RunError;
use crate::model::mention::Category;
use crate::model::person::{Identifier, Name, PersonStub, StubKind};
use crate::model::request::Identity;
use crate::model::role::Role;
use crate::people::roster::RosterBuilder;
use rayon::prelude::*;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::atomic::AtomicBool;

/// Documents of a batch together are about this large. Memory is a few times this, or a few times the largest document.
pub const BATCH_BYTES: u64 = 32 << 20;
/// Most documents in a batch.
const BATCH_DOCUMENTS: usize = 512;
/// Most words of names of organisations that are remembered.
const MAX_WORDS: usize = 100_000;
/// Most values by pattern that are remembered for the checks.
const MAX_VALUES: usize = 200_000;

/// Most record keys that are remembered with their subject; beyond it a reference to a withheld record is caught by the check that
/// references are whole.
const MAX_ABOUT_KEYS: usize = 500_000;

/// Exports up to this size are read once and kept for pass 2; larger ones are read again, so that memory stays bounded.
const KEPT_BYTES: u64 = 64 << 20;

/// A document with what it adds, or why it cannot be read.
type ReadAndSurveyed = Result<(Surveyed, Tree), String>;

/// What pass 1 has learnt.
pub struct Survey {
    /// The roster being built.
    pub builder: RosterBuilder,
    /// Items that cannot be read, by index, with the reason.
    pub unreadable: HashMap<usize, String>,
    /// Keys of records withheld by kind.
    pub withheld: HashSet<String>,
    /// Keys of records by the stub they are about.
    pub about: Vec<(String, PersonStub, Vec<String>)>,
    about_keys: usize,
    own_surnames: HashSet<String>,
    /// How often text names the patient in full.
    pub patient_named: u64,
    /// Identifiers that conditional references search for.
    pub conditional: HashSet<Identifier>,
    /// Numbers by pattern that belong to nobody known.
    pub values: BTreeSet<(String, Category)>,
    /// Documents of a small export, by item, for pass 2.
    pub trees: HashMap<usize, Tree>,
    /// True when any document has structure that names its subject.
    pub structured: bool,
    /// What was discovered in texts, which pass 2 asks for again.
    pub discoveries: Remembered,
    /// Words of the names of organisations, folded.
    pub organisations: HashSet<String>,
    /// The newest year in the dates of records.
    pub newest: Option<i32>,
}

impl Survey {
    fn add(&mut self, s: Surveyed) {
        for (key, stub) in &s.stubs {
            self.structured = true;
            self.builder.observe(key, stub);
            if stub.kind == StubKind::Organization && self.organisations.len() < MAX_WORDS {
                self.organisations.extend(name_words(stub));
            }
            if stub.refers.as_deref().is_some_and(|r| r.contains('?')) {
                self.conditional.extend(stub.identifiers.iter().cloned());
            }
        }
        for (role, name) in &s.named {
            // Somebody of the patient's surname and of no known relation would be taken for the patient with a slip of the pen. Such a
            // mention is decided where it stands, not for the whole case.
            if *role == Role::OtherPerson && self.own_surnames.contains(&folded(&name.family)) {
                continue;
            }
            self.builder.observe_mention(*role, name);
        }
        self.newest = self.newest.max(s.newest);
        self.withheld.extend(s.withheld);
        self.patient_named += s.patient_named;
        for (key, stub, keys) in s.about {
            if self.about_keys + keys.len() <= MAX_ABOUT_KEYS {
                self.about_keys += keys.len();
                self.about.push((key, stub, keys));
            }
        }
        if self.values.len() < MAX_VALUES {
            self.values.extend(s.values);
        }
    }
}

/// Surveys everything.
pub fn survey_all(intake: &Intake, opts: &Options, progress: &dyn Progress, stop: &AtomicBool) -> Result<Survey, RunError> {
    let own: Vec<&Name> = opts.request.patient.names.iter().chain(&opts.request.patient.former_names).collect();
    let mut out = Survey {
        builder: RosterBuilder::with_policy(&opts.request.patient, opts.policy.identity.clone()).labelled(&opts.policy.labels),
        unreadable: HashMap::new(),
        withheld: HashSet::new(),
        about: Vec::new(),
        about_keys: 0,
        own_surnames: own.iter().map(|n| folded(&n.family)).filter(|f| !f.is_empty()).collect(),
        patient_named: 0,
        conditional: HashSet::new(),
        values: BTreeSet::new(),
        trees: HashMap::new(),
        structured: false,
        discoveries: Remembered::default(),
        organisations: HashSet::new(),
        newest: None,
    };
    let (discoveries, reads) = (Remembered::default(), Remembered::default());
    let given = &given(opts, &discoveries, &reads);
    let small = intake.items.iter().map(|i| i.content_len).sum::<u64>() <= KEPT_BYTES;
    for batch in batches(&intake.items) {
        if cancelled(stop) {
            return Err(RunError::Cancelled);
        }
        if let [i] = batch[..]
            && intake.items[i].kind == Kind::Ndjson
        {
            lines(i, &intake.items[i], given, &mut out, progress, stop)?;
            continue;
        }
        let done: Vec<(usize, ReadAndSurveyed)> = batch
            .par_iter()
            .map(|&i| {
                let item = &intake.items[i];
                let result = read(item, &opts.request.patient).map(|t| (survey(&t, given), t));
                progress.done(item.content_len);
                (i, result)
            })
            .collect();
        for (i, result) in done {
            match result {
                Ok((s, tree)) => {
                    // Alone, the run ends for want of a patient; beside others the file must not ride on their patient.
                    if intake.items.len() > 1 && intake.items[i].kind == Kind::Json && is_nobodys(&tree) {
                        out.unreadable.insert(i, "no resource in it says whose it is".into());
                        continue;
                    }
                    out.add(s);
                    if small {
                        out.trees.insert(i, tree);
                    }
                }
                Err(why) => {
                    out.unreadable.insert(i, why);
                }
            }
        }
    }
    out.discoveries = discoveries;
    Ok(out)
}

fn given<'a>(opts: &'a Options, discoveries: &'a Remembered, reads: &'a Remembered) -> Given<'a> {
    let Options { request, policy, names, .. } = opts;
    Given { identity: &request.patient, policy, request, names, discoveries, reads }
}

/// Reads an item that is one document.
pub fn read(item: &Item, identity: &Identity) -> Result<Tree, String> {
    super::kept::tree(item, identity, || read_now(item, identity))
}

fn read_now(item: &Item, identity: &Identity) -> Result<Tree, String> {
    let format = format_for(item.kind).map_err(str::to_string)?;
    let bytes = item.load().map_err(|e| e.to_string())?;
    let mut tree = Tree::read(format, bytes, item.path.clone(), 0).map_err(|e| e.to_string())?;
    printed_numbers(&mut tree, identity);
    Ok(tree)
}

/// A page prints a record number without saying who gave it. One that is the patient's own, letter for letter, beside the patient's name is
/// of the same giver.
fn printed_numbers(tree: &mut Tree, identity: &Identity) {
    for id in tree.doc.stubs.iter_mut().flat_map(|s| &mut s.identifiers).filter(|_| tree.doc.text.is_some()) {
        if let Some(own) = identity.identifiers.iter().find(|o| id.system.is_empty() && o.value == id.value) {
            *id = own.clone();
        }
    }
    for child in &mut tree.children {
        if let super::documents::Child::Tree(t) = child {
            printed_numbers(t, identity);
        }
    }
}

/// NDJSON: line by line, in chunks. A broken line makes the whole file unreadable, as nobody can say what it held.
fn lines(
    i: usize,
    item: &Item,
    given: &Given,
    out: &mut Survey,
    progress: &dyn Progress,
    stop: &AtomicBool,
) -> Result<(), RunError> {
    let mut reader = Lines::new(item.open()?, super::lines::MAX_LINE);
    loop {
        if cancelled(stop) {
            return Err(RunError::Cancelled);
        }
        let chunk = match reader.chunk() {
            Ok(Some(c)) => c,
            Ok(None) => return Ok(()),
            Err(why) => {
                out.unreadable.insert(i, why);
                return Ok(());
            }
        };
        let bytes: u64 = chunk.iter().map(|l| l.bytes.len() as u64).sum();
        let done: Vec<Result<Surveyed, String>> = chunk
            .par_iter()
            .map(|l| match l.tree(&item.path) {
                None => Ok(Surveyed::default()),
                Some(t) => t.map(|t| survey(&t, given)),
            })
            .collect();
        progress.done(bytes);
        for result in done {
            match result {
                Ok(s) => out.add(s),
                Err(why) => {
                    out.unreadable.insert(i, why);
                    return Ok(());
                }
            }
        }
    }
}

/// Item indices in order, grouped; an NDJSON file is a group of its own.
pub fn batches(items: &[Item]) -> Vec<Vec<usize>> {
    let mut out: Vec<Vec<usize>> = Vec::new();
    let mut bytes = 0u64;
    let mut open = false;
    // Metadata that names other documents with size and hash comes after all of them.
    let registry = |i: &&Item| i.kind == Kind::Xml(XmlRoot::Registry);
    let mut order: Vec<(usize, &Item)> = items.iter().enumerate().filter(|(_, i)| !registry(i)).collect();
    let first_last = order.len();
    order.extend(items.iter().enumerate().filter(|(_, i)| registry(i)));
    for (at, &(i, item)) in order.iter().enumerate() {
        if at == first_last {
            open = false;
        }
        if item.kind == Kind::Ndjson {
            out.push(vec![i]);
            open = false;
            continue;
        }
        let fits = open && bytes + item.content_len <= BATCH_BYTES && out.last().is_some_and(|b| b.len() < BATCH_DOCUMENTS);
        match out.last_mut().filter(|_| fits) {
            Some(batch) => {
                batch.push(i);
                bytes += item.content_len;
            }
            None => {
                out.push(vec![i]);
                bytes = item.content_len;
                open = true;
            }
        }
    }
    out
}
