//! Wires the independent checks of `verify/` to what pass 2 writes.

use super::Known;
use super::lines::Line;
use super::second_look::SecondLook;
use super::write::Finished;
use crate::deliver::{OutFile, Staging};
use crate::detect::is_of_words;
use crate::format::image;
use crate::model::case::Check;
use crate::model::decision::Action;
use crate::model::edit::Rewrite;
use crate::model::error::RunError;
use crate::model::memory::Key;
use crate::model::mention::Category;
use crate::model::person::{Identifier, Name, PATIENT};
use crate::model::role::{Role, RoleGroup};
use crate::model::roster::Person;
use crate::redact::ids::slug;
use crate::report;
use crate::verify::decode::Exempt;
use crate::verify::difference::{Original, SpliceCause, SpliceLine, SpliceRecord, records, sha256_hex};
use crate::verify::drawn::check_drawn;
use crate::verify::folder::{FORBIDDEN_FILE, SPLICES_FILE, VerifyFacts};
use crate::verify::forbidden::ForbiddenValue;
use crate::verify::labels::labels_of;
use crate::verify::output::{Findings, OutputFile, PackageFacts, finish, verify_output, verify_report};
use crate::verify::own_words::{in_reports, own_words};
use crate::verify::pictures::check_pictures;
use crate::verify::pixels::{compare, is_picture, search_picture};
use crate::verify::rewritten::{Opened, verify_rewritten};
use crate::verify::searcher::Searcher;
use std::collections::{BTreeMap, HashSet};
use std::io::Write as _;

/// Shorter identifiers are found by chance.
const MIN_IDENTIFIER: usize = 5;

/// What the checks of one document gave.
#[derive(Clone)]
pub struct Written {
    findings: Findings,
    records: Vec<SpliceRecord>,
    exempt: Vec<Exempt>,
    sha256: String,
    rewritten: bool,
    /// What each page of a PDF is drawn from, where things are kept between runs.
    pages: Vec<Option<Key>>,
}

impl Written {
    /// What each page of a PDF is drawn from, where things are kept between runs.
    pub fn pages(&self) -> &[Option<Key>] {
        &self.pages
    }

    /// Gives the entries that its differences carry out other numbers.
    pub fn renumber(&mut self, to: impl Fn(u64) -> u64) {
        for r in &mut self.records {
            if let SpliceCause::Ledger(no) = &mut r.cause {
                *no = to(*no);
            }
        }
    }
}

/// Where a line file has got to.
#[derive(Default)]
struct LineState {
    input: u64,
    output: u64,
    chunk: u32,
    findings: Findings,
}

/// What the checks will look for, for the search.
pub fn second_look(known: &Known, values: &[(String, Category)]) -> SecondLook {
    SecondLook::new(&forbidden(known, values), &own_values(known))
}

/// All checks of a run.
pub struct Checker {
    searcher: Searcher,
    reports: Searcher,
    facts: VerifyFacts,
    findings: Vec<Findings>,
    files: BTreeMap<String, LineState>,
    labels: Vec<(u32, String)>,
    withheld: Vec<String>,
    splices: Option<OutFile>,
    /// Path as the checks name it, for members of containers: `outer.zip!/inner`.
    shown: BTreeMap<String, String>,
    /// SHA-256 of each line file's content.
    line_files: BTreeMap<String, String>,
    /// SHA-256 of everything that is searched for.
    digest: String,
}

impl Checker {
    /// Builds the search for everything that policy removes. `shown` maps released paths of container members.
    pub fn new(
        known: &Known,
        values: &[(String, Category)],
        shown: BTreeMap<String, String>,
        line_files: BTreeMap<String, String>,
        staging: &Staging,
    ) -> Result<Self, RunError> {
        let forbidden = forbidden(known, values);
        let own = own_values(known);
        let (policy, request) = (
            format!("{:?}", known.policy),
            format!("{} {} {:?}", known.request.recipient, known.request.purpose, known.request.authority),
        );
        let sheet = report::spreadsheet_texts();
        let texts: Vec<&str> = report::FIXED.iter().copied().chain([policy.as_str(), &request, &sheet]).collect();
        let own_words = own_words(&forbidden, &texts);
        let facts = VerifyFacts { version: 1, forbidden, patient_values: own, own_words, ..VerifyFacts::default() };
        let everything = serde_json::to_vec(&facts).map_err(|e| RunError::Internal(e.to_string()))?;
        Ok(Checker {
            digest: sha256_hex(&everything),
            searcher: Searcher::new(&facts.forbidden, &facts.patient_values),
            reports: Searcher::new(&in_reports(&facts.forbidden, &facts.own_words), &facts.patient_values),
            facts,
            findings: Vec::new(),
            files: BTreeMap::new(),
            labels: labels_of(&known.roster.persons),
            withheld: known.withheld_keys.iter().cloned().collect(),
            splices: Some(staging.create(&format!("internal/{SPLICES_FILE}"))?),
            shown,
            line_files,
        })
    }

    /// SHA-256 of everything that is searched for.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// How the checks name a file.
    pub fn shown(&self, file: &str) -> String {
        self.shown.get(file).cloned().unwrap_or_default()
    }

    /// Checks one written document against the document as it came.
    pub fn document(&self, file: &str, sha256: Option<&str>, f: &Finished) -> Written {
        let input = &f.input[..];
        let number = |i: u32| f.entries.get(i as usize).map_or(0, |e| e.no);
        let records = records(input, &f.splices, 0, 0, &number);
        let sha256 = sha256.map_or_else(|| sha256_hex(input), str::to_string);
        let whole = f.bytes.len();
        let exempt: Vec<Exempt> = f
            .exempt
            .iter()
            .map(|&(start, end)| Exempt { start: start as usize, end: end as usize, value: None })
            .chain(f.kept_texts.iter().map(|t| Exempt { start: 0, end: whole, value: Some(t.clone()) }))
            .collect();
        let path = self.shown.get(file).map_or(file, String::as_str);
        let spliced = f.rewritten.is_none().then_some(sha256.as_str());
        let mut findings = verify_output(
            &self.searcher,
            &OutputFile { path, bytes: &f.bytes, base: 0, input_sha256: spliced, splices: &records, exempt: &exempt },
        );
        let mut pages = Vec::new();
        if let Some(r) = &f.rewritten {
            let changed = f.entries.iter().filter(|e| e.changes());
            let removed: Vec<&str> = changed.filter_map(|e| e.original.as_deref()).collect();
            let pdf = Opened::new(input, &f.bytes, r);
            verify_rewritten(pdf.as_ref(), r, &removed, &mut findings);
            match &pdf {
                Some(pdf) => {
                    check_pictures(&self.searcher, pdf, r, &exempt, &mut findings);
                    check_drawn(&self.searcher, pdf, r, &exempt, &mut findings);
                    pages = pdf.after.as_ref().map(|p| p.keys.clone()).unwrap_or_default();
                }
                None => self.pictures(input, &f.bytes, r, &exempt, &mut findings),
            }
        }
        Written { findings, records, exempt, sha256, rewritten: f.rewritten.is_some(), pages }
    }

    /// A picture of pages: read again, and compared pixel by pixel.
    fn pictures(&self, input: &[u8], output: &[u8], rewrite: &Rewrite, exempt: &[Exempt], findings: &mut Findings) {
        if !is_picture(output) {
            return;
        }
        let turned = rewrite.pixels.iter().any(|p| p.quarters != 0);
        search_picture(&self.searcher, output, exempt, turned, findings);
        let mut pages = image::pictures(input).zip(1u32..).filter(|(_, no)| !rewrite.withheld.contains(no));
        let mut written = image::pictures(output);
        loop {
            let ((before, no), after) = match (pages.next(), written.next()) {
                (Some(before), Some(after)) => (before, after),
                (None, None) => return,
                _ => return findings.faults.push("another number of pages than came in".into()),
            };
            let change = rewrite.pixels.iter().find(|p| p.page == no);
            let compared = match (before, after) {
                (Ok((before, _)), Ok((after, lossy))) => compare(&before, &after, change, lossy),
                _ => Err("cannot be decoded again".to_string()),
            };
            if let Err(why) = compared {
                findings.faults.push(format!("page {no}: {why}"));
            }
        }
    }

    /// Stores what was found in a whole file.
    pub fn store(&mut self, file: &str, w: Written) -> Result<(), RunError> {
        self.findings.push(w.findings);
        let file = self.shown.get(file).cloned().unwrap_or_else(|| file.to_string());
        self.remember(&file, w.exempt, 0);
        self.line(&SpliceLine { file, chunk: 0, input_sha256: w.sha256, splices: w.records, rewritten: w.rewritten })
    }

    /// Keeps what stays by a person's ruling, for a later repetition of the checks.
    fn remember(&mut self, file: &str, exempt: Vec<Exempt>, base: usize) {
        if !exempt.is_empty() {
            let list = self.facts.exempt.entry(file.to_string()).or_default();
            list.extend(exempt.into_iter().map(|e| Exempt { start: e.start + base, end: e.end + base, value: e.value }));
        }
    }

    fn line(&mut self, line: &SpliceLine) -> Result<(), RunError> {
        let Some(out) = &mut self.splices else { return Ok(()) };
        serde_json::to_writer(&mut *out, line).map_err(|e| RunError::Internal(e.to_string()))?;
        out.write_all(b"\n")?;
        Ok(())
    }

    fn line_splices(&mut self, file: &str, splices: Vec<SpliceRecord>, input: u64, output: u64) -> Result<(), RunError> {
        let input_sha256 = self.line_files.get(file).cloned().unwrap_or_default();
        let state = self.files.entry(file.to_string()).or_default();
        let (base_in, base_out) = (state.input, state.output);
        state.input += input;
        state.output += output;
        if splices.is_empty() && state.chunk > 0 {
            return Ok(());
        }
        let chunk = state.chunk;
        state.chunk += 1;
        let splices = splices
            .into_iter()
            .map(|mut s| {
                s.in_start += base_in;
                s.out_start += base_out;
                s
            })
            .collect();
        let file = self.shown.get(file).cloned().unwrap_or_else(|| file.to_string());
        self.line(&SpliceLine { file, chunk, input_sha256, splices, rewritten: false })
    }

    /// Stores what was found in one line of a line file.
    pub fn store_line(&mut self, file: &str, line: &Line, written: u64, w: Written) -> Result<(), RunError> {
        let state = self.files.entry(file.to_string()).or_default();
        add(&mut state.findings, w.findings);
        let before = line.before.len() as u64;
        let base = (state.output + before) as usize;
        let shown = self.shown.get(file).cloned().unwrap_or_else(|| file.to_string());
        self.remember(&shown, w.exempt, base);
        let around = before + line.after.len() as u64;
        let records = w
            .records
            .into_iter()
            .map(|mut s| {
                s.in_start += before;
                s.out_start += before;
                s
            })
            .collect();
        self.line_splices(file, records, around + line.bytes.len() as u64, around + written)
    }

    /// A blank line.
    pub fn plain_line(&mut self, file: &str, line: &Line) -> Result<(), RunError> {
        let all = (line.before.len() + line.bytes.len() + line.after.len()) as u64;
        self.line_splices(file, Vec::new(), all, all)
    }

    /// A line that stays behind, line end included.
    pub fn dropped_line(&mut self, file: &str, line: &Line) -> Result<(), RunError> {
        let whole = [&line.before[..], &line.bytes, &line.after].concat();
        let record = SpliceRecord {
            in_start: 0,
            in_len: whole.len() as u64,
            out_start: 0,
            out_len: 0,
            original: Original::from_bytes(&whole),
            cause: SpliceCause::Consequence("record withheld".into()),
        };
        self.line_splices(file, vec![record], whole.len() as u64, 0)
    }

    /// Closes the record of differences and sums up.
    pub fn finish(&mut self, staging: &Staging) -> Result<Vec<Check>, RunError> {
        if let Some(out) = self.splices.take() {
            out.finish()?;
        }
        let mut findings = std::mem::take(&mut self.findings);
        for (file, mut state) in std::mem::take(&mut self.files) {
            state.findings.path = self.shown.get(&file).cloned().unwrap_or(file);
            findings.push(state.findings);
        }
        let package = PackageFacts { withheld: std::mem::take(&mut self.withheld), labels: std::mem::take(&mut self.labels) };
        self.facts.package = package.clone();
        let text = serde_json::to_vec(&self.facts).map_err(|e| RunError::Internal(e.to_string()))?;
        staging.write(&format!("internal/{FORBIDDEN_FILE}"), &text)?;
        Ok(finish(findings, &package))
    }

    /// Searches a report file; the places of what must not be in it.
    pub fn report(&self, path: &str, bytes: &[u8]) -> Vec<String> {
        verify_report(&self.reports, path, bytes).leaks.iter().map(|l| format!("{path}: {l}")).collect()
    }
}

fn add(to: &mut Findings, from: Findings) {
    to.leaks.extend(from.leaks);
    to.faults.extend(from.faults);
    to.resources += from.resources;
    to.refused.extend(from.refused);
    to.labels.extend(from.labels);
    to.label_count += from.label_count;
    to.shaped |= from.shaped;
    to.refs.merge(from.refs);
    to.input_refs.merge(from.input_refs);
    to.difference = match (to.difference.take(), from.difference) {
        (Some(Err(e)), _) => Some(Err(e)),
        (_, d) => d,
    };
}

/// Everything that policy removes, as the search wants it.
fn forbidden(known: &Known, values: &[(String, Category)]) -> Vec<ForbiddenValue> {
    let mut out = Vec::new();
    let labels: HashSet<String> = known.roster.persons.iter().map(|p| slug(&p.label)).collect();
    let filed = known.policy.filing.as_ref().filter(|f| f.on);
    let own = !known.policy.keeps_patient() || filed.is_some();
    for date in filed.and_then(|f| f.subject.as_ref()).iter().flat_map(|s| &s.birth_dates) {
        out.push(ForbiddenValue::new(date.as_str(), Category::DateOfBirth, Some(PATIENT), "[PATIENT]"));
    }
    for p in known.searched.persons.iter().filter(|p| (own || p.id != PATIENT) && p.role.group() != RoleGroup::Organization) {
        of_person(p, known, &labels, &mut out);
    }
    for (value, category) in values {
        if *category == Category::Ssn && known.policy.decide(Role::OtherPerson, *category).action != Action::Keep {
            out.push(ForbiddenValue::new(value.as_str(), *category, None, "[SSN]"));
        }
    }
    out
}

fn of_person(p: &Person, known: &Known, labels: &HashSet<String>, out: &mut Vec<ForbiddenValue>) {
    let gone = |c: Category| known.policy.decide(p.role, c).action != Action::Keep;
    // Alone a word is forbidden when the search would have found it wherever it stands; other words need something beside them.
    // A surname that reads like a label (`Physician-1`) would be found in our own labels.
    let common = |w: &str| !known.knowledge.certain_alone(w) || labels.contains(&slug(w));
    let mut push = |v: String, c: Category| {
        if !v.trim().is_empty() && gone(c) {
            out.push(ForbiddenValue::new(v, c, Some(p.id), p.label.as_str()));
        }
    };
    for t in &p.telecoms {
        push(t.value.clone(), if t.value.contains('@') { Category::Email } else { Category::Phone });
    }
    for a in &p.addresses {
        for line in a.lines.iter().chain(std::iter::once(&a.text)) {
            if line.len() >= 8 && line.bytes().any(|b| b.is_ascii_digit()) {
                push(line.clone(), Category::Address);
            }
        }
    }
    for id in &p.identifiers {
        if id.value.len() >= MIN_IDENTIFIER {
            push(id.value.clone(), id_category(id));
        }
    }
    if !gone(Category::Name) {
        return;
    }
    // A single word that also means something else proves nothing by itself, nor do several without a surname (`Title Page`).
    let lone_word = |n: &Name| !n.display().trim().contains([' ', ',', '-']) && common(n.display().trim()) || is_of_words(n);
    for n in p.names.iter().filter(|n| !is_placeholder(n) && !lone_word(n)) {
        out.push(ForbiddenValue::name(n, Some(p.id), p.label.as_str(), &common));
    }
}

/// As far as a policy tells numbers of a person apart.
fn id_category(id: &Identifier) -> Category {
    let system = id.system.to_lowercase();
    match id.kind.as_str() {
        "SS" | "TAX" => Category::Ssn,
        "AN" | "BA" | "BC" | "CC" => Category::Account,
        _ if system.contains("us-ssn") || system.ends_with("113883.4.1") || system.ends_with("113883.4.4") => Category::Ssn,
        _ => Category::OtherId,
    }
}

fn is_placeholder(n: &Name) -> bool {
    let t = n.display();
    t.trim().len() < 3 || t.contains('[')
}

/// The patient's own values, which are never forbidden by themselves.
fn own_values(known: &Known) -> Vec<String> {
    if !known.policy.keeps_patient() {
        return Vec::new();
    }
    let id = &known.identity;
    let kept = |c: Category| known.policy.decide(Role::Patient, c).action == Action::Keep;
    let number = |i: &&Identifier| kept(id_category(i));
    let mut out: Vec<String> = Vec::new();
    let mut names: Vec<&Name> = id.names.iter().chain(&id.former_names).collect();
    if let Some(p) = known.roster.patient() {
        names.extend(&p.names);
        out.extend(p.telecoms.iter().map(|t| t.value.clone()));
        out.extend(p.addresses.iter().flat_map(|a| a.lines.clone()));
        out.extend(p.identifiers.iter().filter(number).map(|i| i.value.clone()));
    }
    names.retain(|_| kept(Category::Name));
    for n in names {
        out.push(n.display());
        out.push(n.text.clone());
        out.push(n.family.clone());
        out.extend(n.given.iter().cloned());
    }
    out.extend(id.nicknames.iter().filter(|_| kept(Category::Name)).cloned());
    out.extend(id.telecoms.iter().map(|t| t.value.clone()));
    out.extend(id.addresses.iter().flat_map(|a| a.lines.clone()));
    out.extend(id.identifiers.iter().filter(number).map(|i| i.value.clone()));
    out.retain(|v| !v.trim().is_empty());
    out.sort();
    out.dedup();
    out
}
