//! Load, measured on request: `cargo nextest run --release --lib --run-ignored only --no-capture server::load`.
//! `DISCLOSE_LOAD_CASES` says how many cases (10,000 without it).

use super::tests::Client;
use crate::model::desk::StaffRole;
use crate::model::person::Name;
use crate::model::request::Request;
use crate::store::NewCase;
use std::sync::Arc;
use std::time::Instant;

const USERS: usize = 50;
const ROUNDS: usize = 20;

#[test]
#[ignore = "takes minutes; measures, does not judge"]
fn the_queue_under_load() {
    let cases: usize = std::env::var("DISCLOSE_LOAD_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(10_000);
    super::tests::run(async move {
        let c = Arc::new(Client::start().await);
        let clerk = c.account(StaffRole::Clerk).await;
        for i in 0..cases {
            let name = Name { family: format!("Family{}", i % 977), given: vec![format!("Given{}", i % 83)], ..Name::default() };
            let mut request = Request {
                purpose: "litigation".into(),
                recipient: format!("Firm {}", i % 31),
                authority: Some("authorization_164_508".into()),
                ..Request::default()
            };
            request.patient.names.push(name);
            let due = format!("2026-12-{:02}", i % 28 + 1);
            let new = NewCase { request, received: "2026-11-02".into(), due, blocks: 0, priority: 0 };
            c.store.create_case(new, &clerk.actor()).await.unwrap();
        }
        for path in ["/queue", "/queue?view=overdue&sort=open&dir=desc", "/queue?q=family12", "/queue?page=150"] {
            let mut times = Vec::new();
            for _ in 0..ROUNDS {
                let at = Instant::now();
                assert_eq!(c.ask("GET", path, Some(&clerk), "").await.status, 200);
                times.push(at.elapsed());
            }
            times.sort();
            println!("{path}: alone, median {:?}, p95 {:?}", times[ROUNDS / 2], times[ROUNDS * 95 / 100]);
        }
        let token = c.store.begin_session(&clerk).await.unwrap();
        let begun = Instant::now();
        let tasks: Vec<_> = (0..USERS)
            .map(|_| {
                let (c, token) = (c.clone(), token.clone());
                tokio::spawn(async move {
                    let mut times = Vec::new();
                    for _ in 0..ROUNDS {
                        let at = Instant::now();
                        let cookie = format!("Cookie: disclose_session={token}\r\n");
                        let answer = c.raw("GET", "/queue", &c.address.to_string(), &cookie, "").await;
                        assert_eq!(answer.status, 200);
                        times.push(at.elapsed());
                    }
                    times
                })
            })
            .collect();
        let mut times = Vec::new();
        for t in tasks {
            times.extend(t.await.unwrap());
        }
        times.sort();
        let all = times.len();
        println!(
            "/queue: {USERS} users, {all} requests in {:?}, median {:?}, p95 {:?}, no errors",
            begun.elapsed(),
            times[all / 2],
            times[all * 95 / 100]
        );
    });
}
