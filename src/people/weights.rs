//! Weights of evidence in bits, with their sources.
//!
//! A weight is the base-2 logarithm of how much likelier a level of agreement is when both records are of one person than when
//! they are of two. There are two "when not" hypotheses and so two weights: a **stranger**, and somebody of the **household or
//! kin**. What relatives share (surname, address, phone, the birth date of twins) is worth almost nothing against the second.
//!
//! Sources: *measured* means estimated on FEBRL 4 and OpenCR (values in the reference notes); *frequency* follows from how many
//! people share a value; *judged* is set by hand, on the side of review.

use super::kin::SlotClass;
use super::levels::{Birth, Family, Given, Home};

/// Bits for "same person" against the two alternatives.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bits {
    /// Against household or kin.
    pub kin: f64,
    /// Against a stranger.
    pub stranger: f64,
}

const fn bits(kin: f64, stranger: f64) -> Bits {
    Bits { kin, stranger }
}

/// "Same" needs this probability (cost: a false "same" leaks a stranger's record).
pub const SAME_AT: f64 = 0.999;
/// At or below this it is a third party (cost: a false "different" destroys the patient's record).
pub const DIFFERENT_AT: f64 = 0.005;

/// Where the candidate stands, as a prior (judged: most Patient resources in an export are the patient's; most contacts are not).
pub fn slot(class: SlotClass) -> Bits {
    match class {
        SlotClass::Patient => bits(3.0, 2.0),
        SlotClass::Mention => bits(0.0, 0.0),
        SlotClass::Contact => bits(-3.0, 0.0),
        SlotClass::Financial => bits(-1.0, 1.0),
        SlotClass::Performer => bits(0.0, -4.0),
        SlotClass::Clinician => bits(0.0, -14.0),
        SlotClass::Kin => bits(-14.0, 0.0),
    }
}

/// Given name. Stranger: measured +7.7 exact, +6.5 near, -3.3 else. Kin: a father or child of one name, about 3% (judged).
/// `rare` adds what the frequency of an uncommon name is worth.
pub fn given(level: Given, frequent: bool) -> Bits {
    let rare = if frequent { 0.0 } else { 1.5 };
    match level {
        Given::Exact => bits(5.0 + rare / 2.0, 7.0 + rare),
        Given::Variant => bits(4.0 + rare / 2.0, 6.5 + rare),
        Given::Near => bits(4.0, 6.5),
        Given::Middle => bits(3.5, 5.5),
        Given::Initial => bits(1.5, 3.5),
        Given::Missing => bits(0.0, 0.0),
        Given::NearOther => bits(-4.0, -2.0),
        Given::Unlike => bits(-6.0, -3.3),
        Given::Conflict => bits(-8.5, -5.0),
    }
}

/// Family name. Stranger: measured +7.6 / -3.8; a frequent one less (frequency). Kin: 70-95% share it (judged).
pub fn family(level: Family, frequent: bool) -> Bits {
    let rare = if frequent { 0.0 } else { 3.0 };
    match level {
        Family::Exact => bits(0.4, 6.5 + rare),
        Family::Variant => bits(0.3, 6.0 + rare),
        Family::Part => bits(0.3, 5.0),
        Family::Near => bits(0.2, 5.0 + rare / 2.0),
        Family::Initial => bits(0.1, 2.0),
        Family::Missing => bits(0.0, 0.0),
        Family::Conflict => bits(-1.5, -3.8),
    }
}

/// Middle name or initial: agreement 1 in 10 by chance, disagreement is rare for one person (judged).
pub fn middle(agree: bool) -> Bits {
    if agree { bits(2.5, 3.0) } else { bits(-3.0, -3.0) }
}

/// Generation: what tells father from son (judged).
pub fn generation(agree: bool) -> Bits {
    if agree { bits(3.0, 3.0) } else { bits(-8.0, -6.0) }
}

/// Birth date. Stranger: measured +12.1 exact, +4.4 one slip, -4.5 else; exchange of day and month: m .005, u 8e-6.
/// Kin: exact is shared by twins only, 3% of siblings (frequency); a year is close among siblings and spouses.
pub fn birth(level: Birth) -> Bits {
    match level {
        Birth::Exact => bits(5.0, 12.1),
        Birth::Swapped => bits(4.5, 9.3),
        Birth::Slip => bits(2.0, 4.4),
        Birth::Partial => bits(2.5, 5.5),
        Birth::Missing => bits(0.0, 0.0),
        Birth::Conflict => bits(-6.5, -6.0),
    }
}

/// Sex: agreement is half of the population; conflict is a keying error or a changed entry in about 2% (judged; never a veto).
pub fn sex(agree: bool) -> Bits {
    if agree { bits(0.7, 0.9) } else { bits(-3.0, -3.5) }
}

/// Address as one component. Stranger: measured +9.6. Kin: they live there too. People move: a difference says little.
pub fn home(level: Home) -> Bits {
    match level {
        Home::Same => bits(0.5, 9.6),
        Home::Area => bits(0.2, 3.0),
        Home::Missing => bits(0.0, 0.0),
        Home::Differs => bits(-0.3, -1.5),
    }
}

/// Phone: shared in a household (judged).
pub const PHONE: Bits = bits(0.5, 9.0);
/// E-mail: shared by some couples and by parents for children (judged).
pub const EMAIL: Bits = bits(2.0, 10.0);
/// Equal record or national number of one assigner; overlays and misfiles are about 1 in 10,000 (judged).
pub const ID_EQUAL: Bits = bits(13.0, 17.0);
/// One slip apart while the name fits.
pub const ID_NEAR: Bits = bits(6.0, 8.0);
/// Different number of one assigner: duplicate charts are 5-10% of patients (judged).
pub const ID_CONFLICT: Bits = bits(-5.0, -5.0);
/// Insurance member number: held by a family.
pub const MEMBER_EQUAL: Bits = bits(1.0, 11.0);
/// Same policy, other dependant.
pub const MEMBER_OTHER: Bits = bits(-5.0, 4.0);
/// The text around says that this is the patient.
pub const SUBJECT: Bits = bits(12.0, 12.0);
/// The text around says that this is somebody else.
pub const THIRD_PARTY_CUE: Bits = bits(-16.0, -16.0);
/// Age told agrees: 1 in 40 by chance (frequency); a wrong age is an error in few.
pub fn age(agree: bool) -> Bits {
    if agree { bits(4.0, 5.0) } else { bits(-8.0, -6.0) }
}
