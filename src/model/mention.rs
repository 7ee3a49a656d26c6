//! A span that names or identifies somebody, with the evidence that says so.

use super::person::{Name, PersonId};
use super::role::Role;
use serde::{Deserialize, Serialize};

/// What kind of identifying thing a mention is. The names are those of the command line contract.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum Category {
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
    Date,
    Age,
    Demographic,
    Photo,
    Signature,
    Record,
    Document,
}

impl Category {
    /// Every category that can be found in text.
    pub const ALL: &'static [Category] = &[
        Category::Name,
        Category::Phone,
        Category::Fax,
        Category::Email,
        Category::Address,
        Category::DateOfBirth,
        Category::Ssn,
        Category::Mrn,
        Category::MemberId,
        Category::Account,
        Category::Npi,
        Category::License,
        Category::Vehicle,
        Category::Device,
        Category::Url,
        Category::Ip,
        Category::OtherId,
        Category::Date,
        Category::Age,
    ];

    /// What kind of datum a label stands for when it is not a name.
    pub fn label_words(self) -> &'static str {
        match self {
            Category::Name => "NAME",
            Category::Phone => "PHONE",
            Category::Fax => "FAX",
            Category::Email => "EMAIL",
            Category::Address => "ADDRESS",
            Category::DateOfBirth => "BIRTH DATE",
            Category::Ssn => "SSN",
            Category::Mrn => "RECORD NUMBER",
            Category::MemberId => "MEMBER ID",
            Category::Account => "ACCOUNT",
            Category::Npi => "NPI",
            Category::License => "LICENSE",
            Category::Vehicle => "VEHICLE",
            Category::Device => "DEVICE",
            Category::Url => "URL",
            Category::Ip => "IP ADDRESS",
            Category::Date => "DATE",
            Category::Age => "AGE",
            _ => "IDENTIFIER",
        }
    }

    /// The contract's word: `date_of_birth`.
    pub fn as_str(self) -> &'static str {
        match self {
            Category::Name => "name",
            Category::Phone => "phone",
            Category::Fax => "fax",
            Category::Email => "email",
            Category::Address => "address",
            Category::DateOfBirth => "date_of_birth",
            Category::Ssn => "ssn",
            Category::Mrn => "mrn",
            Category::MemberId => "member_id",
            Category::Account => "account",
            Category::Npi => "npi",
            Category::License => "license",
            Category::Vehicle => "vehicle",
            Category::Device => "device",
            Category::Url => "url",
            Category::Ip => "ip",
            Category::OtherId => "other_id",
            Category::Date => "date",
            Category::Age => "age",
            Category::Demographic => "demographic",
            Category::Photo => "photo",
            Category::Signature => "signature",
            Category::Record => "record",
            Category::Document => "document",
        }
    }
}

/// Whose a mention is, as far as the text and the roster tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Who {
    /// The requester.
    Patient,
    /// Somebody in the roster.
    Person(PersonId),
    /// Somebody not in the roster, whom the text gives this role.
    New(Role),
    /// Could be the patient or another; a person must say.
    Ambiguous,
    /// An identifier whose owner the text does not tell.
    Nobody,
}

/// One find in one text.
#[derive(Clone, PartialEq, Debug)]
pub struct Mention {
    /// Byte offset in the field's view text.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// What it is.
    pub category: Category,
    /// Whose it is.
    pub who: Who,
    /// Rule that found it: `roster.full-name`, `cue.title`, `pattern.ssn`.
    pub rule: &'static str,
    /// 0 to 1; how sure the rule is that this is identifying at all.
    pub confidence: f32,
    /// The name in parts where the rule knows them, for joining the same person across texts.
    pub name: Option<Name>,
    /// No cue told the role: it was weighed, or is what a name at such a place usually has.
    pub weighed: bool,
}
