//! The job that packs an approved run, makes its evidence packet, and releases it.

use super::process::{fetch, watched};
use super::work::WorkDir;
use super::{Bell, Trouble};
use crate::model::days;
use crate::model::request::Request;
use crate::pipeline::packet::{self, Approval};
use crate::policy::authority_facts;
use crate::store::{AuditFilter, CaseRow, Disclosure, FileRow, Job, Store, StoreError, Stored, now};
use crate::verify::folder::verify_folder;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// What was made.
struct Packed {
    package: Stored,
    packet: Stored,
}

pub(super) async fn release(store: &Store, job: &Job, bell: &Bell) -> Result<(), Trouble> {
    let id = &job.case_id;
    let case = store.case(id).await?;
    let actor = store.job_actor(job).await?;
    let mut rows = store.files(id, case.approved_run, "release").await?;
    if rows.is_empty() {
        return Err(Trouble::Fatal { kind: "no release", say: "The approved run has made no release.".into() });
    }
    let released: Vec<FileRow> = rows.iter().map(|f| under("release", f)).collect();
    rows = store.files(id, case.approved_run, "internal").await?.iter().map(|f| under("internal", f)).collect();
    rows.extend(released.iter().cloned());
    let released_count =
        released.iter().filter(|f| !f.path.starts_with("release/report/") && f.path != "release/manifest.json").count();
    let approvals = approvals(store, id, job.account).await?;
    let blobs = store.case_blobs(id).await?;
    let base = store.work_dir()?;
    let key = store.dir().join("signing.key");
    let (s, name) = (store.clone(), format!("{}-{}", job.id, job.attempts));
    let made = stamp();
    let packed = watched(store, job, bell, move |progress, _| {
        progress.stage("pack", 0);
        let dir = WorkDir::new(&base, &name).map_err(again)?;
        let out = dir.join("OUT");
        fetch(&s, &blobs, &rows, &out)?;
        progress.stage("verify", 0);
        let checks = verify_folder(&out).map_err(|e| Trouble::Retry(e.to_string()))?;
        if checks.is_empty() || checks.iter().any(|c| !c.passed) {
            return Err(Trouble::Fatal {
                kind: "verification failed",
                say: "The approved result failed a check when it was to be released. Nothing was released.".into(),
            });
        }
        let mut zip = tempfile::tempfile_in(dir.join("")).map_err(again)?;
        pack(&out.join("release"), &released, &mut zip).map_err(again)?;
        zip.seek(SeekFrom::Start(0)).map_err(again)?;
        let package = s.put_blob(&blobs, &mut zip, u64::MAX)?;
        let key = packet::load_or_create(&key).map_err(|e| Trouble::Retry(e.to_string()))?;
        let mut file = tempfile::tempfile_in(dir.join("")).map_err(again)?;
        let copy = file.try_clone().map_err(again)?;
        packet::build(&out, &approvals, &key, &made, copy).map_err(|e| Trouble::Retry(e.to_string()))?;
        file.seek(SeekFrom::Start(0)).map_err(again)?;
        Ok(Packed { package, packet: s.put_blob(&blobs, &mut file, u64::MAX)? })
    })
    .await?;
    let request = store.secret(id).await?.request;
    let disclosure = disclosure(&case, &request, released_count);
    store.finish_release(job, &actor, &packed.package, &packed.packet, &disclosure).await?;
    Ok(())
}

/// What the accounting of disclosures says (45 CFR 164.528(b)(2)): date, recipient with address, what, and why.
fn disclosure(case: &CaseRow, request: &Request, files: usize) -> Disclosure {
    let facts = authority_facts(&case.authority);
    let scope = match (&request.from, &request.to) {
        (None, None) => "all dates".to_string(),
        (from, to) => format!("{} to {}", from.as_deref().unwrap_or("the beginning"), to.as_deref().unwrap_or("the last entry")),
    };
    Disclosure {
        no: case.no,
        date: date(now()),
        patient: case.who.patient.clone(),
        recipient: request.recipient.clone(),
        recipient_address: request.recipient_address.clone().unwrap_or_default(),
        description: format!("{files} file(s) of the health record with third parties redacted, {scope}"),
        purpose: case.purpose.clone(),
        authority: facts.as_ref().map(|f| f.title.clone()).unwrap_or_default(),
        accountable: facts.map(|f| f.accountable).unwrap_or_else(|_| "open".into()),
        recalled: false,
    }
}

fn under(area: &str, f: &FileRow) -> FileRow {
    FileRow { path: format!("{area}/{}", f.path), ..f.clone() }
}

fn again(e: io::Error) -> Trouble {
    Trouble::Again(e.to_string())
}

/// Who did what, from the audit log: the people of the run that is released.
async fn approvals(store: &Store, id: &str, releaser: i64) -> Result<Vec<Approval>, StoreError> {
    let log = store.audit_list(&AuditFilter { case_id: Some(id.into()), before: 0, limit: 10_000 }).await?;
    let mut out = Vec::new();
    let steps = [
        ("state.process", "processor", "Started the processing of this result"),
        ("state.submit", "reviewer", "Settled every review item and submitted the result"),
        ("state.approve", "privacy_officer", "Approved this result as the second person"),
    ];
    for (action, role, statement) in steps {
        let Some(e) = log.iter().find(|e| e.action == action) else { continue };
        let account = store.account_named(&e.actor).await?;
        out.push(Approval {
            role: if role == "privacy_officer" { second_role(account.as_ref()) } else { role }.into(),
            name: account.map_or_else(|| e.actor.clone(), |a| a.shown),
            date: date(e.at),
            statement: statement.into(),
        });
    }
    out.push(Approval {
        role: "releaser".into(),
        name: store.account(releaser).await?.shown,
        date: date(now()),
        statement: "Released the package".into(),
    });
    Ok(out)
}

/// The packet's word for whoever approved.
fn second_role(account: Option<&crate::store::Account>) -> &'static str {
    let officer = account.is_some_and(|a| a.roles.contains(&crate::model::desk::StaffRole::PrivacyOfficer));
    if officer { "privacy_officer" } else { "reviewer" }
}

fn date(at: i64) -> String {
    days::date(at.div_euclid(86_400_000))
}

/// Now, UTC, as `YYYY-MM-DDThh:mm:ssZ`.
pub(super) fn stamp() -> String {
    let at = now();
    let s = at.div_euclid(1000).rem_euclid(86_400);
    format!("{}T{:02}:{:02}:{:02}Z", date(at), s / 3600, s / 60 % 60, s % 60)
}

/// The package for the recipient: the same files give the same bytes.
fn pack(dir: &Path, files: &[FileRow], to: &mut File) -> io::Result<()> {
    let failed = |e: zip::result::ZipError| io::Error::other(e.to_string());
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644)
        .large_file(true);
    let mut zip = ZipWriter::new(to);
    for f in files {
        let name = f.path.strip_prefix("release/").unwrap_or(&f.path);
        zip.start_file(name, options).map_err(failed)?;
        io::copy(&mut File::open(dir.join(name))?, &mut zip)?;
    }
    zip.finish().map_err(failed)?.flush()
}
