//! Those who work in care, told by their address, desk, department or by what only they do.

use super::cues::field_phrase;
use super::owner::is_workplace;
use super::scene::range;
use super::tokens::{Shape, Tokens};
use crate::model::mention::{Mention, Who};
use crate::model::role::{Role, RoleGroup};

/// Tokens looked at behind a name.
const REACH: usize = 14;

/// `From: Wren Hollister <whollister@clinic.example.org>`: an address of a place of care.
pub fn mail(t: &Tokens, next: usize) -> Option<Role> {
    let k = next + usize::from(t.is(next, ','));
    if !t.is(k, '<') && !t.is(k, '[') && !t.is(k, '(') {
        return None;
    }
    let start = t.get(k)?.end;
    let rest = t.text.get(start..)?.split([' ', '\n', '>', ']', ')']).next()?;
    (rest.contains('@') && is_workplace(rest)).then_some(Role::Clinician)
}

/// `Oscar at the desk`, `tiffany at front desk`, `marisol in billing`, `transport Andre`, `Debbie Aucoin, Medical Records`.
pub fn desk(t: &Tokens, first: usize, next: usize) -> Option<Role> {
    let mut k = next;
    if matches!(t.low(k), "at" | "in" | "from" | "with" | "of" | "@") || t.is(k, '@') {
        k += 1;
        if matches!(t.low(k), "the" | "our") {
            k += 1;
        }
        let front = k + usize::from(matches!(t.low(k), "front" | "reception" | "checkout" | "nursing"));
        if matches!(t.low(front), "desk" | "station" | "window") {
            return Some(Role::Staff);
        }
        // `Candace at Lindgren's office`
        let office = (k..k + 4)
            .find(|j| t.get(*j).is_some_and(|x| x.possessive))
            .is_some_and(|j| matches!(t.low(j + 1), "office" | "clinic" | "practice"));
        if office {
            return Some(Role::Clinician);
        }
        if let Some((_, role)) = field_phrase(|i| t.low(k + i)) {
            return Some(role);
        }
        if matches!(
            t.low(k),
            "registration"
                | "scheduling"
                | "billing"
                | "him"
                | "records"
                | "admissions"
                | "admitting"
                | "security"
                | "housekeeping"
                | "referrals"
                | "transport"
                | "transcription"
                | "insurance"
                | "authorizations"
                | "intake"
                | "bed"
                | "risk"
                | "compliance"
                | "quality"
                | "privacy"
        ) || t.low(k) == "patient" && matches!(t.low(k + 1), "relations" | "advocacy" | "accounts" | "financial" | "access")
        {
            return Some(Role::Staff);
        }
        return match t.low(k) {
            "pharmacy" | "cvs" | "walgreens" => Some(Role::Pharmacist),
            "pt" | "ot" | "rehab" => Some(Role::Therapist),
            "lab" | "radiology" | "imaging" => Some(Role::Technician),
            "dietary" | "nutrition" => Some(Role::Dietitian),
            "triage" => Some(Role::Nurse),
            _ => None,
        };
    }
    let j = first.checked_sub(1)?;
    // `renal Tamm`, `charge Hollis`, `wound care Winnie`
    let work = (1..=3usize)
        .rev()
        .filter_map(|n| first.checked_sub(n).map(|from| (n, from)))
        .find_map(|(n, from)| field_phrase(|i| t.low(from + i)).filter(|f| f.0 == n).map(|f| f.1));
    if let Some(role) = work.filter(|r| matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff)) {
        return Some(role);
    }
    if t.low(j) == "charge" {
        return Some(Role::Nurse);
    }
    let told = match t.low(j) {
        "transport" | "transporter" | "security" | "housekeeping" | "volunteer" | "receptionist" | "scheduler" | "registrar" => {
            Some(Role::Staff)
        }
        "student" => Some(Role::Clinician),
        _ => None,
    };
    let paren = t.is(j, '(')
        && matches!(
            t.low(j.saturating_sub(1)),
            "security" | "transport" | "housekeeping" | "management" | "registration" | "billing" | "scheduling" | "records"
        );
    if told.is_some() || paren {
        return told.or(Some(Role::Staff));
    }
    // `Activities director Jolene`, `support coordinator Tiffany Moss`, `histotechnologist Marisa Tan`, `ILDA Gretchen`
    let work = t.low(j);
    if t.shape(j) == Some(Shape::Lower) || t.begins_line(j) {
        if matches!(
            work,
            "director"
                | "administrator"
                | "manager"
                | "representative"
                | "rep"
                | "agent"
                | "clerk"
                | "liaison"
                | "assistant"
                | "analyst"
                | "volunteer"
        ) {
            return Some(Role::Staff);
        }
        if matches!(work, "coordinator" | "specialist" | "advocate" | "educator" | "navigator" | "investigator")
            || work.ends_with("technologist")
        {
            return Some(if work.ends_with("technologist") { Role::Technician } else { Role::Clinician });
        }
    }
    None
}

/// What only those who give care do.
pub fn acts(t: &Tokens, first: usize, next: usize) -> Option<Role> {
    let mut k = next;
    if matches!(t.low(k), "who" | "has" | "had" | "will" | "then" | "also" | "to") {
        k += 1;
    }
    if t.get(next - 1).is_some_and(|x| x.possessive) && matches!(t.low(next), "office" | "clinic" | "team" | "service" | "panel")
    {
        return Some(Role::Physician);
    }
    let low = t.low(k);
    // `up w/ Dwight x2 assist`; `0800 VS stable, ate 50% -Candace`
    let assist = first > 0
        && (t.is(first - 1, '/') || matches!(t.low(first - 1), "with" | "by"))
        && (next..next + 4).any(|j| matches!(t.low(j), "assist" | "assisting" | "assisted"));
    let line = t.line_start(first);
    let signs = t.ends_line(next + usize::from(t.is(next, '.')))
        && first > line + 2
        && matches!(t.shape(first - 1), Some(Shape::Mark('-' | '.' | '/' | '~')))
        && matches!(t.shape(line), Some(Shape::Number))
        && (t.word(line).len() == 4 || t.is(line + 1, ':') || t.is(line + 1, '/'));
    if assist || signs {
        return Some(Role::Clinician);
    }
    let verb = matches!(
        low,
        "assessed"
            | "examined"
            | "ordered"
            | "prescribed"
            | "titrated"
            | "scrubbed"
            | "intubated"
            | "extubated"
            | "redirected"
            | "rounded"
            | "charted"
            | "dictated"
            | "palpated"
            | "auscultated"
            | "sutured"
            | "debrided"
            | "cannulated"
            | "evaluated"
            | "precepted"
            | "triaged"
            | "cosigned"
            | "co-signed"
            | "attested"
            | "biopsied"
            | "anesthetized"
            | "facilitated"
            | "medicated"
            | "catheterized"
            | "suctioned"
            | "staffed"
            | "consented"
            | "cauterized"
            | "dispensed"
            | "counseled"
            | "counselled"
            | "instructed"
            | "taught"
            | "operated"
            | "irrigated"
            | "transfused"
            | "circulated"
    ) && t.shape(k) == Some(Shape::Lower);
    // `RT Dwayne to eval`
    let plan = k > next && matches!(low, "eval" | "evaluate" | "assess" | "follow" | "round" | "consult" | "scope" | "admit");
    let found =
        matches!(low, "found" | "saw" | "removed" | "placed" | "performed" | "started" | "stopped" | "gave" | "increased")
            && (k + 1..k + 8).any(|j| {
                matches!(
                    t.low(j),
                    "exam"
                        | "screening"
                        | "colonoscopy"
                        | "infusion"
                        | "biopsy"
                        | "foley"
                        | "line"
                        | "catheter"
                        | "ekg"
                        | "dose"
                        | "it"
                        | "drip"
                        | "block"
                )
            })
            && matches!(low, "found" | "performed" | "placed" | "removed" | "stopped");
    // `drew the labs`, `pulled the drain`, `hung the heparin`, `got an IV`
    let handled = matches!(
        low,
        "drew"
            | "hung"
            | "pulled"
            | "removed"
            | "changed"
            | "placed"
            | "started"
            | "stopped"
            | "got"
            | "flushed"
            | "checked"
            | "inserted"
            | "packed"
            | "paused"
            | "primed"
            | "reviewed"
            | "read"
            | "repaired"
            | "closed"
            | "stented"
            | "scoped"
            | "clipped"
            | "held"
    ) && (k + 1..k + 6).any(|j| {
        matches!(
            t.low(j),
            "labs"
                | "blood"
                | "iv"
                | "line"
                | "drain"
                | "dressing"
                | "dressings"
                | "vac"
                | "foley"
                | "catheter"
                | "heparin"
                | "drip"
                | "infusion"
                | "pump"
                | "ekg"
                | "ecg"
                | "bipap"
                | "vent"
                | "sheath"
                | "staples"
                | "sutures"
                | "cast"
                | "unit"
                | "units"
                | "prbc"
                | "ffp"
                | "bolus"
                | "antibiotics"
                | "vitals"
                | "lad"
                | "rca"
                | "film"
                | "films"
                | "ct"
                | "mri"
                | "echo"
                | "biopsy"
                | "polyp"
                | "laceration"
                | "incision"
                | "port"
                | "picc"
                | "cultures"
                | "tube"
                | "packing"
        )
    });
    let surgical = matches!(low, "stented" | "scoped" | "resected" | "excised" | "ablated" | "anastomosed" | "scope")
        || matches!(low, "wants" | "recommends" | "recommended" | "advises")
            && (k + 1..k + 5).any(|j| {
                matches!(t.low(j), "ct" | "mri" | "labs" | "recheck" | "biopsy" | "echo" | "iop" | "surgery" | "admission")
            });
    if surgical {
        return Some(Role::Clinician);
    }
    let handled = handled && t.shape(k) == Some(Shape::Lower);
    let dosed =
        handled || matches!(low, "gave" | "hung" | "pushed" | "started" | "bolused") && t.shape(k + 1) == Some(Shape::Number);
    if verb || plan || found || dosed {
        return Some(Role::Clinician);
    }
    // `Please call Sharon at 617-555-0107 for an appointment`
    let called = first > 0 && matches!(t.low(first - 1), "call" | "contact" | "phone" | "reach");
    if called
        && (next..next + REACH).any(|j| matches!(t.low(j), "appointment" | "schedule" | "reschedule" | "refill" | "refills"))
    {
        return Some(Role::Staff);
    }
    None
}

/// `Thanks, Candace` below `Hi Miranda`, or above the name of a clinic: who answers the patient.
pub fn signed_off(t: &Tokens, mentions: &[Mention], i: usize, next: usize) -> Option<Role> {
    let m = mentions.get(i).filter(|m| m.rule == "cue.sign-off")?;
    let line = (next + 1..next + 8).take_while(|k| !t.ends_line(*k));
    let house = t.ends_line(next)
        && line.clone().any(|k| super::cues::is_institution_head(t.low(k)) || field_phrase(|i| t.low(k + i)).is_some());
    let greeted = mentions.get(..i)?.iter().rev().find(|p| {
        let (first, _) = range(t, p);
        let k = first.saturating_sub(1);
        let k = if t.is(k, '.') {
            k.saturating_sub(2)
        } else if super::cues::title(t.low(k)).is_some() {
            k.saturating_sub(1)
        } else {
            k
        };
        first > 0 && matches!(t.low(k), "hi" | "hello" | "dear" | "morning" | "afternoon")
    });
    let answers = greeted.is_some_and(|p| p.who == Who::Patient && m.start - p.end < 2000);
    (house || answers).then_some(Role::Clinician)
}
