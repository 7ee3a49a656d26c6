//! Calendar days. A disclosure clock counts calendar days (45 CFR 164.524(b)(2) says "days"), so no calendar of holidays is needed.

/// Days since 1970-01-01 of a date written `YYYY-MM-DD`; `None` when it is not one.
/// The formula for the proleptic Gregorian calendar counts years from March, so that the leap day comes last.
pub fn number(date: &str) -> Option<i64> {
    let mut parts = date.split('-').map(|p| p.parse::<i64>().ok());
    let (y, m, d) = (parts.next()??, parts.next()??, parts.next()??);
    let long = date.len() == 10 && parts.next().is_none();
    if !long || !(1..=12).contains(&m) || !(1..=days_in(y, m)).contains(&d) {
        return None;
    }
    let y = if m <= 2 { y - 1 } else { y };
    let era = y.div_euclid(400);
    let year = y.rem_euclid(400);
    let day = (153 * ((m + 9) % 12) + 2) / 5 + d - 1;
    Some(era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468)
}

/// The date of a day number.
pub fn date(number: i64) -> String {
    let n = number + 719_468;
    let era = n.div_euclid(146_097);
    let of_era = n.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let m = (5 * of_year + 2) / 153;
    let d = of_year - (153 * m + 2) / 5 + 1;
    let month = if m < 10 { m + 3 } else { m - 9 };
    let y = year + era * 400 + i64::from(month <= 2);
    format!("{y:04}-{month:02}-{d:02}")
}

fn days_in(y: i64, m: i64) -> i64 {
    match m {
        2 if y % 4 == 0 && (y % 100 != 0 || y % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `days` after `from`; `None` when `from` is not a date.
pub fn after(from: &str, days: u32) -> Option<String> {
    number(from).map(|n| date(n + i64::from(days)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_over_months_years_and_leap_days() {
        assert_eq!(after("2026-01-31", 30).as_deref(), Some("2026-03-02"));
        assert_eq!(after("2028-02-01", 30).as_deref(), Some("2028-03-02"));
        assert_eq!(after("2026-12-15", 60).as_deref(), Some("2027-02-13"));
        assert_eq!(number("1970-01-01"), Some(0));
        for bad in ["2026-02-29", "2026-13-01", "2026-1-1", "", "x", "2026-01-01-01"] {
            assert_eq!(number(bad), None, "{bad}");
        }
        for n in (-700_000..800_000).step_by(997) {
            assert_eq!(number(&date(n)), Some(n));
        }
    }
}
