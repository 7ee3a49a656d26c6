//! Programs, second factors, TLS and settings, over the socket.

use super::tests::{Client, run};
use super::*;
use crate::model::desk::{Actor, Scope, StaffRole};
use crate::store::{AuditFilter, Store};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

const REQUEST: &str = r#"{"patient": {"resourceType": "Patient", "name": [{"family": "Reyes", "given": ["Marisol"]}], "birthDate": "1984-03-14"},
    "purpose": "litigation", "recipient": "Alder & Finch LLP", "authority": "authorization_164_508", "received": "2026-11-02"}"#;

#[test]
fn a_program_takes_a_request_in_and_never_releases() {
    run(async {
        let c = Client::start().await;
        let clerk = c.account(StaffRole::Clerk).await;
        let officer = c.account(StaffRole::PrivacyOfficer).await;
        let token = c.store.create_token(&clerk, "intake", &[Scope::CasesRead, Scope::CasesWrite], 30).await.unwrap();
        let made = c.program("POST", "/api/v1/cases", &token, REQUEST).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let case: Value = serde_json::from_str(&made.body).unwrap();
        let id = case["id"].as_str().unwrap();
        assert_eq!((&case["state"], &case["patient"]), (&"logged".into(), &"Reyes, Marisol".into()));
        for bad in [
            "{}",
            "[]",
            "x",
            &REQUEST.replace("1984-03-14", "soon"),
            &REQUEST.replace("\"purpose\"", "\"purpos\""),
            &REQUEST.replace("litigation", "fun"),
        ] {
            let a = c.program("POST", "/api/v1/cases", &token, bad).await;
            assert!([409, 422].contains(&a.status) && a.body.contains("error"), "{bad}: {} {}", a.status, a.body);
        }
        let up = c.program("POST", &format!("/api/v1/cases/{id}/files?path=in%2Fnote.txt"), &token, "Seen today.").await;
        assert_eq!(up.status, 200, "{}", up.body);
        let up = c.program("POST", &format!("/api/v1/cases/{id}/files?path=..%2Fnote.txt"), &token, "x").await;
        assert_eq!(up.status, 422);
        let moved = c.program("POST", &format!("/api/v1/cases/{id}/moves"), &token, r#"{"move": "validate"}"#).await;
        assert!(moved.status == 200 && moved.body.contains("validating"), "{}", moved.body);
        for (step, status) in
            [("process", 409), ("cancel", 422), ("approve", 403), ("release", 403), ("submit", 403), ("fly", 422)]
        {
            let a = c.program("POST", &format!("/api/v1/cases/{id}/moves"), &token, &format!("{{\"move\": \"{step}\"}}")).await;
            assert_eq!(a.status, status, "{step}: {}", a.body);
        }
        let list = c.program("GET", "/api/v1/cases?state=validating", &token, "").await;
        assert!(list.body.contains("\"total\":1"), "{}", list.body);
        assert_eq!(c.program("GET", "/api/v1/cases?state=nowhere", &token, "").await.status, 422);
        // The officer's token reads the log, and the log names the program's person.
        let reader = c.store.create_token(&officer, "siem", &[Scope::AuditRead], 30).await.unwrap();
        let log = c.program("GET", "/api/v1/audit", &reader, "").await;
        assert!(log.status == 200 && log.body.contains("u-clerk") && log.body.contains("file.add"), "{}", log.body);
        // The database holds no token.
        let spec = c.raw("GET", "/api/v1/openapi.json", &c.address.to_string(), "", "").await;
        assert!(spec.status == 200 && serde_json::from_str::<Value>(&spec.body).is_ok());
        for n in 0..45 {
            c.program("GET", "/api/v1/cases", &format!("dsk_{n}"), "").await;
        }
        assert_eq!(c.program("GET", "/api/v1/cases", "dsk_x", "").await.status, 429, "guessing is limited");
        assert_eq!(c.program("GET", "/api/v1/cases", &token, "").await.status, 200, "a token that fits is not");
        let mut disabled = c.store.account(clerk.id).await.unwrap();
        disabled.disabled = true;
        let admin = c.account(StaffRole::Admin).await;
        c.store.change_account(clerk.id, &[StaffRole::Clerk], true, &admin.actor()).await.unwrap();
        assert_eq!(c.program("GET", "/api/v1/cases", &token, "").await.status, 429, "an account that is barred has no tokens");
    });
}

#[test]
fn a_login_asks_for_the_second_factor_and_takes_a_code_once() {
    run(async {
        let c = Client::start().await;
        let words = "long+enough+words";
        assert_eq!(c.ask("POST", "/setup", None, &format!("name=ada&password={words}&again={words}")).await.status, 303);
        let ada = c.store.account_named("ada").await.unwrap().unwrap();
        let page = c.ask("GET", "/totp", Some(&ada), "").await;
        assert!(page.status == 200 && page.body.contains("otpauth://totp/"), "{}", page.body);
        let key = c.store.authenticator(ada.id).await.unwrap().unwrap().key;
        assert_eq!(c.ask("POST", "/totp", Some(&ada), "code=000000").await.status, 422);
        assert_eq!(
            c.ask("POST", "/login", None, &format!("name=ada&password={words}")).await.status,
            303,
            "not before it is confirmed"
        );
        let code = super::totp::tests::now_code(&key);
        assert_eq!(c.ask("POST", "/totp", Some(&ada), &format!("code={code}")).await.status, 303);
        let asked = c.ask("POST", "/login", None, &format!("name=ada&password={words}")).await;
        assert!(
            asked.status == 401 && asked.body.contains("one-time-code") && !asked.head.contains("set-cookie"),
            "{}",
            asked.body
        );
        let again = c.ask("POST", "/login", None, &format!("name=ada&password={words}&code={code}")).await;
        assert_eq!(again.status, 401, "the code that confirmed it was used");
        let wrong = c.ask("POST", "/login", None, &format!("name=ada&password=wrong&code={code}")).await;
        assert!(wrong.status == 401 && !wrong.body.contains("one-time-code"), "who has not the password is not told of it");
        // The key lies sealed, and an administrator may take a lost one away.
        c.store.remove_authenticator(ada.id, &ada.actor()).await.unwrap();
        assert_eq!(c.ask("POST", "/login", None, &format!("name=ada&password={words}")).await.status, 303);
        let log = c.store.audit_list(&AuditFilter { limit: 100, ..Default::default() }).await.unwrap();
        assert_eq!(log.iter().filter(|e| e.action == "account.second_factor").count(), 2);
    });
}

/// A certificate for localhost made by openssl, where it is installed.
fn certificate(dir: &std::path::Path) -> Option<Certificate> {
    let (chain, key) = (dir.join("chain.pem"), dir.join("key.pem"));
    let done = std::process::Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=localhost",
        ])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&chain)
        .output();
    done.is_ok_and(|o| o.status.success()).then_some(Certificate { chain, key })
}

#[test]
fn the_desk_speaks_tls_by_certificate_files() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let Some(certificate) = certificate(dir.path()) else {
            assert!(std::env::var_os("CI").is_none(), "openssl is needed");
            eprintln!("skipped: openssl is not installed");
            return;
        };
        let store = Store::open(&dir.path().join("store"), None).await.unwrap();
        let mut settings = Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            hosts: Vec::new(),
            secure: false,
            workers: 0,
            certificate: Some(certificate.clone()),
            oidc: None,
            watch: None,
        };
        let desk = Listening::bind(store.clone(), settings).await.unwrap();
        let address = desk.address;
        tokio::spawn(desk.run(std::future::pending()));
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&certificate.chain).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(tokio_rustls::rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        // Somebody who connects and says nothing holds nobody up.
        let _idle = tokio::net::TcpStream::connect(address).await.unwrap();
        let stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let mut tls = connector.connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap();
        let body = "name=ada&password=long+enough+words&again=long+enough+words";
        let request = format!(
            "POST /setup HTTP/1.1\r\nHost: localhost:{0}\r\nOrigin: https://localhost:{0}\r\nContent-Type: application/x-www-form-urlencoded\r\nConnection: close\r\nContent-Length: {1}\r\n\r\n{body}",
            address.port(),
            body.len()
        );
        tls.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        let _ = tls.read_to_string(&mut text).await;
        let lower = text.to_ascii_lowercase();
        assert!(
            lower.starts_with("http/1.1 303") && lower.contains("; secure") && lower.contains("strict-transport-security"),
            "{text}"
        );
        // Without TLS nothing is answered.
        let mut plain = tokio::net::TcpStream::connect(address).await.unwrap();
        plain.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut bytes = Vec::new();
        let _ = plain.read_to_end(&mut bytes).await;
        assert!(!String::from_utf8_lossy(&bytes).contains("ok"));
        settings = Settings {
            listen: "127.0.0.1:0".parse().unwrap(),
            hosts: Vec::new(),
            secure: false,
            workers: 0,
            certificate: None,
            oidc: None,
            watch: None,
        };
        settings.certificate = Some(Certificate { chain: dir.path().join("none.pem"), key: certificate.key });
        let refused = Listening::bind(store, settings).await.err().unwrap();
        assert!(refused.to_string().contains("none.pem"), "{refused}");
    });
}

#[test]
fn settings_are_checked_sealed_and_used() {
    run(async {
        let c = Client::start().await;
        let officer = c.account(StaffRole::PrivacyOfficer).await;
        let post = async |body: &str| c.ask("POST", "/settings", Some(&officer), body).await;
        assert_eq!(post("what=word&text=Maple+House&kind=find&role=sister&case_sensitive=1").await.status, 303);
        assert_eq!(post("what=word&text=x").await.status, 422);
        assert_eq!(post("what=calendar&closed=5&closed=6&holidays=2026-12-25%0A2027-01-01").await.status, 303);
        assert_eq!(post("what=calendar&holidays=christmas").await.status, 422);
        assert_eq!(post("what=retention&days=2555").await.status, 303);
        assert_eq!(post("what=destination&name=out&folder=relative").await.status, 422);
        assert_eq!(post("what=destination&name=out&folder=/tmp/../etc").await.status, 422);
        assert_eq!(post("what=nothing").await.status, 422);
        let tried = post("what=trial&text=At+Maple+House+%3Cb%3E").await;
        assert!(
            tried.status == 200 && tried.body.contains("<mark>Maple House</mark>") && tried.body.contains("&lt;b&gt;"),
            "{}",
            tried.body
        );
        let site = c.store.site().await.unwrap();
        assert_eq!((site.words.len(), site.retention_days, site.calendar.holidays.len()), (1, 2555, 2));
        let admin = c.account(StaffRole::Admin).await;
        let purge = c.ask("POST", "/settings", Some(&admin), "what=purge&case=1").await;
        assert_eq!(purge.status, 403, "an administrator destroys no record");
        let dictionary = crate::queue::words(&site.words, &[]).unwrap();
        assert!(dictionary.entries[0].case_sensitive && dictionary.entries[0].role().is_some());
    });
}

#[test]
fn a_policy_of_the_site_is_checked_shown_put_in_force_and_logged() {
    run(async {
        let c = Client::start().await;
        let officer = c.account(StaffRole::PrivacyOfficer).await;
        let post = async |body: String| c.ask("POST", "/settings", Some(&officer), &body).await;
        let coded = super::pages::urlencoded;
        let text = "name = \"county\"\r\nversion = \"7\"\r\nextends = \"litigation\"\r\n[groups.staff]\r\naction = \"keep\"\r\nreason = \"KEEP-STF\"\r\nbasis = \"county <12.3>\"\r\n";
        let wrong =
            post(format!("what=policy_check&purpose=litigation&text={}", coded("[groups.staf]\naction = \"keep\""))).await;
        assert!(wrong.status == 200 && wrong.body.contains("policy:1") && wrong.body.contains("did you mean"), "{}", wrong.body);
        let form = |what: &str, mark: &str| format!("what={what}&purpose=litigation&mark={mark}&text={}", coded(text));
        assert_eq!(post(form("policy", "")).await.status, 422, "not before its difference was shown");
        let shown = post(form("policy_check", "")).await;
        assert!(shown.body.contains("staff: action") && shown.body.contains("county &lt;12.3&gt;"), "{}", shown.body);
        let mark = shown.body.split_once("name=\"mark\" value=\"").unwrap().1.split('"').next().unwrap().to_string();
        assert_eq!(post(form("policy", &mark)).await.status, 303);
        assert_eq!(post("what=labels&label.donor=other_patient&label.nurse=".into()).await.status, 303);
        assert_eq!(post("what=labels&label.mother=father".into()).await.status, 422);
        let site = c.store.site().await.unwrap();
        let request = crate::model::request::Request { purpose: "litigation".into(), ..Default::default() };
        let policy = crate::queue::policy_of(&site, &request).unwrap();
        assert_eq!((policy.name.as_str(), policy.version.as_str()), ("county", "7"));
        use crate::model::decision::Action;
        use crate::model::mention::Category;
        use crate::model::role::Role;
        assert_eq!(policy.decide(Role::Staff, Category::Name).action, Action::Keep);
        assert_eq!(policy.shown_as(Role::Donor), Role::OtherPatient);
        let other =
            crate::queue::policy_of(&site, &crate::model::request::Request { purpose: "employer".into(), ..Default::default() });
        assert_eq!(other.unwrap().name, "employer", "other purposes keep their preset");
        let page = c.ask("GET", "/settings?policy=litigation", Some(&officer), "").await;
        assert!(page.body.contains("your own") && page.body.contains("county &lt;12.3&gt;"), "{}", page.body);
        for role in [StaffRole::Clerk, StaffRole::Reviewer, StaffRole::Auditor] {
            let who = c.account(role).await;
            assert_eq!(c.ask("POST", "/settings", Some(&who), &form("policy", &mark)).await.status, 403);
        }
        let log = c.store.audit_list(&crate::store::AuditFilter { limit: 100, ..Default::default() }).await.unwrap();
        let put: Vec<_> = log.iter().filter(|e| e.action == "settings.change" && e.detail.contains("\"policy\"")).collect();
        assert!(put.len() == 1 && put[0].detail.contains(&mark) && put[0].detail.contains("litigation"), "{put:?}");
        // A newer program that no longer takes it: nothing is run by the preset in its place.
        c.store
            .change_site(crate::store::NewEntry::new(&officer.actor(), "", "settings.change"), |s| {
                s.policies.get_mut("litigation").unwrap().text = "old = 1\n".into();
                Ok(())
            })
            .await
            .unwrap();
        let site = c.store.site().await.unwrap();
        let why = crate::queue::policy_of(&site, &request).unwrap_err().to_string();
        assert!(why.contains("the site's policy for litigation"), "{why}");
        let page = c.ask("GET", "/settings", Some(&officer), "").await;
        assert!(page.status == 200 && page.body.contains("cannot be carried out"), "{}", page.body);
        assert_eq!(post("what=no_policy&purpose=litigation".into()).await.status, 303);
        assert_eq!(post("what=no_policy&purpose=litigation".into()).await.status, 422);
        assert!(crate::queue::policy_of(&c.store.site().await.unwrap(), &request).is_ok());
    });
}

#[test]
fn a_session_locks_and_a_page_does_not_wake_it() {
    run(async {
        let c = Client::start().await;
        let clerk = c.account(StaffRole::Clerk).await;
        let token = c.store.begin_session(&clerk).await.unwrap();
        let cookie = format!("Cookie: disclose_session={token}\r\n");
        let here = c.address.to_string();
        assert_eq!(c.raw("GET", "/queue", &here, &cookie, "").await.status, 200);
        c.store.age_sessions(14 * 60_000).await;
        // A stream that the page keeps open by itself does not put the lock off.
        assert_eq!(c.raw("GET", "/cases/1/events", &here, &cookie, "").await.status, 404);
        c.store.age_sessions(2 * 60_000).await;
        let locked = c.raw("GET", "/queue", &here, &cookie, "").await;
        assert!(locked.status == 303 && locked.head.contains("/login?locked"), "{}", locked.head);
        let _ = Actor::worker();
    });
}
