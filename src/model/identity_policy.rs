//! Numbers and rules by which somebody is compared with the patient, as plain data.
//!
//! The values stand in `policies/identity.toml`, each with its source; a policy file may change them in a table `[identity]`. Nothing
//! here is decided: `people` looks the numbers up.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// Bits (log2 likelihood ratio) for "same person" against the two alternatives.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bits {
    /// Against somebody of the household or kin.
    pub kin: f64,
    /// Against a stranger.
    pub stranger: f64,
}

macro_rules! tables {
    ($( $(#[$doc:meta])* $name:ident { $( $field:ident ),* $(,)? } )*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
            #[serde(deny_unknown_fields)]
            #[allow(missing_docs)]
            pub struct $name { $( pub $field: Bits, )* }

            impl $name {
                fn all(&self) -> impl Iterator<Item = &Bits> {
                    [ $( &self.$field, )* ].into_iter()
                }
            }
        )*
    };
}

tables! {
    /// Where the candidate stands, as a prior.
    SlotBits { patient, mention, contact, financial, performer, clinician, kin }
    /// Given names. `rare` is added where the names that agree are not ones that many people bear.
    GivenBits { exact, swapped, variant, near, middle, initial, missing, near_other, unlike, conflict, rare }
    /// Family names. `rare` as for given names.
    FamilyBits { exact, former, variant, part, near, initial, missing, conflict, rare }
    /// A fact that agrees or differs.
    TwoBits { agrees, differs }
    /// Birth date.
    BirthBits { exact, swapped, slip, partial, missing, conflict }
    /// Address as one component.
    HomeBits { same, area, differs }
    /// Record and national numbers of one assigner.
    IdBits { equal, near, conflict }
    /// Insurance member number.
    MemberBits { equal, other }
    /// What the text around says.
    ContextBits { subject, third_party }
}

/// When a probability is enough.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// "Same" needs at least this probability.
    pub same: f64,
    /// At or below this probability of "same" it is a third party.
    pub different: f64,
    /// An age told in years may differ by this from the age that the birth date gives.
    pub age_years: u16,
    /// A parent is at least this many years older: birth dates further apart are no slip of one person.
    pub generation_years: u16,
}

/// What a rule does with the verdict that the weights give.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The rule is switched off.
    Off,
    /// Somebody else, unless another rule asks for a person.
    Different,
    /// Never "same".
    NotSame,
    /// A person must say.
    Review,
}

macro_rules! rules {
    ($( $name:ident, $word:literal, $doc:literal; )*) => {
        /// Rules that stand above the weights.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Rule { $( #[doc = $doc] $name, )* }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Rule] = &[ $( Rule::$name, )* ];
            /// The name in verdicts and in the policy file.
            pub fn word(self) -> &'static str { match self { $( Rule::$name => $word, )* } }
            /// What it says, for a clerk.
            pub fn says(self) -> &'static str { match self { $( Rule::$name => $doc, )* } }
        }
    };
}

rules! {
    SlotKin, "slot.kin", "the place in which they stand is a relative's";
    SlotKinPatientFacts, "slot.kin-but-patient-facts", "they stand in a relative's place but have the patient's own name and birth date or number";
    SlotClinician, "slot.clinician", "the place in which they stand is a clinician's";
    SlotClinicianMaybePatient, "slot.clinician-may-be-patient", "a clinician of the patient's name, who may be the patient at work";
    SlotPerformer, "slot.performer", "they stand where staff stand and the name is not the patient's";
    SlotPerformerName, "slot.performer-of-that-name", "the patient's name where staff stand: the patient, or a clinician of that name";
    SlotHousehold, "slot.third-party-household-only", "a contact's or payer's place, and nothing but what a household shares agrees";
    SuffixBirth, "suffix-and-birth-date-conflict", "the generation (Jr., Sr.) and the birth date differ";
    Suffix, "suffix-conflict", "the generation (Jr., Sr.) differs";
    SuffixMissing, "suffix-missing", "the generation (Jr., Sr.) is told on one side only";
    NewbornBirth, "newborn-and-birth-date-conflict", "a newborn with another birth date";
    BirthId, "birth-date-and-identifier-conflict", "birth date and record number differ";
    BirthGiven, "birth-date-and-given-name-conflict", "birth date and given name differ";
    Birth, "birth-date-conflict", "the birth date differs";
    BothNames, "given-and-family-name-conflict", "given and family name differ";
    IdName, "identifier-equal-name-conflict", "one record number stands for two names";
    IdBirth, "identifier-equal-birth-date-conflict", "one record number stands for two birth dates";
    IdSuffix, "identifier-equal-suffix-conflict", "one record number stands for two generations (Jr., Sr.)";
    IdReused, "identifiers-disagree", "one number is equal and another of one assigner differs";
    GivenBirth, "given-name-conflict-one-birth-date", "one birth date and two given names, as twins have";
    GivenSex, "given-name-sex-and-birth-date-differ", "given name and sex differ, and the birth date is not the same";
    GivenId, "given-name-and-identifier-conflict", "given name and record number differ, as of twins";
    NewbornId, "newborn-names-and-identifier-conflict", "two newborns with two numbers";
    NationalName, "national-number-and-name-conflict", "the national number and the name differ";
    IdConflict, "same-assigner-identifier-conflict", "one assigner gave two record numbers";
    DuplicateChart, "two-numbers-one-person", "one assigner gave two record numbers to one name and birth date: a second chart, or somebody else";
    PlaceholderNumber, "placeholder-tied-by-number-only", "a stand-in for a name, tied to the patient by a number alone";
    Placeholder, "placeholder-name", "a stand-in for a name";
    NoBirth, "no-full-birth-date-no-identifier", "no complete birth date and no record number";
    SwappedAlone, "birth-date-exchanged-no-third-item", "day and month are exchanged and nothing else singles the patient out";
    SlipAlone, "birth-date-slip-no-identifier", "the birth date is one digit off and no record number is equal";
    GivenMissing, "given-name-not-told", "the given name is not told in full";
    FamilyMissing, "family-name-not-told", "the family name is not told";
    FrequentName, "frequent-name-no-third-item", "many people have this name; name and birth date do not single one out";
    InexactName, "inexact-name-no-third-item", "the name is not quite the same and nothing but the birth date agrees with it";
    Family, "family-name-conflict", "the family name differs";
    Middle, "middle-name-conflict", "the middle name differs";
    Sex, "sex-and-name-not-exact", "the sex differs and the given name is not quite the same";
    KnownKin, "known-kin-fits", "a relative whom the request names fits as well";
    ContextEponym, "context.eponym", "the word is the name of a disease, sign or instrument here";
    ContextDictation, "context.dictation", "initials in a dictation or signature line";
    ContextOtherPatient, "context.other-patient", "the text speaks of another patient";
    ContextKin, "context.kin", "the text names a relation to the patient";
    ContextTitle, "context.title-against-sex", "the title is of the other sex";
    ContextClinician, "context.clinician", "the text shows a clinician or signer";
    ContextClinicianMaybe, "context.clinician-may-be-patient", "the text shows a clinician, but the patient may be one";
    ContextKinFits, "context.known-kin-fits", "the text names a relative whom this name fits, too";
    MentionOther, "mention.other-name", "another name stands in the text";
    MentionOtherDoubt, "mention.name-in-doubt", "a name in the text that is not quite the patient's";
    MentionAlone, "mention.name-alone", "a name in the text and nothing that says whose";
    MentionFragment, "mention.fragment", "a part of a name only";
    MentionSurname, "mention.surname-or-initial", "a surname or initials alone";
    MentionAge, "mention.age-conflict", "the age in the text is not the patient's";
}

/// Everything by which two persons are compared.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityPolicy {
    /// Version of the numbers.
    pub version: String,
    /// When a probability is enough.
    pub thresholds: Thresholds,
    /// Birth dates that stand for "not known": `YYYY-MM-DD`.
    pub placeholder_birth_dates: Vec<String>,
    /// Prior by place.
    pub slot: SlotBits,
    /// Given names.
    pub given: GivenBits,
    /// Family names.
    pub family: FamilyBits,
    /// Middle names.
    pub middle: TwoBits,
    /// Generation (Jr., Sr.).
    pub suffix: TwoBits,
    /// Birth date.
    pub birth_date: BirthBits,
    /// Sex.
    pub sex: TwoBits,
    /// Address.
    pub address: HomeBits,
    /// Equal phone number.
    pub phone: Bits,
    /// Equal e-mail address.
    pub email: Bits,
    /// Record and national numbers.
    pub identifier: IdBits,
    /// Member numbers.
    pub member: MemberBits,
    /// Words around a mention.
    pub context: ContextBits,
    /// Age told around a mention.
    pub age: TwoBits,
    /// Rules by name.
    pub rules: BTreeMap<String, Effect>,
    #[serde(skip)]
    effects: Vec<Effect>,
    #[serde(skip)]
    placeholders: Vec<(u16, u8, u8)>,
}

// Every number is checked to be finite when read.
impl Eq for IdentityPolicy {}

const BUILT_IN: &str = include_str!("../../policies/identity.toml");

static BUILT_IN_POLICY: LazyLock<Result<Arc<IdentityPolicy>, String>> =
    LazyLock::new(|| IdentityPolicy::over_built_in(&toml::Table::new()).map(Arc::new));

impl IdentityPolicy {
    /// The built-in numbers.
    ///
    /// # Panics
    /// Never: a test reads the embedded file.
    pub fn built_in() -> Arc<IdentityPolicy> {
        match &*BUILT_IN_POLICY {
            Ok(p) => p.clone(),
            Err(e) => unreachable!("policies/identity.toml: {e}"),
        }
    }

    /// The built-in numbers with the ones of `table` in their place.
    ///
    /// # Errors
    /// An unknown key, a number that cannot be used, an unknown rule or effect; in words, with the valid ones.
    pub fn over_built_in(table: &toml::Table) -> Result<IdentityPolicy, String> {
        let mut all: toml::Table = toml::from_str(BUILT_IN).map_err(|e| e.message().to_string())?;
        merge(&mut all, table, "")?;
        let mut p: IdentityPolicy = toml::Value::Table(all).try_into().map_err(|e: toml::de::Error| e.message().to_string())?;
        p.check()?;
        p.effects = Rule::ALL.iter().map(|r| p.rules.get(r.word()).copied().unwrap_or(Effect::Review)).collect();
        Ok(p)
    }

    /// What a rule does.
    pub fn effect(&self, rule: Rule) -> Effect {
        self.effects.get(rule as usize).copied().unwrap_or(Effect::Review)
    }

    /// True for a birth date that stands for "not known".
    pub fn is_placeholder_birth(&self, year: u16, month: u8, day: u8) -> bool {
        self.placeholders.contains(&(year, month, day))
    }

    fn check(&mut self) -> Result<(), String> {
        let t = &self.thresholds;
        if !((0.5..1.0).contains(&t.same) && t.different > 0.0 && t.different < 0.5) {
            return Err("thresholds: \"same\" must be at least 0.5 and below 1, \"different\" above 0 and below 0.5".into());
        }
        let tables = [&self.phone, &self.email]
            .into_iter()
            .chain(self.slot.all())
            .chain(self.given.all())
            .chain(self.family.all())
            .chain(self.middle.all())
            .chain(self.suffix.all())
            .chain(self.birth_date.all())
            .chain(self.sex.all())
            .chain(self.address.all())
            .chain(self.identifier.all())
            .chain(self.member.all())
            .chain(self.context.all())
            .chain(self.age.all());
        for b in tables {
            if !(b.kin.abs() <= 64.0 && b.stranger.abs() <= 64.0) {
                return Err("a weight must be a number of bits between -64 and 64".into());
            }
        }
        for rule in Rule::ALL {
            if !self.rules.contains_key(rule.word()) {
                return Err(format!("rules: \"{}\" is missing", rule.word()));
            }
        }
        if let Some(unknown) = self.rules.keys().find(|k| !Rule::ALL.iter().any(|r| r.word() == *k)) {
            let unknown: String = unknown.chars().take(60).collect();
            return Err(format!("rules: unknown rule \"{unknown}\"{}", near(&unknown, Rule::ALL.iter().map(|r| r.word()))));
        }
        for text in &self.placeholder_birth_dates {
            let mut parts = text.split('-').map(|p| p.parse::<u16>().ok());
            match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten()) {
                (Some(y), Some(m @ 1..=12), Some(d @ 1..=31)) => self.placeholders.push((y, m as u8, d as u8)),
                _ => return Err("placeholder_birth_dates: not a date; write YYYY-MM-DD".into()),
            }
        }
        Ok(())
    }
}

fn near<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> String {
    let scored = candidates.map(|c| (strsim::jaro_winkler(word, c), c));
    match scored.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(s, _)| *s > 0.75) {
        Some((_, best)) => format!("; did you mean \"{best}\"?"),
        None => String::new(),
    }
}

/// Puts `from` over `into`, key by key; a key that `into` does not have is an error.
fn merge(into: &mut toml::Table, from: &toml::Table, at: &str) -> Result<(), String> {
    for (key, value) in from {
        let path = if at.is_empty() { key.clone() } else { format!("{at}.{key}") };
        let Some(slot) = into.get_mut(key) else {
            let shown: String = path.chars().take(60).collect();
            return Err(format!("unknown word \"{shown}\"{}", near(key, into.keys().map(String::as_str))));
        };
        match (slot, value) {
            (toml::Value::Table(a), toml::Value::Table(b)) => merge(a, b, &path)?,
            (slot @ toml::Value::Float(_), toml::Value::Integer(n)) => *slot = toml::Value::Float(*n as f64),
            (slot, value) if std::mem::discriminant(slot) == std::mem::discriminant(value) => *slot = value.clone(),
            _ => return Err(format!("\"{path}\" is of another kind than in policies/identity.toml")),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(text: &str) -> Result<IdentityPolicy, String> {
        IdentityPolicy::over_built_in(&toml::from_str(text).unwrap())
    }

    #[test]
    fn built_in_numbers_can_be_read_and_changed_one_by_one() {
        let p = over("").unwrap();
        assert_eq!(p.thresholds.same, 0.999);
        assert_eq!(p.effect(Rule::SlotKin), Effect::Different);
        let q = over("[thresholds]\nsame = 0.99\n[given]\nexact = { kin = 4 }\n[rules]\n\"slot.kin\" = \"review\"").unwrap();
        assert_eq!((q.thresholds.same, q.given.exact.kin, q.given.exact.stranger), (0.99, 4.0, p.given.exact.stranger));
        assert_eq!(q.effect(Rule::SlotKin), Effect::Review);
    }

    #[test]
    fn says_what_is_wrong_with_a_change() {
        for (text, words) in [
            ("[thresholds]\nsme = 0.9", "did you mean \"same\""),
            ("[rules]\n\"slot.kim\" = \"off\"", "did you mean \"slot.kin\""),
            ("[rules]\n\"slot.kin\" = \"maybe\"", "maybe"),
            ("[thresholds]\nsame = 1.5", "below 1"),
            ("[sex]\nagrees = 3", "another kind"),
            ("[sex]\nagrees = { kin = 1000 }", "between -64 and 64"),
            ("placeholder_birth_dates = [\"never\"]", "YYYY-MM-DD"),
        ] {
            let e = over(text).unwrap_err();
            assert!(e.contains(words), "{text}: {e}");
        }
    }
}
