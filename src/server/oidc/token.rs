//! What an ID token must be (OpenID Connect Core 1.0, section 3.1.3.7; RFC 7515; RFC 8725): signed by a key of the service with RS256 or
//! ES256 and nothing else, of this service, for this desk, for this sign-in, and not over.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::Value;

/// Clocks may differ by so much, seconds.
const SLACK: i64 = 60;
/// No token is longer, bytes.
const LONGEST: usize = 64 << 10;

/// A key of the service.
pub struct Key {
    id: Option<String>,
    kind: Kind,
}

enum Kind {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
}

/// Why a token is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wrong {
    /// Its key is not among those that are known; the service may have a new one.
    UnknownKey,
    /// Something else.
    Because(&'static str),
}

/// What a token must say.
pub struct Expected<'a> {
    /// The service.
    pub issuer: &'a str,
    /// This desk, as the service knows it.
    pub client: &'a str,
    /// The sign-in.
    pub nonce: &'a str,
    /// Seconds since 1970 UTC.
    pub now: i64,
}

/// Whom the service vouches for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// The service's own word.
    pub subject: String,
    /// E-mail address, where one was given.
    pub email: Option<String>,
    /// The service says that it has checked the address.
    pub verified: bool,
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// The keys of a JSON Web Key Set (RFC 7517) that may have signed a token; others are left out.
pub fn keys(set: &Value) -> Vec<Key> {
    let text = |k: &Value, name: &str| k.get(name).and_then(Value::as_str).map(str::to_string);
    let bytes = |k: &Value, name: &str| text(k, name).as_deref().and_then(decoded);
    let key = |k: &Value| {
        if text(k, "use").is_some_and(|u| u != "sig") {
            return None;
        }
        let says = |alg: &str| text(k, "alg").is_none_or(|a| a == alg);
        let kind = match text(k, "kty")?.as_str() {
            "RSA" if says("RS256") => {
                let n = bytes(k, "n")?;
                // Some write the sign byte of a positive number.
                let n = n.iter().copied().skip_while(|b| *b == 0).collect();
                Kind::Rsa { n, e: bytes(k, "e")? }
            }
            "EC" if says("ES256") && text(k, "crv")? == "P-256" => {
                let (x, y) = (bytes(k, "x")?, bytes(k, "y")?);
                if x.len() != 32 || y.len() != 32 {
                    return None;
                }
                Kind::P256([&[4u8][..], &x, &y].concat())
            }
            _ => return None,
        };
        Some(Key { id: text(k, "kid"), kind })
    };
    set.get("keys").and_then(Value::as_array).map(|all| all.iter().take(100).filter_map(key).collect()).unwrap_or_default()
}

impl Key {
    fn signed(&self, alg: &str, text: &[u8], signature: &[u8]) -> bool {
        match (&self.kind, alg) {
            (Kind::Rsa { n, e }, "RS256") => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, text, signature).is_ok()
            }
            (Kind::P256(point), "ES256") => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(text, signature).is_ok()
            }
            _ => false,
        }
    }

    fn fits(&self, alg: &str) -> bool {
        matches!((&self.kind, alg), (Kind::Rsa { .. }, "RS256") | (Kind::P256(_), "ES256"))
    }
}

/// Checks a token.
///
/// # Errors
/// What is wrong with it.
pub fn check(token: &str, keys: &[Key], expected: &Expected) -> Result<Person, Wrong> {
    let no = Wrong::Because;
    if token.len() > LONGEST {
        return Err(no("the token is too long"));
    }
    let mut parts = token.split('.');
    let (Some(head), Some(body), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err(no("the token has not three parts"));
    };
    let json = |part: &str| -> Option<Value> { serde_json::from_slice(&decoded(part)?).ok() };
    let header = json(head).ok_or(no("the token's head cannot be read"))?;
    let alg = header.get("alg").and_then(Value::as_str).unwrap_or_default();
    if !["RS256", "ES256"].contains(&alg) {
        return Err(no("the token is signed with neither RS256 nor ES256"));
    }
    if header.get("crit").is_some() {
        return Err(no("the token has a critical extension"));
    }
    let id = header.get("kid").and_then(Value::as_str);
    let mut candidates = keys.iter().filter(|k| k.fits(alg) && (id.is_none() || k.id.as_deref() == id)).peekable();
    if candidates.peek().is_none() {
        return Err(Wrong::UnknownKey);
    }
    let signature = decoded(signature).ok_or(no("the signature cannot be read"))?;
    let text = token.get(..head.len() + 1 + body.len()).unwrap_or_default();
    if !candidates.any(|k| k.signed(alg, text.as_bytes(), &signature)) {
        return Err(no("the signature does not fit"));
    }
    claims(&json(body).ok_or(no("the token's body cannot be read"))?, expected)
}

fn claims(body: &Value, expected: &Expected) -> Result<Person, Wrong> {
    let no = Wrong::Because;
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    // Times may have fractions.
    let time = |name: &str| body.get(name).and_then(Value::as_f64).map(|t| t as i64);
    if text("iss") != Some(expected.issuer) {
        return Err(no("the token is of another service"));
    }
    let audience: Vec<&str> = match body.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if !audience.contains(&expected.client) {
        return Err(no("the token is for another program"));
    }
    let party = text("azp");
    if party.is_some_and(|p| p != expected.client) || (audience.len() > 1 && party.is_none()) {
        return Err(no("the token was made for another program"));
    }
    if text("nonce") != Some(expected.nonce) {
        return Err(no("the token is of another sign-in"));
    }
    if time("exp").is_none_or(|t| t.saturating_add(SLACK) <= expected.now) {
        return Err(no("the token is over"));
    }
    if time("iat").is_none_or(|t| t > expected.now.saturating_add(SLACK))
        || time("nbf").is_some_and(|t| t > expected.now.saturating_add(SLACK))
    {
        return Err(no("the token is of the future"));
    }
    person(body).ok_or(no("the token names nobody"))
}

/// Whom claims name.
pub fn person(body: &Value) -> Option<Person> {
    let text = |name: &str| body.get(name).and_then(Value::as_str).filter(|t| !t.is_empty() && t.len() <= 255);
    // Some write the truth as text.
    let verified = match body.get("email_verified") {
        Some(Value::Bool(yes)) => *yes,
        Some(Value::String(yes)) => yes == "true",
        _ => false,
    };
    Some(Person { subject: text("sub")?.to_string(), email: text("email").map(str::to_string), verified })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use serde_json::json;

    const NOW: i64 = 1_800_000_000;

    fn coded(bytes: impl AsRef<[u8]>) -> String {
        URL_SAFE_NO_PAD.encode(bytes)
    }

    struct Service {
        pair: EcdsaKeyPair,
        random: SystemRandom,
    }

    impl Service {
        fn new() -> Service {
            let random = SystemRandom::new();
            let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap();
            Service { pair, random }
        }
        fn set(&self) -> Value {
            let point = self.pair.public_key().as_ref();
            let (x, y) = (coded(&point[1..33]), coded(&point[33..]));
            json!({"keys": [{"kty": "oct", "k": "AA", "kid": "one"}, {"kty": "EC", "crv": "P-256", "kid": "one", "x": x, "y": y}]})
        }
        fn token(&self, head: Value, body: &Value) -> String {
            let text = format!("{}.{}", coded(head.to_string()), coded(body.to_string()));
            let signature = self.pair.sign(&self.random, text.as_bytes()).unwrap();
            format!("{text}.{}", coded(signature))
        }
    }

    fn expected() -> Expected<'static> {
        Expected { issuer: "https://id.example.org", client: "desk", nonce: "n", now: NOW }
    }

    fn good() -> Value {
        json!({"iss": "https://id.example.org", "sub": "u1", "aud": "desk", "nonce": "n", "exp": NOW + 300, "iat": NOW,
            "email": "rita@example.org", "email_verified": true})
    }

    #[test]
    fn a_token_of_the_service_names_its_person_and_nothing_else_does() {
        let (s, other) = (Service::new(), Service::new());
        let keys = keys(&s.set());
        let head = || json!({"alg": "ES256", "kid": "one"});
        let of = |body: Value| check(&s.token(head(), &body), &keys, &expected());
        let person = of(good()).unwrap();
        assert_eq!((person.subject.as_str(), person.email.as_deref(), person.verified), ("u1", Some("rita@example.org"), true));
        let with = |name: &str, value: Value| {
            let mut body = good();
            body[name] = value;
            body
        };
        let without = |name: &str| {
            let mut body = good();
            body.as_object_mut().unwrap().remove(name);
            body
        };
        assert!(of(with("aud", json!(["desk"]))).is_ok());
        assert!(of(with("exp", json!(NOW - SLACK + 5))).is_ok(), "clocks differ a little");
        for body in [
            with("iss", json!("https://id.example.org/")),
            with("aud", json!("other")),
            with("aud", json!(["desk", "other"])),
            with("azp", json!("other")),
            with("nonce", json!("m")),
            with("exp", json!(NOW - 600)),
            with("exp", json!("never")),
            with("iat", json!(NOW + 600)),
            with("nbf", json!(NOW + 600)),
            with("sub", json!("")),
            without("iss"),
            without("aud"),
            without("nonce"),
            without("exp"),
            without("iat"),
            without("sub"),
        ] {
            assert!(matches!(of(body.clone()), Err(Wrong::Because(_))), "{body}");
        }
        assert!(!of(with("email_verified", json!(false))).unwrap().verified);
        assert!(!of(without("email_verified")).unwrap().verified);
        // Signatures.
        let token = s.token(head(), &good());
        let parts: Vec<&str> = token.split('.').collect();
        let forged = coded(with("sub", json!("u2")).to_string());
        for bad in [
            other.token(head(), &good()),
            format!("{}.{forged}.{}", parts[0], parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{}.{}", parts[0], parts[1]),
            format!("{}.{}.{}", coded(json!({"alg": "none"}).to_string()), parts[1], ""),
            s.token(json!({"alg": "HS256", "kid": "one"}), &good()),
            s.token(json!({"alg": "ES256", "kid": "one", "crit": ["b64"]}), &good()),
            String::new(),
            "a.b.c".into(),
            "x".repeat(LONGEST + 1),
        ] {
            assert!(matches!(check(&bad, &keys, &expected()), Err(Wrong::Because(_))), "{}", &bad[..bad.len().min(80)]);
        }
        for unknown in [json!({"alg": "ES256", "kid": "two"}), json!({"alg": "RS256", "kid": "one"})] {
            assert_eq!(check(&s.token(unknown, &good()), &keys, &expected()), Err(Wrong::UnknownKey));
        }
        assert!(check(&s.token(json!({"alg": "ES256"}), &good()), &keys, &expected()).is_ok(), "the only key needs no name");
    }

    #[test]
    fn a_signature_of_rfc_7515_fits() {
        // Appendix A.2: RS256.
        let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_\
             YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9k\
             G4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
        let set = json!({"keys": [{"kty": "RSA", "n": n, "e": "AQAB"}]});
        let text =
            "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let signature = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4\
             BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
        let keys = keys(&set);
        let bytes = decoded(signature).unwrap();
        assert!(keys[0].signed("RS256", text.as_bytes(), &bytes));
        assert!(!keys[0].signed("RS256", &text.as_bytes()[1..], &bytes));
        // A genuine signature on claims that are not for this desk.
        assert!(matches!(
            check(&format!("{text}.{signature}"), &keys, &expected()),
            Err(Wrong::Because("the token is of another service"))
        ));
    }
}
