//! The labelled notes are what they claim to be: readable, of all kinds in both splits, and about nobody.

#[path = "../corpus/gold.rs"]
#[allow(dead_code, reason = "shared with the evaluator, which uses all of it")]
mod gold;

use gold::{Note, Subject};

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

/// Telephone numbers are 555-01xx, mail and web addresses of example domains, social security numbers begin with 9.
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
                "phone" | "fax" => {
                    let tail = digits.rfind("55501").map(|at| digits.len() - at);
                    assert!(matches!(tail, Some(7..)), "{what}");
                }
                "ssn" => assert!(digits.starts_with('9') && digits.len() == 9 || digits.len() == 4, "{what}"),
                "email" | "url" => assert!(text.to_lowercase().contains("example."), "{what}"),
                _ => {}
            }
            assert!(s.person.is_none() || !matches!(s.subject, Subject::Trap(_) | Subject::Any), "{what}");
        }
    }
}
