//! Words that stand before numbers of people and say of what kind they are; words before numbers that are nobody's.

use crate::model::mention::Category;

/// What kind of number a label word speaks of.
pub fn category_of(low: &str) -> Option<Category> {
    Some(match low {
        "mrn" | "mr" | "chart" | "hrn" | "uhid" | "ur" | "nhs" | "hosp" | "emr" | "empi" | "icn" | "mrn's" | "record" | "rec"
        | "file" => Category::Mrn,
        "member" | "mbr" | "subscriber" | "sub" | "policy" | "pol" | "medicare" | "medicaid" | "cin" | "hic" | "hicn" | "mbi"
        | "hin" | "ohip" | "insurance" | "ins" | "insured" | "beneficiary" | "plan" | "medi-cal" | "phn" => Category::MemberId,
        "acct" | "account" | "a/c" | "har" | "csn" | "fin" | "payee" | "iban" => Category::Account,
        "lic" | "license" | "licence" | "licensed" | "cert" | "dl" | "cdl" | "dea" | "bar" | "bbo" | "gmc" | "nmc" | "hcpc"
        | "ahpra" | "comm" | "commission" | "arcd" | "ardc" | "wsba" | "cpso" | "ocp" | "upin" | "driver's" | "driver" => {
            Category::License
        }
        "plate" | "plates" | "tag" | "vin" | "veh" | "vehicle" | "car" | "truck" | "van" | "pickup" | "suv" | "sedan" => {
            Category::Vehicle
        }
        "serial" | "ser" | "sn" | "s/n" | "device" | "icd" | "pacemaker" | "receiver" | "transmitter" | "glucometer" | "pump" => {
            Category::Device
        }
        "ssn" | "ss" | "social" | "last4" => Category::Ssn,
        "dob" | "born" | "birth" | "birthdate" | "birthday" | "bday" => Category::DateOfBirth,
        "ph" | "phone" | "tel" | "telephone" | "cell" | "mob" | "mobile" | "p" | "x" | "ext" | "extn" | "extension" | "pgr"
        | "pager" | "blp" | "bleep" | "bleeper" | "beeper" | "voip" | "vocera" | "voalte" | "spectralink" | "ascom" | "dect"
        | "call" | "desk" | "direct" => Category::Phone,
        "fax" | "fx" => Category::Fax,
        "badge" | "emp" | "empl" | "employee" | "passport" | "visa" | "docket" | "inmate" | "booking" | "case" | "claim"
        | "band" | "bracelet" | "wristband" | "rx" | "specimen" | "accession" | "acc" | "alien" | "sid" | "cdcr" | "donor"
        | "unos" | "kit" | "user" | "login" => Category::OtherId,
        _ => return None,
    })
}

/// What sort of thing a label word numbers: what happened (a case, an order), a thing, a policy, a chart, or a person who works or drives.
pub fn sort_of(low: &str) -> Option<&'static str> {
    Some(match low {
        "case" | "claim" | "claims" | "auth" | "authorization" | "authorisation" | "ref" | "reference" | "conf"
        | "confirmation" | "order" | "po" | "kit" | "accession" | "acc" | "accn" | "specimen" | "docket" | "incident"
        | "report" | "ticket" | "tracking" | "encounter" | "enc" | "visit" | "csn" | "rx" | "prescription" | "req"
        | "requisition" | "study" | "subject" | "sid" | "unos" | "tag" | "band" | "bracelet" | "wristband" | "request"
        | "job" | "event" | "complaint" | "grievance" | "appeal" | "petition" | "cause" | "invoice" | "batch" | "barcode"
        | "msg" | "message" | "sample" | "tube" | "slide" | "block" | "matter" | "referral" | "precert" | "approval" | "tx"
        | "transaction" | "receipt" | "voucher" | "booking" | "intake" | "letter" | "form" | "randomization" | "screening"
        | "warrant" | "cert#" => "event",
        "serial" | "ser" | "sn" | "s/n" | "device" | "udi" | "model" | "imei" | "meter" | "glucometer" | "pump" | "pacemaker"
        | "icd" | "aid" | "aids" | "monitor" | "implant" | "valve" | "lead" | "stent" | "cgm" | "sensor" | "transmitter" => {
            "thing"
        }
        "member" | "mbr" | "subscriber" | "sub" | "policy" | "pol" | "medicare" | "medicaid" | "cin" | "hic" | "hicn" | "mbi"
        | "insurance" | "ins" | "insured" | "beneficiary" | "plan" | "group" | "grp" | "card" | "id" | "edipi" | "coverage" => {
            "cover"
        }
        "mrn" | "mr" | "chart" | "hrn" | "uhid" | "emr" | "empi" | "record" | "rec" | "file" | "acct" | "account" | "a/c"
        | "har" | "fin" => "chart",
        "lic" | "license" | "licence" | "licensed" | "dl" | "cdl" | "dea" | "npi" | "bar" | "badge" | "emp" | "empl"
        | "employee" | "ext" | "extn" | "extension" | "x" | "pgr" | "pager" | "bleep" | "beeper" | "plate" | "plates" | "vin"
        | "operator" | "op" | "user" | "login" | "passport" | "unit" | "interp" => "person",
        _ => return None,
    })
}

/// Words right before a number that is somebody's, a case's or a thing's.
pub fn is_label(low: &str) -> bool {
    category_of(low).is_some()
        || matches!(
            low,
            "id" | "no"
                | "nr"
                | "num"
                | "number"
                | "numbers"
                | "nos"
                | "ref"
                | "reg"
                | "registration"
                | "group"
                | "grp"
                | "guar"
                | "guarantor"
                | "pin"
                | "unit"
                | "lot"
                | "tribal"
                | "census"
                | "cause"
                | "order"
                | "auth"
                | "study"
                | "subject"
                | "doc"
                | "edipi"
                | "ein"
                | "tin"
                | "npi"
                | "four"
                | "ending"
                | "ends"
                | "op"
                | "operator"
                | "interp"
                | "interpreter"
                | "ew"
                | "eid"
                | "badge#"
                | "b"
                | "d"
                | "died"
                | "slip"
                | "probate"
                | "petition"
                | "warrant"
                | "permit"
                | "ambulance"
                | "run"
                | "incident"
                | "report"
                | "pt"
                | "patient"
                | "client"
                | "card"
                | "consular"
                | "matricula"
                | "aadhaar"
                | "pan"
                | "nric"
                | "bsn"
        )
}

/// Words before a plate, which may end in letters.
pub fn is_tail_label(low: &str) -> bool {
    category_of(low) == Some(Category::Vehicle)
        || matches!(low, "reg" | "lexus" | "ford" | "honda" | "toyota" | "chevy" | "dodge")
}

/// Heads of columns that hold codes, results, days, products: nobody's numbers.
pub fn is_code_head(low: &str) -> bool {
    is_code(low)
        || matches!(
            low,
            "code"
                | "codes"
                | "system"
                | "value"
                | "values"
                | "result"
                | "results"
                | "range"
                | "interval"
                | "reference"
                | "units"
                | "dose"
                | "dosage"
                | "strength"
                | "quantity"
                | "qty"
                | "lot"
                | "date"
                | "dates"
                | "time"
                | "effective"
                | "onset"
                | "performed"
                | "ended"
                | "started"
                | "start"
                | "end"
                | "diagnosis"
                | "problem"
                | "problems"
                | "procedure"
                | "test"
                | "vaccine"
                | "medication"
                | "manufacturer"
                | "expiration"
                | "score"
        )
}

/// Words before the codes of a coding system, a product, a rule: nobody's numbers.
pub fn is_code(low: &str) -> bool {
    matches!(
        low,
        "cpt"
            | "hcpcs"
            | "rxcui"
            | "ndc"
            | "cvx"
            | "oid"
            | "cfr"
            | "usc"
            | "drg"
            | "revenue"
            | "version"
            | "ver"
            | "clia"
            | "zip"
            | "code"
            | "codes"
            | "hl7"
            | "v2"
            | "v3"
            | "details"
    ) || ["snomed", "icd-", "icd9", "icd10", "loinc", "rxnorm"].iter().any(|w| low.starts_with(w))
}
