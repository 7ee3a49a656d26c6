//! One suite on both databases and both stores of files: SQLite and the folder always, PostgreSQL where `DISCLOSE_TEST_POSTGRES` names a
//! server on which databases may be made, a bucket where `DISCLOSE_TEST_S3` names one.

use super::*;
use crate::model::desk::{Actor, Move, StaffRole, State};
use crate::model::person::Name;
use crate::model::request::{Identity, Request};
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};

pub(super) struct Desk {
    pub(super) store: Store,
    url: Option<String>,
    bucket: Option<BucketAddress>,
    dir: Arc<tempfile::TempDir>,
}

impl Desk {
    /// The same desk, opened again.
    pub(super) async fn open(&self) -> Result<Store> {
        Store::open_with(self.dir.path(), self.url.as_deref(), self.bucket.as_ref()).await
    }
}

/// Address of the bucket for tests, if there is one.
pub(crate) fn bucket_text() -> Option<String> {
    std::env::var("DISCLOSE_TEST_S3").ok()
}

/// A folder of its own in the bucket for tests.
pub(crate) fn bucket() -> Option<BucketAddress> {
    static NO: AtomicUsize = AtomicUsize::new(0);
    let address = BucketAddress::parse(&bucket_text()?, |_| None).unwrap();
    Some(address.below(&format!("t{}-{}", std::process::id(), NO.fetch_add(1, Ordering::Relaxed))))
}

/// Runs `test` on every database and every store of files there is.
pub(super) fn on_both<F: std::future::Future<Output = ()>>(test: impl Fn(Desk) -> F) {
    static NO: AtomicUsize = AtomicUsize::new(0);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        // Kept here: an async block takes only the fields that it names.
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let store = Store::open(dir.path(), None).await.unwrap();
        test(Desk { store, url: None, bucket: None, dir: dir.clone() }).await;
        if let Some(bucket) = bucket() {
            let dir = Arc::new(tempfile::tempdir().unwrap());
            let store = Store::open_with(dir.path(), None, Some(&bucket)).await.unwrap();
            test(Desk { store, url: None, bucket: Some(bucket), dir: dir.clone() }).await;
        } else {
            eprintln!("skipped on a bucket: DISCLOSE_TEST_S3 names none");
        }
        let Ok(server) = std::env::var("DISCLOSE_TEST_POSTGRES") else {
            eprintln!("skipped on PostgreSQL: DISCLOSE_TEST_POSTGRES names no server");
            return;
        };
        let name = format!("desk_{}_{}", std::process::id(), NO.fetch_add(1, Ordering::Relaxed));
        sqlx::any::install_default_drivers();
        let admin = sqlx::AnyPool::connect(&format!("{server}/postgres")).await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&admin).await.unwrap();
        let url = format!("{server}/{name}");
        let dir = Arc::new(tempfile::tempdir().unwrap());
        let store = Store::open(dir.path(), Some(&url)).await.unwrap();
        assert_eq!(store.database(), "postgres");
        test(Desk { store, url: Some(url), bucket: None, dir: dir.clone() }).await;
        sqlx::query(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).execute(&admin).await.unwrap();
    });
}

fn request(family: &str) -> Request {
    let name = Name { family: family.into(), given: vec!["Marisol".into()], ..Name::default() };
    Request {
        patient: Identity { names: vec![name], birth_date: Some("1984-03-14".into()), ..Identity::default() },
        purpose: "litigation".into(),
        recipient: "Alder & Finch LLP".into(),
        authority: Some("authorization_164_508".into()),
        ..Request::default()
    }
}

fn new_case(family: &str) -> NewCase {
    NewCase { request: request(family), received: "2026-11-02".into(), due: "2026-12-02".into(), blocks: 0, priority: 0 }
}

pub(super) async fn staff(store: &Store, name: &str, role: StaffRole) -> Actor {
    let id = store.create_account(name, "", "x", &[role], &Actor::worker(), false).await.unwrap();
    store.account(id).await.unwrap().actor()
}

pub(super) async fn put(store: &Store, id: &str, content: &[u8]) -> Stored {
    let key = store.case_blobs(id).await.unwrap();
    store.put_blob(&key, &mut &content[..], u64::MAX).unwrap()
}

pub(super) async fn with_file(store: &Store, clerk: &Actor, family: &str) -> String {
    let case = store.create_case(new_case(family), clerk).await.unwrap();
    let stored = put(store, &case.id, b"{\"resourceType\":\"Patient\"}").await;
    store.add_input(&case.id, "in/portal.json", &stored, clerk).await.unwrap();
    for m in [Move::Log, Move::Validate, Move::Process] {
        store.make_move(&case.id, clerk, m, &MoveNote::default()).await.unwrap();
    }
    case.id
}

pub(super) fn result(run: i64, items: &[(&str, &str)]) -> Finished {
    let open = items.iter().any(|(_, r)| r.is_empty());
    Finished {
        run,
        outcome: if open { "review_needed" } else { "released" }.into(),
        verified: true,
        items: items.iter().map(|(a, b)| (a.to_string(), b.to_string())).collect(),
        seen: 0,
        blocks: 0,
        measures: Measures { changes: 5, ..Measures::default() },
        under: crate::model::desk::Site::default().rules("litigation"),
        anew: false,
    }
}

#[test]
fn two_people_release_a_case_once_and_the_log_says_so() {
    on_both(|d| async move {
        let s = &d.store;
        let clerk = staff(s, "clerk", StaffRole::Clerk).await;
        let first = staff(s, "first", StaffRole::Reviewer).await;
        let second = staff(s, "second", StaffRole::Reviewer).await;
        let id = with_file(s, &clerk, "Reyes").await;
        let job = s.claim("w1").await.unwrap().unwrap();
        assert!(s.claim("w2").await.unwrap().is_none(), "claimed once");
        let out = put(s, &id, b"redacted").await;
        let files = [("draft".to_string(), "a.json".to_string(), out.clone())];
        assert!(s.finish_process(&job, &result(1, &[("R1", ""), ("R2", "")]), &files).await.unwrap());
        let c = s.case(&id).await.unwrap();
        assert_eq!((c.state, c.open_items, c.all_items, c.run), (State::Review, 2, 2, 1));
        // Rulings: by reviewers, undone one by one.
        assert!(s.rule(&id, "R1", "keep", &clerk).await.is_err());
        assert!(s.rule(&id, "R9", "keep", &first).await.is_err());
        s.rule(&id, "R1", "keep", &first).await.unwrap();
        s.rule(&id, "R2", "mask", &first).await.unwrap();
        assert_eq!(s.undo_ruling(&id, &first).await.unwrap(), "R2");
        assert_eq!(s.case(&id).await.unwrap().open_items, 1);
        s.rule(&id, "R2", "label:mother", &first).await.unwrap();
        let c = s.case(&id).await.unwrap();
        assert_eq!((c.open_items, c.unapplied), (0, 2));
        assert!(s.make_move(&id, &first, Move::Submit, &MoveNote::default()).await.is_err(), "the result does not hold them yet");
        s.make_move(&id, &first, Move::Process, &MoveNote::default()).await.unwrap();
        let job = s.claim("w1").await.unwrap().unwrap();
        let files = [("release".to_string(), "a.json".to_string(), out)];
        s.finish_process(&job, &result(2, &[("R1", "keep"), ("R2", "label:mother")]), &files).await.unwrap();
        s.make_move(&id, &first, Move::Submit, &MoveNote::default()).await.unwrap();
        let refused = s.make_move(&id, &first, Move::Approve, &MoveNote::default()).await.unwrap_err().to_string();
        assert!(refused.contains("another person"), "{refused}");
        assert!(s.ask_release(&id, &second).await.is_err(), "not approved yet");
        s.make_move(&id, &second, Move::Approve, &MoveNote::default()).await.unwrap();
        s.ask_release(&id, &second).await.unwrap();
        assert!(s.ask_release(&id, &second).await.is_err(), "asked already");
        let job = s.claim("w1").await.unwrap().unwrap();
        assert_eq!(job.kind, JobKind::Release);
        let package = put(s, &id, b"zip").await;
        let went = Disclosure { recipient: "Alder & Finch LLP".into(), accountable: "yes".into(), ..Disclosure::default() };
        assert!(s.finish_release(&job, &second, &package, &package, &went).await.unwrap());
        assert!(!s.finish_release(&job, &second, &package, &package, &went).await.unwrap(), "a second time writes nothing");
        assert_eq!(s.case(&id).await.unwrap().state, State::Released);
        assert_eq!(s.releases(&id).await.unwrap().len(), 1);
        let verdict = s.audit_verify().await.unwrap();
        assert!(verdict.failures.is_empty() && verdict.entries > 15, "{verdict:?}");
        let log = s.audit_list(&AuditFilter { case_id: Some(id.clone()), before: 0, limit: 500 }).await.unwrap();
        assert!(log.iter().any(|e| e.action == "state.approve" && e.actor == "second"));
        assert!(log.iter().all(|e| !e.detail.contains("Reyes") && !e.detail.contains("portal")), "no name in the log");
    });
}

#[test]
fn what_changes_after_a_run_makes_it_outdated() {
    on_both(|d| async move {
        let s = &d.store;
        let clerk = staff(s, "clerk", StaffRole::Clerk).await;
        let first = staff(s, "first", StaffRole::Reviewer).await;
        let second = staff(s, "second", StaffRole::Reviewer).await;
        let id = with_file(s, &clerk, "Reyes").await;
        let job = s.claim("w").await.unwrap().unwrap();
        s.finish_process(&job, &result(1, &[]), &[]).await.unwrap();
        let stored = put(s, &id, b"more").await;
        s.add_input(&id, "more.txt", &stored, &clerk).await.unwrap();
        let e = s.make_move(&id, &first, Move::Submit, &MoveNote::default()).await.unwrap_err().to_string();
        assert!(e.contains("passed every check"), "{e}");
        s.make_move(&id, &first, Move::Process, &MoveNote::default()).await.unwrap();
        let job = s.claim("w").await.unwrap().unwrap();
        s.finish_process(&job, &result(2, &[]), &[]).await.unwrap();
        s.make_move(&id, &first, Move::Submit, &MoveNote::default()).await.unwrap();
        s.make_move(&id, &second, Move::Approve, &MoveNote::default()).await.unwrap();
        // Approved: neither files nor request nor words change without a way back.
        assert!(s.add_input(&id, "late.txt", &stored, &clerk).await.is_err());
        let word = |c: &mut CaseSecret| {
            c.words.push(SiteWord { text: "Maple".into(), ..SiteWord::default() });
            Ok(())
        };
        assert!(s.change_secret(&id, NewEntry::new(&first, &id, "case.words"), Effect::Words, word).await.is_err());
        s.make_move(&id, &second, Move::SendBack, &MoveNote::default()).await.unwrap();
        s.change_secret(&id, NewEntry::new(&first, &id, "case.words"), Effect::Words, word).await.unwrap();
        assert_eq!(s.secret(&id).await.unwrap().words.len(), 1);
        assert!(!s.case(&id).await.unwrap().verified);
        assert_eq!(s.case(&id).await.unwrap().approver, 0, "sent back: the approval is gone");
    });
}

#[test]
fn a_job_of_a_dead_worker_is_done_by_another_and_counts_once() {
    on_both(|d| async move {
        let s = &d.store;
        let clerk = staff(s, "clerk", StaffRole::Clerk).await;
        let id = with_file(s, &clerk, "Reyes").await;
        let dead = s.claim("dead").await.unwrap().unwrap();
        assert!(s.renew(&dead, "survey", 1, 2).await.unwrap());
        sqlx::query("UPDATE jobs SET lease = 1").execute(&s.pool).await.unwrap();
        let alive = s.claim("alive").await.unwrap().unwrap();
        assert_eq!((alive.id.as_str(), alive.attempts), (dead.id.as_str(), 2));
        assert!(!s.renew(&dead, "survey", 1, 2).await.unwrap(), "the dead one's claim is lost");
        assert!(s.finish_process(&alive, &result(1, &[]), &[]).await.unwrap());
        assert!(!s.finish_process(&dead, &result(1, &[("R1", "")]), &[]).await.unwrap(), "and its result is not written");
        assert_eq!(s.case(&id).await.unwrap().all_items, 0);
        // A job that fails is tried later, then given up: the case goes back.
        s.make_move(&id, &staff(s, "rev", StaffRole::Reviewer).await, Move::Process, &MoveNote::default()).await.unwrap();
        for attempt in 1..=4 {
            sqlx::query("UPDATE jobs SET run_at = 0").execute(&s.pool).await.unwrap();
            let job = s.claim("w").await.unwrap().unwrap();
            assert_eq!(job.attempts, attempt);
            s.fail(&job, "no space", false).await.unwrap();
            assert!(s.claim("w").await.unwrap().is_none(), "not at once");
        }
        assert_eq!(s.case(&id).await.unwrap().state, State::Validating);
        assert_eq!(s.last_job(&id).await.unwrap().unwrap().state, JobState::Failed);
        assert!(s.audit_verify().await.unwrap().failures.is_empty());
    });
}

#[test]
fn workers_share_the_queue() {
    on_both(|d| async move {
        let s = &d.store;
        let clerk = staff(s, "clerk", StaffRole::Clerk).await;
        for i in 0..12 {
            with_file(s, &clerk, &format!("Case{i}")).await;
        }
        let mut tasks = Vec::new();
        for w in 0..4 {
            let s = s.clone();
            tasks.push(tokio::spawn(async move {
                let mut mine = Vec::new();
                while let Some(job) = s.claim(&format!("w{w}")).await.unwrap() {
                    assert!(s.finish_process(&job, &result(1, &[]), &[]).await.unwrap());
                    mine.push(job.id);
                }
                mine
            }));
        }
        let mut all = Vec::new();
        for t in tasks {
            all.extend(t.await.unwrap());
        }
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 12, "each once");
        assert!(s.audit_verify().await.unwrap().failures.is_empty());
    });
}

#[test]
fn every_change_of_the_log_is_found() {
    on_both(|d| async move {
        let s = &d.store;
        let clerk = staff(s, "clerk", StaffRole::Clerk).await;
        let id = with_file(s, &clerk, "Reyes").await;
        let good = s.audit_verify().await.unwrap();
        assert!(good.failures.is_empty(), "{good:?}");
        let changes = [
            "UPDATE audit SET actor = 'other' WHERE seq = 2",
            "UPDATE audit SET detail = '{}' WHERE seq = 3",
            "UPDATE audit SET at = at + 1 WHERE seq = 4",
            "UPDATE audit SET action = 'x' WHERE seq = 1",
            "UPDATE audit SET case_id = '' WHERE seq = 3",
            "DELETE FROM audit WHERE seq = 3",
            "DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)",
            "UPDATE audit SET seq = 1000 WHERE seq = 2",
            "UPDATE cases SET state = 'released'",
            "UPDATE chain_head SET hash = 'x'",
        ];
        for change in changes {
            let mut tx = s.pool.begin().await.unwrap();
            for t in ["audit", "cases", "chain_head"] {
                sqlx::query(sqlx::AssertSqlSafe(format!("DROP TABLE IF EXISTS kept_{t}"))).execute(&mut *tx).await.unwrap();
                sqlx::query(sqlx::AssertSqlSafe(format!("CREATE TABLE kept_{t} AS SELECT * FROM {t}")))
                    .execute(&mut *tx)
                    .await
                    .unwrap();
            }
            sqlx::query(change).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
            assert!(!s.audit_verify().await.unwrap().failures.is_empty(), "{change}");
            let mut tx = s.pool.begin().await.unwrap();
            for t in ["audit", "cases", "chain_head"] {
                sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {t}"))).execute(&mut *tx).await.unwrap();
                sqlx::query(sqlx::AssertSqlSafe(format!("INSERT INTO {t} SELECT * FROM kept_{t}")))
                    .execute(&mut *tx)
                    .await
                    .unwrap();
            }
            tx.commit().await.unwrap();
        }
        assert_eq!(s.audit_verify().await.unwrap().head, good.head);
        assert!(s.case(&id).await.is_ok());
    });
}

#[test]
fn nothing_that_names_the_patient_lies_in_clear() {
    on_both(|d| async move {
        let s = &d.store;
        let clerk = staff(s, "clerk", StaffRole::Clerk).await;
        let id = with_file(s, &clerk, "Quixworth").await;
        assert_eq!(s.case(&id).await.unwrap().who.patient, "Quixworth, Marisol");
        s.close().await;
        let mut stack = vec![d.dir.path().to_path_buf()];
        let mut seen = 0;
        while let Some(p) = stack.pop() {
            use std::os::unix::fs::PermissionsExt;
            let meta = std::fs::metadata(&p).unwrap();
            assert_eq!(meta.permissions().mode() & 0o077, 0, "{} is for its owner alone", p.display());
            if meta.is_dir() {
                stack.extend(std::fs::read_dir(&p).unwrap().map(|e| e.unwrap().path()));
                continue;
            }
            let bytes = std::fs::read(&p).unwrap();
            seen += 1;
            for word in ["Quixworth", "Marisol", "1984-03-14", "portal.json", "Alder & Finch", "resourceType"] {
                assert!(!bytes.windows(word.len()).any(|w| w == word.as_bytes()), "{word} in {}", p.display());
            }
        }
        assert!(seen >= 2);
        // The right key opens it, another one or none does not.
        let key = d.dir.path().join("desk.key");
        let kept = std::fs::read(&key).unwrap();
        std::fs::remove_file(&key).unwrap();
        assert!(d.open().await.err().unwrap().to_string().contains("missing"));
        std::fs::write(&key, "11".repeat(32)).unwrap();
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(d.open().await.err().unwrap().to_string().contains("not the key"));
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(d.open().await.err().unwrap().to_string().contains("chmod 600"));
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&key, kept).unwrap();
        let again = d.open().await.unwrap();
        assert_eq!(again.secret(&id).await.unwrap().request.recipient, "Alder & Finch LLP");
    });
}

#[test]
fn a_new_master_key_opens_everything_and_the_old_one_nothing() {
    on_both(|d| async move {
        let clerk = staff(&d.store, "clerk", StaffRole::Clerk).await;
        let id = with_file(&d.store, &clerk, "Reyes").await;
        let old = std::fs::read(d.dir.path().join("desk.key")).unwrap();
        d.store.clone().rotate(&clerk).await.unwrap();
        assert_ne!(std::fs::read(d.dir.path().join("desk.key")).unwrap(), old);
        let s = d.open().await.unwrap();
        assert_eq!(s.secret(&id).await.unwrap().request.recipient, "Alder & Finch LLP");
        assert!(s.audit_verify().await.unwrap().failures.is_empty());
        let file = s.files(&id, 0, "input").await.unwrap().remove(0);
        let mut text = String::new();
        s.read_blob(&s.case_blobs(&id).await.unwrap(), &file.blob).unwrap().read_to_string(&mut text).unwrap();
        assert!(text.contains("resourceType"));
        // Interrupted right before the file takes its place: the next start ends it.
        s.close().await;
        std::fs::rename(d.dir.path().join("desk.key"), d.dir.path().join("desk.key.new")).unwrap();
        std::fs::write(d.dir.path().join("desk.key"), old).unwrap();
        let s = d.open().await.unwrap();
        assert!(s.secret(&id).await.is_ok() && !d.dir.path().join("desk.key.new").exists());
    });
}

#[test]
fn a_purge_destroys_the_record_and_keeps_the_log() {
    on_both(|d| async move {
        let s = &d.store;
        let clerk = staff(s, "clerk", StaffRole::Clerk).await;
        let id = with_file(s, &clerk, "Reyes").await;
        assert!(s.purge(&id, &clerk).await.is_err(), "not while it is open");
        let job = s.claim("w").await.unwrap().unwrap();
        s.finish_process(&job, &result(1, &[]), &[]).await.unwrap();
        s.make_move(&id, &clerk, Move::Cancel, &MoveNote::default()).await.unwrap();
        let named = s.files(&id, 0, "input").await.unwrap();
        let there = |of: &[FileRow]| of.iter().filter(|f| s.blobs.size(&f.blob).unwrap().is_some()).count();
        assert_eq!(there(&named), 1);
        s.purge(&id, &clerk).await.unwrap();
        assert_eq!(there(&named), 0);
        let c = s.case(&id).await.unwrap();
        assert!(c.purged && c.who == Who::default() && c.no == 1);
        assert!(s.secret(&id).await.is_err() && s.case_blobs(&id).await.is_err());
        let blobs =
            std::fs::read_dir(d.dir.path().join("blobs")).unwrap().flat_map(|e| std::fs::read_dir(e.unwrap().path()).unwrap());
        assert_eq!(blobs.count(), 0);
        let verdict = s.audit_verify().await.unwrap();
        assert!(verdict.failures.is_empty() && verdict.entries > 5, "{verdict:?}");
        assert_eq!(s.list(&Filter { limit: 10, ..Filter::default() }).await.unwrap().total, 1);
    });
}

#[test]
fn the_list_is_filtered_ordered_searched_and_paged() {
    on_both(|d| async move {
        let s = &d.store;
        let clerk = staff(s, "clerk", StaffRole::Clerk).await;
        for (i, family) in ["Núñez", "Okafor", "Reyes", "Roe", "Zhang"].iter().enumerate() {
            let mut c = new_case(family);
            c.due = if i == 3 { String::new() } else { format!("2026-12-0{}", 9 - i) };
            s.create_case(c, &clerk).await.unwrap();
        }
        let base = Filter { limit: 50, ..Filter::default() };
        let numbers = |p: &Page| p.cases.iter().map(|c| c.no).collect::<Vec<_>>();
        assert_eq!(numbers(&s.list(&base).await.unwrap()), [5, 3, 2, 1, 4], "by date, those without one last");
        let found = s.list(&Filter { search: "nunez".into(), ..base.clone() }).await.unwrap();
        assert_eq!((numbers(&found), found.total), (vec![1], 1));
        assert_eq!(numbers(&s.list(&Filter { search: "#4".into(), ..base.clone() }).await.unwrap()), [4]);
        let two = s.list(&Filter { limit: 2, offset: 1, ..base.clone() }).await.unwrap();
        assert_eq!((numbers(&two), two.total), (vec![3, 2], 5));
        let soon = s.list(&Filter { due_before: "2026-12-08".into(), ..base.clone() }).await.unwrap();
        assert_eq!(numbers(&soon), [5, 3]);
        let id = soon.cases[0].id.clone();
        s.assign(std::slice::from_ref(&id), clerk.id, &clerk).await.unwrap();
        assert_eq!(numbers(&s.list(&Filter { assignee: Some(clerk.id), ..base.clone() }).await.unwrap()), [5]);
        s.make_move(&id, &clerk, Move::Cancel, &MoveNote::default()).await.unwrap();
        assert_eq!(s.list(&Filter { open_only: true, ..base.clone() }).await.unwrap().total, 4);
        let cancelled = Filter { states: vec![State::Cancelled], authority: "authorization_164_508".into(), ..base };
        assert_eq!(numbers(&s.list(&cancelled).await.unwrap()), [5]);
        assert!(s.counts().await.unwrap().contains(&(State::Received, 4)));
        s.searched.write().unwrap().clear();
        s.open_names().await.unwrap();
        let names = s.searched.read().unwrap().values().map(|(_, n)| n.to_string()).collect::<Vec<_>>();
        assert!(names.len() == 5 && names.iter().any(|n| n.contains("okafor")), "{names:?}");
    });
}

#[test]
fn accounts_and_sessions() {
    on_both(|d| async move {
        let s = &d.store;
        assert!(s.no_accounts().await.unwrap());
        let nobody = Actor::worker();
        let id = s.create_account("ada", "Ada Admin", "h", &[StaffRole::Admin], &nobody, true).await.unwrap();
        assert!(s.create_account("eve", "", "h", &[StaffRole::Admin], &nobody, true).await.is_err(), "first only once");
        assert!(s.create_account("ada", "", "h", &[StaffRole::Clerk], &nobody, false).await.is_err(), "taken");
        assert!(s.create_account("worker", "", "h", &[StaffRole::Clerk], &nobody, false).await.is_err());
        assert!(s.create_account("a b", "", "h", &[StaffRole::Clerk], &nobody, false).await.is_err());
        let ada = s.account(id).await.unwrap();
        assert!(s.change_account(id, &[StaffRole::Clerk], false, &ada.actor()).await.is_err(), "one administrator stays");
        let token = s.begin_session(&ada).await.unwrap();
        assert_eq!(s.session(&token, true).await.unwrap().unwrap().account.name, "ada");
        assert!(s.session("x", true).await.unwrap().is_none());
        let rows = sqlx::query("SELECT token FROM sessions").fetch_all(&s.pool).await.unwrap();
        assert_ne!(sqlx::Row::try_get::<String, _>(&rows[0], 0).unwrap(), token, "only its hash is kept");
        // Idle for too long, too old, ended.
        for change in ["seen = seen - 1000000", "created = created - 100000000, seen = seen + 1000000"] {
            sqlx::query(sqlx::AssertSqlSafe(format!("UPDATE sessions SET {change}"))).execute(&s.pool).await.unwrap();
            assert!(s.session(&token, true).await.unwrap().is_none(), "{change}");
        }
        let token = s.begin_session(&ada).await.unwrap();
        s.end_session(&token, &ada).await.unwrap();
        assert!(s.session(&token, true).await.unwrap().is_none());
        for _ in 0..6 {
            s.login_failed(&ada).await.unwrap();
        }
        assert!(s.account(id).await.unwrap().blocked_until > now());
        s.begin_session(&ada).await.unwrap();
        assert_eq!(s.account(id).await.unwrap().blocked_until, 0);
    });
}

#[test]
fn files_move_into_a_bucket_and_back_and_a_wrong_setting_is_refused() {
    let Some(bucket) = bucket() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).await.unwrap();
        let clerk = staff(&store, "clerk", StaffRole::Clerk).await;
        let id = with_file(&store, &clerk, "Reyes").await;
        let text = |s: Store| {
            let id = id.clone();
            async move {
                let file = s.files(&id, 0, "input").await.unwrap().remove(0);
                let mut text = String::new();
                let mut reader = s.open_blob(&s.case_blobs(&id).await.unwrap(), &file.blob).await?;
                tokio::task::spawn_blocking(move || reader.read_to_string(&mut text).map(|_| text).unwrap())
                    .await
                    .map_err(|_| StoreError::Missing("thread"))
            }
        };
        store.close().await;
        let why = Store::open_with(dir.path(), None, Some(&bucket)).await.err().unwrap().to_string();
        assert!(why.contains("the data folder") && why.contains("move-files"), "{why}");
        let (count, _) = Store::move_files(dir.path(), None, &bucket, false, &clerk).await.unwrap();
        assert_eq!(count, 1);
        std::fs::remove_dir_all(dir.path().join("blobs")).unwrap();
        assert!(Store::open(dir.path(), None).await.is_err(), "now they lie in the bucket");
        let far = Store::open_with(dir.path(), None, Some(&bucket)).await.unwrap();
        assert!(text(far.clone()).await.unwrap().contains("resourceType"));
        assert!(far.audit_verify().await.unwrap().failures.is_empty());
        far.close().await;
        assert!(Store::move_files(dir.path(), None, &bucket, false, &clerk).await.is_err(), "once");
        Store::move_files(dir.path(), None, &bucket, true, &clerk).await.unwrap();
        let near = Store::open(dir.path(), None).await.unwrap();
        assert!(text(near).await.unwrap().contains("resourceType"));
    });
}

#[test]
fn a_name_for_single_sign_on_opens_one_account_and_binds_it_to_one_person() {
    on_both(|d| async move {
        let s = &d.store;
        let ada = staff(s, "ada", StaffRole::Admin).await;
        let (rita, tom) = (staff(s, "rita", StaffRole::Reviewer).await, staff(s, "tom", StaffRole::Clerk).await);
        s.set_identity(rita.id, " Rita@Example.org ", &ada).await.unwrap();
        assert!(s.set_identity(tom.id, "rita@example.org", &ada).await.is_err(), "another account's");
        assert!(s.set_identity(tom.id, "two words", &ada).await.is_err());
        s.set_identity(tom.id, "T-77", &ada).await.unwrap();
        let who = async |issuer: &str, subject: &str, email: Option<&str>| {
            s.signed_in(issuer, subject, email).await.unwrap().map(|a| a.name)
        };
        assert_eq!(who("i", "u1", None).await, None, "an address that was not checked is none");
        assert_eq!(who("i", "", Some("")).await, None);
        assert_eq!(who("i", "u1", Some("RITA@example.org")).await.as_deref(), Some("rita"));
        assert_eq!(who("i", "u1", None).await.as_deref(), Some("rita"), "bound");
        assert_eq!(who("i", "u2", Some("rita@example.org")).await, None, "the same address, somebody else");
        assert_eq!(who("j", "u1", Some("rita@example.org")).await, None, "another service");
        assert_eq!(who("i", "t-77", None).await.as_deref(), Some("tom"));
        let token = s.begin_session(&s.account(rita.id).await.unwrap()).await.unwrap();
        s.set_identity(rita.id, "", &ada).await.unwrap();
        assert_eq!(who("i", "u1", Some("rita@example.org")).await, None);
        assert!(s.session(&token, false).await.unwrap().is_none());
        assert_eq!(s.identities().await.unwrap().len(), 1);
        assert!(s.audit_verify().await.unwrap().failures.is_empty());
    });
}

#[test]
fn a_full_disk_refuses_one_write_and_not_all_that_follow() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let s = Store::open(dir.path(), None).await.unwrap();
        let clerk = staff(&s, "clerk", StaffRole::Clerk).await;
        // Every connection of the pool may grow the file no further.
        let mut held = Vec::new();
        for _ in 0..8 {
            let mut c = s.pool.acquire().await.unwrap();
            sqlx::query("PRAGMA max_page_count = 1").execute(&mut *c).await.unwrap();
            held.push(c);
        }
        drop(held);
        let mut full = 0;
        for _ in 0..200 {
            full += usize::from(s.create_case(new_case("Reyes"), &clerk).await.is_err());
        }
        assert!(full > 0, "the disk was full");
        let mut held = Vec::new();
        for _ in 0..8 {
            let mut c = s.pool.acquire().await.unwrap();
            sqlx::query("PRAGMA max_page_count = 1000000").execute(&mut *c).await.unwrap();
            held.push(c);
        }
        drop(held);
        for _ in 0..20 {
            s.create_case(new_case("Reyes"), &clerk).await.unwrap();
        }
        assert!(s.audit_verify().await.unwrap().failures.is_empty());
    });
}
