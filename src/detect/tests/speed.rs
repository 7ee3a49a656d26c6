//! Measures: `cargo test --release --lib detect::tests::speed -- --ignored --nocapture`.

use super::known::person;
use super::traps::patient;
use crate::detect::{Context, Dictionary, Knowledge, discover};
use crate::model::document::Class;
use crate::model::person::{Address, Telecom};
use crate::model::role::Role;
use crate::model::roster::{Person, Roster};
use std::hint::black_box;
use std::time::Instant;

/// A roster as of a large export: two hundred people with phones and addresses.
fn knowledge() -> Knowledge {
    let families = [
        "Okonkwo",
        "Abernathy",
        "Kowalczyk",
        "Natarajan",
        "Lindqvist",
        "Castellanos",
        "Thackeray",
        "Pinkney",
        "Volkov",
        "Maddox",
    ];
    let givens = ["Hannah", "Owen", "Priya", "Dmitri", "Simone", "Colin", "Beatrix", "Cornelius", "Denise", "Fenwick"];
    let mut persons: Vec<Person> = vec![person(0, Role::Patient, &["Jane", "Anne"], "Smith")];
    for i in 1..200u32 {
        let (g, f) = (givens[i as usize % 10], families[i as usize / 10 % 10]);
        let mut p = person(i, Role::Physician, &[g], &format!("{f}{}", ["", "s", "er", "man"][i as usize % 4]));
        p.telecoms.push(Telecom { system: "phone".into(), value: format!("206-555-{:04}", i * 37 % 10_000) });
        p.addresses.push(Address {
            lines: vec![format!("{} Quarry Road", i * 13)],
            city: "Fairhaven".into(),
            ..Address::default()
        });
        persons.push(p);
    }
    Knowledge::new(&Roster { persons }, &patient(), &Dictionary::default())
}

const SHORT: &[&str] = &[
    "http://loinc.org",
    "8302-2",
    "final",
    "2019-04-12T10:30:00-07:00",
    "urn:uuid:5f1c9c02-6a0b-4a4f-9d4c-1f9be3b8f5a1",
    "Body Height",
    "vital-signs",
    "http://terminology.hl7.org/CodeSystem/observation-category",
    "162673000",
    "General examination of patient (procedure)",
    "cm",
    "AMB",
];

const NOTE: &str = "Ms. Smith is a 39-year-old woman with Hashimoto thyroiditis, seen six weeks after delivery. She reports fatigue, no palpitations.\n\
No sign of Graves disease; TRAb negative. Murphy's sign negative. Levothyroxine 75 mcg daily, continues. Foley catheter was removed.\n\
Vitals: BP 118/76, HR 72, RR 14, Temp 98.6 F, SpO2 99% on room air. Weight 62.1 kg. Lungs clear to auscultation bilaterally, no wheezes.\n\
Assessment/Plan: TSH 1.50 mIU/L, at goal. Repeat TSH in 8 weeks. Discussed diet and exercise with patient, who agrees with the plan.\n\
Her mother, Graciela Reyes, will come along to interpret. Electronically signed by: Hannah Okonkwo, MD 06/27/2023 16:42\n\n";

#[test]
#[ignore = "measures time; for release builds"]
fn print_speed() {
    let k = knowledge();
    for class in [Class::Code, Class::Narrative] {
        let ctx = Context { class, ..Context::default() };
        for text in SHORT {
            let rounds = 200_000u32;
            let begun = Instant::now();
            for _ in 0..rounds {
                black_box(k.scan(black_box(text), &ctx));
            }
            println!("scan {class:?} {:5.0} ns  {text}", begun.elapsed().as_nanos() as f64 / f64::from(rounds));
        }
    }
    let (ctx, who) = (Context::default(), patient());
    for (what, text) in [("note", NOTE.repeat(400)), ("short notes", NOTE.to_string())] {
        let rounds = (4 << 20) / text.len() + 1;
        let begun = Instant::now();
        for _ in 0..rounds {
            black_box(discover(black_box(&text), &ctx, &who));
        }
        println!("discover {what}: {:.1} MB/s", (rounds * text.len()) as f64 / begun.elapsed().as_secs_f64() / 1e6);
        let begun = Instant::now();
        for _ in 0..rounds {
            black_box(k.scan(black_box(&text), &ctx));
        }
        println!("scan {what}: {:.1} MB/s", (rounds * text.len()) as f64 / begun.elapsed().as_secs_f64() / 1e6);
    }
}
