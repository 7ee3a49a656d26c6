//! Working days. The law counts calendar days; whoever works here wants to know by which working day, and how many are left.

use crate::model::days;
use crate::model::desk::Calendar;

/// Nobody looks further.
const FAR: i64 = 3_700;

/// True on a day on which somebody works.
pub fn open(c: &Calendar, day: i64) -> bool {
    // 1970-01-01 was a Thursday; Monday is 0.
    let weekday = (day + 3).rem_euclid(7) as u8;
    !c.closed.contains(&weekday) && (c.holidays.is_empty() || !c.holidays.contains(&days::date(day)))
}

/// The working day on or before a day; the day itself when none is near.
pub fn on_or_before(c: &Calendar, day: i64) -> i64 {
    (0..30).map(|n| day - n).find(|d| open(c, *d)).unwrap_or(day)
}

/// Working days after `from`, up to and with `to`.
pub fn between(c: &Calendar, from: i64, to: i64) -> i64 {
    (from + 1..=to.min(from + FAR)).filter(|d| open(c, *d)).count() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_and_holidays_are_not_counted() {
        let day = |d: &str| days::number(d).unwrap();
        let mut c = Calendar::default();
        assert!(open(&c, day("2026-11-27")) && !open(&c, day("2026-11-28")), "a Friday, a Saturday");
        assert_eq!(between(&c, day("2026-11-26"), day("2026-12-03")), 5);
        c.holidays.insert("2026-11-27".into());
        assert_eq!(between(&c, day("2026-11-26"), day("2026-12-03")), 4);
        assert_eq!(days::date(on_or_before(&c, day("2026-11-29"))), "2026-11-26");
        assert_eq!(between(&c, day("2026-12-03"), day("2026-11-26")), 0);
        c.closed = (0..7).collect();
        assert_eq!(on_or_before(&c, day("2026-11-29")), day("2026-11-29"));
    }
}
