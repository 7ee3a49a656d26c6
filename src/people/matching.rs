//! Is this the patient? Three hypotheses: the same person, somebody of the household or kin, a stranger.
//!
//! Two-hypothesis matchers compare "same" with "stranger" and so call every twin, every father of the same name and every spouse
//! at the address "same". Here the weaker of two comparisons decides, and rules stand above the weights: a conflict of strong
//! evidence is never outvoted, it goes to a person.

use super::context::{self, Cues};
use super::facts::{Dob, FactKind, Facts};
use super::kin::{self, SlotClass};
use super::levels::{self, Birth, Family, Given, Home, Ids, Names};
use super::name::Title;
use super::rules::{kin_fits, rule_context, rule_facts, rule_slot};
use crate::model::identity_policy::{Bits, Effect, IdentityPolicy, Rule};
use crate::model::role::{Role, RoleGroup};
use serde::Serialize;

/// What came out.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The reference person.
    Same,
    /// Somebody else.
    Different,
    /// A person must say.
    Review,
}

/// One piece of evidence.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Evidence {
    /// Which fact: `name.given`, `birth_date`, `identifier`, `slot`, `context`.
    pub field: &'static str,
    /// How it agrees.
    pub level: &'static str,
    /// Bits for "same person" against a stranger.
    pub bits: f64,
    /// Bits for "same person" against household or kin.
    pub bits_kin: f64,
}

/// The answer, with what it rests on. Holds no value of either person.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Verdict {
    /// What came out.
    pub verdict: Outcome,
    /// Probability of the same person.
    pub p_same: f64,
    /// Probability of household or kin.
    pub p_kin: f64,
    /// Probability of a stranger.
    pub p_stranger: f64,
    /// Evidence in the order looked at.
    pub evidence: Vec<Evidence>,
    /// Rules that applied, by name.
    pub rules: Vec<&'static str>,
}

/// What weights and rules say.
pub(super) struct Ruling<'p> {
    pub policy: &'p IdentityPolicy,
    /// Evidence and rules are listed, not only counted.
    pub listed: bool,
    pub rules: Vec<Rule>,
    pub evidence: Vec<Evidence>,
    pub kin: f64,
    pub stranger: f64,
    pub different: bool,
    pub not_same: bool,
    pub not_different: bool,
}

impl Ruling<'_> {
    pub fn weigh(&mut self, field: &'static str, level: &'static str, b: Bits) {
        self.kin += b.kin;
        self.stranger += b.stranger;
        if self.listed {
            self.evidence.push(Evidence { field, level, bits: b.stranger, bits_kin: b.kin });
        }
    }
    /// Applies a rule as the policy has it.
    pub fn rule(&mut self, rule: Rule) {
        self.rule_as(rule, self.policy.effect(rule));
    }
    /// Applies a rule with another effect than the policy's, unless it is switched off.
    pub fn rule_as(&mut self, rule: Rule, effect: Effect) {
        if self.policy.effect(rule) == Effect::Off {
            return;
        }
        match effect {
            Effect::Off => return,
            Effect::Different => self.different = true,
            Effect::NotSame => self.not_same = true,
            Effect::Review => (self.not_same, self.not_different) = (true, true),
        }
        if self.listed {
            self.rules.push(rule);
        }
    }
}

/// All agreements of one comparison.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Agreement {
    pub names: Names,
    pub birth: Birth,
    pub sex: Option<bool>,
    pub home: Home,
    pub phone: bool,
    pub email: bool,
    pub ids: Ids,
}

impl Agreement {
    pub fn of(policy: &IdentityPolicy, a: &Facts, b: &Facts) -> Agreement {
        let told = |d: &Option<Dob>| d.filter(|d| !policy.is_placeholder_birth(d.year, d.month, d.day));
        Agreement {
            names: levels::names(a, b),
            birth: levels::birth(told(&a.dob).as_ref(), told(&b.dob).as_ref()),
            sex: a.sex.zip(b.sex).map(|(x, y)| x == y),
            home: levels::home(a, b),
            phone: a.phones.iter().any(|p| b.phones.contains(p)),
            email: a.emails.iter().any(|m| b.emails.contains(m)),
            ids: levels::ids(a, b),
        }
    }
    /// Given and family names fit fully, short forms and spellings allowed.
    pub fn name_fits(&self) -> bool {
        self.names.given >= Given::Middle && self.names.family >= Family::Near
    }
    pub fn name_conflicts(&self) -> bool {
        self.names.given <= Given::Unlike && !self.names.candidate_placeholder && !self.names.reference_placeholder
    }
    pub fn placeholder(&self) -> bool {
        self.names.candidate_placeholder || self.names.reference_placeholder
    }
    pub fn id_conflict(&self) -> bool {
        self.ids.conflict && !self.ids.equal
    }
    /// Something beside name and birth date: a number, a dwelling, a phone, an e-mail, a full middle name.
    pub fn third_item(&self) -> bool {
        self.ids.equal
            || self.ids.near
            || self.ids.member_equal
            || self.home == Home::Same
            || self.phone
            || self.email
            || (self.names.middle_full && !self.names.frequent)
    }
}

/// Everything that weights and rules look at: no text, so that "what if" is asked by changing a field.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Situation {
    /// What the place is for.
    pub class: SlotClass,
    /// How the facts agree.
    pub agree: Agreement,
    /// What the sentence says.
    pub cues: Cues,
    /// True where a sentence was given or the place is a text.
    pub read: bool,
    /// The age in the sentence agrees with the birth date.
    pub age: Option<bool>,
    /// The reference person has a clinician's title.
    pub own_title: bool,
    /// The candidate has one.
    pub candidate_professional: bool,
    /// Of the candidate only a name is known.
    pub name_only: bool,
    /// Title of the other sex than the reference's.
    pub title_against_sex: bool,
    /// A relative whom the request names fits as well.
    pub known_kin: bool,
    /// The record says which relative it is.
    pub relation_told: bool,
}

impl Situation {
    pub fn of(policy: &IdentityPolicy, reference: &Facts, candidate: &Facts, slot: &str, context: &str) -> Situation {
        let class = slot_class(slot, candidate, context);
        let cues = context::read(context, candidate, reference);
        let professional = |f: &Facts| f.names.iter().any(|n| n.credential || n.title == Title::Doctor);
        let age = cues.age.zip(reference.dob.as_ref()).zip(cues.note_date.as_ref()).map(|((age, dob), at)| {
            let (low, high) = context::age_range(dob, at);
            let give = i32::from(policy.thresholds.age_years);
            (low - give..=high + give).contains(&i32::from(age))
        });
        Situation {
            class,
            agree: Agreement::of(policy, reference, candidate),
            cues,
            read: class == SlotClass::Mention || !context.is_empty(),
            age,
            own_title: professional(reference),
            candidate_professional: professional(candidate),
            name_only: candidate.is_name_only(),
            title_against_sex: cues.honorific.zip(reference.sex).is_some_and(|(h, s)| h != s),
            known_kin: kin_fits(reference, candidate),
            relation_told: kin::relation_role(&candidate.relation).is_some_and(|r| r.group() == RoleGroup::Relative),
        }
    }
}

/// Compares a candidate with the reference person by the built-in numbers. See [`compare_with`].
pub fn compare(reference: &Facts, candidate: &Facts, slot: &str, context: &str) -> Verdict {
    compare_with(&IdentityPolicy::built_in(), reference, candidate, slot, context)
}

/// Compares a candidate with the reference person.
///
/// `slot` is the FHIR element path or C-CDA element in which the candidate stands, empty for a mention in text; `context` is the
/// sentence around a mention. Never panics; cost is bounded by 32 names and addresses and 64 identifiers a side.
pub fn compare_with(policy: &IdentityPolicy, reference: &Facts, candidate: &Facts, slot: &str, context: &str) -> Verdict {
    judge(policy, &Situation::of(policy, reference, candidate, slot, context))
}

/// The verdict on a situation.
pub(super) fn judge(policy: &IdentityPolicy, s: &Situation) -> Verdict {
    let r = weigh_and_rule(policy, s, true);
    let (verdict, p_same, p_kin, p_stranger) = settle(&r);
    let rules = r.rules.iter().map(|r| r.word()).collect();
    Verdict { verdict, p_same, p_kin, p_stranger, evidence: r.evidence, rules }
}

/// The outcome alone, with the sums against kin and stranger: for asking "what if" many times.
pub(super) fn outcome(policy: &IdentityPolicy, s: &Situation) -> (Outcome, f64, f64) {
    let r = weigh_and_rule(policy, s, false);
    (settle(&r).0, r.kin, r.stranger)
}

fn weigh_and_rule<'p>(policy: &'p IdentityPolicy, s: &Situation, listed: bool) -> Ruling<'p> {
    let mut r = Ruling {
        policy,
        listed,
        rules: Vec::with_capacity(if listed { 4 } else { 0 }),
        evidence: Vec::with_capacity(if listed { 10 } else { 0 }),
        kin: 0.0,
        stranger: 0.0,
        different: false,
        not_same: false,
        not_different: false,
    };
    weigh_all(&mut r, s.class, &s.agree);
    rule_slot(&mut r, s);
    rule_facts(&mut r, s);
    if s.read {
        rule_context(&mut r, s);
    }
    if s.known_kin && !s.agree.ids.equal && !(s.agree.birth == Birth::Exact && s.agree.names.given >= Given::Middle) {
        r.rule(Rule::KnownKin);
    }
    r
}

/// The kind of record outranks the slot; `self` as relation makes it a subject.
fn slot_class(slot: &str, candidate: &Facts, context: &str) -> SlotClass {
    let class = SlotClass::of(slot);
    let relation = kin::relation_role(&candidate.relation);
    match candidate.kind {
        _ if relation == Some(Role::Patient) => SlotClass::Patient,
        FactKind::Clinician => SlotClass::Clinician,
        FactKind::Related if matches!(class, SlotClass::Financial | SlotClass::Contact) && relation.is_none() => class,
        FactKind::Related => SlotClass::Kin,
        _ if class == SlotClass::Clinician => SlotClass::Performer,
        // A whole Patient record for which no place and no sentence is told.
        FactKind::Patient if slot.trim().is_empty() && context.trim().is_empty() && !candidate.is_name_only() => {
            SlotClass::Patient
        }
        _ => class,
    }
}

fn weigh_all(r: &mut Ruling, class: SlotClass, a: &Agreement) {
    let p = r.policy;
    let slot = match class {
        SlotClass::Patient => "patient",
        SlotClass::Kin => "kin",
        SlotClass::Contact => "contact",
        SlotClass::Financial => "financial",
        SlotClass::Performer => "performer",
        SlotClass::Clinician => "clinician",
        SlotClass::Mention => "mention",
    };
    let prior = match class {
        SlotClass::Patient => p.slot.patient,
        SlotClass::Kin => p.slot.kin,
        SlotClass::Contact => p.slot.contact,
        SlotClass::Financial => p.slot.financial,
        SlotClass::Performer => p.slot.performer,
        SlotClass::Clinician => p.slot.clinician,
        SlotClass::Mention => p.slot.mention,
    };
    r.weigh("slot", slot, prior);
    if a.placeholder() {
        r.weigh("name", "placeholder", Bits { kin: 0.0, stranger: 0.0 });
    } else {
        let given = match a.names.given {
            Given::Exact if a.names.swapped => "swapped",
            Given::Exact => "exact",
            Given::Variant => "variant",
            Given::Near => "near",
            Given::Middle => "middle name",
            Given::Initial => "initial",
            Given::Missing => "missing",
            Given::NearOther => "similar but another name",
            Given::Unlike => "different",
            Given::Conflict => "another name",
        };
        r.weigh("name.given", given, given_bits(p, &a.names));
        let family = match a.names.family {
            Family::Exact if a.names.former => "former",
            Family::Exact => "exact",
            Family::Variant => "variant",
            Family::Part => "part",
            Family::Near => "near",
            Family::Initial => "initial",
            Family::Missing => "missing",
            Family::Conflict => "different",
        };
        r.weigh("name.family", family, family_bits(p, &a.names));
        if let Some(m) = a.names.middle {
            r.weigh("name.middle", if m { "agrees" } else { "differs" }, if m { p.middle.agrees } else { p.middle.differs });
        }
        if let Some(g) = a.names.generation {
            r.weigh("name.suffix", if g { "agrees" } else { "differs" }, if g { p.suffix.agrees } else { p.suffix.differs });
        }
    }
    let birth = match a.birth {
        Birth::Exact => "exact",
        Birth::Swapped => "day and month exchanged",
        Birth::Slip => "one slip",
        Birth::Partial => "partial",
        Birth::Missing => "missing",
        Birth::Conflict => "different",
    };
    r.weigh("birth_date", birth, birth_bits(p, a.birth));
    if let Some(s) = a.sex {
        r.weigh("sex", if s { "agrees" } else { "differs" }, if s { p.sex.agrees } else { p.sex.differs });
    }
    if a.home != Home::Missing {
        let level = match a.home {
            Home::Same => "same dwelling",
            Home::Area => "same area",
            _ => "different",
        };
        let b = match a.home {
            Home::Same => p.address.same,
            Home::Area => p.address.area,
            _ => p.address.differs,
        };
        r.weigh("address", level, b);
    }
    if a.phone {
        r.weigh("phone", "equal", p.phone);
    }
    if a.email {
        r.weigh("email", "equal", p.email);
    }
    weigh_ids(r, a);
}

fn plus(a: Bits, b: Bits, times: f64) -> Bits {
    Bits { kin: a.kin + b.kin * times, stranger: a.stranger + b.stranger * times }
}

fn given_bits(p: &IdentityPolicy, n: &Names) -> Bits {
    let w = &p.given;
    let rare = if n.frequent { 0.0 } else { 1.0 };
    match n.given {
        Given::Exact if n.swapped => plus(w.swapped, w.rare, rare),
        Given::Exact => plus(w.exact, w.rare, rare),
        Given::Variant => plus(w.variant, w.rare, rare),
        Given::Near => w.near,
        Given::Middle => w.middle,
        Given::Initial => w.initial,
        Given::Missing => w.missing,
        Given::NearOther => w.near_other,
        Given::Unlike => w.unlike,
        Given::Conflict => w.conflict,
    }
}

fn family_bits(p: &IdentityPolicy, n: &Names) -> Bits {
    let w = &p.family;
    let rare = if n.frequent { 0.0 } else { 1.0 };
    match n.family {
        Family::Exact if n.former => plus(w.former, w.rare, rare),
        Family::Exact => plus(w.exact, w.rare, rare),
        Family::Variant => plus(w.variant, w.rare, rare),
        Family::Part => w.part,
        Family::Near => plus(w.near, w.rare, rare / 2.0),
        Family::Initial => w.initial,
        Family::Missing => w.missing,
        Family::Conflict => w.conflict,
    }
}

fn birth_bits(p: &IdentityPolicy, birth: Birth) -> Bits {
    let w = &p.birth_date;
    match birth {
        Birth::Exact => w.exact,
        Birth::Swapped => w.swapped,
        Birth::Slip => w.slip,
        Birth::Partial => w.partial,
        Birth::Missing => w.missing,
        Birth::Conflict => w.conflict,
    }
}

fn weigh_ids(r: &mut Ruling, a: &Agreement) {
    let (ids, member) = (&r.policy.identifier, &r.policy.member);
    if a.ids.equal {
        r.weigh("identifier", "equal", ids.equal);
    } else if a.ids.near && (a.name_fits() || a.placeholder()) {
        r.weigh("identifier", "one slip", ids.near);
    } else if a.ids.near {
        // A number close to another's is no agreement when the name is not the same.
        r.weigh("identifier", "different", ids.conflict);
    }
    if a.id_conflict() {
        r.weigh("identifier", "different", ids.conflict);
    }
    if a.ids.member_equal {
        r.weigh("identifier.member", "equal", member.equal);
    } else if a.ids.member_other {
        r.weigh("identifier.member", "other member of the policy", member.other);
    }
}

/// Outcome, and the probabilities of the same person, of kin and of a stranger.
fn settle(r: &Ruling) -> (Outcome, f64, f64, f64) {
    // Odds of the alternatives against "same", kept within what f64 can hold.
    let odds = |bits: f64| (-bits.clamp(-200.0, 200.0)).exp2();
    let (kin, stranger) = (odds(r.kin), odds(r.stranger));
    let total = 1.0 + kin + stranger;
    let p_same = 1.0 / total;
    let verdict = if r.different && !r.not_different {
        Outcome::Different
    } else if p_same >= r.policy.thresholds.same && !r.not_same && !r.different {
        Outcome::Same
    } else if p_same <= r.policy.thresholds.different && !r.not_different {
        Outcome::Different
    } else {
        Outcome::Review
    };
    (verdict, p_same, kin / total, stranger / total)
}
