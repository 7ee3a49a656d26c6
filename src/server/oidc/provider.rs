//! The sign-in service: where it is reached (OpenID Connect Discovery 1.0), its keys, and the exchange of a code for a token.

use super::token::{self, Expected, Key, Person, Wrong};
use crate::server::pages::urlencoded;
use crate::store::{now, web};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use ureq::http::Response;
use ureq::{Agent, Body};

/// What the service says of itself is asked anew after so long.
const KEPT: Duration = Duration::from_secs(3600);
/// Its keys are not asked for more often.
const PATIENCE: Duration = Duration::from_secs(30);
/// A whole answer takes no longer.
const ANSWER: Duration = Duration::from_secs(15);
/// No answer is longer, bytes.
const LONGEST: u64 = 1 << 20;

/// How the desk is known to a sign-in service.
#[derive(Clone)]
pub struct OidcSettings {
    issuer: String,
    client: String,
    secret: String,
    /// Name on the login page.
    pub(super) name: String,
    /// E-mail addresses count although the service does not say that it has checked them.
    trust_email: bool,
    /// The service is asked to send the browser back to the desk after a sign-out; it must know that address.
    pub(super) comes_back: bool,
}

impl OidcSettings {
    /// From the environment: `OIDC_ISSUER`, `OIDC_CLIENT_ID`, `OIDC_CLIENT_SECRET` (none: a public client), `OIDC_NAME`, `OIDC_TRUST_EMAIL=1`,
    /// `OIDC_LOGOUT_BACK=1`.
    /// `None` without an issuer.
    ///
    /// # Errors
    /// The issuer is no https address, or there is no client.
    pub fn from(variable: impl Fn(&str) -> Option<String>) -> Result<Option<OidcSettings>, String> {
        let Some(issuer) = variable("OIDC_ISSUER") else { return Ok(None) };
        if !(issuer.starts_with("https://") || near(&issuer)) || issuer.contains(['?', '#', ' ']) {
            return Err("OIDC_ISSUER must be an address that begins with https://".into());
        }
        let client = variable("OIDC_CLIENT_ID").ok_or("OIDC_CLIENT_ID is missing")?;
        let secret = variable("OIDC_CLIENT_SECRET").unwrap_or_default();
        let name = variable("OIDC_NAME").unwrap_or_else(|| "single sign-on".into());
        Ok(Some(OidcSettings {
            issuer,
            client,
            secret,
            name,
            trust_email: variable("OIDC_TRUST_EMAIL").is_some_and(|v| v == "1"),
            comes_back: variable("OIDC_LOGOUT_BACK").is_some_and(|v| v == "1"),
        }))
    }
}

/// On this machine, where nobody listens in.
fn near(address: &str) -> bool {
    let Some(rest) = address.strip_prefix("http://") else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.contains('@') {
        return false;
    }
    let name = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(n, _)| n);
    ["127.0.0.1", "localhost", "[::1]"].contains(&name)
}

/// What the service says of itself.
pub(super) struct Found {
    pub(super) authorization: String,
    token: String,
    keys: String,
    userinfo: Option<String>,
    /// Where its own session is ended (OpenID Connect RP-Initiated Logout 1.0).
    pub(super) end: Option<String>,
    /// The secret goes in the form and not in a header.
    in_form: bool,
    /// Answers say whose they are (RFC 9207).
    pub(super) says_issuer: bool,
}

/// A service.
pub(super) struct Provider {
    pub(super) settings: OidcSettings,
    agent: Agent,
    found: Mutex<Option<(Instant, Arc<Found>)>>,
    keys: Mutex<Option<(Instant, Arc<Vec<Key>>)>>,
}

impl Provider {
    pub(super) fn new(settings: OidcSettings) -> Result<Provider, String> {
        let agent = web::agent(settings.issuer.starts_with("https://")).map_err(|e| e.to_string())?;
        Ok(Provider { settings, agent, found: Mutex::default(), keys: Mutex::default() })
    }

    /// Its name for itself.
    pub(super) fn issuer(&self) -> &str {
        &self.settings.issuer
    }

    /// The desk's name at it.
    pub(super) fn client(&self) -> &str {
        &self.settings.client
    }

    fn json(&self, what: &str, answer: Result<Response<Body>, ureq::Error>) -> Result<Value, String> {
        let answer = answer.map_err(|e| format!("{what}: {e}"))?;
        let status = answer.status().as_u16();
        let bytes = answer.into_body().into_with_config().limit(LONGEST).read_to_vec().map_err(|e| format!("{what}: {e}"))?;
        let body: Option<Value> = serde_json::from_slice(&bytes).ok();
        if status != 200 {
            // The code of an error is a word of a closed list (RFC 6749, section 5.2).
            let code = body.as_ref().and_then(|b| b.get("error")).and_then(Value::as_str).unwrap_or_default();
            let code: String = code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(60).collect();
            return Err(format!("{what}: answer {status} {code}"));
        }
        body.ok_or_else(|| format!("{what}: the answer is no JSON"))
    }

    fn get(&self, what: &str, address: &str, bearer: Option<&str>) -> Result<Value, String> {
        let mut request = self.agent.get(address).header("accept", "application/json");
        if let Some(token) = bearer {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        self.json(what, request.config().timeout_global(Some(ANSWER)).build().call())
    }

    /// Where it is reached. Blocks.
    pub(super) fn found(&self) -> Result<Arc<Found>, String> {
        if let Some((at, found)) = self.found.lock().ok().and_then(|f| f.clone())
            && at.elapsed() < KEPT
        {
            return Ok(found);
        }
        let issuer = self.settings.issuer.as_str();
        let says = self.get("discovery", &format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/')), None)?;
        let found = Arc::new(self.read(&says)?);
        if let Ok(mut kept) = self.found.lock() {
            *kept = Some((Instant::now(), found.clone()));
        }
        Ok(found)
    }

    fn read(&self, says: &Value) -> Result<Found, String> {
        let issuer = self.settings.issuer.as_str();
        let text = |name: &str| says.get(name).and_then(Value::as_str).map(str::to_string);
        if text("issuer").as_deref() != Some(issuer) {
            return Err("discovery: the service calls itself otherwise than OIDC_ISSUER does".into());
        }
        // What carries codes and tokens is encrypted, except inside of one machine.
        let safe = |address: &String| address.starts_with("https://") || (near(issuer) && near(address));
        let address = |name: &str| text(name).filter(safe).ok_or(format!("discovery: {name} is missing or not https"));
        let methods: Vec<&str> = says
            .get("token_endpoint_auth_methods_supported")
            .and_then(Value::as_array)
            .map_or_else(|| vec!["client_secret_basic"], |a| a.iter().filter_map(Value::as_str).collect());
        Ok(Found {
            authorization: address("authorization_endpoint")?,
            token: address("token_endpoint")?,
            keys: address("jwks_uri")?,
            userinfo: text("userinfo_endpoint").filter(safe),
            end: text("end_session_endpoint").filter(safe),
            in_form: !methods.contains(&"client_secret_basic"),
            says_issuer: says.get("authorization_response_iss_parameter_supported").and_then(Value::as_bool).unwrap_or(false),
        })
    }

    /// The service's keys, asked for when none are known or `anew`, and then not more than twice a minute.
    fn keys(&self, found: &Found, anew: bool) -> Result<Arc<Vec<Key>>, String> {
        if let Some((at, keys)) = self.keys.lock().ok().and_then(|k| k.clone())
            && at.elapsed() < if anew { PATIENCE } else { KEPT }
        {
            return Ok(keys);
        }
        let keys = Arc::new(token::keys(&self.get("keys", &found.keys, None)?));
        if let Ok(mut kept) = self.keys.lock() {
            *kept = Some((Instant::now(), keys.clone()));
        }
        Ok(keys)
    }

    /// Exchanges a code for a token and says whom it names, with the token; the e-mail address only where it may be believed. Blocks.
    pub(super) fn person(&self, code: &str, verifier: &str, nonce: &str, back: &str) -> Result<(Person, String), String> {
        let found = self.found()?;
        let s = &self.settings;
        let mut form = format!(
            "grant_type=authorization_code&code={}&redirect_uri={}&code_verifier={}",
            urlencoded(code),
            urlencoded(back),
            urlencoded(verifier)
        );
        let mut request = self.agent.post(&found.token).header("accept", "application/json");
        request = request.header("content-type", "application/x-www-form-urlencoded");
        if s.secret.is_empty() || found.in_form {
            form += &format!("&client_id={}", urlencoded(&s.client));
        }
        if !s.secret.is_empty() && found.in_form {
            form += &format!("&client_secret={}", urlencoded(&s.secret));
        } else if !s.secret.is_empty() {
            // RFC 6749, section 2.3.1: both are encoded before they are joined.
            let pair = STANDARD.encode(format!("{}:{}", urlencoded(&s.client), urlencoded(&s.secret)));
            request = request.header("authorization", format!("Basic {pair}"));
        }
        let answer = self.json("token", request.config().timeout_global(Some(ANSWER)).build().send(form.as_str()))?;
        let id = answer.get("id_token").and_then(Value::as_str).ok_or("token: there is no ID token")?;
        let expected = Expected { issuer: &s.issuer, client: &s.client, nonce, now: now().div_euclid(1000) };
        let mut person = match token::check(id, &self.keys(&found, false)?[..], &expected) {
            Err(Wrong::UnknownKey) => token::check(id, &self.keys(&found, true)?[..], &expected),
            other => other,
        }
        .map_err(|w| match w {
            Wrong::UnknownKey => "token: it is signed with a key that the service does not name".to_string(),
            Wrong::Because(why) => format!("token: {why}"),
        })?;
        if person.email.is_none()
            && let (Some(address), Some(access)) = (&found.userinfo, answer.get("access_token").and_then(Value::as_str))
        {
            let more = token::person(&self.get("userinfo", address, Some(access))?).ok_or("userinfo: it names nobody")?;
            if more.subject != person.subject {
                return Err("userinfo: it is about somebody else".into());
            }
            person = more;
        }
        if !person.verified && !s.trust_email {
            person.email = None;
        }
        Ok((person, id.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settings(issuer: &str) -> Result<Option<OidcSettings>, String> {
        OidcSettings::from(|n| match n {
            "OIDC_ISSUER" => Some(issuer.to_string()),
            "OIDC_CLIENT_ID" => Some("desk".into()),
            _ => None,
        })
    }

    #[test]
    fn nothing_is_asked_of_nobody() {
        assert!(OidcSettings::from(|_| None).unwrap().is_none());
        for bad in [
            "http://id.example.org",
            "id.example.org",
            "http://127.0.0.1@evil.example",
            "http://localhost.evil.example",
            "https://a?b",
        ] {
            assert!(settings(bad).is_err(), "{bad}");
        }
        for good in ["https://id.example.org/realms/desk", "http://127.0.0.1:9000", "http://localhost/x"] {
            assert!(settings(good).unwrap().is_some(), "{good}");
        }
        assert!(OidcSettings::from(|n| (n == "OIDC_ISSUER").then(|| "https://id.example.org".into())).is_err(), "no client");
    }

    #[test]
    fn a_service_that_calls_itself_otherwise_or_speaks_in_clear_is_refused() {
        let p = Provider::new(settings("https://id.example.org").unwrap().unwrap());
        // A machine without certificates has nothing to check with.
        let Ok(p) = p else { return };
        let says = |issuer: &str, token: &str| {
            json!({"issuer": issuer, "authorization_endpoint": "https://id.example.org/a", "token_endpoint": token,
                "jwks_uri": "https://id.example.org/k", "token_endpoint_auth_methods_supported": ["client_secret_post"]})
        };
        let good = p.read(&says("https://id.example.org", "https://id.example.org/t")).unwrap();
        assert!(good.in_form && !good.says_issuer && good.userinfo.is_none() && good.end.is_none());
        let mut ends = says("https://id.example.org", "https://id.example.org/t");
        for (address, taken) in [("https://id.example.org/end", true), ("http://id.example.org/end", false)] {
            ends["end_session_endpoint"] = json!(address);
            assert_eq!(p.read(&ends).unwrap().end.is_some(), taken, "{address}");
        }
        for (issuer, token) in [
            ("https://id.example.org/", "https://id.example.org/t"),
            ("https://evil.example", "https://id.example.org/t"),
            ("https://id.example.org", "http://id.example.org/t"),
            ("https://id.example.org", "http://127.0.0.1/t"),
        ] {
            assert!(p.read(&says(issuer, token)).is_err(), "{issuer} {token}");
        }
    }
}
