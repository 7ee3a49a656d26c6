//! Initials beside a name that was found without them: `D. Pirie` where `Pirie` was found, `Kehau A.`, `LINDQVIST, M`.

use super::fold::folded;
use super::words::{NameLike, folded_like, is_given, is_running_word};
use crate::model::mention::{Category, Mention, Who};

/// Words that a single capital belongs to: `hepatitis C. Jones called`.
const LETTERED: &[&str] = &[
    "hepatitis",
    "vitamin",
    "type",
    "group",
    "class",
    "grade",
    "stage",
    "influenza",
    "plan",
    "unit",
    "bed",
    "part",
    "step",
    "protein",
    "factor",
    "medicare",
    "hep",
    "vit",
    "room",
    "option",
    "category",
    "appendix",
    "section",
    "blood",
    "level",
    "pod",
    "bay",
    "triage",
];

/// Lengthens the names of others in `found` (sorted, without overlaps) by the initials that stand beside them.
pub fn lengthen(text: &str, found: &mut [Mention]) {
    for i in 0..found.len() {
        let floor = i.checked_sub(1).and_then(|k| found.get(k)).map_or(0, |m| m.end);
        let ceiling = found.get(i + 1).map_or(text.len(), |m| m.start);
        let Some(m) = found.get_mut(i).filter(|m| m.category == Category::Name && !matches!(m.who, Who::Patient | Who::Nobody))
        else {
            continue;
        };
        let (Some(head), Some(name), Some(tail)) = (text.get(floor..m.start), text.get(m.start..m.end), text.get(m.end..ceiling))
        else {
            continue;
        };
        if m.start < floor || m.end > ceiling || name.chars().filter(|c| c.is_alphabetic()).count() < 3 {
            continue;
        }
        let more = before(head, name).max(particles(head, name));
        m.start -= more;
        if more == 0 {
            m.end += after(tail, name);
        }
        m.end += text.get(m.end..ceiling).map_or(0, |tail| torn(name, tail));
        m.end += text.get(m.end..ceiling).map_or(0, |tail| named_day(name, tail));
        m.end += text.get(m.end..ceiling).map_or(0, generation);
        m.end += text.get(m.end..ceiling).map_or(0, |tail| login(name, tail));
    }
}

/// Bytes of `head` that are initials of the name behind it.
fn before(head: &str, name: &str) -> usize {
    let small = name.chars().next().is_some_and(char::is_lowercase);
    let loud = name.chars().filter(|c| c.is_alphabetic()).all(char::is_uppercase);
    let mut rest = head;
    for _ in 0..2 {
        let bare = rest.strip_suffix(' ').unwrap_or(rest);
        let dotted = bare.strip_suffix('.');
        let Some(letter) = dotted.unwrap_or(bare).chars().next_back() else { break };
        let stem = dotted.unwrap_or(bare);
        let left = &stem[..stem.len() - letter.len_utf8()];
        let fits = match dotted {
            Some(_) => letter.is_uppercase() || small && letter.is_lowercase(),
            // `Prescriber: S HABTE`: without its point only in capitals, at the head of a field.
            None => loud && bare.len() < rest.len() && letter.is_uppercase() && !matches!(letter, 'I' | 'A') && opens(left),
        };
        let glued = left.chars().next_back().is_some_and(|c| c.is_alphanumeric() || matches!(c, '\'' | '-' | '/' | '&' | '+'));
        let word = left.trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or("").to_lowercase();
        let lettered = LETTERED.contains(&word.as_str()) && left.ends_with(' ');
        if !fits || glued || lettered {
            break;
        }
        rest = left;
        if !left.ends_with([' ', '.']) {
            break;
        }
    }
    // A blank before the initials is none of the name.
    head.len() - rest.len()
}

/// Bytes of `head` that are particles of the family name behind it: `de la Cruz, Maria` where `Cruz, Maria` was found. A given name alone
/// has none.
fn particles(head: &str, name: &str) -> usize {
    let family = name.contains(',') || !name.contains(' ') && !is_given(&folded(name));
    if !family {
        return 0;
    }
    let (mut rest, mut taken) = (head, head.len());
    for _ in 0..3 {
        let Some(bare) = rest.strip_suffix(' ') else { break };
        let word = bare.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("");
        let left = &bare[..bare.len() - word.len()];
        let apart = left.is_empty() || left.ends_with([' ', '\n', '\t', '|', '(', '"', ':', ',']);
        match word.to_lowercase().as_str() {
            "de" | "del" | "della" | "di" | "da" | "dos" | "das" | "van" | "von" if apart => taken = left.len(),
            "la" | "las" | "los" | "der" | "den" | "ter" | "ten" if apart => {}
            _ => break,
        }
        rest = left;
    }
    head.len() - taken
}

/// A line, a cell or a field begins behind `left`.
fn opens(left: &str) -> bool {
    left.is_empty()
        || left.ends_with(['\n', '\t', '|', '(', '"'])
        || left.ends_with("  ")
        || left.ends_with(": ")
        || left.ends_with("| ")
}

/// Bytes of `tail` that are the initial behind the name.
fn after(tail: &str, name: &str) -> usize {
    if name.contains(',') || name.trim_end_matches('.').rsplit(' ').next().is_some_and(|w| w.chars().count() == 1) {
        return 0;
    }
    let small = name.chars().all(|c| !c.is_uppercase());
    let comma = tail.strip_prefix(',');
    let rest = comma.unwrap_or(tail);
    let gap = rest.strip_prefix(' ');
    let rest = gap.unwrap_or(rest);
    let Some(letter) = rest.chars().next().filter(|c| c.is_alphabetic()) else { return 0 };
    if comma.is_none() && gap.is_none() || !letter.is_uppercase() && !small {
        return 0;
    }
    let rest = &rest[letter.len_utf8()..];
    let dotted = rest.strip_prefix('.');
    let rest = dotted.unwrap_or(rest);
    let closed = rest.is_empty()
        || rest.starts_with(['\n', '\r', '\t', '|', '"', ')', ',', ';'])
        || rest.starts_with("  ")
        || rest.starts_with(" (")
        || rest.starts_with(" |");
    // `Roe F 61`: a sex; `Roe, I feel fine`: somebody speaks.
    let sex = matches!(letter, 'F' | 'M' | 'f' | 'm') && comma.is_none() && dotted.is_none();
    let speaks = matches!(letter, 'I' | 'a' | 'A') && dotted.is_none() && !closed;
    // `Kehau A. 1500`, but not `..., seen by Rosa. A. Plan`.
    let ends = closed || dotted.is_some_and(|r| r.starts_with(' ')) && letter.is_uppercase() && comma.is_none();
    // `Abrahamson, S. 77120984`, but not `Abrahamson, S. Okafor`: that is two people.
    let surname = comma.is_some() && dotted.is_some() && !name.contains(' ') && !sex;
    let alone = surname && rest.strip_prefix(' ').is_some_and(|r| !r.starts_with(char::is_uppercase));
    if sex || speaks || !ends && !alone || comma.is_some() && !closed && !alone {
        return 0;
    }
    tail.len() - rest.len()
}

/// Bytes of `tail` that are the rest of a name which a scan or a line end tore: `Raf aela`, `Mr. Quarter-` / `maine`.
fn torn(name: &str, tail: &str) -> usize {
    let last = name.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or("");
    let broken = tail.strip_prefix("-\n").or_else(|| tail.strip_prefix("-\r\n"));
    let Some(rest) = broken.or_else(|| tail.strip_prefix(' ')) else { return 0 };
    let part = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    let small = part.len() >= 2 && part.chars().all(char::is_lowercase);
    if last.chars().count() < 2 || !last.starts_with(char::is_uppercase) || !small {
        return 0;
    }
    let whole = folded(last) + &folded(part);
    let known = folded_like(&whole) == NameLike::Name;
    // A hyphen at a line end breaks a word; a blank within one is a scanner's, when both halves are no words by themselves.
    let running = is_running_word(&folded(part));
    let complete = last.len() > 2 && folded_like(&folded(last)) == NameLike::Name;
    let one = if broken.is_some() { known || !running } else { known && part.len() <= 4 && !complete && !running };
    if one { tail.len() - rest.len() + part.len() } else { 0 }
}

/// Bytes of `tail` that go on a user name: `porfirio_d`, `bfennelly_2`.
fn login(name: &str, tail: &str) -> usize {
    let small = name.chars().all(|c| c.is_lowercase() || c.is_ascii_digit());
    let Some(rest) = tail.strip_prefix('_').filter(|_| small) else { return 0 };
    let part = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    let behind = rest.get(part.len()..).unwrap_or("");
    let file = behind.strip_prefix('.').is_some_and(|b| b.starts_with(char::is_alphanumeric));
    if (1..=3).contains(&part.len()) && !file && !behind.starts_with(['_', '-'])
        || part.is_empty() && behind.starts_with([' ', '\n'])
    {
        1 + part.len()
    } else {
        0
    }
}

/// Bytes of `tail` that are the family name Day behind a given name: alone the word is a day more often than anybody.
fn named_day(name: &str, tail: &str) -> usize {
    let given = !name.contains(' ') || name.rsplit(' ').next().is_some_and(|w| is_given(&folded(w))) && !name.contains(',');
    let Some(behind) = tail.strip_prefix(" Day").or_else(|| tail.strip_prefix(" DAY")) else { return 0 };
    let mut next = behind.chars();
    let first = next.next();
    if !given || first.is_some_and(|c| c.is_alphanumeric() || c == '-') {
        return 0;
    }
    // `Rosemary Day Center`, `Lily Day 3`; but `Teresa Day RN`
    let word = behind.trim_start_matches(' ').split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    let house = first == Some(' ') && word.chars().next().is_some_and(|c| c.is_ascii_digit() || c.is_uppercase());
    let credential = word.len() <= 4 && word.chars().all(char::is_uppercase) && name.chars().any(char::is_lowercase);
    if house && !credential { 0 } else { " Day".len() }
}

/// Bytes of `tail` that tell a generation: ` Jr.`, `, Senior`, ` III`.
fn generation(tail: &str) -> usize {
    let rest = tail.strip_prefix(',').unwrap_or(tail);
    let Some(rest) = rest.strip_prefix(' ') else { return 0 };
    let word = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    let behind = rest.get(word.len()..).unwrap_or("");
    let ends = behind.is_empty()
        || behind.starts_with([',', ')', ';', '.', '\n', '\r', '\t', '|', '"', '\'', '\u{2019}'])
        || behind.starts_with(" (");
    // `Wei Sr Agnes` is a sister's title.
    let titled = behind.strip_prefix(' ').is_some_and(|b| b.starts_with(char::is_uppercase));
    let fits = match word {
        // `Roe, junior doctor`
        "junior" | "senior" | "Junior" | "Senior" if tail.starts_with(',') => ends,
        "Jr" | "JR" | "jr" | "Jnr" | "Junior" | "JUNIOR" | "junior" | "Senior" | "SENIOR" | "senior" | "Snr" | "snr"
        | "Filho" | "Neto" => true,
        "Sr" | "SR" | "sr" => ends || !titled,
        // `Mallory IV fluids`
        "II" | "III" | "IV" | "2nd" | "3rd" => ends,
        _ => false,
    };
    if !fits {
        return 0;
    }
    let dot = usize::from(behind.starts_with('.') && matches!(word.to_lowercase().as_str(), "jr" | "sr" | "jnr" | "snr"));
    tail.len() - behind.len() + dot
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::role::Role;
    use proptest::prelude::*;

    fn lengthened(text: &str, name: &str) -> String {
        let start = text.find(name).unwrap();
        let who = Who::New(Role::Nurse);
        let mut found = [Mention {
            weighed: false,
            start,
            end: start + name.len(),
            category: Category::Name,
            who,
            rule: "test",
            confidence: 0.9,
            name: None,
        }];
        lengthen(text, &mut found);
        text[found[0].start..found[0].end].to_string()
    }

    #[test]
    fn a_generation_behind_a_name_belongs_to_it() {
        for (text, name, want) in [
            ("his father Amos Roe Sr. came", "Amos Roe", "Amos Roe Sr."),
            ("dad is Sione senior (in Apia)", "Sione", "Sione senior"),
            ("Not Hohepa junior, who", "Hohepa", "Hohepa junior"),
            ("(father) ODELL ROE, SR", "ODELL ROE", "ODELL ROE, SR"),
            ("grandfather Ray Roe III, seen", "Ray Roe", "Ray Roe III"),
            ("Mallory IV fluids running", "Mallory", "Mallory"),
            ("her brother, Lazarus Day, age 88", "Lazarus", "Lazarus Day"),
            ("by Teresa Day RN", "Teresa", "Teresa Day"),
            ("at the Rosemary Day Center", "Rosemary", "Rosemary"),
            ("with Lily Day 3 of", "Lily", "Lily"),
            ("NUM Wei Sr Agnes", "Wei", "Wei"),
            ("Roe, junior doctor", "Roe", "Roe"),
        ] {
            assert_eq!(lengthened(text, name), want, "{text}");
        }
    }

    #[test]
    fn initials_beside_a_name_belong_to_it() {
        for (text, name, want) in [
            ("check D. Pirie", "Pirie", "D. Pirie"),
            ("by J. P. Oyarzabal, MD", "Oyarzabal", "J. P. Oyarzabal"),
            ("by J.P. Oyarzabal, MD", "Oyarzabal", "J.P. Oyarzabal"),
            ("agent k. blankenship", "blankenship", "k. blankenship"),
            ("Prescriber: S HABTE    Pharmacy", "HABTE", "S HABTE"),
            ("D. Tsering to Kehau A. 1500", "Kehau", "Kehau A."),
            ("9-02  thorvaldsen, k   72m", "thorvaldsen", "thorvaldsen, k"),
            ("\"LINDQVIST, M\"", "LINDQVIST", "LINDQVIST, M"),
            ("TECHNOLOGIST: SKYLER P, RT(R)", "SKYLER", "SKYLER P"),
            ("402  de la Cruz, Maria 29F", "Cruz, Maria", "de la Cruz, Maria"),
            ("6 DE LA ROSA, I", "ROSA, I", "DE LA ROSA, I"),
            ("orthopod van Niekerk who", "Niekerk", "van Niekerk"),
            ("a la Roche", "Roche", "Roche"),
            ("in the van Maria said", "Maria", "Maria"),
            ("other acct (Abrahamson, S. 77120984)", "Abrahamson", "Abrahamson, S."),
            ("seen by Abrahamson, S. Okafor, P.", "Abrahamson", "Abrahamson"),
            ("Dr. Raf aela saw him", "Raf", "Raf aela"),
            ("landlord, a Mr. Quarter-\nmaine, had", "Quarter", "Quarter-\nmaine"),
            ("Thread by porfirio_d.", "porfirio", "porfirio_d"),
            ("see porfirio_med_list.pdf", "porfirio", "porfirio"),
            // None of the name.
            ("sister Vera in town", "Vera", "Vera"),
            ("Dr. Roe-\nhe said", "Roe", "Roe"),
            ("hepatitis C. Jones called", "Jones", "Jones"),
            ("told Rosa, I feel fine", "Rosa", "Rosa"),
            ("Esposito F 61", "Esposito", "Esposito"),
            ("PLAN A JONES", "JONES", "JONES"),
            ("Rosa a nurse", "Rosa", "Rosa"),
            ("both R/L. Jones", "Jones", "Jones"),
        ] {
            assert_eq!(lengthened(text, name), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn ranges_stay_in_order_and_on_characters(text in "[A-Za-z .,é\\n|]{0,40}", a in 0usize..40, b in 0usize..40) {
            let (a, b) = (a.min(b).min(text.len()), a.max(b).min(text.len()));
            if a < b && text.is_char_boundary(a) && text.is_char_boundary(b) {
                let mut found = [Mention { weighed: false,
                    start: a, end: b, category: Category::Name, who: Who::Ambiguous, rule: "test", confidence: 0.9, name: None,
                }];
                lengthen(&text, &mut found);
                prop_assert!(found[0].start <= a && found[0].end >= b && text.get(found[0].start..found[0].end).is_some());
            }
        }
    }
}
