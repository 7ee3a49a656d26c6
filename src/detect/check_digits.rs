//! Check digits of identifiers.

/// Luhn sum over digits, as used by payment cards and NPI.
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| {
            if i % 2 == 0 {
                *d
            } else if *d > 4 {
                d * 2 - 9
            } else {
                d * 2
            }
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

fn digits(text: &str) -> Vec<u32> {
    text.chars().filter_map(|c| c.to_digit(10)).collect()
}

/// National Provider Identifier: ten digits, Luhn with prefix 80840 (45 CFR 162.406; CMS NPI check digit rule).
pub fn npi(text: &str) -> bool {
    let d = digits(text);
    if d.len() != 10 || !matches!(d.first(), Some(1 | 2)) {
        return false;
    }
    let mut all = vec![8, 0, 8, 4, 0];
    all.extend(d);
    luhn(&all)
}

/// DEA registration number: two letters, six digits, check digit.
pub fn dea(text: &str) -> bool {
    let d = digits(text);
    let letters = text.chars().take_while(|c| c.is_ascii_uppercase() || *c == '9').count();
    if text.len() != 9 || letters < 2 && !text.starts_with(|c: char| c.is_ascii_uppercase()) {
        return false;
    }
    let [a, b, c, e, f, g, check] = d[..] else { return false };
    (a + c + f + 2 * (b + e + g)) % 10 == check
}

/// Social security or taxpayer number that may have been issued: no 000, 666 area, 00 group, 0000 serial.
pub fn ssn(text: &str) -> bool {
    let d: String = text.chars().filter(char::is_ascii_digit).collect();
    d.len() == 9 && !d.starts_with("000") && !d.starts_with("666") && &d[3..5] != "00" && &d[5..] != "0000"
}

/// Vehicle identification number (49 CFR 565.15(c)).
pub fn vin(text: &str) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    if text.len() != 17 || !text.bytes().any(|b| b.is_ascii_digit()) || !text.bytes().any(|b| b.is_ascii_uppercase()) {
        return false;
    }
    let value = |c: char| -> Option<u32> {
        Some(match c {
            '0'..='9' => c.to_digit(10)?,
            'A'..='H' => c as u32 - 'A' as u32 + 1,
            'J'..='N' => c as u32 - 'J' as u32 + 1,
            'P' => 7,
            'R' => 9,
            'S'..='Z' => c as u32 - 'S' as u32 + 2,
            _ => return None,
        })
    };
    let mut sum = 0;
    for (c, w) in text.chars().zip(WEIGHTS) {
        let Some(v) = value(c) else { return false };
        sum += v * w;
    }
    let want = match sum % 11 {
        10 => 'X',
        r => char::from_digit(r, 10).unwrap_or('?'),
    };
    text.chars().nth(8) == Some(want)
}

/// Medicare Beneficiary Identifier, eleven places of fixed kinds, dashes left out (CMS, MBI format).
pub fn mbi(text: &str) -> bool {
    let plain: Vec<char> = text.chars().filter(|c| *c != '-').collect();
    let alpha = |c: char| c.is_ascii_uppercase() && !"SLOIBZ".contains(c);
    let num = |c: char| c.is_ascii_digit();
    let either = |c: char| alpha(c) || num(c);
    let [a, b, c, d, e, f, g, h, i, j, k] = plain[..] else { return false };
    ('1'..='9').contains(&a)
        && alpha(b)
        && either(c)
        && num(d)
        && alpha(e)
        && either(f)
        && num(g)
        && alpha(h)
        && alpha(i)
        && num(j)
        && num(k)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_decide() {
        assert!(npi("1234567893") && !npi("1234567890") && !npi("5035550142"));
        assert!(dea("AB1234563") && !dea("AB1234567") && !dea("1234567"));
        assert!(ssn("900-12-3456") && !ssn("000-12-3456") && !ssn("123-00-4567"));
        assert!(vin("1M8GDM9AXKP042788") && !vin("1M8GDM9A1KP042788") && !vin("11111111111111111"));
        assert!(mbi("1EG4-TE5-MK73") && !mbi("1EG4-TE5-MK7"));
        assert!(!npi("") && !dea("é") && !vin("ééééééééééééééééé"));
    }
}
