//! With the real weights where they are installed (scripts/setup); else "skipped", except in continuous integration.

use super::verdict::Answer;
use super::windows::WINDOW;
use super::{DOUBT, Names, RULE, read_names};
use crate::detect::identity::Own;
use crate::detect::tests::traps::patient;
use crate::detect::{Context, discover, merge};
use crate::model::document::Class;
use crate::model::mention::{Mention, Who};
use crate::model::request::Identity;
use proptest::prelude::*;
use rayon::prelude::*;
use std::sync::Arc;

fn model() -> Option<Arc<Names>> {
    let names = Names::shared();
    match names.missing() {
        None => Some(names),
        Some(why) if std::env::var("CI").is_ok_and(|v| v == "true") => panic!("{why}"),
        Some(why) => {
            eprintln!("skipped: {why}");
            None
        }
    }
}

fn ask(names: &Names, text: &str) -> Answer {
    let (ctx, identity) = (Context::default(), Identity::default());
    let found = discover(text, &ctx, &identity);
    read_names(names, text, &ctx, &identity, &found, &|_| false)
}

/// What all layers together find.
fn all(names: &Names, text: &str) -> Vec<Mention> {
    let (ctx, identity) = (Context::default(), Identity::default());
    merge(discover(text, &ctx, &identity), ask(names, text).mentions)
}

fn covered(names: &Names, text: &str, name: &str) -> bool {
    let at = text.find(name).expect("the name is in the text");
    all(names, text).iter().any(|m| m.start <= at && at + name.len() <= m.end)
}

#[test]
fn names_that_nothing_announces_are_found() {
    let Some(names) = model() else { return };
    for (text, name) in [
        ("Rode in with Oluwaseun Adebayo-Fashola, who waited outside.", "Oluwaseun Adebayo-Fashola"),
        ("Left a voice mail for Thandiwe this morning about the forms.", "Thandiwe"),
        ("Reached Kowalczyk at work; she will bring the paperwork.", "Kowalczyk"),
        ("Nguyễn Thị Hồng brought the forms and asked for a copy.", "Nguyễn Thị Hồng"),
    ] {
        assert!(covered(&names, text, name), "{text}: {:?}", all(&names, text));
    }
}

/// The disease later in the text took the doctor's name with it.
#[test]
fn a_doctor_named_like_a_disease_does_not_fall_beside_it() {
    let Some(names) = model() else { return };
    let text = "Dr. Owen Graves reviewed the plan. Graves will call on Friday. Thyroid: Graves disease.";
    assert!(!ask(&names, text).mentions.iter().any(|m| m.rule == super::NO_NAME));
}

#[test]
fn what_is_named_after_people_is_left() {
    let Some(names) = model() else { return };
    for text in [
        "No sign of Graves disease. Murphy's sign negative. Foley in place, Jackson-Pratt drain removed.",
        "Started Jardiance and Yasmin in April; stopped Atenolol. Continue Wegovy 0.5 mg.",
        "Transferred from Johns Hopkins to Brigham; lives in Austin since May.",
        "Hashimoto thyroiditis, Barrett esophagus, Baker cyst. Apgar 8 and 9. Braden 18. Bishop score 6.",
        "Hoffmann neg, Babinski down. Stevens-Johnson rash; Jackson-Pratt x1. A Hasson trocar was used.",
        "She takes Lysteda as needed. Ceruloplasmin is low. Language: Tigrinya. Lives with a spaniel, Winston.",
        "TSH 1.5, CBC and BMP normal. Metoprolol tartrate, Lisinopril and Ondansetron were given.",
    ] {
        let found = ask(&names, text).mentions;
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

/// What of `text`, which is about Jane Smith, is kept as hers and what goes, after all layers.
fn settled(names: &Names, text: &str) -> (Vec<String>, Vec<String>) {
    let (ctx, identity) = (Context::default(), patient());
    let found = discover(text, &ctx, &identity);
    let read = read_names(names, text, &ctx, &identity, &found, &|_| false);
    let all = super::joined(&found, &read.mentions);
    let of = |m: &Mention| text[m.start..m.end].to_string();
    let (own, others): (Vec<&Mention>, Vec<&Mention>) = all.iter().partition(|m| m.who == Who::Patient);
    (own.into_iter().map(of).collect(), others.into_iter().map(of).collect())
}

/// No label and no pattern tells whose such numbers are.
#[test]
fn a_number_is_whose_the_words_around_say() {
    let Some(names) = model() else { return };
    let text = "CPAP SN 23191004417 - mine\nCPAP SN 23191004471 - belongs to my brother, please take OFF\n";
    let (_, others) = settled(&names, text);
    assert!(others.contains(&"23191004471".to_string()) && !others.contains(&"23191004417".to_string()), "{others:?}");
    let text = "The loop recorder of Mr. Roe in the next bed is RLA 118420, the patient's own is RLA 331907.";
    let (_, others) = settled(&names, text);
    assert!(others.contains(&"RLA 118420".to_string()) && !others.contains(&"RLA 331907".to_string()), "{others:?}");
}

#[test]
fn a_name_found_once_is_found_again() {
    let Some(names) = model() else { return };
    let text = "Cath in AM w/ Lindqvist. Labs are due. Discussed with Dr. Lindqvist.";
    let found = all(&names, text);
    let who: Vec<&Who> = found.iter().map(|m| &m.who).collect();
    assert!(found.len() == 2 && who[0] == who[1], "{found:?}");
}

#[test]
fn a_name_across_a_window_border_is_found() {
    let Some(names) = model() else { return };
    let name = "Oluwaseun Adebayo-Fashola";
    let filler = "went home and rested and ate and slept and walked and came back and ";
    for at in (WINDOW - 90..WINDOW + 30).step_by(15) {
        let mut text = filler.repeat(at / filler.len() + 1);
        text.truncate(at);
        let text = format!("{text} with {name} and {}", filler.repeat(40));
        let spans = super::windows::windows(&text);
        assert!(spans.len() > 1, "the border lies in the text");
        // Too long to be read whole, so that the borders are those of the windows.
        let scores = names.scores(&[&text], &Own::default()).expect("the model reads");
        let start = text.find(name).expect("the name is there");
        let within = |s: &&super::net::Scored| (s.start as usize) < start + name.len() && (s.end as usize) > start;
        let low = scores[0].iter().filter(within).filter(|s| s.name() < 0.2).count();
        assert!(low <= 1, "at {at}: {:?}", scores[0].iter().filter(within).collect::<Vec<_>>());
        assert!(covered(&names, &text, name), "at {at}");
    }
}

#[test]
fn batches_and_memory_change_no_score() {
    let Some(names) = model() else { return };
    let texts = [
        "Called Thandiwe about the forms.",
        "Oluwaseun drove her home after the visit, and will come again on Monday with the papers.",
        "Kowalczyk.",
        "Reached Jessica Tran at work; she will bring the paperwork and a list of what the patient takes at home.",
    ];
    let own = Own::new(&patient());
    let together = names.net().expect("loads").read(&texts, &own).expect("reads");
    for (text, scores) in texts.iter().zip(&together) {
        let alone = names.net().expect("loads").read(&[text], &own).expect("reads");
        let close = alone[0].iter().zip(scores).all(|(a, b)| a.start == b.start && (a.name() - b.name()).abs() < 1e-4);
        assert!(close && alone[0].len() == scores.len(), "{text}");
        let remembered = names.scores(&[text, text], &own).expect("reads");
        assert_eq!(remembered[0], names.scores(&[text], &own).expect("reads")[0]);
    }
}

#[test]
fn the_patient_stays_and_doubt_is_asked() {
    let Some(names) = model() else { return };
    let identity = patient();
    let ctx = Context::default();
    let text = "Smith rested well overnight. Jane ate breakfast.";
    let found = discover(text, &ctx, &identity);
    let read = read_names(&names, text, &ctx, &identity, &found, &|_| false);
    assert!(read.mentions.iter().all(|m| m.who == Who::Patient), "{:?}", read.mentions);
    // What the document itself names is left out, and the caller is told.
    let read = read_names(&names, text, &ctx, &identity, &found, &|w| w == "smith" || w == "jane");
    assert!(read.mentions.is_empty());
}

/// The two were read as one name, surname first, and the patient's name alone was then in doubt.
#[test]
fn the_patient_behind_a_comma_is_no_part_of_another_name() {
    let Some(names) = model() else { return };
    let text = "Dear Dr. Graves,\nthis is Graciela, Jane's mom, writing from her account. Her blood pressure was 118/76.";
    let (ctx, identity) = (Context::default(), patient());
    let found = discover(text, &ctx, &identity);
    let read = read_names(&names, text, &ctx, &identity, &found, &|_| false).mentions;
    assert!(!read.iter().any(|m| text[m.start..m.end].contains(',')), "{read:?}");
}

#[test]
fn a_model_that_fails_leaves_the_words_to_a_person() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("model_q4.onnx"), b"not a model").unwrap();
    std::fs::write(dir.path().join("vocab.txt"), b"[PAD]").unwrap();
    let names = Names { files: Ok(super::files::Files::at(dir.path())), ..Names::none("") };
    assert_eq!(names.missing(), None);
    let read = ask(&names, "Left a voice mail for Qhawenkazi this morning.");
    assert!(read.mentions.iter().any(|m| m.who == Who::Ambiguous && m.rule == "model.failed"), "{read:?}");
    assert!(names.missing().is_some_and(|why| why.contains("SHA-256")));
}

#[test]
fn codes_and_texts_without_an_open_word_are_not_asked() {
    let names = Names { files: Ok(super::files::Files::at(std::path::Path::new("/nowhere"))), ..Names::none("") };
    for (class, text) in [
        (Class::Code, "Thandiwe"),
        (Class::Url, "http://example.org/Thandiwe"),
        (Class::Narrative, "The patient reports fatigue, no palpitations. Lungs clear to auscultation bilaterally."),
        (Class::Narrative, ""),
        (Class::Title, "Xyzzolimab injection"),
    ] {
        let ctx = Context { class, ..Context::default() };
        let read = read_names(&names, text, &ctx, &Identity::default(), &[], &|_| false);
        assert!(read.mentions.is_empty() && names.missing().is_none(), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn offsets_fit_any_text(text in "(\\PC{0,12}( |\n|Thandiwe |Núñez, |J. ))|\\PC*") {
        if let Some(names) = model() {
            for m in ask(&names, &text).mentions {
                prop_assert!(m.start < m.end && text.get(m.start..m.end).is_some());
                prop_assert!(m.rule == RULE || m.rule == DOUBT || m.rule == super::figures::RULE || m.rule == super::files::AGAIN || m.rule == crate::detect::weighed::doubt::RULE || m.rule == crate::detect::weighed::mine::RULE);
            }
        }
    }
}

/// Products are shared out among the workers of a pool; those who wait for the model to be loaded cannot take any.
#[test]
fn workers_who_all_wait_for_the_model_get_it() {
    if model().is_none() {
        return;
    }
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let names = Names::open();
        let ask = |n: usize| names.scores(&[&format!("Seen by Karen Wu {n}")], &Own::default()).map(|s| s.len());
        let all: Result<Vec<usize>, String> = (0..64).into_par_iter().map(ask).collect();
        let _ = tell.send(all);
    });
    let all = told.recv_timeout(std::time::Duration::from_secs(120)).expect("nobody waits for ever");
    assert_eq!(all.expect("the model reads").len(), 64);
}
