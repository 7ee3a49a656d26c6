//! One-time passwords of an authenticator (RFC 6238, with HMAC-SHA-1, 6 digits and 30 seconds, which every authenticator knows).

use super::error::Fail;
use super::{App, auth, pages};
use crate::store::{Account, Session, now};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use hmac::{Hmac, KeyInit, Mac};
use serde::Deserialize;
use serde_json::json;
use sha1::Sha1;

/// Seconds of a step.
const STEP: i64 = 30;
/// Bytes of a key: as long as the hash (RFC 4226, section 4, requirement 6).
const KEY: usize = 20;
/// Steps before and after now whose codes are taken, for clocks that differ.
const SLACK: i64 = 1;

/// The code of a step (RFC 4226, section 5.3).
fn code(key: &[u8], step: i64) -> Option<String> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).ok()?;
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash.last()? & 15);
    let four: [u8; 4] = hash.get(at..at + 4)?.try_into().ok()?;
    Some(format!("{:06}", (u32::from_be_bytes(four) & 0x7fff_ffff) % 1_000_000))
}

/// The step whose code this is, near `seconds`.
fn step_of(key: &[u8], sent: &str, seconds: i64) -> Option<i64> {
    let sent: String = sent.chars().filter(|c| !c.is_whitespace()).collect();
    let here = seconds.div_euclid(STEP);
    // Every step is looked at, so that the time does not tell which fits.
    let fits: Vec<i64> = (here - SLACK..=here + SLACK)
        .filter(|s| {
            code(key, *s)
                .is_some_and(|c| c.len() == sent.len() && c.bytes().zip(sent.bytes()).fold(0, |d, (a, b)| d | (a ^ b)) == 0)
        })
        .collect();
    fits.first().copied()
}

/// RFC 4648 base 32 without padding, as authenticators read keys.
fn base32(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::new();
    let (mut held, mut bits) = (0u32, 0);
    for b in bytes {
        held = held << 8 | u32::from(*b);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            out.push(char::from(SIGNS[(held >> bits & 31) as usize]));
        }
        held &= (1 << bits) - 1;
    }
    if bits > 0 {
        out.push(char::from(SIGNS[(held << (5 - bits) & 31) as usize]));
    }
    out
}

/// What a login needs besides the password.
pub enum Second {
    /// Nothing, or the code fits and was not used before.
    Fits,
    /// A code.
    Wanted,
    /// The code is wrong, or was used.
    Wrong,
}

/// Checks the second factor of an account.
pub async fn check(app: &App, account: &Account, sent: &str) -> Result<Second, Fail> {
    let Some(a) = app.store.authenticator(account.id).await?.filter(|a| a.confirmed) else { return Ok(Second::Fits) };
    if sent.trim().is_empty() {
        return Ok(Second::Wanted);
    }
    let Some(step) = step_of(&a.key, sent, now().div_euclid(1000)) else { return Ok(Second::Wrong) };
    Ok(if app.store.use_step(account, step, false).await? { Second::Fits } else { Second::Wrong })
}

/// The page: set up, or remove.
pub async fn page(State(app): State<App>, Extension(s): Extension<Session>) -> Result<Html<String>, Fail> {
    shown(&app, &s, "").await
}

async fn shown(app: &App, s: &Session, error: &str) -> Result<Html<String>, Fail> {
    let mut here = app.store.authenticator(s.account.id).await?;
    if here.is_none() {
        let mut key = [0u8; KEY];
        getrandom::fill(&mut key).map_err(|_| Fail::new(StatusCode::SERVICE_UNAVAILABLE, "There are no random numbers."))?;
        app.store.begin_authenticator(s.account.id, &key).await?;
        here = app.store.authenticator(s.account.id).await?;
    }
    let confirmed = here.as_ref().is_some_and(|a| a.confirmed);
    let key = here.filter(|a| !a.confirmed).map(|a| base32(&a.key)).unwrap_or_default();
    let groups: Vec<&str> = (0..key.len()).step_by(4).filter_map(|i| key.get(i..(i + 4).min(key.len()))).collect();
    let address = format!("otpauth://totp/disclose:{}?secret={key}&issuer=disclose", pages::urlencoded(&s.account.name));
    let body = json!({"confirmed": confirmed, "key": groups.join(" "), "address": address, "error": error});
    pages::page("totp.html", "Second factor", "", s, body)
}

/// A code.
#[derive(Deserialize)]
pub struct CodeForm {
    code: String,
    #[serde(default)]
    password: String,
}

/// Confirms the authenticator: from now on a login asks for it.
pub async fn confirm(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Form(form): Form<CodeForm>,
) -> Result<Response, Fail> {
    let Some(a) = app.store.authenticator(s.account.id).await?.filter(|a| !a.confirmed) else {
        return Ok(Redirect::to("/totp").into_response());
    };
    let step = step_of(&a.key, &form.code, now().div_euclid(1000));
    let fits = match step {
        Some(step) => app.store.use_step(&s.account, step, true).await?,
        None => false,
    };
    if fits {
        return Ok(Redirect::to("/totp").into_response());
    }
    let why = "This code does not fit. Look whether the clock of the device is right, and try the next one.";
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&app, &s, why).await?).into_response())
}

/// Removes it, with password and code.
pub async fn remove(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Form(form): Form<CodeForm>,
) -> Result<Response, Fail> {
    let right = auth::checked(&app, form.password, s.account.password.clone()).await?;
    if right && matches!(check(&app, &s.account, &form.code).await?, Second::Fits) {
        app.store.remove_authenticator(s.account.id, &s.account.actor()).await?;
        return Ok(Redirect::to("/totp").into_response());
    }
    app.store.login_failed(&s.account).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(&app, &s, "Password or code is wrong.").await?).into_response())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The code of now, for tests of the login.
    pub fn now_code(key: &[u8]) -> String {
        code(key, now().div_euclid(1000).div_euclid(STEP)).unwrap()
    }

    #[test]
    fn codes_agree_with_rfc_6238_and_keys_with_rfc_4648() {
        // Appendix B, the last six of eight digits.
        let key = b"12345678901234567890";
        for (seconds, want) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(key, seconds / STEP).unwrap(), want);
            assert_eq!(step_of(key, &format!(" {} {} ", &want[..3], &want[3..]), seconds), Some(seconds / STEP));
            assert_eq!(step_of(key, want, seconds + 30), Some(seconds / STEP));
            assert_eq!(step_of(key, want, seconds + 90), None);
        }
        assert_eq!(step_of(key, "", 59), None);
        for (bytes, want) in
            [("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(base32(bytes.as_bytes()), want);
        }
    }
}
