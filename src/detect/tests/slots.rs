//! Places where only a person can stand, numbers beside other people, and what stands in the same places and is a thing.

use super::traps::patient;
use crate::detect::{Context, discover};
use crate::model::mention::{Category, Who};
use proptest::prelude::*;

/// What of `text` is taken for somebody or something of somebody other than the patient.
fn touched(text: &str) -> Vec<bool> {
    let mut out = vec![false; text.len()];
    for m in discover(text, &Context::default(), &patient()).iter().filter(|m| m.who != Who::Patient) {
        out[m.start..m.end].fill(true);
    }
    out
}

#[test]
fn people_are_found_by_their_place() {
    let cases: &[(&str, &[&str])] = &[
        (
            "DATE      | SEEN BY  | WITH          | SUMMARY\n2/3/24    | Stone    | Precious      | wound ok\n2/9/24    | Low/Quick | Zaiden, Misty | cast",
            &["Stone", "Precious", "Low", "Quick", "Zaiden", "Misty"],
        ),
        (
            "Name          Rel      DOB         Phone\nZaiden        son      1/30/2010   -\nPa Nhia       dtr      2/3/2012    -",
            &["Zaiden", "1/30/2010", "Pa Nhia", "2/3/2012"],
        ),
        ("She has three kids (Narek, 14; Lusine 11; the baby, Gevorg).", &["Narek", "Lusine", "Gevorg"]),
        ("Her daughter, Poppy, keeps a diary.", &["Poppy"]),
        ("Staying with the Hendersons next door.", &["Hendersons"]),
        ("Also Chase (my husband) says so, and Honor (daughter) too.", &["Chase", "Honor"]),
        ("Old film read by Good. Retrieved by Innocent.", &["Good", "Innocent"]),
        ("Copies: Mercy, August", &["Mercy", "August"]),
        ("Path (Darkwa) showed nothing.", &["Darkwa"]),
        ("Her boyfriend \"Snake\" Delgado left.", &["Snake\" Delgado"]),
        ("Transcriptionist: lkw\nTech: JDV\n", &["lkw", "JDV"]),
        ("Post wt 60.1. Machine 118802   TM / AO\nend", &["TM", "AO"]),
        ("Requisition in the bag was for VILLASENOR, ARACELI 3/8/1977 P669120.", &["VILLASENOR, ARACELI", "3/8/1977", "P669120"]),
        ("Narcan by Ofc. Broussard #2207 on scene.", &["Broussard", "2207"]),
        ("Corinne Applegarth, LCSW #LCS 28811", &["Corinne Applegarth", "LCS 28811"]),
        ("Her phone was left with Dana Reyes, a coworker, 616-555-\n0148.", &["Dana Reyes", "616-555-\n0148"]),
        ("Seen by Dr. Arkhi-\npov today.", &["Arkhi-\npov"]),
        ("Mother paid, Visa ending 7731.", &["7731"]),
        ("Aunty Pua brings food.", &["Aunty Pua"]),
    ];
    let mut bad = Vec::new();
    for (text, want) in cases {
        let found = touched(text);
        for value in *want {
            let Some(at) = text.find(value) else { panic!("{value} is not in {text}") };
            let missed = (at..at + value.len()).filter(|i| text.as_bytes()[*i].is_ascii_alphanumeric()).any(|i| !found[i]);
            if missed {
                bad.push(format!("{value:?} in {text:?}"));
            }
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn things_in_the_same_places_stay() {
    let cases = [
        "Kayser-Fleischer rings and Quincke edema; Permcath n/a.",
        "A Veress needle and Hasson trocar were used. Bookwalter, Bair Hugger.",
        "Wharton jelly normal. Nyberg criteria normal. Schmorl nodes. Bochdalek defect absent.",
        "Exam: Ludington negative. Cooper ligaments normal. Gail 3.1.",
        "Exam shows Mc-\nMurray positive and Lach-\nman negative.",
        "Pharmacy is on jefferson davis hwy.",
        "Allis and Babcock clamps. Plummer-Vinson.",
        "The dog Max sleeps here; Bear (dog) has it also.",
        "Date       | Provider notified | Reason\n1/2/24     | Yes               | Pending",
        "Father: Deceased. Mother: Living. Charge: Pending. Copies: Pending",
    ];
    let mut bad = Vec::new();
    for text in cases {
        let found: Vec<String> = discover(text, &Context::default(), &patient())
            .iter()
            .filter(|m| m.category == Category::Name && m.who != Who::Patient)
            .map(|m| format!("{} ({})", &text[m.start..m.end], m.rule))
            .collect();
        if !found.is_empty() {
            bad.push(format!("{text:?}: {found:?}"));
        }
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}

#[test]
fn hostile_letters_hide_nothing_and_break_nothing() {
    for text in [
        "Dr. Ka\u{200b}ren W\u{200d}u called.",
        "Dr. \u{202e}Karen Wu\u{202c} called.",
        "Dr. Karen\u{0} Wu called.",
        "Dr. K\u{430}ren Wu called.",
        "Dr. Karen Wu\u{feff} called.",
    ] {
        let found = discover(text, &Context::default(), &patient());
        let wu = text.find('W').unwrap();
        assert!(found.iter().any(|m| m.start <= wu && wu < m.end), "{text:?}: {found:?}");
    }
}

proptest! {
    /// Rows, brackets, quotes and broken words in any order: offsets stay on characters and in order.
    #[test]
    fn layouts_of_all_kinds_are_read(parts in proptest::collection::vec(
        prop_oneof![
            Just("|"), Just("  "), Just("\n"), Just("\t"), Just("("), Just(")"), Just("\""), Just("Name"), Just("RN"), Just("Seen by"),
            Just("Precious"), Just("Kowal-\nczyk"), Just("wife"), Just("the Hendersons"), Just(":"), Just("/"), Just("3/8/1977"),
            Just("#2207"), Just("é\u{301}"), Just("陈伟"), Just("\u{202e}"), Just("\u{0}"), Just("KM"), Just(","), Just("-"), Just("by"),
        ],
        0..40,
    )) {
        let text = parts.join(" ");
        let mut last = 0;
        for m in discover(&text, &Context::default(), &patient()) {
            prop_assert!(m.start >= last && m.end > m.start && text.get(m.start..m.end).is_some());
            last = m.end;
        }
    }
}
