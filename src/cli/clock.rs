//! The time of a run.

use std::time::{SystemTime, UNIX_EPOCH};

/// Names a time in seconds since 1970 to be used in the place of the clock, as reproducible builds do.
const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// Now, UTC, as `YYYY-MM-DDThh:mm:ssZ`.
pub fn now() -> String {
    let given = std::env::var(VARIABLE).ok().and_then(|v| v.trim().parse::<u64>().ok()).filter(|s| *s < 253_402_300_800);
    let s = given.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs()));
    let day = i64::try_from(s / 86_400).unwrap_or(0);
    format!("{}T{:02}:{:02}:{:02}Z", crate::model::days::date(day), s / 3600 % 24, s / 60 % 60, s % 60)
}
