//! Workers and servers of the desk are killed at random points: nothing is lost, nothing is released twice, the log is whole.
//! `DISCLOSE_CRASH_ROUNDS` says how often (4 without it).

use crate::run;
use disclose::model::desk::{Actor, Move, StaffRole, State};
use disclose::model::request::Request;
use disclose::people::identity::read_identity;
use disclose::queue::weigh;
use disclose::store::{JobState, MoveNote, NewCase, Store};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const CASES: usize = 3;

/// A worker by itself, or a server with a worker in it.
fn worker(data: &Path, server: bool) -> Child {
    let mut c = Command::new(env!("CARGO_BIN_EXE_disclose"));
    c.args(if server { &["serve", "--listen", "127.0.0.1:0", "--data"][..] } else { &["worker", "--data"][..] })
        .arg(data)
        .env_remove("DATABASE_URL")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    c.spawn().unwrap()
}

async fn staff(store: &Store, name: &str, role: StaffRole) -> Actor {
    let id = store.create_account(name, "", "x", &[role], &Actor::worker(), false).await.unwrap();
    store.account(id).await.unwrap().actor()
}

async fn case(store: &Store, clerk: &Actor) -> String {
    let patient = std::fs::read(run::root().join("samples/reyes/patient.json")).unwrap();
    let mut request = Request {
        patient: read_identity(&patient, "patient").unwrap(),
        purpose: "litigation".into(),
        recipient: "Alder & Finch LLP".into(),
        authority: Some("authorization_164_508".into()),
        received: Some("2026-11-02".into()),
        ..Request::default()
    };
    weigh(&disclose::model::desk::Site::default(), &mut request).unwrap();
    request.checklist.values_mut().for_each(|a| a.state = "met".into());
    let new = NewCase { request, received: "2026-11-02".into(), due: String::new(), blocks: 0, priority: 0 };
    let id = store.create_case(new, clerk).await.unwrap().id;
    let export = std::fs::read(run::root().join("samples/reyes/portal-fhir.json")).unwrap();
    let stored = store.put_blob(&store.case_blobs(&id).await.unwrap(), &mut &export[..], u64::MAX).unwrap();
    store.add_input(&id, "portal-fhir.json", &stored, clerk).await.unwrap();
    for m in [Move::Log, Move::Validate, Move::Process] {
        store.make_move(&id, clerk, m, &MoveNote::default()).await.unwrap();
    }
    id
}

/// What a run of kills came to.
#[derive(Default)]
struct Sum {
    /// Kills while a job was being worked on.
    amid: u64,
    /// Cases that were released.
    released: usize,
}

/// True while a worker is at a job of the case.
async fn running(store: &Store, id: &str) -> bool {
    store.last_job(id).await.unwrap().is_some_and(|j| j.state == JobState::Running)
}

/// Settles whatever is asked, and moves a case on. True once it is released.
async fn push(store: &Store, id: &str, first: &Actor, second: &Actor) -> bool {
    let c = store.case(id).await.unwrap();
    let note = MoveNote::default();
    match c.state {
        State::Released => return true,
        State::Review if c.verified && c.outcome == "released" => {
            store.make_move(id, first, Move::Submit, &note).await.unwrap();
        }
        State::Review => {
            let file = store.file(id, c.run, "internal", "review.json").await.unwrap();
            let mut text = String::new();
            store.read_blob(&store.case_blobs(id).await.unwrap(), &file.blob).unwrap().read_to_string(&mut text).unwrap();
            let review: serde_json::Value = serde_json::from_str(&text).unwrap();
            for item in review["items"].as_array().unwrap() {
                let choices: Vec<&str> = item["choices"].as_array().unwrap().iter().filter_map(|c| c.as_str()).collect();
                let ruling = ["mask", "accept", "withhold", "keep"].into_iter().find(|r| choices.contains(r)).unwrap();
                store.rule(id, item["id"].as_str().unwrap(), ruling, first).await.unwrap();
            }
            store.make_move(id, first, Move::Process, &note).await.unwrap();
        }
        State::SecondApproval => {
            store.make_move(id, second, Move::Approve, &note).await.unwrap();
        }
        State::Approved => {
            // Asked already, when a killed worker has left it.
            let _ = store.ask_release(id, second).await;
        }
        State::Processing => {}
        other => panic!("a case stands at {other:?}: {:?}", store.last_job(id).await.unwrap()),
    }
    false
}

#[test]
fn killed_workers_lose_nothing_and_release_nothing_twice() {
    let rounds: u64 = std::env::var("DISCLOSE_CRASH_ROUNDS").ok().and_then(|r| r.parse().ok()).unwrap_or(4);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).await.unwrap();
        let clerk = staff(&store, "clerk", StaffRole::Clerk).await;
        let first = staff(&store, "first", StaffRole::Reviewer).await;
        let second = staff(&store, "second", StaffRole::PrivacyOfficer).await;
        let (mut ids, mut sum): (Vec<String>, Sum) = Default::default();
        let mut seed = 0x9e37_79b9_7f4a_7c15u64;
        for round in 0..rounds {
            // There is always something to do for whoever is killed next.
            let mut open = 0;
            for id in &ids {
                open += usize::from(store.case(id).await.unwrap().state != State::Released);
            }
            for _ in open..CASES {
                ids.push(case(&store, &clerk).await);
            }
            let mut child = worker(dir.path(), round % 2 == 1);
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            tokio::time::sleep(Duration::from_millis(300 + (seed >> 33) % 4_000)).await;
            child.kill().unwrap();
            child.wait().unwrap();
            let mut amid = false;
            for id in &ids {
                amid |= running(&store, id).await;
            }
            sum.amid += u64::from(amid);
            for id in &ids {
                push(&store, id, &first, &second).await;
            }
        }
        let mut child = worker(dir.path(), false);
        let begun = Instant::now();
        loop {
            let mut done = 0;
            for id in &ids {
                done += usize::from(push(&store, id, &first, &second).await);
            }
            if done == ids.len() {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(600), "not all cases were released");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        for id in &ids {
            assert_eq!(store.releases(id).await.unwrap().len(), 1, "released once");
            let log = disclose::store::AuditFilter { case_id: Some(id.clone()), before: 0, limit: 10_000 };
            let log = store.audit_list(&log).await.unwrap();
            assert_eq!(log.iter().filter(|e| e.action == "state.release").count(), 1);
        }
        sum.released = ids.len();
        let verdict = store.audit_verify().await.unwrap();
        println!(
            "{rounds} kills, {} of them while a job was worked on; {} cases, each released once; log of {} entries whole",
            sum.amid, sum.released, verdict.entries
        );
        assert!(verdict.failures.is_empty(), "{verdict:?}");
        let left = std::fs::read_dir(dir.path().join("work")).unwrap().count();
        assert!(left <= 1, "what the killed have left was swept: {left}");
    });
}
