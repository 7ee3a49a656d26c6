use super::*;
use crate::model::decision::Action;
use crate::model::mention::Category;
use crate::model::policy::Policy;
use crate::model::request::Request;
use crate::model::role::{Role, RoleGroup};
use std::io::Write;

const THIRD_PARTY_PURPOSES: [&str; 4] = ["litigation", "insurance-claim", "prior-authorization", "employer"];
const CATEGORIES: [Category; 22] = {
    use Category::*;
    [
        Name,
        Phone,
        Fax,
        Email,
        Address,
        DateOfBirth,
        Ssn,
        Mrn,
        MemberId,
        Account,
        Npi,
        License,
        Vehicle,
        Device,
        Url,
        Ip,
        OtherId,
        Demographic,
        Photo,
        Signature,
        Record,
        Document,
    ]
};

fn preset(name: &str) -> Policy {
    load(name, None).unwrap_or_else(|e| panic!("{e}"))
}

fn from_text(text: &str) -> Result<Policy, PolicyError> {
    let mut file = tempfile::Builder::new().suffix(".toml").tempfile().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    load("litigation", Some(file.path()))
}

#[test]
fn third_parties_lose_every_identifier_and_the_patient_none() {
    for purpose in THIRD_PARTY_PURPOSES {
        let policy = preset(purpose);
        for role in Role::ALL {
            for category in CATEGORIES {
                let decision = policy.decide(*role, category);
                match role.group() {
                    RoleGroup::Patient | RoleGroup::Organization => assert_eq!(decision.action, Action::Keep),
                    _ if category == Category::Name => assert_eq!(decision.action, Action::Label, "{purpose} {role:?}"),
                    _ => assert_ne!(decision.action, Action::Keep, "{purpose} {role:?} {category:?}"),
                }
            }
        }
        assert_eq!(policy.other_patient_records, Action::Withhold);
        assert_eq!(policy.decide(Role::OtherPatient, Category::Record).action, Action::Withhold);
    }
}

#[test]
fn reason_codes_and_bases_tell_third_parties_from_clinicians() {
    let policy = preset("litigation");
    for (role, code) in [
        (Role::Mother, "TP-FAM"),
        (Role::EmergencyContact, "TP-EMG"),
        (Role::OtherPatient, "TP-PT"),
        (Role::Physician, "TP-CLN"),
        (Role::Staff, "TP-CLN"),
        (Role::OtherPerson, "TP-OTH"),
    ] {
        let decision = policy.decide(role, Category::Phone);
        assert_eq!(decision.reason, code);
        let is_clinician = code == "TP-CLN";
        assert_eq!(decision.basis.contains("164.502(a)"), !is_clinician, "{role:?}");
    }
    assert!(policy.decide(Role::Patient, Category::Name).basis.contains("FAQ 511"));
}

#[test]
fn provider_keeps_care_givers_only() {
    let policy = preset("provider");
    assert_eq!(policy.decide(Role::Nurse, Category::Name).action, Action::Keep);
    assert_eq!(policy.decide(Role::Staff, Category::Phone).action, Action::Keep);
    assert_eq!(policy.decide(Role::Sister, Category::Name).action, Action::Label);
    assert_eq!(policy.decide(Role::OtherPatient, Category::Mrn).action, Action::Mask);
    assert_eq!(policy.other_patient_records, Action::Label);
    assert!(policy.minimum_necessary.contains("does not apply") && policy.minimum_necessary.contains("164.502(b)(2)(i)"));
}

#[test]
fn patient_gets_everything_until_a_ground_is_given() {
    let policy = preset("patient");
    assert!(ground_required(&policy));
    assert!(!ground_required(&preset("litigation")));
    for role in Role::ALL {
        assert_eq!(policy.decide(*role, Category::Name).action, Action::Keep);
    }
    let blank = Request { ground: Some("  ".into()), ..Request::default() };
    assert_eq!(with_request(policy.clone(), &blank), policy);
    let grounded = with_request(policy, &Request { ground: Some("harm".into()), ..Request::default() });
    assert_eq!(grounded.decide(Role::Father, Category::Name).action, Action::Label);
    assert_eq!(grounded.decide(Role::Father, Category::Address).action, Action::Remove);
    assert_eq!(grounded.decide(Role::Physician, Category::Name).action, Action::Keep);
    assert_eq!(grounded.decide(Role::Staff, Category::Name).action, Action::Keep);
    assert!(grounded.decide(Role::Father, Category::Name).basis.contains("164.524"));
    assert!(grounded.notices.iter().any(|n| n.contains("164.524(d)")));
}

#[test]
fn keep_clinicians_keeps_clinicians_but_not_staff_or_family() {
    let request = Request { keep_clinicians: true, ..Request::default() };
    let policy = with_request(preset("litigation"), &request);
    let kept = policy.decide(Role::Physician, Category::Phone);
    assert_eq!(kept.action, Action::Keep);
    assert!(kept.basis.contains("request"));
    assert_eq!(policy.decide(Role::Staff, Category::Name).action, Action::Label);
    assert_eq!(policy.decide(Role::Mother, Category::Name).action, Action::Label);
    assert_ne!(effective_sha256(&policy), effective_sha256(&preset("litigation")));
    assert_eq!(policy.sha256, preset("litigation").sha256, "the file's own digest stays");
}

#[test]
fn the_authority_of_the_request_decides_minimum_necessary() {
    let with = |purpose: &str, word: &str| {
        with_request(preset(purpose), &Request { authority: Some(word.into()), ..Request::default() })
    };
    assert!(preset("litigation").minimum_necessary.contains("164.502(b)(2)(iii)"));
    assert!(preset("insurance-claim").minimum_necessary.starts_with("Minimum necessary applies"));
    assert!(preset("patient").minimum_necessary.contains("164.502(b)(2)(ii)"));
    let order = with("litigation", "court_order_512e");
    assert!(order.minimum_necessary.contains("does not apply") && order.scope.contains("512(e)(1)(i)"));
    assert!(order.scope.contains("Litigation:") && !order.scope.contains("authorization describes"), "{}", order.scope);
    assert!(with("litigation", "subpoena_512e_notice").minimum_necessary.starts_with("Minimum necessary applies"));
    assert!(with("litigation", "made_up").minimum_necessary.contains("treat it as applying"));
    for word in authority_words() {
        assert!(authority(word).is_ok());
    }
    assert!(authority_words().len() >= 11);
    let error = authority("autorization_164_508").unwrap_err().to_string();
    assert!(error.contains("did you mean \"authorization_164_508\""), "{error}");
}

#[test]
fn employer_withholds_family_history_and_genetic_tests() {
    let policy = preset("employer");
    let hit = |kind: &str, code: &str, title: &str| policy.withholds(kind, &[code.to_string()], title).map(|r| r.reason.as_str());
    assert_eq!(hit("FamilyMemberHistory", "", ""), Some("GEN"));
    assert_eq!(hit("section", "urn:oid:2.16.840.1.113883.6.1|10157-6", "Familienanamnese"), Some("GEN"));
    assert_eq!(hit("Observation", "http://loinc.org|51969-4", ""), Some("GEN"));
    assert_eq!(hit("DiagnosticReport", "http://terminology.hl7.org/CodeSystem/v2-0074|GE", ""), Some("GEN"));
    assert_eq!(hit("DiagnosticReport", "", "BRCA1 and BRCA2 full sequencing"), Some("GEN"));
    assert_eq!(hit("Condition", "http://hl7.org/fhir/sid/icd-10-cm|Z80.3", "FH breast cancer"), Some("GEN"));
    assert_eq!(hit("Observation", "http://loinc.org|4548-4", "Hemoglobin A1c"), None);
    assert_eq!(hit("Observation", "http://example.org|GE", "Generic panel"), None, "a bare GE is not genetics");
    assert_eq!(hit("Condition", "http://snomed.info/sct|44054006", "Diabetes"), None);
    assert!(policy.withhold.iter().all(|r| r.basis.contains("29 CFR 1635.8")));
    assert!(preset("litigation").withhold.is_empty());
}

#[test]
fn wrong_purposes_name_the_nearest() {
    let error = load("litigaton", None).unwrap_err().to_string();
    assert!(error.contains("unknown purpose \"litigaton\"; did you mean \"litigation\"?"), "{error}");
    let error = load("xyz", None).unwrap_err().to_string();
    assert!(error.contains("valid: litigation, insurance-claim"), "{error}");
    let error = load(&"a\n".repeat(500), None).unwrap_err().to_string();
    assert!(error.len() < 400 && !error.contains('\n'));
}

#[test]
fn a_file_extends_a_preset_and_its_slips_are_named_with_line() {
    let file = "name = \"ours\"\nversion = \"3\"\nextends = \"litigation\"\n\n[groups.staff]\naction = \"keep\"\nreason = \"KEEP\"\nbasis = \"house\"\n";
    let policy = from_text(file).unwrap();
    assert_eq!(policy.name, "ours");
    assert_eq!(policy.decide(Role::Staff, Category::Name).action, Action::Keep);
    assert_eq!(policy.decide(Role::Mother, Category::Name).action, Action::Label);
    assert_ne!(policy.sha256, preset("litigation").sha256);

    let fails = |text: &str, parts: &[&str]| {
        let error = from_text(text).unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "{error} lacks {part}");
        }
    };
    fails(&file.replace("groups.staff", "groups.staf"), &[".toml:5: ", "unknown word \"staf\"; did you mean \"staff\"?"]);
    fails(&file.replace("\"keep\"", "\"kepp\""), &[".toml:6: ", "did you mean \"keep\"?"]);
    fails(&file.replace("action", "actoin"), &[".toml:6: ", "did you mean \"action\"?"]);
    fails(&file.replace("\"litigation\"", "\"litigatoin\""), &[".toml:3: ", "did you mean \"litigation\"?"]);
    fails(&format!("{file}[groups.staff.except]\nphnoe = \"keep\"\n"), &[".toml:10: ", "did you mean \"phone\"?"]);
    fails(&format!("{file}[groups.staff.except]\nphone = \"withhold\"\n"), &[".toml:5: ", "\"phone\" cannot be withhold"]);
    fails(&file.replace("groups.staff", "groups.patient").replace("\"keep\"", "\"mask\""), &[".toml:5: ", "can only be kept"]);
    fails(&file.replace("\"KEEP\"", "\"keep it\""), &["must be a code"]);
    fails("name = \"x\"\nname = \"y\"\n", &[".toml:2: ", "duplicate key"]);
    fails(
        "name = \"x\"\nversion = \"1\"\nother_patient_records = \"keep\"\n",
        &[".toml:3: ", "must be label, withhold or review"],
    );
    fails(&file.replace("extends = \"litigation\"\n", ""), &["is missing"]);
    assert!(
        load("litigation", Some(std::path::Path::new("/no/such/file.toml"))).unwrap_err().to_string().contains("cannot open")
    );
}

/// The table of docs/policies.md, computed from the presets.
fn table() -> String {
    let columns: [(&str, &[Category]); 8] = {
        use Category::*;
        [
            ("name", &[Name]),
            ("phone, fax, email, address", &[Phone, Fax, Email, Address]),
            ("url, ip", &[Url, Ip]),
            ("date_of_birth", &[DateOfBirth]),
            ("identifiers", &[Ssn, Mrn, MemberId, Account, Npi, License, Vehicle, Device, OtherId]),
            ("demographic, photo", &[Demographic, Photo]),
            ("signature", &[Signature]),
            ("record, document", &[Record, Document]),
        ]
    };
    let mut out = String::from("| purpose | group | reason |");
    columns.iter().for_each(|(title, _)| out.push_str(&format!(" {title} |")));
    out.push_str(&format!("\n|{}\n", "---|".repeat(columns.len() + 3)));
    for purpose in PURPOSES {
        let policy = preset(purpose);
        for (group, rule) in &policy.groups {
            let word = serde_json::to_value(group).unwrap();
            out.push_str(&format!("| {purpose} | {} | {} |", word.as_str().unwrap(), rule.reason));
            for (title, categories) in columns {
                let mut cells: Vec<&str> =
                    categories.iter().map(|c| rule.except.get(c).copied().unwrap_or(rule.action).as_str()).collect();
                cells.dedup();
                assert!(cells.len() <= 2, "{purpose} {title} is not uniform");
                let cells: Vec<String> = match cells.len() {
                    1 => vec![cells[0].to_string()],
                    _ => categories
                        .iter()
                        .map(|c| format!("{} {}", c.as_str(), rule.except.get(c).copied().unwrap_or(rule.action).as_str()))
                        .collect(),
                };
                out.push_str(&format!(" {} |", cells.join("; ")));
            }
            out.push('\n');
        }
    }
    out
}

#[test]
fn the_documented_table_is_what_the_presets_say() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/policies.md");
    let doc = std::fs::read_to_string(path).unwrap();
    assert!(doc.contains(&table()), "docs/policies.md should hold this table:\n{}", table());
}

#[test]
fn safe_harbor_takes_from_everybody_the_patient_included() {
    let policy = preset("research-safe-harbor");
    let method = policy.safe_harbor.clone().unwrap();
    assert!(!policy.keeps_patient() && policy.needs_key());
    // HHS guidance of 2012-11-26: the seventeen areas of Census 2000.
    for area in
        ["036", "059", "063", "102", "203", "556", "692", "790", "821", "823", "830", "831", "878", "879", "884", "890", "893"]
    {
        assert!(method.small_areas.contains(area), "{area}");
    }
    let letters: String = method.coverage.iter().map(|c| c.letter.as_str()).collect();
    assert_eq!(letters, "ABCDEFGHIJKLMNOPQR", "all eighteen identifiers are spoken of");
    for role in Role::ALL.iter().filter(|r| r.group() != RoleGroup::Organization) {
        for category in Category::ALL {
            assert_ne!(policy.decide(*role, *category).action, Action::Keep, "{role:?} {category:?}");
        }
    }
    assert_eq!(policy.decide(Role::Patient, Category::Record).action, Action::Keep, "the clinical record stays");
    let own = "name = \"r\"\nversion = \"1\"\nextends = \"research-safe-harbor\"\n[safe_harbor]\nsmall_areas = [\"036\"]\nsource = \"Census 2020\"\nas_of = \"2026-12-01\"\n";
    assert_eq!(from_text(own).unwrap().safe_harbor.unwrap().small_areas.len(), 1);
    let fails = |text: &str, part: &str| {
        let e = from_text(text).unwrap_err().to_string();
        assert!(e.contains(part), "{e}");
    };
    fails(&own.replace("\"036\"", "\"36\""), ".toml:5: ");
    fails(&own.replace("research-safe-harbor", "litigation"), "has no meaning without method");
    let kept = "name = \"r\"\nversion = \"1\"\nextends = \"litigation\"\nmethod = \"safe-harbor\"\n";
    fails(kept, "contradict each other");
}

#[test]
fn the_extent_is_whole_for_other_patients_and_identifiers_for_relatives_mother_and_child() {
    use crate::model::policy::Extent;
    for purpose in THIRD_PARTY_PURPOSES {
        let policy = preset(purpose);
        assert_eq!(policy.extent(Role::OtherPatient), Extent::Whole);
        for role in [Role::Mother, Role::Newborn, Role::Donor, Role::Physician, Role::Patient] {
            assert_eq!(policy.extent(role), Extent::Identifiers, "{purpose} {role:?}");
        }
        assert_eq!(policy.decide(Role::Newborn, Category::Name).action, Action::Label);
    }
    let file = "name = \"x\"\nversion = \"1\"\nextends = \"litigation\"\n";
    let own = format!(
        "{file}[roles.guardian]\naction = \"keep\"\nreason = \"KEEP-GRD\"\nbasis = \"order\"\nexcept = {{ ssn = \"mask\" }}\n"
    );
    let policy = from_text(&own).unwrap();
    assert_eq!(policy.decide(Role::Guardian, Category::Name).action, Action::Keep);
    assert_eq!(policy.decide(Role::Guardian, Category::Ssn).action, Action::Mask);
    assert_eq!(policy.decide(Role::Friend, Category::Name).action, Action::Label);
    let fails = |text: String, part: &str| {
        let e = from_text(&text).unwrap_err().to_string();
        assert!(e.contains(part), "{e}");
    };
    fails(own.replace("guardian", "gardian"), "did you mean \"guardian\"");
    fails(own.replace("except", "extent = \"row\"\nexcept"), "contradict each other");
    fails(
        format!("{file}[groups.patient]\naction = \"keep\"\nreason = \"OWN\"\nbasis = \"x\"\nextent = \"row\"\n"),
        "can only be identifiers",
    );
    fails(format!("{file}[roles.mother]\nextent = \"rows\"\n"), "did you mean \"row\"");
    fails(format!("{file}[roles.mother.except]\nphone = \"generalise\"\n"), "cannot be generalise");
    fails(format!("{file}authorities = [\"payment\"]\n"), "contradict each other");
    fails(format!("{file}[checklists]\npaymnet = []\n"), "did you mean \"payment\"");
}

#[test]
fn a_site_gives_itself_no_more_days_than_the_law_does() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("site.toml");
    let with = |days: u32, more: u32| {
        let text = format!(
            "name = \"x\"\nversion = \"1\"\nextends = \"patient\"\n[access_clock]\ndays = {days}\nextension_days = {more}\ncitation = \"y\"\n"
        );
        std::fs::write(&file, text).unwrap();
        load("patient", Some(&file))
    };
    assert!(with(15, 30).is_ok());
    assert!(with(45, 30).unwrap_err().to_string().contains("164.524(b)(2)"));
    assert!(with(30, 31).is_err());
}
