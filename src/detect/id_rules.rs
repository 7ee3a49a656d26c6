//! Patterns of identifiers: what stands before them, how they are written, which check digits they must have.

use super::check_digits;
use super::fold::folded;
use super::triggers;
use crate::model::mention::Category;
use regex::Regex;
use std::sync::{LazyLock, OnceLock};

/// One way of writing an identifier.
pub struct Rule {
    /// Group 1 is the identifier where the pattern has one, else the whole match.
    pattern: String,
    /// Made when a line first calls for it: most exports never need half of them.
    made: OnceLock<Option<Regex>>,
    /// What it is.
    pub category: Category,
    /// Its name. One that begins with `owned.` counts only where the words around give it to somebody other than the patient: the
    /// number of a device, a case, a document is the patient's own as a rule.
    pub rule: &'static str,
    /// How sure it is.
    pub confidence: f32,
    /// One of these must be in the line, see [`triggers`].
    pub needs: u32,
    /// Asked with the identifier's text and all that stands before it.
    pub check: fn(&str, &str) -> bool,
}

fn always(_: &str, _: &str) -> bool {
    true
}

/// Names of code systems and standards are no web address of anybody.
fn no_terminology(value: &str, _: &str) -> bool {
    const HOSTS: &[&str] = &[
        "hl7.org",
        "snomed.info",
        "loinc.org",
        "unitsofmeasure.org",
        "w3.org",
        "nlm.nih.gov",
        "ihe.net",
        "dicom.nema.org",
        "ncpdp.org",
        "ama-assn.org",
        "who.int",
        "ietf.org",
        "iso.org",
        "fhir.org",
        "medicalhome.org",
        "healthit.gov",
        "cms.gov",
        "cdc.gov",
        "va.gov",
        "nucc.org",
        "iana.org",
    ];
    // Style sheets and schemas are about the file, not about anybody.
    let path = value.split(['?', '#']).next().unwrap_or("").trim_end_matches(['.', ',']).to_lowercase();
    if [".xsl", ".xslt", ".xsd", ".css", ".dtd"].iter().any(|e| path.ends_with(e)) {
        return false;
    }
    let host = value.split("//").nth(1).unwrap_or(value).split(['/', ':', '?', '#']).next().unwrap_or("").to_lowercase();
    !HOSTS.iter().any(|h| host == *h || host.ends_with(&format!(".{h}")))
}

/// Directly behind a capitalised word: `Ofc. Broussard #2207`.
fn after_name(_: &str, before: &str) -> bool {
    let head = before.trim_end_matches([' ', '#', '(']);
    let word = head.rsplit(|c: char| !c.is_alphabetic() && c != '-' && c != '\'').next().unwrap_or("");
    word.chars().next().is_some_and(char::is_uppercase) && word.chars().any(char::is_lowercase) && before.len() - head.len() <= 4
}

/// Behind a credential: `Odom, LADC #30317`.
fn after_credential(_: &str, before: &str) -> bool {
    let words = before.rsplit(|c: char| !c.is_alphabetic() && c != '-').filter(|w| w.len() > 1);
    words.take(2).any(|w| super::cues::credential(w).is_some_and(|(_, strict)| !strict))
}

fn has_digit(value: &str, _: &str) -> bool {
    value.bytes().filter(u8::is_ascii_digit).count() >= 3
}

fn not_in_number(value: &str, before: &str) -> bool {
    // Results such as `123-456-7890` do not follow a decimal mark or another digit group.
    !value.is_empty()
        && !before.ends_with(['.', '-', '/', '$', '#', ':'])
        && !before.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// At least `least` figures, and a letter that a scan took for one.
fn misread(value: &str, least: usize) -> bool {
    value.bytes().filter(u8::is_ascii_digit).count() >= least && value.bytes().any(|b| b.is_ascii_alphabetic())
}

/// A street stands beside its number: `0730            Foley` are two cells of a row.
fn one_cell(value: &str, before: &str) -> bool {
    let behind = value.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    // `200 NS. Dr Uddin informed`: the sentence ends before a title.
    let titled = value.strip_suffix("Dr").or_else(|| value.strip_suffix("Dr.")).is_some_and(|v| {
        let word = v.trim_end().strip_suffix('.').and_then(|w| w.rsplit(' ').next()).unwrap_or("");
        word.len() == 2
            && word.bytes().all(|b| b.is_ascii_uppercase())
            && !matches!(word, "NW" | "NE" | "SW" | "SE" | "ST" | "MT" | "FT")
    });
    !titled
        && not_in_number(value, before)
        && behind.chars().take_while(|c| *c == ' ').count() < 4
        && !behind.starts_with(['\t', '\n', '\r'])
}

/// Versions, sections and parts of object identifiers look like addresses: a private range, a large number or a word before it
/// must speak for an address.
fn ip(value: &str, before: &str) -> bool {
    let oid = before.ends_with(['.', '-', '/']) || before.ends_with(|c: char| c.is_ascii_alphanumeric());
    let Ok(parts) = value.split('.').map(str::parse::<u8>).collect::<Result<Vec<u8>, _>>() else { return false };
    let likely = matches!(parts.first(), Some(10 | 127 | 172 | 192)) || parts.iter().any(|p| *p >= 100);
    !oid && !version_before(before) && (likely || address_before(before))
}

fn address_before(before: &str) -> bool {
    let at = before.len().saturating_sub(24);
    let at = (at..before.len()).find(|i| before.is_char_boundary(*i)).unwrap_or(before.len());
    let tail = before[at..].to_lowercase();
    tail.split(|c: char| !c.is_alphanumeric())
        .any(|w| matches!(w, "ip" | "address" | "host" | "server" | "workstation" | "ipv4" | "client"))
}

fn version_before(before: &str) -> bool {
    let tail: String = before.chars().rev().take(12).collect::<Vec<_>>().into_iter().rev().collect();
    let tail = tail.to_lowercase();
    tail.contains("version") || tail.trim_end().ends_with('v') || tail.contains("oid")
}

/// The last `n` bytes of `text`, in small letters, cut at a char.
fn tail(text: &str, n: usize) -> String {
    let at = text.len().saturating_sub(n);
    let at = (at..text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len());
    text.get(at..).unwrap_or("").to_lowercase()
}

/// `+44 20 7946 0958`: eight to fifteen digits.
fn international(value: &str, before: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    (8..=15).contains(&digits) && !before.ends_with(|c: char| c.is_ascii_alphanumeric())
}

/// A value with letters and digits, as plates are; a bone plate has holes.
fn plate(value: &str, before: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_uppercase).count();
    digits >= 2 && letters >= 1 || digits + letters >= 5 && tail(before, 24).contains("license")
}

/// The same where other words stand between the label and the value: a time, a dose or a street is none.
fn plate_in_context(value: &str, before: &str) -> bool {
    let upper = value.to_uppercase();
    let last = upper.rsplit([' ', '-']).next().unwrap_or("");
    let measure = matches!(
        last,
        "AM" | "PM" | "MG" | "ML" | "LB" | "LBS" | "KG" | "CM" | "MM" | "YO" | "MPH" | "FR" | "CC" | "HRS" | "MIN" | "G"
    );
    let digits = upper.bytes().filter(u8::is_ascii_digit).count();
    let letters = upper.bytes().filter(u8::is_ascii_uppercase).count();
    // `Tran Van Duc (ID VI-2207)`: no van of Idaho.
    if upper.starts_with("ID ") {
        return false;
    }
    digits >= 2 && letters >= 1 && digits + letters >= 5 && !measure && !before.ends_with('$')
}

/// `Liu Yang, ID 60418`: in Idaho every ZIP code begins with 83 (USPS Publication 65).
fn no_id(value: &str, _: &str) -> bool {
    let mut words = value.split([' ', ',']).rev().filter(|w| !w.is_empty());
    let (zip, state) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    state != "ID" || zip.starts_with("83")
}

/// `home 20 Units`, `moved 10 Feet`, `home 40 Percent`: no street.
fn no_measure(value: &str, _: &str) -> bool {
    let word = value.split_whitespace().nth(1).unwrap_or("").to_lowercase();
    let month = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    !super::words::is_clinical(&word)
        && !super::words::is_running_word(&word)
        && !month.iter().any(|m| word.starts_with(m))
        && !matches!(
            word.as_str(),
            "units" | "feet" | "miles" | "weeks" | "days" | "hours" | "minutes" | "years" | "percent" | "steps"
        )
}

/// A number that is no year.
fn no_year(value: &str, _: &str) -> bool {
    !(value.len() == 4 && (value.starts_with("19") || value.starts_with("20")))
}

fn is_ipv6(value: &str, before: &str) -> bool {
    (value.contains("::") && value.len() > 4 || value.matches(':').count() == 7)
        && value.parse::<std::net::Ipv6Addr>().is_ok()
        && !before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == ':')
}

fn card(value: &str, before: &str) -> bool {
    let digits: Vec<u32> = value.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| {
            if i % 2 == 1 {
                let x = d * 2;
                if x > 9 { x - 9 } else { x }
            } else {
                *d
            }
        })
        .sum();
    digits.len() == 16 && sum.is_multiple_of(10) && not_in_number(value, before)
}

/// The table, in order of trust.
pub static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let rule = |needs: u32, pattern: &str, category, rule, confidence, check| {
        let pattern = pattern.replace(r"\b", r"(?-u:\b)").replace(r"\d", "[0-9]");
        Rule { pattern, made: OnceLock::new(), category, rule, confidence, needs, check }
    };
    // `sep`: what stands between a label and its value.
    let sep = r"(?:\s*(?:#|no\.?|num(?:ber)?|id)?\s*(?:is\b|was\b)?\s*[:=#]?\s*)";
    // A line may end inside a date: `06/14/` / `1968`, `Feb-` / `ruary 2, 1971`.
    let cut = r"(?:\r?\n[ \t]*)?";
    let month = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:-\r?\n[ \t]*)?[a-z]*\.?";
    // Dictated: `March the third nineteen thirty-seven`.
    let unit = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|oh|hundred|thousand|and)";
    let year = format!(r"(?:\d{{4}}|'\d{{2}}|(?:nineteen|twenty|two\s+thousand)(?:[\s-]+{unit}){{0,3}})");
    let nth = r"(?:(?:twenty|thirty)[\s-])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|(?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth|thirtieth)";
    let date = format!(
        r"(\d{{4}}[-/]\d{{1,2}}[-/]\d{{1,2}}|\d{{1,2}}[/.-]{cut}\d{{1,2}}[/.-]{cut}(?:\d{{4}}|\d{{2}})|\d{{8}}|\d{{1,2}}\s\d{{1,2}}\s(?:\d{{4}}|\d{{2}})|{month}\s+(?:the\s+)?(?:\d{{1,2}}(?:st|nd|rd|th)?|{nth})(?:,\s*|\s+){year}|(?:\d{{1,2}}(?:st|nd|rd|th)?[\s-]?(?:of\s)?|(?:the\s+)?(?:\d{{1,2}}(?:st|nd|rd|th)|{nth})\s+(?:of\s+)?){month}[\s-]?(?:{year}|\d{{2}}))"
    );
    let birth = r"(?i)\b(?:dob|d[./]o[./]b\.?|d0b|date\s+of\s+birth|birth\s*-?(?:date|dt)|born(?:\s+on)?|birthday|bday|b-day|fecha\s+de\s+nac(?:imiento|\.)?|date\s+de\s+naissance|n[ée]e?\s+le|nacid[oa](?:\s+el)?|geboren(?:\s+am)?|geb\.|\(?b\.)(?:\s*/\s*(?:sex|age)\b)?(?:\s+for\s+[a-z]+|\s+\([a-z]+\))?";
    // The date of a death may be told by day or month alone.
    let day = format!(
        r"(\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}/\d{{1,2}}(?:/(?:\d{{4}}|\d{{2}}))?|{month}\s+(?:\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?|(?:of\s+)?\d{{4}})|\d{{1,2}}\s{month}\s\d{{4}})"
    );
    let id = r"([A-Z0-9][A-Z0-9-]{3,24}[A-Z0-9])\b";
    let code = r"([A-Z]{0,4}-?\d[A-Z0-9-]{2,23})\b";
    let kind = r"(?i:Street|Str|St|Avenue|Ave|Av|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Circle|Cir|Parkway|Pkwy|Highway|Hwy|Terrace|Terr|Ter|Trail|Trl|Place|Pl|Way|Alley|Aly|Square|Sq|Loop|Path|Pike|Run|Row|Crescent|Cres|Crossing|Xing|Cove|Cv|Bend|Ridge|Heights|Hts|Hollow|Landing|Lndg|Mews|Close|Grove|Glen|Gardens|Gdns|Quay|Wharf|Commons|Estates|Manor|Turnpike|Tpke|Expressway|Plaza|Point|Pt)\b\.?(?:\s+(?:NW|NE|SW|SE|N|S|E|W)\b\.?)?";
    let flat = r"(?:,?\s*(?:(?i:Apt|Apartment|Unit|Suite|Ste|Floor|Fl|Room|Rm|Bldg|Building|Lot|Trlr|Trailer|Space|Spc|Sp|Flat|#)\.?\s*#?\s*[A-Za-z0-9-]{1,6}\b|\d(?:st|nd|rd|th)\s+(?i:fl|floor|flr)\b))?";
    let state = r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AIT]|W[AIVY]|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New\s(?:Hampshire|Jersey|Mexico|York)|(?:North|South)\s(?:Carolina|Dakota)|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode\sIsland|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West\sVirginia|Wisconsin|Wyoming)\b\.?";
    let town = r"[A-Z][A-Za-z.'-]+(?:\s[A-Z][A-Za-z.'-]+){0,2}";
    let zip = r"\d{5}(?:-\d{4})?\b";
    let area = format!(r"(?:,?\s+{town},?\s+{state},?\s+{zip}|,\s+{town},?\s+{state}|,?\s+{zip})?");
    // The home countries of other exports: provinces and states, and codes.
    let abroad = r"(?:(?:NSW|VIC|QLD|TAS|ACT|SA|WA|NT)\s+\d{4}|(?:(?:AB|BC|MB|NB|NL|NS|NT|NU|ON|PE|QC|SK|YT),?\s+)?[A-CEGHJ-NPR-TVXY]\d[A-CEGHJ-NPR-TV-Z]\s?\d[A-CEGHJ-NPR-TV-Z]\d|[A-Z]{1,2}\d[A-Z\d]?\s\d[ABD-HJLNP-UW-Z]{2})\b";
    let area = format!(r"(?:,?\s+{town},?\s+{abroad}|{area})");
    let small = r"(?:,?\s+[a-z]{3,}(?:\s[a-z]{3,})?,?\s+[a-z]{2}\s+\d{5}\b)?";
    let called = r"(?:(?:de|do|da|dos|das|du|des|la|le|el|los|las|del)\s+|[dl]['\u{2019}])*\p{Lu}[\p{L}.'-]+(?:\s(?:(?:de|do|da|du|des|la|del)\s)*\p{Lu}[\p{L}.'-]+){0,3}";
    let behind = r"(?:,\s*(?i:Apt|Apto|Appt|Depto|Piso|\#)\.?\s*[A-Za-z0-9-]{1,5})?(?:,\s*(?:\d{4,5}\s+)?\p{Lu}[\p{L}.'-]+(?:\s\p{Lu}[\p{L}.'-]+){0,2})?";
    let number =
        r"\b\d{1,6}(?:-\d{1,4}|\s?[A-Z]\b|[a-h]\b|\s1/2)?\s+(?:(?:NW|NE|SW|SE|[NSEW])\.?\s+|(?:North|South|East|West)\s+)?";
    let words = r"(?:[A-Z][A-Za-z.'-]*\s+|\d{1,3}(?:st|nd|rd|th)\s+){1,4}";
    [
        rule(triggers::AT, r"(?i)[a-z0-9._%+-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,62}\.)+[a-z]{2,24}\b", Category::Email, "pattern.email", 0.98, always),
        // Broken at a line's end: `zprimo-` / `rac@example.org`, `orincon@exam-` / `ple.org`.
        rule(triggers::AT, r"(?i)[a-z0-9._%+-]{1,64}@(?:\r?\n[ \t>]{0,12}|[a-z0-9]{1,62}-\r?\n[ \t>]{0,12})[a-z0-9](?:[a-z0-9-]{0,62}\.)+[a-z]{2,24}\b", Category::Email, "pattern.email-broken", 0.9, always),
        rule(triggers::AT, r"(?i)\b[a-z0-9._%+]{1,64}-\r?\n[ \t>]{0,12}[a-z0-9._%+]{1,64}@[a-z0-9](?:[a-z0-9-]{0,62}\.)+[a-z]{2,24}\b", Category::Email, "pattern.email-broken", 0.9, always),
        rule(triggers::LINK, r#"(?i)\b(?:https?|ftp)://[^\s<>"'\]\)]{3,}"#, Category::Url, "pattern.url", 0.9, no_terminology),
        rule(triggers::LINK, r#"(?i)\bwww\.[a-z0-9-]+\.[^\s<>"'\]\)]{2,}"#, Category::Url, "pattern.url", 0.9, no_terminology),
        rule(triggers::SEVEN, r"\b\d{3}-\d{2}-\d{4}\b", Category::Ssn, "pattern.ssn", 0.9, |v, b| check_digits::ssn(v) && not_in_number(v, b)),
        rule(triggers::SSN, &format!(r"(?i)\b(?:ssn|ss\s*#|soc(?:ial)?\.?\s*(?:sec(?:urity)?)?\.?){sep}((?:\d{{3}}|[x*]{{3}})[- ]?(?:\d{{2}}|[x*]{{2}})[- ]?\d{{4}})\b"), Category::Ssn, "pattern.ssn-context", 0.98, always),
        rule(triggers::SSN, r"(?i)\b(?:ssn|ss\s*#|social(?:\s+security)?(?:\s+(?:number|no\.?|#))?)[^.\n\d]{0,24}?(?:ending(?:\s+in)?|ends\s+in|last\s*(?:4|four)(?:\s+digits)?(?:\s+of)?)\s*(?:is|are|:|#)?\s*(\d{4})\b", Category::Ssn, "pattern.ssn-last-four", 0.95, always),
        rule(triggers::SSN, r"(?i)\blast\s*(?:4|four)(?:\s+digits)?\s*(?:of\s+)?(?:[a-z']+\s+)?(?:ssn|social|soc|ss\s*#?)(?:\s+security)?(?:\s+number)?\s*(?:is|are|:|#)?\s*(\d{4})\b", Category::Ssn, "pattern.ssn-last-four", 0.95, always),
        // Before the phones: written in their groups.
        rule(triggers::MRN, r"(?i)\b(?:nhs|chi|h&c|hcn|ihi)\b\s*(?:no\.?|number|num|\#)?\s*[:\#]?\s*(\d{3}[ -]?\d{3}[ -]?\d{4}|\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{4})\b", Category::Mrn, "owned.national", 0.92, always),
        rule(triggers::MRN, r"(?i)\b(?:ohip|phn|ramq|medicare|health\s*card|hcn?)\b\s*(?:no\.?|number|num|card|\#)?\s*[:\#]?\s*(\d{4}[ -]\d{3}[ -]\d{3}(?:[ -]?[A-Z]{2})?|\d{4}[ -]\d{5}[ -]\d|[A-Z]{4}[ -]?\d{4}[ -]?\d{4})\b", Category::MemberId, "owned.national", 0.92, always),
        rule(triggers::MRN, r"(?i:\b(?:ni|nino|national\s+insurance)\b)\s*(?i:no\.?|number|\#)?\s*[:\#]?\s*([A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D])\b", Category::Ssn, "pattern.national-insurance", 0.9, always),
        rule(triggers::MRN, r"\b(?:SIN|TFN)\b\s*(?:no\.?|number|\#)?\s*[:\#]?\s*(\d{3}[ -]\d{3}[ -]\d{3})\b", Category::Ssn, "pattern.national-insurance", 0.9, always),
        rule(triggers::NPI, r"(?i)\bnpi(?:'?s)?\b[^\n\d]{0,20}(\d{10}|\d{4}[ -]\d{3}[ -]\d{3}|\d{3}[ -]\d{3}[ -]\d{4})\b", Category::Npi, "pattern.npi", 0.95, always),
        rule(triggers::FAX, &format!(r"(?i)\b(?:fax|facsimile){sep}(?:at\s+|to\s+)?(\+?1?[-. ]?\(?\d{{3}}\)?[-. ]*\d{{3}}[-. ]?\d{{4}})\b"), Category::Fax, "pattern.fax", 0.95, always),
        rule(triggers::SEVEN, r"(?:\+?1[-. ]{0,2})?(?:\(\d{3}\)(?:[-. /]{0,2}|-?\r?\n[ \t>]{0,12})|\b\d{3}(?: ?[-./ ]\s?|[-.]\r?\n[ \t>]{0,12}))\d{3}(?: ?[-. ]\s?|[-.]\r?\n[ \t>]{0,12})\d{4}\b(?:\s*(?:,\s*)?(?:x|ext\.?|extension)\s*\d{1,6})?", Category::Phone, "pattern.phone", 0.9, not_in_number),
        rule(triggers::SEVEN, r"\(\d{3}\)\s?\d{7}\b", Category::Phone, "pattern.phone", 0.85, not_in_number),
        // A scan takes figures for letters: `(7O1) 555-0l68`, `518 . 555 . O171`, `9O3-7l-2O55`, `l2-l7-6l`.
        rule(triggers::DIGIT, r"(?:\([ ]?[0-9OolI]{3}[ ]?\)[ ]?[-.]?[ ]?|\b[0-9OolI]{3}[ ]?[-./ ][ ]?)[0-9OolI]{3}[ ]?[-. ][ ]?[0-9OolI]{4}\b", Category::Phone, "pattern.phone-misread", 0.8, |v, b| misread(v, 6) && not_in_number(v, b)),
        rule(triggers::DIGIT, r"\b[0-9OolI]{3}-[0-9OolI]{2}-[0-9OolI]{4}\b", Category::Ssn, "pattern.ssn-misread", 0.8, |v, b| misread(v, 5) && not_in_number(v, b)),
        rule(triggers::DIGIT, &format!(r"{birth}{sep}([0-9OolI]{{1,2}}[ ]?[-/.][ ]?[0-9OolI]{{1,2}}[ ]?[-/.][ ]?(?:[0-9OolI]{{4}}|[0-9OolI]{{2}}))\b"), Category::DateOfBirth, "pattern.birth-date-misread", 0.8, |v, _| misread(v, 2)),
        rule(triggers::TEN, r"\b[2-9]\d{2}[2-9]\d{6}\b", Category::Phone, "owned.phone", 0.7, |v, b| !check_digits::npi(v) && not_in_number(v, b)),
        rule(triggers::PLUS, r"\+\d{1,3}[-. ]?(?:\(?\d{1,4}\)?[-. ]?){2,5}\d{2,4}\b", Category::Phone, "pattern.phone-international", 0.9, international),
        rule(triggers::PHONE, &format!(r"(?i)\b(?:phone|ph|telephone|tel|cell(?:phone)?|mobile|pager|beeper|call(?:back)?|home|work|contact|voicemail|text){sep}(?:at\s+|to\s+)?(\+?1?\d{{10}}|\d{{3}}[-.]\d{{4}})\b"), Category::Phone, "pattern.phone-context", 0.9, always),
        rule(triggers::PHONE, r"(?i)\b(?:ext(?:ension)?\.?|pager|pgr|beeper|bleep|bleeper|vocera|voalte|voip|spok|spectralink|ascom|zone\s+phone)\s*(?:#|no\.?|number)?\s*:?\s*(\d{1,2}-\d{4}|\d{2,6})\b", Category::Phone, "pattern.extension", 0.8, |_, b| !tail(b, 30).contains("range of")),
        rule(triggers::SEVEN, r"(?:^|[\s(:#/])([2-9]\d{2}[-.]\d{4})(?:[,;.)\]\n]|\s*$|\s(?:\(|or\b|and\b|if\b|when\b|after\b|before\b|ext|x\d|cell|home|work))", Category::Phone, "owned.local-phone", 0.75, |_, b| !b.ends_with(|c: char| c.is_ascii_digit())),
        rule(triggers::DIGIT, r"(?:^|[\s(,;])([xX]\.?\s?(?:\d{4,5}|\d-\d{4}))\b", Category::Phone, "pattern.extension", 0.75, |_, b| !b.trim_end().ends_with(|c: char| c.is_ascii_digit())),
        // A national trunk prefix, as in Britain, Ireland, Australia and New Zealand: `01632 960 811`, `(020) 7946 0123`, `02 5550 1171`, `09 555` / `0128`.
        rule(triggers::SEVEN, r"(?:\(0\d{1,4}\)|\b0\d{2,4})(?:[ .-]|[ .-]?\r?\n[ \t>]{0,12})\d{3,4}[ .-]?\d{3,4}\b", Category::Phone, "pattern.phone-national", 0.85, not_in_number),
        rule(triggers::SEVEN, r"\b07\d{3} ?\d{3} ?\d{3}\b", Category::Phone, "pattern.phone-national", 0.85, not_in_number),
        rule(triggers::SEVEN, r"\b0\d[ .-]\d{3,4}(?:[ .-]|\r?\n[ \t>]{0,12})\d{4}\b", Category::Phone, "pattern.phone-national", 0.85, not_in_number),
        rule(triggers::NPI, &format!(r"(?i)\bnpi{sep}(\d{{10}})\b"), Category::Npi, "pattern.npi", 0.98, always),
        rule(triggers::TEN, r"\b[12]\d{9}\b", Category::Npi, "pattern.npi-luhn", 0.6, |v, b| check_digits::npi(v) && provider_before(b)),
        rule(triggers::DEA, &format!(r"(?i)\bdea{sep}([A-Z][A-Z9]\d{{7}})\b"), Category::License, "pattern.dea", 0.98, always),
        rule(triggers::DEA, r"\b(?i:dea)\b[^.\n]{0,24}?\b([A-Z][A-Z9]\d{7})\b", Category::License, "pattern.dea", 0.95, always),
        rule(triggers::MIXED, r"\b[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}\b", Category::License, "pattern.dea-check", 0.85, |v, _| check_digits::dea(v)),
        rule(triggers::MIXED, r"\b[1-9][A-Z][A-Z0-9]\d-?[A-Z][A-Z0-9]\d-?[A-Z]{2}\d{2}\b", Category::MemberId, "pattern.mbi", 0.95, |v, _| check_digits::mbi(v)),
        rule(triggers::MEMBER, r"(?i)\b(?:hicn?|medicare)\s*(?:#|no\.?|number|claim)?\s*:?\s*(\d{3}-?\d{2}-?\d{4}-?[A-Z]\d?)\b", Category::MemberId, "pattern.hicn", 0.95, always),
        rule(triggers::MIXED, r"\b[A-HJ-NPR-Z0-9]{17}\b", Category::Vehicle, "pattern.vin", 0.9, |v, _| check_digits::vin(v)),
        rule(triggers::MRN, r"\bM\.?R\.?\s*(?:#|:|no\.?)?\s*([A-Z]?\d{2,4}-\d{2,6}(?:-\d{1,4})?|[A-Z]?\d{6,9})\b", Category::Mrn, "pattern.mrn", 0.9, has_digit),
        rule(triggers::MRN, &format!(r"(?i)\b(?:mrn|mr\s*#|med(?:ical)?\.?\s*rec(?:ord)?\.?|chart|patient\s+id|pt\s+id|hospital\s+(?:id|number)|unit\s+(?:#|no\.?|number)|empi){sep}{id}"), Category::Mrn, "pattern.mrn", 0.95, has_digit),
        rule(triggers::MEMBER, &format!(r"(?i)\b(?:member|subscriber|policy|group|beneficiary|medicare|medicaid|insurance|hicn?|mbi|health\s+plan)\s*(?:#|no\.?|num(?:ber)?|id)\s*(?:#|no\.?|number)?\s*[:=#]?\s*{id}"), Category::MemberId, "pattern.member-id", 0.92, has_digit),
        rule(triggers::MEMBER, r"(?i:\b(?:member|mbr|subscriber|ins|insurance|sub|policy)\b(?:\s*(?:id|#|no\.?|number))?\s*[:=#]?\s*(?:[A-Z][A-Za-z]+,?\s+){0,3}(?:ID\s+)?)([A-Z]{1,4}\d{4,12}[A-Z]?(?:[ -]\d{2,6}){0,3}|[A-Z]{2,4}[ -]\d{3,6}(?:[ -]\d{2,6}){1,3})\b", Category::MemberId, "owned.member-id", 0.85, has_digit),
        rule(triggers::MEMBER, &format!(r"(?i)\b(?:member|subscriber|policy|group|plan|insurance|medicaid|medicare|grp)\s*:?\s*{code}"), Category::MemberId, "owned.member-id", 0.85, has_digit),
        rule(triggers::ACCOUNT, &format!(r"(?i)\b(?:acct|account|hospital\s+account|har|csn|fin|visit|encounter)\s*(?:#|no\.?|num(?:ber)?|id)\s*[:=#]?\s*{id}"), Category::Account, "pattern.account", 0.9, has_digit),
        rule(triggers::ACCOUNT, &format!(r"(?i)\b(?:acct|account|iban|routing)\.?{sep}{code}"), Category::Account, "owned.account", 0.85, has_digit),
        rule(triggers::SEVEN, r"\b(?:\d{4}[- ]?){3}\d{4}\b", Category::Account, "pattern.card", 0.9, card),
        rule(triggers::ACCOUNT, r"(?i)\b(?:card|visa|mastercard|mc|amex|discover|debit|credit|account|acct)\s+(?:number\s+|no\.?\s+|card\s+)?(?:ending|ends|x|\*+)\s*(?:in\s+|with\s+|w/\s*)?(\d{4})\b", Category::Account, "pattern.card-last-four", 0.85, always),
        rule(triggers::LICENCE, &format!(r"(?i)\b(?:lic(?:ense|ence)?|driver'?s?\s+lic(?:ense|ence)|dl|cdl|oln|certificate|passport)\s*(?:#|no\.?|num(?:ber)?|id)?\s*[:=#]\s*{id}"), Category::License, "pattern.licence", 0.9, has_digit),
        rule(triggers::LICENCE, &format!(r"(?i)\b(?:lic(?:ense|ence)?|dl|cdl|oln|passport|pssprt|certificate|permit)\.?{sep}{code}"), Category::License, "owned.licence", 0.85, has_digit),
        rule(triggers::LICENCE, r"\b(?:GMC|NMC|HCPC|MCRN|IMC|GDC|GPhC|CRNM|BBO|(?i:commission|registration|reg)\.?\s*(?i:no\.?|number|#))\s*(?:no\.?|#)?\s*:?\s*((?:[A-Z]{1,2}[ -]?)?\d{5,9}[A-Z]?)\b", Category::License, "owned.licence", 0.85, has_digit),
        rule(triggers::LICENCE, r"(?i:\b(?:lic(?:ense|ence)?|dl)\b\.?\s*(?:#|no\.?|number)?\s*:?\s*)((?:[A-Z]{2}[ -])?[A-Z]{1,4}[-.]?\s?\d{3,}(?:[ -]\d{3,}){0,3})\b", Category::License, "pattern.licence", 0.85, has_digit),
        // Plates of Great Britain since 2001: two letters, two figures, three letters.
        rule(triggers::DIGIT, r"\b([A-HJ-PR-Y]{2}[0-7]\d(?: |\r?\n[ \t>]{0,12})?[A-HJ-PR-Z]{3})\b", Category::Vehicle, "pattern.plate-gb", 0.7, not_in_number),
        rule(triggers::LICENCE, r"(?i:\b(?:(?:license|licence)\s+)?(?:plates?|tag)\s*(?:#|no\.?|number|is)?\s*:?\s*)((?:[A-Z]{2}\s)?[A-Z0-9]{1,4}(?:[- ]?[A-Z0-9]{2,5})?)\b", Category::Vehicle, "pattern.plate", 0.85, plate),
        rule(triggers::LICENCE, r"(?i:\b(?:plates?|tag|rego?)\b[^.;\n\d]{0,32}?[\s(:#])((?:[A-Z]{2}\s)?[A-Z0-9]{1,4}(?:[- ][A-Z0-9]{1,4}){1,2})\b", Category::Vehicle, "owned.plate", 0.8, plate_in_context),
        rule(triggers::LICENCE, r"(?i)\bplates?\b\s*(?:\#|no\.?|number|is)?\s*:?\s*((?:[a-z]{2}\s)?[a-z0-9]{1,4}[- ][a-z0-9]{2,5})\b", Category::Vehicle, "owned.plate", 0.75, plate_in_context),
        rule(triggers::CAR, r"(?i:\b(?:car|truck|van|vehicle|veh|pickup|suv|sedan|jeep|buick|chevy|chevrolet|chrysler|dodge|ford|gmc|honda|hyundai|kia|lexus|mazda|nissan|subaru|tesla|toyota|volkswagen|vw|volvo|saturn|pontiac|cadillac|mercedes|bmw|audi|vauxhall|peugeot|holden|civic|corolla|camry|accord|ram)\b[^.;\n\d]{0,24}?[\s(,:])((?:[A-Z]{2}\s)[A-Z0-9]{1,4}(?:[- ]?[A-Z0-9]{1,4}){1,2}|[A-Z]{2,3}[- ]\d{3,4}|\d{3,4}[- ][A-Z]{2,3})\b", Category::Vehicle, "owned.plate", 0.75, plate_in_context),
        rule(triggers::DEVICE, &format!(r"(?i)\b(?:serial\b|s/n\b|ser\b\.?|sn\b)\s*(?:#|no\.?|num(?:ber)?)?\s*(?:is)?\s*:?\s*{id}"), Category::Device, "owned.serial", 0.85, has_digit),
        rule(triggers::DEVICE, r"(?i:\b(?:serial\b|s/n\b|ser\b\.?|sn\b)\s*(?:#|no\.?|num(?:ber)?)?\s*(?:is)?\s*:?\s*)([A-Z]{2,5}[ -]\d{3,}[A-Z]?)\b", Category::Device, "owned.serial", 0.85, has_digit),
        rule(triggers::DEVICE, r"(?i)\b(?:imei|meid)\b[^\n\d]{0,8}(\d{14,16}|\d{2}[ -]\d{6}[ -]\d{6}[ -]\d)\b", Category::Device, "owned.serial", 0.9, always),
        rule(triggers::DEVICE, &format!(r"(?i)\b(?:device|implant|transmitter|generator|pump|pacer|pacemaker|monitor)\s+(?:id|sn|no\.?|number|\#)\s*[:=\#]?\s*{code}"), Category::Device, "owned.serial", 0.8, has_digit),
        rule(triggers::DEVICE, r"\(01\)\s?\d{14}(?:\s?\(\d{2}\)\s?[A-Za-z0-9-]{1,20})*", Category::Device, "owned.udi", 0.9, always),
        rule(triggers::COLONS, r"(?i)\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b|\b[0-9a-f]{2}(?:-[0-9a-f]{2}){5}\b", Category::Device, "pattern.mac", 0.9, not_in_number),
        rule(triggers::COLONS, r"(?i)(?:[0-9a-f]{1,4}:|::)(?:[0-9a-f]{0,4}:){1,6}[0-9a-f]{1,4}", Category::Ip, "pattern.ipv6", 0.85, is_ipv6),
        rule(triggers::DOTS, r"\b(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?:\.?[^\d.]|\.?$)", Category::Ip, "pattern.ip", 0.85, ip),
        rule(triggers::CASE, r"(?i)\b(?:case|docket|file|warrant|inmate|prisoner|booking|badge|shield|passport|visa|alien|a-number|cdcr|doc|employee|student|military|service|interpreter|operator|report|claim|incident|band|subject|donor\s+id|id|i\.d\.)\s*(?:#|no\.?|num(?:ber)?|id)?\s*(?:#|:)?\s*#?\s*([A-Z]{0,6}-?\d[A-Z0-9]*(?:-[A-Z0-9]+)*)\b", Category::OtherId, "owned.number", 0.8, has_digit),
        rule(triggers::MEMBER, r"(?i:\b(?:member|subscriber|policy|plan|insurance|medicaid|medicare|beneficiary|insured)\b\s*(?:#|no\.?|num(?:ber)?|id)?\s*[:=#]?\s*)([A-Z]{1,4}[ -]?\d{2,5}(?:[ -]\d{2,5}){1,3})\b", Category::MemberId, "owned.member-id", 0.85, has_digit),
        rule(triggers::CASE, r"(?i)\b(?:bdg|dsn|star|agent|operator|op|interp(?:reter)?|emp(?:loyee)?|caseload|collar|warrant)\s*(?:id|no\.?|num(?:ber)?)?\s*[:(]?\s*\#?\s*([A-Z]{0,3}-?\d{3,8})\b", Category::OtherId, "owned.number", 0.75, no_year),
        rule(triggers::CASE, r"(?i)\b(?:id|badge|bdg|caseload\s+id|employee\s+id)\s*(?:\#|no\.?)?\s*:?\s*([A-Z]{1,4}[- ]\d{2,5})\b", Category::OtherId, "owned.number", 0.75, always),
        rule(triggers::CASE, r"(?i)\b(?:log-?\s?in|log-?on|user\s?name|user\s?id|user)\s*(?:is|:|=)?\s*[(\[]?([a-z][a-z0-9]*(?:_[a-z0-9]+|\d[a-z0-9]*))\b", Category::OtherId, "owned.login", 0.75, always),
        rule(triggers::CASE, r"(?i:\b(?:accession|acc|acct|specimen|serial|c-?number|c-?file|case|claim|file|badge|service|military|employee|inmate|docket|policy|id|invoice|order|requisition|report)\b\.?\s*(?:#|no\.?|num(?:ber)?|id)?\s*[:=#]?\s*)([A-Z]{1,4}[ -]?\d{2,9}(?:[ -]\d{2,9}){0,3})\b", Category::OtherId, "owned.number", 0.8, has_digit),
        rule(triggers::CASE, r"(?i)\b(?:accession|acc|specimen|case|requisition)\b\.?\s*(?:#|no\.?|num(?:ber)?|id)?\s*[:=#]?\s*([A-Z]{1,4}\d{2}-\d{3,8}[A-Z]?)\b", Category::OtherId, "owned.number", 0.8, has_digit),
        rule(triggers::CASE, r"(?i)\b(?:log-?\s?in|log-?on|user\s?name|user\s?id|employee\s+id)\b[^\n.;:]{0,30}?(?:\bis\b|:|=|\s)\s*([a-z][a-z._-]{2,24}\d{1,4})\b", Category::OtherId, "owned.login", 0.75, always),
        rule(triggers::CREDENTIAL, r"\b(?:MD|DO|RN|LPN|LVN|NP|PA-C|PT|OT|DPT|LCSW|LMSW|LICSW|LMFT|LPC|PsyD|PhD|DDS|DMD|CRNA|RPh|PharmD|DVM)\b,?\s*(?:#|(?i:lic(?:ense|ence)?\.?|no\.?|cert\.?)\s*#?)\s*:?\s*([A-Z]{0,4}[ -]?\d{3,10})\b", Category::License, "pattern.credential-number", 0.8, has_digit),
        rule(triggers::CREDENTIAL, r"\b[A-Za-z][A-Za-z-]{1,9},?\s*(?:#|(?i:lic(?:ense|ence)?\.?|no\.?|cert\.?)\s*#?)\s*:?\s*([A-Z]{0,4}-?\d{4,10})\b", Category::License, "pattern.credential-number", 0.8, after_credential),
        rule(triggers::DIGIT, r"(?i)\blast\s*(?:4|four)\s*(?:digits\s*)?(?:is|are|:|#|=)?\s*(\d{4})\b", Category::Ssn, "owned.ssn-last-four", 0.8, always),
        rule(triggers::DIGIT, r"\s\(?#\s?(\d{3,8})\b", Category::OtherId, "owned.badge", 0.7, after_name),
        rule(triggers::HANDLE, r"(?i)\b(?:instagram|facebook|twitter|snapchat|tiktok|venmo|skype|whatsapp|linkedin)(?:\s+(?:handle|account|user(?:name)?|page|profile|name|is))*\s*(?::\s*|\s)\s*(@?[a-z0-9][a-z0-9_.]{3,30}[a-z0-9])\b", Category::OtherId, "pattern.handle", 0.7, |v, _| v.starts_with('@') || v.contains(['_', '.']) || v.bytes().any(|b| b.is_ascii_digit())),
        rule(triggers::BIRTH, &format!(r"{birth}{sep}{date}\b"), Category::DateOfBirth, "pattern.birth-date", 0.95, always),
        rule(triggers::BIRTH, &format!(r"{birth}{sep}(?:in\s+)?((?:{month}\s+)?(?:18|19|20)\d{{2}}|{month}\s+\d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?{month})\b"), Category::DateOfBirth, "owned.birth-part", 0.8, always),
        rule(triggers::DEATH, &format!(r"(?i)\b(?:died|dies|deceased|passed(?:\s+away)?|expired|death|dod|d\.)\s*(?:date)?\s*(?:on|in|:|was|,)?\s*{day}\b"), Category::DateOfBirth, "owned.death-date", 0.85, always),
        rule(triggers::DEATH, &format!(r"(?i)\b(?:died|passed(?:\s+away)?)\b[^.;\n\d]{{0,60}}?(?:\s(?:at|age|aged)(?:\s+age)?\s+\d{{1,3}},?)?(?:\s+(?:on|in)\s+|\s*\(){day}\b"), Category::DateOfBirth, "owned.death-date", 0.85, always),
        // `1190 County Rd 17, Wahoo NE 68066`, `N42W2345 Maple Ave`: roads with a number, houses on a grid.
        rule(triggers::ROAD, &format!(r"\b\d{{1,6}}\s+(?:(?:NW|NE|SW|SE|[NSEW])\.?\s+)?(?i:(?:County|State|US|U\.S\.|Ranch|Farm|Old|Private)\s+(?:Rd|Road|Hwy|Highway|Route|Rte)|Hwy|Highway|Route|Rte|CR|SR|FM)\s+\d{{1,4}}[A-Z]?\b{flat}{area}"), Category::Address, "pattern.street", 0.75, not_in_number),
        rule(triggers::STREET, &format!(r"\b[NSEW]\d{{2,5}}(?:\s?[NSEW]\d{{2,5}})?\s+{words}{kind}{flat}{area}"), Category::Address, "pattern.street", 0.75, always),
        rule(triggers::STREET, &format!(r"{number}{words}{kind}{flat}{area}"), Category::Address, "pattern.street", 0.75, one_cell),
        rule(triggers::HOME, &format!(r"(?i:\b(?:lives|living|resides|residing|address|addr|moved|stays|staying|home)(?:\s+(?:at|is|to|on))?\s*:?\s+)(\d{{1,6}}\s+(?:[a-z0-9.'-]+\s+){{1,4}}{kind}{flat}(?:{small}|{area}))"), Category::Address, "pattern.street-context", 0.8, always),
        rule(triggers::STREET, &format!(r"(?i:\b(?:lives|living|resides|residing|address|addr|moved|stays|staying|house|home)(?:\s+(?:at|is|to|on|in))?\s*:?\s+)(\d{{2,6}}\s+(?:[NSEW]\.?\s+)?[A-Z][a-z]{{3,}}(?:\s[A-Z][a-z]{{2,}})?{flat}{area})"), Category::Address, "owned.street", 0.7, no_measure),
        rule(triggers::ABROAD, &format!(r"\b(?i:Rua|Calle|Avenida|Avda|Carrera|Cra|(?-i:Via|VIA)|Viale|Piazza|Plaza|Praça|Travessa|Jalan|Jl|Ulica|Ul|Urb|Col|Barrio)\b\.?\s+{called},?\s+(?:(?i:n[oº°]?\.?|calle|casa|num\.?)\s*)?\d{{1,5}}[A-Za-z]?(?:[ -][A-Z]?-?\d{{1,4}})?\b{behind}"), Category::Address, "pattern.street", 0.75, always),
        rule(triggers::ABROAD, &format!(r"\b\d{{1,5}}(?:\s?(?:bis|ter))?,?\s+(?i:rue|calle|chemin|all[ée]e|impasse|boulevard|avenue|place|quai|(?-i:Via|VIA))\s+{called}{behind}"), Category::Address, "pattern.street", 0.75, not_in_number),
        rule(triggers::ABROAD, &format!(r"\p{{Lu}}[\p{{L}}-]{{2,}}(?:stra(?:ss|ß)e|str\.|gasse|weg|platz|straat|laan|gracht|plein|gatan|vägen|gata|vej|gade)\s+\d{{1,4}}[a-z]?\b{behind}"), Category::Address, "pattern.street", 0.7, always),
        rule(triggers::CODE, &format!(r"\b(?:{town},?\s+)?{abroad}"), Category::Address, "owned.town", 0.7, always),
        rule(triggers::STREET, &format!(r"\b\d{{1,5}}\s+(?:[NSEW]|NW|NE|SW|SE)\.?\s+(?:[A-Z][a-z]{{3,}}|\d{{1,3}}(?:st|nd|rd|th)\b){flat}{area}"), Category::Address, "owned.street", 0.7, not_in_number),
        rule(triggers::BOX, &format!(r"(?i:\bP\.?\s?O\.?\s+Box\s+\d{{1,6}}\b|\b(?:RR|HC|RT|Rte|Route|Star\s+Route|Rural\s+Route|County\s+Road)\s*\#?\s*\d+,?\s+Box\s+\d+[A-Z]?\b|\b(?:PSC|CMR|Unit)\s+\d+,?\s+Box\s+\d+\b|\b(?:GPO|Locked\s+Bag|Private\s+Bag)\s+(?:Box\s+)?\d{{1,6}}\b)(?:{small}|{area})"), Category::Address, "pattern.po-box", 0.75, always),
        rule(triggers::FIVE, &format!(r"\b{town},?\s+{state},?\s+{zip}"), Category::Address, "owned.town", 0.7, no_id),
    ]
    .into_iter()
    .collect()
});

impl Rule {
    /// The pattern, ready to be matched; `None` only when it is wrong, which a test excludes.
    pub fn regex(&self) -> Option<&Regex> {
        self.made.get_or_init(|| Regex::new(&self.pattern).ok()).as_ref()
    }
}

/// True for a find of the kind that counts only as somebody else's.
pub fn needs_owner(rule: &str) -> bool {
    rule.starts_with("owned.")
}

fn provider_before(before: &str) -> bool {
    let at = before.len().saturating_sub(48);
    let at = (at..before.len()).find(|i| before.is_char_boundary(*i)).unwrap_or(before.len());
    let tail = folded(&before[at..]);
    ["npi", "provider", "prescriber", "physician", " md", "dr."].iter().any(|w| tail.contains(w))
}
