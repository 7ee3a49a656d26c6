//! The job that runs the pipeline over a case.

use super::work::WorkDir;
use super::{Bell, Trouble};
use crate::detect::Dictionary;
use crate::detect::model::Names;
use crate::intake::Limits;
use crate::model::case::{Case, Outcome};
use crate::model::desk::{Site, Word};
use crate::model::error::RunError;
use crate::model::policy::Policy;
use crate::model::readiness::Readiness;
use crate::model::request::{Answer, Request};
use crate::pipeline::{self, Options, Progress, Rulings};
use crate::policy::{self, PolicyError};
use crate::store::{ByHand, CaseBlobs, CaseSecret, FileRow, Finished, Job, Measures, RulingRow, SiteWord, Store, Stored};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// How often progress is written down, and the lease renewed.
const BEAT: Duration = Duration::from_millis(700);
/// Beats after which the lease is renewed although nothing has moved.
const RENEW: u32 = 15;

/// The policy that holds for a request at the desk: the site's own for its purpose, or the preset, with the site's labels.
///
/// # Errors
/// The site's policy is none any more, which a newer version of this program may say of an old one; the purpose is unknown.
pub fn policy_of(site: &Site, request: &Request) -> Result<Policy, PolicyError> {
    let own = site.policies.get(&request.purpose).map(|p| p.text.as_str());
    let name = format!("the site's policy for {}", request.purpose);
    let mut policy = policy::load_text(&request.purpose, own.map(|text| (name.as_str(), text)))?;
    for (role, to) in &site.labels {
        // A policy that says something of a role itself is the closer word.
        policy.labels.entry(*role).or_insert(*to);
    }
    Ok(policy::with_request(policy, request))
}

/// The request as the desk weighs it: an item of the checklist that nobody has answered is open. (On the command line a request without
/// a checklist is one whose checklist is kept elsewhere; at the desk it is kept here.)
///
/// # Errors
/// The request contradicts its policy.
pub fn weigh(site: &Site, request: &mut Request) -> Result<Readiness, PolicyError> {
    let policy = policy_of(site, request)?;
    for item in &policy.authority.checklist {
        request.checklist.entry(item.id.clone()).or_insert_with(|| Answer { state: "open".into(), ..Answer::default() });
    }
    policy::readiness(&policy, request)
}

#[derive(Serialize)]
struct DictionaryFile<'a> {
    allow: Vec<&'a str>,
    entry: Vec<DictionaryEntry<'a>>,
}

#[derive(Serialize)]
struct DictionaryEntry<'a> {
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    case_sensitive: bool,
    whole_word: bool,
}

/// The dictionary of a site with the words of a case, which come first.
///
/// # Errors
/// A role that there is not.
pub fn words(site: &[Word], of_case: &[SiteWord]) -> Result<Dictionary, RunError> {
    let some = |role: &'_ str| (!role.is_empty()).then(|| role.to_string());
    let own = of_case.iter().filter(|w| !w.allow).map(|w| DictionaryEntry {
        text: &w.text,
        role: some(&w.role),
        case_sensitive: false,
        whole_word: true,
    });
    let all = site.iter().filter(|w| !w.allow && !of_case.iter().any(|o| o.text == w.text)).map(|w| DictionaryEntry {
        text: &w.text,
        role: some(&w.role),
        case_sensitive: w.case_sensitive,
        whole_word: !w.inside_words,
    });
    let of_site = site.iter().filter(|w| w.allow && !of_case.iter().any(|o| o.text == w.text)).map(|w| w.text.as_str());
    let file = DictionaryFile {
        allow: of_case.iter().filter(|w| w.allow).map(|w| w.text.as_str()).chain(of_site).collect(),
        entry: own.chain(all).collect(),
    };
    let text = toml::to_string(&file).map_err(|e| RunError::Internal(e.to_string()))?;
    Dictionary::from_toml(&text).map_err(RunError::Input)
}

#[derive(Serialize)]
struct DecisionsFile<'a> {
    by: String,
    rulings: BTreeMap<&'a str, &'a str>,
    hit: Vec<HitLine<'a>>,
    person: Vec<PersonLine<'a>>,
    r#box: Vec<BoxLine<'a>>,
    text: Vec<TextLine<'a>>,
}

#[derive(Serialize)]
struct TextLine<'a> {
    path: &'a str,
    page: u32,
    text: &'a str,
    before: &'a str,
    after: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct HitLine<'a> {
    path: &'a str,
    depth: usize,
    offset: u64,
    length: u64,
    original: &'a str,
    ruling: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct PersonLine<'a> {
    label: &'a str,
    ruling: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct BoxLine<'a> {
    path: &'a str,
    page: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    area: Option<[u32; 4]>,
    reason: &'a str,
}

fn decisions<'a>(secret: &'a CaseSecret, rulings: &'a BTreeMap<String, RulingRow>, by: String) -> DecisionsFile<'a> {
    let of = |what: &'static str| secret.by_hand.iter().filter(move |b| b.what == what);
    let hit = |b: &'a ByHand| HitLine {
        path: &b.path,
        depth: b.depth,
        offset: b.offset,
        length: b.length,
        original: &b.original,
        ruling: &b.ruling,
        reason: &b.reason,
    };
    let boxed =
        |b: &'a ByHand| BoxLine { path: &b.path, page: b.page, area: (b.what == "box").then_some(b.area), reason: &b.reason };
    DecisionsFile {
        by,
        rulings: rulings.iter().map(|(i, r)| (i.as_str(), r.ruling.as_str())).collect(),
        hit: of("hit").map(hit).collect(),
        person: of("person").map(|b| PersonLine { label: &b.label, ruling: &b.ruling, reason: &b.reason }).collect(),
        r#box: of("box").chain(of("page")).map(boxed).collect(),
        text: of("text")
            .map(|b| TextLine {
                path: &b.path,
                page: b.page,
                text: &b.original,
                before: &b.before,
                after: &b.after,
                reason: &b.reason,
            })
            .collect(),
    }
}

/// What the pipeline is asked to do for a case.
///
/// # Errors
/// The request contradicts its policy, or a word or ruling is not one.
pub fn options(
    secret: &CaseSecret,
    site: &Site,
    rulings: &BTreeMap<String, RulingRow>,
    by: String,
    input: PathBuf,
    out: PathBuf,
) -> Result<Options, RunError> {
    let mut request = secret.request.clone();
    let refused = |e: PolicyError| RunError::Input(format!("request: {e}"));
    let readiness = weigh(site, &mut request).map_err(refused)?;
    let policy = policy_of(site, &request).map_err(refused)?;
    let toml = |e: toml::ser::Error| RunError::Internal(e.to_string());
    let dictionary = words(&site.words, &secret.words)?;
    let rulings = if rulings.is_empty() && !secret.by_hand.iter().any(|b| b.what != "accept") {
        Rulings::default()
    } else {
        Rulings::read(&toml::to_string(&decisions(secret, rulings, by)).map_err(toml)?, "rulings")?
    };
    Ok(Options {
        inputs: vec![input],
        request,
        policy,
        readiness,
        dictionary,
        rulings,
        out,
        limits: Limits::default(),
        jobs: 0,
        names: Names::shared(),
        vault: None,
        letters: None,
        made: super::release::stamp(),
    })
}

/// Progress of the pipeline, for the queue.
#[derive(Default)]
struct Gauge {
    stage: Mutex<&'static str>,
    done: AtomicU64,
    total: AtomicU64,
}

impl Progress for Gauge {
    fn stage(&self, name: &'static str, total: u64) {
        self.done.store(0, Ordering::Relaxed);
        self.total.store(total, Ordering::Relaxed);
        if let Ok(mut stage) = self.stage.lock() {
            *stage = name;
        }
    }
    fn done(&self, bytes: u64) {
        self.done.fetch_add(bytes, Ordering::Relaxed);
    }
}

impl Gauge {
    fn read(&self) -> (&'static str, i64, i64) {
        let number = |a: &AtomicU64| i64::try_from(a.load(Ordering::Relaxed)).unwrap_or(i64::MAX);
        (self.stage.lock().map_or("", |s| *s), number(&self.done), number(&self.total))
    }
}

/// Runs `task` on a thread of its own, telling the queue how far it is. When the claim is lost or the program ends, `stop` is set.
pub(super) async fn watched<T: Send + 'static>(
    store: &Store,
    job: &Job,
    bell: &Bell,
    task: impl FnOnce(&dyn Progress, &AtomicBool) -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Trouble> {
    let gauge = Arc::new(Gauge::default());
    let stop = Arc::new(AtomicBool::new(false));
    let (g, s) = (gauge.clone(), stop.clone());
    let mut thread = tokio::task::spawn_blocking(move || task(&*g, &s));
    let mut said = ("", 0, 0);
    let mut still = 0;
    loop {
        tokio::select! {
            ended = &mut thread => {
                return ended.unwrap_or_else(|_| Err(Trouble::Fatal {
                    kind: "internal error",
                    say: "The program failed on this case. The case was not changed.".into(),
                }));
            }
            () = tokio::time::sleep(BEAT) => {}
        }
        if bell.stopped() {
            stop.store(true, Ordering::Relaxed);
        }
        let now = gauge.read();
        still = if now == said { still + 1 } else { RENEW };
        if still >= RENEW {
            // A database that does not answer is no reason to stop: the lease says when it is.
            if let Ok(false) = store.renew(job, now.0, now.1, now.2).await {
                stop.store(true, Ordering::Relaxed);
            }
            (said, still) = (now, 0);
        }
    }
}

struct Made {
    case: Option<Case>,
    files: Vec<(String, String, Stored)>,
}

pub(super) async fn process(store: &Store, job: &Job, bell: &Bell) -> Result<(), Trouble> {
    let id = &job.case_id;
    let case = store.case(id).await?;
    let mut secret = store.secret(id).await?;
    let mut rulings = store.rulings(id).await?;
    let site = store.site().await?;
    let under = site.rules(&case.purpose);
    // Under other rules a number or a label of the last run may mean something else.
    let anew = case.run > 0 && case.made_under != under;
    if anew {
        rulings.clear();
        secret.by_hand.retain(|b| b.what != "person");
    }
    let mut by: Vec<String> = Vec::new();
    for r in rulings.values() {
        let name = store.account(r.account).await?.shown;
        if !by.contains(&name) {
            by.push(name);
        }
    }
    for name in secret.by_hand.iter().filter(|b| b.what != "accept").map(|b| &b.by) {
        let shown = store.account_named(name).await?.map_or_else(|| name.clone(), |a| a.shown);
        if !by.contains(&shown) {
            by.push(shown);
        }
    }
    let overrides = secret.by_hand.iter().filter(|b| b.what != "accept").count();
    let inputs = store.files(id, 0, "input").await?;
    let blobs = store.case_blobs(id).await?;
    let base = store.work_dir()?;
    let (s, name) = (store.clone(), format!("{}-{}", job.id, job.attempts));
    let seen = rulings.values().map(|r| r.seq).max().unwrap_or(0);
    let made = watched(store, job, bell, move |progress, stop| {
        let dir = WorkDir::new(&base, &name).map_err(again)?;
        let input = dir.join("export");
        fetch(&s, &blobs, &inputs, &input)?;
        // A single zip is opened like a folder, and goes out as one.
        let input = match &inputs[..] {
            [only] if only.path.to_ascii_lowercase().ends_with(".zip") => input.join(safe(&only.path)),
            _ => input,
        };
        let opts = options(&secret, &site, &rulings, by.join("; "), input, dir.join("OUT")).map_err(input_error)?;
        let case = match pipeline::run(&opts, progress, stop) {
            Ok(case) => Some(case),
            Err(RunError::WrongPatient(_)) => None,
            Err(RunError::Cancelled) => return Err(Trouble::Lost),
            Err(RunError::Internal(why)) => return Err(Trouble::Retry(why)),
            Err(e) => return Err(input_error(e)),
        };
        progress.stage("store", 0);
        let files = keep(&s, &blobs, &opts.out)?;
        Ok(Made { case, files })
    })
    .await?;
    let finished = match &made.case {
        Some(c) => Finished {
            run: case.run + 1,
            outcome: outcome_word(c.outcome).into(),
            verified: c.checks.iter().all(|k| k.passed) && !c.checks.is_empty(),
            items: c.review.iter().map(|i| (i.id.clone(), i.ruling.clone().unwrap_or_default())).collect(),
            seen,
            blocks: i64::try_from(c.readiness.blocks.len()).unwrap_or(i64::MAX),
            measures: measures(c, overrides),
            under,
            anew,
        },
        None => Finished {
            run: case.run + 1,
            outcome: "wrong_patient".into(),
            verified: false,
            items: Vec::new(),
            seen,
            blocks: case.blocks,
            measures: Measures { misfiles: 1, ..Measures::default() },
            under,
            anew,
        },
    };
    store.finish_process(job, &finished, &made.files).await?;
    Ok(())
}

fn measures(c: &Case, overrides: usize) -> Measures {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    Measures {
        changes: number(c.by_role.values().flat_map(|m| m.iter()).filter(|(a, _)| *a != "keep").map(|(_, n)| *n).sum()),
        overrides: i64::try_from(overrides).unwrap_or(i64::MAX),
        pages: number(c.inputs.iter().map(|i| i.pages).sum()),
        misfiles: i64::try_from(c.review.iter().filter(|r| r.kind == "misfile").count()).unwrap_or(i64::MAX),
        items: i64::try_from(c.review.len()).unwrap_or(i64::MAX),
    }
}

fn outcome_word(o: Outcome) -> &'static str {
    match o {
        Outcome::Released => "released",
        Outcome::ReviewNeeded => "review_needed",
        Outcome::VerificationFailed => "verification_failed",
        Outcome::WrongPatient => "wrong_patient",
    }
}

fn again(e: io::Error) -> Trouble {
    // The words of an I/O error name no file.
    Trouble::Again(e.to_string())
}

fn input_error(e: RunError) -> Trouble {
    Trouble::Fatal { kind: "the export or the request cannot be worked on; see the note in the case", say: e.to_string() }
}

/// Writes files in clear below `to`.
pub(super) fn fetch(store: &Store, blobs: &CaseBlobs, files: &[FileRow], to: &Path) -> Result<(), Trouble> {
    std::fs::create_dir_all(to).map_err(again)?;
    for f in files {
        let path = to.join(safe(&f.path));
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(again)?;
        }
        let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path).map_err(again)?;
        io::copy(&mut store.read_blob(blobs, &f.blob)?, &mut out).map_err(again)?;
    }
    Ok(())
}

/// A relative path without steps upward. Paths were made safe when they were taken in; this is the second lock on the door.
fn safe(path: &str) -> PathBuf {
    Path::new(path).components().filter(|c| matches!(c, std::path::Component::Normal(_))).collect()
}

/// Files that are stored at the same time: most of the time of each is waiting for disk or network.
const TOGETHER: usize = 8;

/// Encrypts everything that a run has made.
fn keep(store: &Store, blobs: &CaseBlobs, out: &Path) -> Result<Vec<(String, String, Stored)>, Trouble> {
    let mut files: Vec<(&str, String, PathBuf)> = Vec::new();
    for area in ["release", "draft", "internal"] {
        let base = out.join(area);
        let mut found = Vec::new();
        below(&base, &mut found).map_err(again)?;
        let name = |path: &Path| path.strip_prefix(&base).map(|p| p.to_string_lossy().into_owned()).unwrap_or_default();
        files.extend(found.into_iter().map(|path| (area, name(&path), path)));
    }
    let next = AtomicUsize::new(0);
    let one = || -> Result<Vec<(usize, Stored)>, Trouble> {
        let mut done = Vec::new();
        loop {
            let n = next.fetch_add(1, Ordering::Relaxed);
            let Some((_, _, path)) = files.get(n) else { return Ok(done) };
            let mut file = std::fs::File::open(path).map_err(again)?;
            done.push((n, store.put_file(blobs, &mut file)?));
        }
    };
    let mut stored: Vec<(usize, Stored)> = std::thread::scope(|s| {
        let threads: Vec<_> = (0..TOGETHER.min(files.len())).map(|_| s.spawn(one)).collect();
        let ended = threads.into_iter().map(|t| t.join().unwrap_or_else(|_| Err(Trouble::Again("a thread has ended".into()))));
        ended.collect::<Result<Vec<_>, Trouble>>().map(|all| all.into_iter().flatten().collect())
    })?;
    stored.sort_by_key(|(n, _)| *n);
    Ok(files.into_iter().zip(stored).map(|((area, name, _), (_, stored))| (area.to_string(), name, stored)).collect())
}

fn below(dir: &Path, into: &mut Vec<PathBuf>) -> io::Result<()> {
    if !dir.is_dir() {
        return Ok(());
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(dir)?.map(|e| e.map(|e| e.path())).collect::<io::Result<_>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            below(&path, into)?;
        } else {
            into.push(path);
        }
    }
    Ok(())
}
