//! The usual ways of writing one date.

const MONTHS: [(&str, &str); 12] = [
    ("january", "jan"),
    ("february", "feb"),
    ("march", "mar"),
    ("april", "apr"),
    ("may", "may"),
    ("june", "jun"),
    ("july", "jul"),
    ("august", "aug"),
    ("september", "sep"),
    ("october", "oct"),
    ("november", "nov"),
    ("december", "dec"),
];

/// Folded ways of writing the date given as `YYYY-MM-DD`, `YYYYMMDD` or with a time after it. Empty when it is no full date.
pub fn variants(iso: &str) -> Vec<String> {
    let Some((y, m, d)) = parse_iso(iso) else { return Vec::new() };
    let Some((long, short)) = MONTHS.get(m as usize - 1) else { return Vec::new() };
    let yy = y % 100;
    let mut out = vec![format!("{y}-{m:02}-{d:02}"), format!("{y}{m:02}{d:02}"), format!("{y}/{m:02}/{d:02}")];
    // `11021950` as forms take it.
    out.push(format!("{m:02}{d:02}{y}"));
    out.push(format!("{d:02}{m:02}{y}"));
    out.push(format!("{m:02} {d:02} {y}"));
    for sep in ['/', '-', '.'] {
        for (a, b) in [(m, d), (d, m)] {
            for year in [format!("{y}"), format!("{yy:02}")] {
                out.push(format!("{a}{sep}{b}{sep}{year}"));
                out.push(format!("{a:02}{sep}{b:02}{sep}{year}"));
            }
        }
    }
    for month in [*long, *short, "sept"] {
        if month == "sept" && m != 9 {
            continue;
        }
        for day in [format!("{d}"), format!("{d:02}")] {
            for dot in ["", "."] {
                out.push(format!("{month}{dot} {day}, {y}"));
                out.push(format!("{month}{dot} {day},{y}"));
                out.push(format!("{month}{dot} {day} {y}"));
                out.push(format!("{day} {month}{dot} {y}"));
                out.push(format!("{day}-{month}{dot}-{y}"));
                out.push(format!("{day}-{month}{dot}-{yy:02}"));
                out.push(format!("{day}{month}{dot}{y}"));
                out.push(format!("{day}{month}{dot}{yy:02}"));
                out.push(format!("{day} {month}{dot} {yy:02}"));
                out.push(format!("{day}/{month}{dot}/{y}"));
                out.push(format!("{day}/{month}{dot}/{yy:02}"));
                out.push(format!("{day} {month}{dot}, {y}"));
                out.push(format!("{month}{dot} {day}, '{yy:02}"));
                out.push(format!("{day}{} of {month}{dot} {y}", ordinal(d)));
                out.push(format!("the {day}{} of {month}{dot} {y}", ordinal(d)));
                out.push(format!("{month}{dot} {day}th, {y}"));
                out.push(format!("{month}{dot} {day}{}, {y}", ordinal(d)));
            }
        }
    }
    out.sort();
    out.dedup();
    out
}

/// Folded ways of writing a part of the date given as [`variants`] takes it: its year, month and year, day and month.
pub fn parts(iso: &str) -> Vec<String> {
    let Some((y, m, d)) = parse_iso(iso) else { return Vec::new() };
    let Some((long, short)) = MONTHS.get(m as usize - 1) else { return Vec::new() };
    let mut out = vec![format!("{y}")];
    for month in [*long, *short] {
        out.push(format!("{month} {y}"));
        for day in [format!("{d}"), format!("{d:02}"), format!("{d}{}", ordinal(d))] {
            out.push(format!("{month} {day}"));
            out.push(format!("{day} {month}"));
            out.push(format!("{day} of {month}"));
        }
    }
    out
}

fn ordinal(d: u32) -> &'static str {
    match d {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    }
}

/// Year, month and day of `YYYY-MM-DD` or `YYYYMMDD`, checked for range.
pub fn parse_iso(iso: &str) -> Option<(u32, u32, u32)> {
    let head: String = iso.trim().chars().take(10).collect();
    let digits: String = head.chars().filter(char::is_ascii_digit).take(8).collect();
    let dashed = head.chars().filter(|c| *c == '-').count() == 2 && digits.len() == 8;
    let plain = head.chars().take(8).all(|c| c.is_ascii_digit()) && digits.len() == 8;
    if !dashed && !plain {
        return None;
    }
    let (y, m, d) = (digits[..4].parse().ok()?, digits[4..6].parse().ok()?, digits[6..8].parse().ok()?);
    ((1..=12).contains(&m) && (1..=31).contains(&d) && y > 1850).then_some((y, m, d))
}

/// Year, month and day of a date as people write it: `8/5/1932`, `8-5-32`, `1932-08-05`, `5 Aug 32`, `August 5th, 1932`. Where day and month
/// may be changed about the American order is read. Two figures of a year up to 30 are of this century.
pub fn read(written: &str) -> Option<(u32, u32, u32)> {
    let low = super::fold::folded(written);
    let parts: Vec<&str> = low.split(|c: char| !c.is_ascii_alphanumeric()).filter(|p| !p.is_empty()).collect();
    let month_of = |w: &str| MONTHS.iter().position(|(long, short)| w == *long || w == *short || w == "sept" && *short == "sep");
    let day_of = |w: &str| w.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse::<u32>().ok();
    let year_of = |w: &str| {
        let n: u32 = w.parse().ok()?;
        match w.len() {
            4 => (1850..2100).contains(&n).then_some(n),
            2 => Some(if n > 30 { 1900 + n } else { 2000 + n }),
            _ => None,
        }
    };
    let (y, m, d) = match parts.as_slice() {
        [a, b, c] if a.len() == 4 => (year_of(a)?, b.parse().ok()?, c.parse().ok()?),
        [a, b, c] => match (month_of(a), month_of(b)) {
            (Some(m), None) => (year_of(c)?, m as u32 + 1, day_of(b)?),
            (None, Some(m)) => (year_of(c)?, m as u32 + 1, day_of(a)?),
            _ => {
                let (first, second): (u32, u32) = (a.parse().ok()?, b.parse().ok()?);
                let (m, d) = if first > 12 { (second, first) } else { (first, second) };
                (year_of(c)?, m, d)
            }
        },
        _ => return None,
    };
    ((1..=12).contains(&m) && (1..=31).contains(&d)).then_some((y, m, d))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        for d in ["1973-05-31", "1946-09-14", "2004-02-28"] {
            let plain = |w: &&String| !w.chars().all(|c| c.is_ascii_digit());
            let told = variants(d).iter().filter(plain).filter(|w| read(w).is_some()).count();
            let right = variants(d).iter().filter(|w| read(w) == parse_iso(d)).count();
            assert!(told > 40 && right * 10 > told * 9, "{d}: {right} of {told}");
        }
        assert_eq!(read("8-5-32"), Some((1932, 8, 5)));
        assert_eq!(read("4 Jul 47"), Some((1947, 7, 4)));
        assert_eq!([read("120/80"), read("10 of 12"), read(""), read("99/99/99")], [None; 4]);
    }

    #[test]
    fn writes_a_date_in_all_usual_ways() {
        let v = variants("1973-05-31");
        for want in [
            "1973-05-31",
            "19730531",
            "5/31/1973",
            "05/31/1973",
            "31/5/1973",
            "5/31/73",
            "may 31, 1973",
            "31 may 1973",
            "may 31st, 1973",
            "05311973",
            "may 31,1973",
            "31may1973",
            "31-may-73",
        ] {
            assert!(v.iter().any(|x| x == want), "{want}");
        }
        assert_eq!(variants("19730531120000-0500"), v);
        assert!(["1973", "may 31", "31 may", "may 1973"].iter().all(|w| parts("1973-05-31").iter().any(|x| x == w)));
        assert!(variants("1973").is_empty() && variants("").is_empty() && variants("éé").is_empty());
    }
}
