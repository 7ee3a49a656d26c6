//! A made-up case for the tests of this folder. Every value that must stay inside is listed in [`SECRETS`].

use crate::model::case::*;
use crate::model::decision::{Action, Decision};
use crate::model::document::Note;
use crate::model::identity::{
    self, Candidate, Counterfactual, DocumentVerdict, Explained, IdentityDecision, PageVerdict, Step, Waterfall,
};
use crate::model::ledger::{ChoiceEffect, Entry, Place, ReviewItem};
use crate::model::mention::Category;
use crate::model::person::{Address, Identifier, Name, Telecom};
use crate::model::policy::{GroupRule, Policy, WithholdRule};
use crate::model::request::{Identity, KnownRelative, Request};
use crate::model::role::{Role, RoleGroup};
use crate::model::roster::Person;
use std::collections::BTreeMap;

/// Values of third parties and of the input that the recipient must not see.
pub(super) const SECRETS: &[&str] = &[
    "Walpurga",
    "Ziegenbein",
    "555-0142",
    "walpurga@example.test",
    "17 Hollow Lane",
    "1951-03-09",
    "MRN-778812",
    "Ottokar",
    "Quandt",
    "Practitioner/qx-77",
    "inputs/ziegenbein-walpurga.json",
    "e5b1a6b1c1e0d2f3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b",
    "clerk.hannelore",
    "Is this the patient or her mother?",
    "harm to a named sister",
    "case-4711",
    "Twin sister Kunigunde",
];

fn decision(action: Action, reason: &str, by: &str) -> Decision {
    let basis = match by {
        "machine" => "45 CFR 164.502(a): no permission to disclose another individual's protected health information",
        _ => "clerk.hannelore: Walpurga asked for it",
    };
    Decision { action, reason: reason.into(), basis: basis.into(), by: by.into() }
}

fn place(file: &str, path: &str) -> Place {
    Place { file: file.into(), path: path.into(), offset: 120, len: 19 }
}

/// Entries of every kind, originals included.
pub(super) fn entries() -> Vec<Entry> {
    let entry = |no, path: &str, category, role: Option<Role>, label: Option<&str>, action, original: &str| Entry {
        no,
        place: place("patient.json", path),
        category,
        role,
        label: label.map(String::from),
        decision: decision(action, "TP-FAM", "machine"),
        rule: "roster.full-name".into(),
        confidence: 0.98,
        replacement: label.unwrap_or_default().into(),
        original: Some(original.into()),
    };
    use Action::*;
    let mother = (Some(Role::Mother), Some("[MOTHER]"));
    let mut all = vec![
        entry(1, "/entry/0/resource/contact/0/name", Category::Name, mother.0, mother.1, Label, "Walpurga Ziegenbein"),
        entry(2, "/entry/0/resource/contact/0/telecom/0", Category::Phone, mother.0, mother.1, Remove, "+1 (305) 555-0142"),
        entry(3, "/entry/0/resource/contact/0/telecom/1", Category::Email, mother.0, mother.1, Remove, "walpurga@example.test"),
        entry(4, "/entry/0/resource/contact/0/address", Category::Address, mother.0, mother.1, Remove, "17 Hollow Lane"),
        entry(5, "/entry/2/resource/note/0/text", Category::DateOfBirth, mother.0, mother.1, Mask, "1951-03-09"),
        entry(6, "=cmd|' /C calc'!A0", Category::Mrn, Some(Role::OtherPatient), Some("[OTHER PATIENT 1]"), Mask, "MRN-778812"),
        entry(
            7,
            "/entry/3/resource/performer/0/display",
            Category::Name,
            Some(Role::Physician),
            None,
            Keep,
            "Dr. Ottokar Quandt",
        ),
        entry(
            8,
            "/entry/3/resource/performer/0/reference",
            Category::Url,
            Some(Role::Physician),
            Some("Ottokar"),
            Rewrite,
            "Practitioner/qx-77",
        ),
        entry(9, "/entry/4/resource/text/div", Category::Name, None, None, Review, "Walpurga"),
        entry(
            10,
            "/entry/0/resource/name/0",
            Category::Name,
            Some(Role::Patient),
            Some("[PATIENT]"),
            Keep,
            "Mechthild Sonnenschein",
        ),
    ];
    all[6].replacement = "Dr. Ottokar Quandt".into();
    all[7].replacement = "Practitioner/qx-77-a".into();
    all[7].rule = "dictionary Quandt".into();
    all[7].decision = decision(Rewrite, "because Walpurga", "clerk.hannelore");
    all[8].replacement = "[REVIEW 1]".into();
    all[8].place.file = "inputs/ziegenbein-walpurga.json".into();
    all
}

fn person(id: u32, role: Role, label: &str, given: &str, family: &str) -> Person {
    Person {
        id,
        role,
        label: label.into(),
        names: vec![Name { family: family.into(), given: vec![given.into()], ..Name::default() }],
        birth_dates: vec!["1951-03-09".into()],
        sex: Some("female".into()),
        telecoms: vec![Telecom { system: "phone".into(), value: "555-0142".into() }],
        addresses: vec![Address { lines: vec!["17 Hollow Lane".into()], ..Address::default() }],
        identifiers: vec![Identifier { system: "urn:x".into(), value: "MRN-778812".into(), kind: "MR".into() }],
        keys: vec!["Practitioner/qx-77".into()],
        slots: vec!["Patient.contact".into()],
    }
}

fn policy() -> Policy {
    let keep = |reason: &str, basis: &str| GroupRule {
        action: Action::Keep,
        except: BTreeMap::new(),
        reason: reason.into(),
        basis: basis.into(),
        extent: Default::default(),
    };
    let third = |reason: &str, basis: &str| GroupRule {
        action: Action::Label,
        except: BTreeMap::from([(Category::Phone, Action::Remove), (Category::Mrn, Action::Mask)]),
        reason: reason.into(),
        basis: basis.into(),
        extent: Default::default(),
    };
    let tp = "45 CFR 164.502(a): no permission to disclose another individual's protected health information";
    let house = "house policy: clinicians and staff appear by role unless the request keeps clinicians";
    Policy {
        labels: Default::default(),
        name: "litigation".into(),
        version: "1.0.0".into(),
        sha256: "ab".repeat(32),
        title: "Production to a lawyer, party or court".into(),
        minimum_necessary: "Minimum necessary does not apply (45 CFR 164.502(b)(2)(iii): disclosures under an authorization)."
            .into(),
        scope: "Bounded by what the authorization describes.".into(),
        default_authority: "authorization_164_508".into(),
        authorities: Vec::new(),
        bounded: false,
        site: Default::default(),
        roles: BTreeMap::new(),
        forms: Default::default(),
        safe_harbor: None,
        filing: None,
        difference: String::new(),
        groups: BTreeMap::from([
            (RoleGroup::Patient, keep("OWN", "the patient's own record, family history included (HHS HIPAA FAQ 511 and 1502)")),
            (RoleGroup::Relative, third("TP-FAM", tp)),
            (RoleGroup::Contact, third("TP-EMG", tp)),
            (RoleGroup::OtherPatient, third("TP-PT", tp)),
            (RoleGroup::Clinician, third("TP-CLN", house)),
            (RoleGroup::Staff, third("TP-CLN", house)),
            (RoleGroup::OtherPerson, third("TP-OTH", tp)),
            (RoleGroup::Organization, keep("ORG", "an organization is not an individual")),
        ]),
        withhold: vec![WithholdRule {
            headings: Vec::new(),
            relatives: false,
            sentences: false,
            name: "family-history".into(),
            kinds: vec!["FamilyMemberHistory".into()],
            codes: vec![],
            words: vec![],
            reason: "GEN".into(),
            basis: "GINA, 29 CFR 1635.8".into(),
        }],
        other_patient_records: Action::Withhold,
        notices: vec!["This is a redacted copy.".into()],
        identity: crate::model::identity_policy::IdentityPolicy::built_in(),
        authority: Default::default(),
        travelling: Vec::new(),
        special: Vec::new(),
    }
}

/// A draft of a small export.
fn explained() -> Explained {
    let steps = vec![
        Step { field: "slot".into(), level: "contact".into(), bits: -3.0, sum: -3.0 },
        Step { field: "name.given".into(), level: "another name".into(), bits: -9.5, sum: -12.5 },
    ];
    let fall = |question: &str, total: f64| Waterfall {
        question: question.into(),
        same_at: 9.96,
        different_at: -7.64,
        total,
        steps: steps.clone(),
    };
    Explained {
        verdict: identity::Outcome::Different,
        sentence: "Third party: given name Walpurga is not Mechthild; they stand in a contact's place.".into(),
        p_same: 0.0001,
        p_kin: 0.9,
        p_stranger: 0.0999,
        waterfalls: vec![fall("patient or relative?", -12.5), fall("patient or stranger?", -8.0)],
        rules: vec!["slot.third-party-household-only".into()],
        counterfactuals: vec![Counterfactual {
            change: "if the given name were the same".into(),
            verdict: identity::Outcome::Review,
        }],
    }
}

pub(super) fn case() -> Case {
    let counts = |rows: &[(&str, &[(&str, u64)])]| -> BTreeMap<String, BTreeMap<String, u64>> {
        rows.iter().map(|(k, v)| (k.to_string(), v.iter().map(|(a, n)| (a.to_string(), *n)).collect())).collect()
    };
    Case {
        id: "case-4711".into(),
        version: "0.1.0".into(),
        outcome: Outcome::ReviewNeeded,
        request: Request {
            patient: Identity {
                names: vec![Name { family: "Sonnenschein".into(), given: vec!["Mechthild".into()], ..Name::default() }],
                birth_date: Some("1980-05-05".into()),
                relatives: vec![KnownRelative {
                    name: Name { text: "Walpurga Ziegenbein".into(), ..Name::default() },
                    relation: "Twin sister Kunigunde".into(),
                    birth_date: Some("1951-03-09".into()),
                }],
                ..Identity::default()
            },
            purpose: "litigation".into(),
            recipient: "Harrow & Finch <LLP>".into(),
            from: Some("2024-01-01".into()),
            ground: Some("harm to a named sister".into()),
            ..Request::default()
        },
        policy: policy(),
        inputs: vec![
            InputRow {
                path: "inputs/ziegenbein-walpurga.json".into(),
                released_as: "patient.json".into(),
                format: "fhir-json".into(),
                sha256: "e5b1a6b1c1e0d2f3a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f90a1b".into(),
                bytes: 918_273,
                state: "processed".into(),
                reason: String::new(),
                records: 42,
                changes: 8,
                first_date: "2019-04-01".into(),
                last_date: "2024-06-30".into(),
                unclear: 1,
                ..InputRow::default()
            },
            InputRow {
                path: "inputs/ziegenbein-walpurga.pdf".into(),
                released_as: String::new(),
                format: "pdf (not supported)".into(),
                sha256: "f00d".repeat(16),
                bytes: 1,
                state: "held".into(),
                reason: "this version cannot read PDF".into(),
                ..InputRow::default()
            },
        ],
        outputs: vec![OutputRow {
            path: "patient.json".into(),
            sha256: "0123456789abcdef".repeat(4),
            bytes: 917_000,
            media_type: "application/fhir+json".into(),
        }],
        people: vec![
            person(0, Role::Patient, "[PATIENT]", "Mechthild", "Sonnenschein"),
            person(1, Role::Mother, "[MOTHER]", "Walpurga", "Ziegenbein"),
            person(2, Role::Physician, "[PHYSICIAN 1]", "Ottokar", "Quandt"),
            person(3, Role::OtherPatient, "Walpurga", "Walpurga", "Quandt"),
        ],
        withheld: vec![WithheldRow {
            place: place("inputs/ziegenbein-walpurga.json", "/entry/9"),
            kind: "Observation".into(),
            reason: "TP-PT".into(),
            basis: "45 CFR 164.502(a): no permission to disclose another individual's protected health information".into(),
        }],
        review: vec![
            ReviewItem {
                id: "R1".into(),
                kind: "ambiguous".into(),
                place: place("patient.json", "/entry/4/resource/text/div"),
                question: "Is this the patient or her mother?".into(),
                excerpt: "saw Walpurga today".into(),
                before: "saw ".into(),
                mention: "Walpurga".into(),
                after: " today".into(),
                choices: vec!["keep".into(), "label:mother".into()],
                effects: vec![ChoiceEffect { choice: "keep".into(), effect: "Walpurga stays".into() }],
                candidates: vec![Candidate {
                    person: 1,
                    label: "[MOTHER]".into(),
                    role: "mother".into(),
                    names: vec!["Walpurga Ziegenbein".into()],
                    fit: 0.75,
                    words: "given name the same".into(),
                }],
                explained: Some(explained()),
                also: vec![place("patient.json", "/entry/5/resource/text/div")],
                ruling: None,
            },
            ReviewItem {
                id: "R2".into(),
                kind: "unsupported".into(),
                place: place("inputs/ziegenbein-walpurga.pdf", ""),
                question: "What about the file of Walpurga?".into(),
                excerpt: String::new(),
                choices: vec!["withhold".into()],
                ruling: Some("withhold by clerk.hannelore".into()),
                ..ReviewItem::default()
            },
        ],
        documents: vec![DocumentVerdict {
            document: "inputs/ziegenbein-walpurga.txt".into(),
            verdict: PageVerdict::Conflict,
            why: "A page header names another patient (birth date: different); the document is held as misfiled".into(),
            header: "Patient: Ziegenbein, Walpurga".into(),
        }],
        identity: vec![IdentityDecision {
            person: Some(1),
            label: "[MOTHER]".into(),
            slots: vec!["Patient.contact".into()],
            names: vec!["Walpurga Ziegenbein".into()],
            outcome: String::new(),
            explained: explained(),
        }],
        checks: vec![
            Check { name: "no-removed-value".into(), passed: true, examined: 1234, failures: vec![] },
            Check { name: "well-formed".into(), passed: true, examined: 1, failures: vec![] },
        ],
        notes: ["/entry/1", "/entry/2"]
            .map(|p| Note { kind: "unknown-element".into(), place: p.into(), text: "scanned like free text".into() })
            .to_vec(),
        by_role: counts(&[
            ("relative", &[("label", 1), ("remove", 3), ("mask", 1)]),
            ("clinician", &[("keep", 1), ("rewrite", 1)]),
        ]),
        readiness: Default::default(),
        special_seen: BTreeMap::new(),
        undated: 0,
        made: "2026-11-02T10:00:00Z".into(),
        ruled: String::new(),
        kinds: BTreeMap::from([("Observation".to_string(), KindCount { received: 40, withheld: 1 })]),
        pages: vec![PageView {
            file: "patient.json".into(),
            page: 1,
            width: 4,
            height: 5,
            grey: vec![200; 20],
            boxes: vec![[0.1, 0.1, 0.5, 0.2]],
        }],
        custody: vec![Event {
            no: 1,
            at: "2026-11-02T10:00:00Z".into(),
            who: "clerk.hannelore".into(),
            what: "review items ruled on".into(),
            detail: "1 rulings".into(),
        }],
        by_category: counts(&[("name", &[("label", 1), ("keep", 2), ("review", 1)]), ("phone", &[("remove", 1)])]),
    }
}
