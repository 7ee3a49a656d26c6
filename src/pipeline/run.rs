//! One case from beginning to end.

use super::check::Checker;
use super::names::rename;
use super::process::{PACKAGE, Totals, Work, process_all};
use super::surveying::{Survey, survey_all};
use super::{Known, Options, Progress, outcome};
use crate::deliver::Staging;
use crate::detect::Knowledge;
use crate::intake::{self, Intake};
use crate::model::case::{Case, Outcome};
use crate::model::error::RunError;
use crate::model::ledger::{Entry, Place};
use crate::model::person::PersonId;
use crate::model::roster::Resolution;
use crate::people::{Resolver, SubjectCheck, check_subject};
use crate::redact::Question;
use crate::redact::ids::IdRewriter;
use crate::report::{Edition, LedgerWriter, write_edition};
use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::sync::atomic::AtomicBool;

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
    let staging = Staging::begin(&opts.out)?;
    let key = outcome::case_key(opts, &intake);
    let id = outcome::case_id(&key);
    let total: u64 = intake.items.iter().map(|i| i.content_len).sum();

    progress.stage("survey", total);
    let survey = survey_all(&intake, opts, progress, stop)?;
    alone_and_unreadable(opts, &intake, &survey)?;

    let mut totals = Totals::default();
    match check_subject(&survey.builder) {
        SubjectCheck::Match => {}
        SubjectCheck::WrongPatient { why } => return wrong_patient(opts, id, &intake, staging, &why),
        SubjectCheck::Doubt { why } => doubt(opts, &mut totals, &why),
        SubjectCheck::NoPatient if survey.patient_named > 0 && !survey.structured => {}
        SubjectCheck::NoPatient => no_patient(opts, &intake, &survey, &mut totals)?,
    }
    let (known, values) = settle(opts, &intake, survey, key)?;

    progress.stage("redact", total);
    let mut ledger = LedgerWriter::new(staging.create("internal/ledger.jsonl")?);
    let mut checker = Checker::new(&known, &values, &staging)?;
    let paths = rename(
        intake.items.iter().map(|i| i.path.as_str()).chain(intake.held.iter().map(|h| h.path.as_str())),
        &known.0,
    );
    let known = Known { renames: paths.segments, ..known.0 };
    let work = Work {
        intake: &intake,
        known: &known,
        rulings: &opts.rulings,
        paths: &paths.paths,
        unreadable: &known_unreadable(&values),
        staging: &staging,
        progress,
        stop,
    };
    let mut append = |e: &Entry| ledger.append(e).map_err(RunError::from);
    process_all(&work, &mut checker, &mut append, &mut totals)?;
    let (file, _) = ledger.finish()?;
    file.finish()?;
    pack(&intake, &paths.paths, &staging)?;

    progress.stage("verify", 0);
    let outputs = staging.list(PACKAGE, &totals.media)?;
    let checks = checker.finish(&staging)?;
    let media = totals.media.clone();
    let mut case = outcome::case(opts, id, &known.roster, totals, outputs, checks);
    finish(&mut case, &checker, &staging, &media)?;
    staging.commit()?;
    Ok(case)
}
