//! The labelled notes are what they claim to be: readable, of all kinds in both splits, and about nobody.

#[path = "../corpus/gold.rs"]
#[allow(dead_code, reason = "shared with the evaluator, which uses all of it")]
mod gold;

use gold::{Note, Subject};
use std::collections::BTreeSet;

fn split(name: &str) -> Vec<Note> {
    gold::split(&crate::run::root(), name).expect("every note is well-formed")
}

#[test]
fn marks_give_back_the_text_and_whose_it_is() {
    let note = gold::note(
        "dev/a-1",
        "+++\nnames = [\"Jane Roe\"]\n+++\nSeen: {mother#m:phone|555-0100}, \\{x\\}, {trap:drug|Yasmin}.\n",
    )
    .expect("well-formed");
    assert_eq!(note.text, "Seen: 555-0100, {x}, Yasmin.\n");
    assert_eq!(&note.text[note.spans[0].start..note.spans[0].end], "555-0100");
    assert_eq!(note.spans[0].subject, Subject::Other(vec!["mother".into()]));
    assert_eq!((note.spans[0].person.as_deref(), note.spans[0].category.as_str()), (Some("m"), "phone"));
    assert_eq!(note.spans[1].subject, Subject::Trap("drug".into()));
    for bad in ["{mother|}", "{mother|x", "x}", "{aunt|x}", "{mother:tel|x}", "{trap|x}", "{mother|a{b|c}}", "{mother| x}"] {
        assert!(gold::note("dev/a-1", &format!("+++\n\n+++\n{bad}")).is_err(), "{bad}");
    }
}

#[test]
fn both_splits_hold_every_kind_of_note_and_of_trap() {
    let (dev, test) = (split("dev"), split("test"));
    assert!(dev.len() + test.len() >= 150, "{} and {}", dev.len(), test.len());
    let kinds = |notes: &[Note]| notes.iter().map(|n| n.kind.clone()).collect::<BTreeSet<_>>();
    assert_eq!(kinds(&dev), kinds(&test));
    for notes in [&dev, &test] {
        let traps: BTreeSet<&str> = notes
            .iter()
            .flat_map(|n| &n.spans)
            .filter_map(|s| match &s.subject {
                Subject::Trap(kind) => Some(kind.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(traps, gold::TRAPS.iter().copied().collect());
        let of = |s: &gold::Span| matches!(s.subject, Subject::Other(_));
        let found: BTreeSet<&str> = notes.iter().flat_map(|n| &n.spans).filter(|s| of(s)).map(|s| s.category.as_str()).collect();
        let missing: Vec<&&str> = gold::CATEGORIES.iter().filter(|c| !found.contains(**c)).collect();
        assert!(missing.is_empty(), "no third party's {missing:?}");
        let roles: BTreeSet<&str> = notes
            .iter()
            .flat_map(|n| &n.spans)
            .filter_map(|s| match &s.subject {
                Subject::Other(roles) => Some(roles.iter().map(String::as_str)),
                _ => None,
            })
            .flatten()
            .collect();
        let missing: Vec<&&str> = gold::ROLES.iter().filter(|r| !roles.contains(**r)).collect();
        assert!(missing.is_empty(), "nobody is {missing:?}");
    }
}

#[test]
fn the_splits_share_no_full_name() {
    let full = |notes: &[Note]| {
        let others = |s: &&gold::Span| matches!(s.subject, Subject::Other(_) | Subject::Patient) && s.category == "name";
        let names = notes.iter().flat_map(|n| n.spans.iter().filter(others).map(|s| n.text[s.start..s.end].to_lowercase()));
        names.filter(|n| n.contains(' ')).collect::<BTreeSet<_>>()
    };
    let (dev, test) = (full(&split("dev")), full(&split("test")));
    let both: Vec<&String> = dev.intersection(&test).collect();
    assert!(both.is_empty(), "{both:?}");
}

#[test]
fn all_marks_of_a_person_share_a_role() {
    for note in split("dev").iter().chain(&split("test")) {
        let mut roles: std::collections::BTreeMap<&str, &Subject> = Default::default();
        for s in &note.spans {
            let Some(person) = s.person.as_deref() else { continue };
            let first = roles.entry(person).or_insert(&s.subject);
            // One place may tell less than another: `emergency_contact` in a heading, `spouse` in the text.
            let share = match (first, &s.subject) {
                (Subject::Other(a), Subject::Other(b)) => a.iter().any(|r| b.contains(r)),
                (a, b) => *a == b,
            };
            assert!(share, "{} {person}", note.name);
        }
    }
}

/// Telephone numbers in full are 555-01xx or kept for fiction, mail and web addresses of example domains, social security numbers begin with 9.
#[test]
fn nobody_in_the_notes_exists() {
    for note in split("dev").iter().chain(&split("test")) {
        for s in &note.spans {
            let text = &note.text[s.start..s.end];
            // Numbers that a scan made unreadable are read as they were meant.
            let meant = text.chars().map(|c| match c {
                'O' | 'o' => '0',
                'l' | 'I' => '1',
                c => c,
            });
            let digits: String = meant.filter(char::is_ascii_digit).collect();
            let what = format!("{}: {text}", note.name);
            match s.category.as_str() {
                // Extensions and pagers of a house are nobody's elsewhere; Ofcom keeps 020 7946 0xxx, 0131 496 0xxx and the like, 01632 960xxx and 07700 900xxx for
                // fiction, ACMA 0491 570 xxx and 5550 0xxx.
                "phone" | "fax" if digits.len() < 7 || !text.contains(|c: char| c.is_ascii_digit()) => {}
                "phone" | "fax"
                    if ["79460", "4960", "1632960", "7700900", "491570", "55500"].iter().any(|f| digits.contains(f)) => {}
                "phone" | "fax" => {
                    let tail = digits.rfind("55501").map(|at| digits.len() - at);
                    assert!(matches!(tail, Some(7..)), "{what}");
                }
                // HMRC issues no national insurance number that begins with QQ (NIM39110): its own examples do.
                "ssn" if text.starts_with("QQ") => {}
                "ssn" => assert!(digits.starts_with('9') && digits.len() == 9 || digits.len() == 4, "{what}"),
                "email" | "url" => assert!(text.to_lowercase().replace("-\n", "").contains("example."), "{what}"),
                _ => {}
            }
            assert!(s.person.is_none() || !matches!(s.subject, Subject::Trap(_) | Subject::Any), "{what}");
        }
    }
}
