//! The server over its socket: who may do what, and what is refused to everybody.

use super::*;
use crate::model::desk::{Actor, Scope, StaffRole};
use crate::store::{Account, NewCase};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

pub(super) struct Client {
    pub(super) store: Store,
    pub(super) address: SocketAddr,
    pub(super) app: App,
    _dir: tempfile::TempDir,
}

impl Client {
    pub(super) async fn start() -> Client {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), None).await.unwrap();
        let settings = Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            hosts: vec!["desk.example.org".into()],
            secure: false,
            workers: 0,
            certificate: None,
            oidc: None,
            watch: None,
        };
        let desk = Listening::bind(store.clone(), settings).await.unwrap();
        let (address, app) = (desk.address, desk.app.clone());
        tokio::spawn(desk.run(std::future::pending()));
        Client { store, address, app, _dir: dir }
    }

    pub(super) async fn account(&self, role: StaffRole) -> Account {
        let name = format!("u-{}", role.word());
        let id = self.store.create_account(&name, "", "x", &[role], &Actor::worker(), false).await.unwrap();
        self.store.account(id).await.unwrap()
    }

    /// A request as a browser would send it from a page of the desk, in the session of `who`.
    pub(super) async fn ask(&self, method: &str, path: &str, who: Option<&Account>, body: &str) -> Answer {
        let mut headers = format!("Origin: http://{}\r\nSec-Fetch-Site: same-origin\r\n", self.address);
        if let Some(a) = who {
            let token = self.store.begin_session(a).await.unwrap();
            let csrf = self.store.session(&token, false).await.unwrap().unwrap().csrf;
            headers += &format!("Cookie: disclose_session={token}\r\nX-CSRF: {csrf}\r\n");
        }
        self.raw(method, path, &self.address.to_string(), &headers, body).await
    }

    /// A request of a program.
    pub(super) async fn program(&self, method: &str, path: &str, token: &str, body: &str) -> Answer {
        let headers = format!("Authorization: Bearer {token}\r\n");
        self.raw(method, path, &self.address.to_string(), &headers, body).await
    }

    pub(super) async fn raw(&self, method: &str, path: &str, host: &str, headers: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes).await;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        Answer { status, head: head.to_ascii_lowercase(), body: body.to_string() }
    }
}

pub(super) fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(test);
}

#[test]
fn every_route_for_every_role() {
    run(async {
        let c = Client::start().await;
        let mut people = Vec::new();
        for role in StaffRole::ALL {
            people.push((*role, c.account(*role).await));
        }
        for (method, path, access) in TABLE {
            let real = path.replace("{id}", "1").replace("{name}", "desk.css");
            let nobody = c.ask(method, &real, None, "").await;
            let turned_away = nobody.status == 401 || (nobody.status == 303 && nobody.head.contains("location: /login?locked"));
            let allowed = match access {
                Access::Public => {
                    assert!(!turned_away && nobody.status != 403, "{method} {path}: {}", nobody.status);
                    continue;
                }
                Access::Roles(allowed) => *allowed,
                Access::Api(scope, allowed) => {
                    // Guesses are limited; what is asked here is not the limit.
                    c.app.tries.lock().unwrap().clear();
                    programs(&c, method, &real, *scope, allowed, &people).await;
                    *allowed
                }
            };
            assert!(turned_away, "{method} {path} without a login: {}", nobody.status);
            if matches!(access, Access::Api(..)) {
                continue;
            }
            for (role, account) in &people {
                let a = c.ask(method, &real, Some(account), "").await;
                assert_ne!(a.status, 401, "{method} {path} {role:?}");
                assert_ne!(a.status, 500, "{method} {path} {role:?}: {}", a.body);
                assert_eq!(a.status == 403, !allowed.contains(role), "{method} {path} {role:?}: {}", a.status);
            }
        }
        // Administrators see no record, auditors change nothing.
        for (method, path, access) in TABLE {
            let Access::Roles(roles) = access else { continue };
            let own = ["/logout", "/password", "/totp", "/totp/remove", "/tokens", "/tokens/{id}", "/queue/views"].contains(path);
            if path.starts_with("/cases") || path.starts_with("/patients") || path.starts_with("/queue") {
                assert!(!roles.contains(&StaffRole::Admin), "{path}");
            }
            if *method == "POST" && !own && *path != "/audit/verify" {
                assert!(!roles.contains(&StaffRole::Auditor), "{path}");
            }
        }
    });
}

/// A route for programs: a cookie is nothing there, a token needs the scope and its account the role.
async fn programs(c: &Client, method: &str, path: &str, scope: Scope, allowed: &[StaffRole], people: &[(StaffRole, Account)]) {
    for (role, account) in people {
        assert_eq!(c.ask(method, path, Some(account), "").await.status, 401, "{method} {path} with a cookie");
        c.app.tries.lock().unwrap().clear();
        let right = c.store.create_token(account, "right", &[scope], 1).await.unwrap();
        let others: Vec<Scope> = Scope::ALL.iter().copied().filter(|s| *s != scope).collect();
        let wrong = c.store.create_token(account, "wrong", &others, 1).await.unwrap();
        assert_eq!(c.program(method, path, &wrong, "").await.status, 403, "{method} {path} {role:?} without the scope");
        let a = c.program(method, path, &right, "").await;
        assert!(a.status != 401 && a.status != 500, "{method} {path} {role:?}: {} {}", a.status, a.body);
        assert_eq!(a.status == 403, !allowed.contains(role), "{method} {path} {role:?}: {}", a.status);
        for t in c.store.tokens(account.id).await.unwrap() {
            c.store.revoke_token(account, t.id).await.unwrap();
        }
        assert_eq!(c.program(method, path, &right, "").await.status, 401, "taken back");
        c.app.tries.lock().unwrap().clear();
    }
}

#[test]
fn what_comes_from_elsewhere_is_refused() {
    run(async {
        let c = Client::start().await;
        let clerk = c.account(StaffRole::Clerk).await;
        let token = c.store.begin_session(&clerk).await.unwrap();
        let csrf = c.store.session(&token, false).await.unwrap().unwrap().csrf;
        let here = c.address.to_string();
        let cookie = format!("Cookie: disclose_session={token}\r\n");
        let origin = format!("Origin: http://{here}\r\n");
        // Hosts.
        assert_eq!(c.raw("GET", "/health", "evil.example", "", "").await.status, 421);
        assert_eq!(c.raw("GET", "/health", "desk.example.org", "", "").await.status, 200);
        assert_eq!(c.raw("GET", "/queue", &here, &cookie, "").await.status, 200);
        // Origins.
        let form = format!("csrf={csrf}&to=0&case=x");
        let post = async |headers: String, body: &str| c.raw("POST", "/queue/assign", &here, &headers, body).await.status;
        assert_eq!(post(cookie.clone(), &form).await, 403, "no origin");
        assert_eq!(post(format!("{cookie}Origin: http://evil.example\r\n"), &form).await, 403);
        assert_eq!(post(format!("{cookie}{origin}Sec-Fetch-Site: cross-site\r\n"), &form).await, 403);
        assert_eq!(post(format!("{cookie}Origin: null\r\n"), &form).await, 403);
        // Tokens.
        assert_eq!(post(format!("{cookie}{origin}"), "to=0&case=x").await, 403, "no token");
        assert_eq!(post(format!("{cookie}{origin}"), &form.replace(&csrf, &"0".repeat(32))).await, 403);
        assert_eq!(post(format!("{cookie}{origin}"), &form).await, 303);
        // Methods and paths beside the table.
        for (method, path) in
            [("PUT", "/queue"), ("DELETE", "/cases/1"), ("GET", "/nothing"), ("POST", "/queue"), ("GET", "/assets/../mod.rs")]
        {
            let a = c.raw(method, path, &here, &format!("{cookie}{origin}"), "").await;
            assert!([403, 404, 405].contains(&a.status), "{method} {path}: {}", a.status);
        }
        let a = c.raw("GET", "/queue", &here, &cookie, "").await;
        for header in [
            "content-security-policy: default-src 'none'",
            "x-content-type-options: nosniff",
            "cache-control: no-store",
            "x-frame-options: deny",
        ] {
            assert!(a.head.contains(header), "{header} in {}", a.head);
        }
        assert!(!a.head.contains("unsafe"), "no inline script or style");
        assert!(!a.body.contains("<script>") && !a.body.contains(" style=") && !a.body.contains(" onclick"));
    });
}

#[test]
fn a_login_is_limited_and_its_cookie_guarded() {
    run(async {
        let c = Client::start().await;
        assert!(c.raw("GET", "/", &c.address.to_string(), "", "").await.head.contains("location: /setup"));
        let words = "long+enough+words";
        let a = c.ask("POST", "/setup", None, &format!("name=ada&password={words}&again={words}")).await;
        assert_eq!(a.status, 303, "{}", a.body);
        for part in ["httponly", "samesite=strict", "path=/"] {
            assert!(a.head.contains(part), "{}", a.head);
        }
        assert!(c.ask("POST", "/setup", None, &format!("name=eve&password={words}&again={words}")).await.status == 409);
        assert_eq!(c.ask("POST", "/login", None, &format!("name=ada&password={words}")).await.status, 303);
        for _ in 0..6 {
            c.ask("POST", "/login", None, "name=ada&password=wrong").await;
        }
        let right = c.ask("POST", "/login", None, &format!("name=ada&password={words}")).await;
        assert_eq!(right.status, 429, "even the right password waits");
        // Enough for two windows of the limit, should a minute end meanwhile.
        for _ in 0..45 {
            c.ask("POST", "/login", None, "name=nobody&password=x").await;
        }
        assert_eq!(c.ask("POST", "/login", None, "name=other&password=x").await.status, 429);
        let log = c.store.audit_list(&crate::store::AuditFilter { limit: 100, ..Default::default() }).await.unwrap();
        assert!(log.iter().any(|e| e.action == "session.refused") && log.iter().all(|e| !e.detail.contains("wrong")));
    });
}

#[test]
fn what_is_shown_is_logged_and_markup_of_an_export_is_text() {
    run(async {
        let c = Client::start().await;
        let clerk = c.account(StaffRole::Clerk).await;
        let auditor = c.account(StaffRole::Auditor).await;
        let mut request = crate::model::request::Request {
            purpose: "litigation".into(),
            recipient: "<script>alert(1)</script>".into(),
            authority: Some("authorization_164_508".into()),
            ..Default::default()
        };
        request.patient.names.push(crate::model::person::Name {
            family: "Roe\"><b>".into(),
            given: vec!["Jane".into()],
            ..Default::default()
        });
        let new = NewCase { request, received: "2026-11-02".into(), due: String::new(), blocks: 0, priority: 0 };
        let case = c.store.create_case(new, &clerk.actor()).await.unwrap();
        for path in ["/queue".to_string(), format!("/cases/{}", case.id)] {
            let a = c.ask("GET", &path, Some(&auditor), "").await;
            assert_eq!(a.status, 200, "{}", a.body);
            assert!(!a.body.contains("<script>alert") && !a.body.contains("Roe\"><b>"), "{path}");
            assert!(a.body.contains("&lt;script&gt;"), "{path}");
        }
        let up = c.ask("POST", &format!("/cases/{}/files?path=a%2F..%2Fb.txt", case.id), Some(&clerk), "x").await;
        assert_eq!(up.status, 422);
        let up = c.ask("POST", &format!("/cases/{}/files?path=a%2Fb.txt", case.id), Some(&clerk), "hello").await;
        assert_eq!(up.status, 200, "{}", up.body);
        assert!(up.body.contains("2cf24dba5fb0a30e"), "the digest of what was sent: {}", up.body);
        let log = c.store.audit_list(&crate::store::AuditFilter { case_id: Some(case.id), before: 0, limit: 100 }).await.unwrap();
        assert!(log.iter().any(|e| e.action == "case.view" && e.actor == "u-auditor"));
        assert!(log.iter().any(|e| e.action == "file.add" && e.actor == "u-clerk"));
        assert!(c.store.audit_verify().await.unwrap().failures.is_empty());
    });
}
