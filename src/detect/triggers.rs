//! What a line of text must hold before a pattern is worth trying on it.
//!
//! Two dozen regular expressions over every note would cost more than all else. Most lines hold no number at all; of the others a
//! pass over the bytes and one automaton of label words tell which patterns can match.

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// `@`.
pub const AT: u32 = 1;
/// `://` or `www.`.
pub const LINK: u32 = 1 << 1;
/// Seven digits with little between.
pub const SEVEN: u32 = 1 << 2;
/// Ten digits in a row.
pub const TEN: u32 = 1 << 3;
/// Nine letters, digits and hyphens in a row, of both kinds.
pub const MIXED: u32 = 1 << 4;
/// Three dots between digits.
pub const DOTS: u32 = 1 << 5;
/// A number, a blank and a capital or an ordinal.
pub const STREET: u32 = 1 << 6;
/// Any digit.
pub const DIGIT: u32 = 1 << 7;
/// Label words of the kinds of identifiers.
pub const SSN: u32 = 1 << 8;
/// Fax.
pub const FAX: u32 = 1 << 9;
/// Phone.
pub const PHONE: u32 = 1 << 10;
/// NPI.
pub const NPI: u32 = 1 << 11;
/// DEA.
pub const DEA: u32 = 1 << 12;
/// Record number.
pub const MRN: u32 = 1 << 13;
/// Member, subscriber, policy.
pub const MEMBER: u32 = 1 << 14;
/// Account, visit.
pub const ACCOUNT: u32 = 1 << 15;
/// Licence, plate.
pub const LICENCE: u32 = 1 << 16;
/// Birth.
pub const BIRTH: u32 = 1 << 17;
/// Post office box.
pub const BOX: u32 = 1 << 18;

/// Death.
pub const DEATH: u32 = 1 << 19;
/// Serial numbers of devices.
pub const DEVICE: u32 = 1 << 20;
/// Numbers of cases, badges, documents.
pub const CASE: u32 = 1 << 21;
/// Names of networks.
pub const HANDLE: u32 = 1 << 22;
/// `+` before a digit.
pub const PLUS: u32 = 1 << 23;
/// Three colons or hyphens between letters and digits.
pub const COLONS: u32 = 1 << 24;
/// Five digits in a row.
pub const FIVE: u32 = 1 << 25;

/// Credentials with a number behind them.
pub const CREDENTIAL: u32 = 1 << 26;

/// Cars.
pub const CAR: u32 = 1 << 27;

/// Roads and squares of other countries.
pub const ABROAD: u32 = 1 << 28;
/// Words before where somebody lives.
pub const HOME: u32 = 1 << 29;
/// Roads with a number.
pub const ROAD: u32 = 1 << 30;
/// A digit, a capital, and a capital or digit: postal codes of Britain and Canada.
pub const CODE: u32 = 1 << 31;

/// All label words together.
pub const LABELS: u32 = SSN
    | FAX
    | PHONE
    | NPI
    | DEA
    | MRN
    | MEMBER
    | ACCOUNT
    | LICENCE
    | BIRTH
    | BOX
    | DEATH
    | DEVICE
    | CASE
    | HANDLE
    | CREDENTIAL
    | CAR
    | ABROAD
    | HOME
    | ROAD;

const WORDS: &[(u32, &[&str])] = &[
    (SSN, &["ssn", "ss#", "ss #", "soc"]),
    (DEATH, &["died", "dies", "deceased", "passed", "expired", "death", "dod", "d."]),
    (
        DEVICE,
        &[
            "serial",
            "s/n",
            "ser",
            "sn",
            "(01)",
            "imei",
            "meid",
            "device",
            "implant",
            "transmitter",
            "generator",
            "pump",
            "pace",
            "monitor",
        ],
    ),
    (
        CAR,
        &[
            "car",
            "truck",
            "van",
            "veh",
            "pickup",
            "suv",
            "sedan",
            "jeep",
            "buick",
            "chev",
            "chrysler",
            "dodge",
            "ford",
            "gmc",
            "honda",
            "hyundai",
            "kia",
            "lexus",
            "mazda",
            "nissan",
            "subaru",
            "tesla",
            "toyota",
            "volkswagen",
            "vw",
            "volvo",
            "saturn",
            "pontiac",
            "cadillac",
            "mercedes",
            "bmw",
            "audi",
            "vauxhall",
            "peugeot",
            "holden",
            "civic",
            "corolla",
            "camry",
            "accord",
            "ram",
        ],
    ),
    (
        CASE,
        &[
            "case",
            "docket",
            "file",
            "warrant",
            "inmate",
            "prisoner",
            "booking",
            "badge",
            "bdg",
            "dsn",
            "star",
            "agent",
            "op ",
            "interp",
            "emp",
            "collar",
            "caseload",
            "shield",
            "passport",
            "visa",
            "alien",
            "a-number",
            "cdcr",
            "doc",
            "employee",
            "student",
            "military",
            "service",
            "interpreter",
            "operator",
            "report",
            "claim",
            "incident",
            "id",
            "i.d.",
            "band",
            "subject",
            "donor",
            "acc",
            "specimen",
            "c-num",
            "c num",
            "c-file",
            "login",
            "log-in",
            "log in",
            "logon",
            "user",
            "invoice",
            "order",
            "requisition",
            "policy",
        ],
    ),
    (
        ABROAD,
        &[
            "rua ",
            "calle",
            "avenida",
            "avda",
            "carrera",
            "cra.",
            "via ",
            "viale",
            "piazza",
            "plaza",
            "praça",
            "travessa",
            "jalan",
            "jl.",
            "jl ",
            "ulica",
            "ul.",
            "ul ",
            "urb",
            "col.",
            "col ",
            "barrio",
            "rue",
            "chemin",
            "all",
            "impasse",
            "boulevard",
            "avenue",
            "place",
            "quai",
            "strasse",
            "straße",
            "str.",
            "gasse",
            "weg",
            "platz",
            "straat",
            "laan",
            "gracht",
            "plein",
            "gatan",
            "vägen",
            "gata",
            "vej",
            "gade",
        ],
    ),
    (HOME, &["live", "living", "resid", "addr", "moved", "stay", "home"]),
    (
        ROAD,
        &[
            "hwy",
            "highway",
            "route",
            "rte",
            "county r",
            "state r",
            "ranch r",
            "farm r",
            "old r",
            "private r",
            " cr ",
            " sr ",
            " fm ",
        ],
    ),
    (CODE, &["nsw", "vic ", "qld", "tas ", " act ", " sa ", " wa ", " nt "]),
    (CREDENTIAL, &["#", "lic", "cert", "no."]),
    (HANDLE, &["instagram", "facebook", "twitter", "snapchat", "tiktok", "venmo", "skype", "whatsapp", "linkedin"]),
    (FAX, &["fax", "facsimile"]),
    (
        PHONE,
        &[
            "ph",
            "tel",
            "cell",
            "mobile",
            "pager",
            "pgr",
            "bleep",
            "vocera",
            "voalte",
            "voip",
            "spok",
            "spectralink",
            "ascom",
            "zone",
            "call",
            "home",
            "work",
            "contact",
            "beeper",
            "voicemail",
            "text",
            "ext",
        ],
    ),
    (NPI, &["npi"]),
    (DEA, &["dea"]),
    (
        MRN,
        &[
            "mrn",
            "mr#",
            "mr #",
            "mr  #",
            "med",
            "chart",
            "patient",
            "pt id",
            "pt  id",
            "hospital",
            "unit",
            "empi",
            "nhs",
            "chi ",
            "h&c",
            "hcn",
            "ihi",
            "ohip",
            "phn",
            "ramq",
            "health card",
            "hc ",
            "ni no",
            "ni:",
            "nino",
            "national ins",
            "sin ",
            "sin:",
            "tfn",
        ],
    ),
    (
        MEMBER,
        &["member", "subscriber", "policy", "group", "beneficiary", "medic", "insurance", "hic", "mbi", "health", "plan", "grp"],
    ),
    (
        ACCOUNT,
        &[
            "acct",
            "account",
            "hospital",
            "har",
            "csn",
            "fin",
            "visit",
            "encounter",
            "card",
            "visa",
            "amex",
            "mc",
            "discover",
            "debit",
            "credit",
            "iban",
            "routing",
        ],
    ),
    (
        LICENCE,
        &[
            "lic",
            "driver",
            "dl",
            "oln",
            "pssprt",
            "certificate",
            "passport",
            "permit",
            "plate",
            "tag",
            "gmc",
            "nmc",
            "hcpc",
            "mcrn",
            "imc",
            "gdc",
            "gphc",
            "crnm",
            "bbo",
            "commission",
            "registration",
            "reg",
        ],
    ),
    (
        BIRTH,
        &[
            "dob",
            "d.o.b",
            "birth",
            "born",
            "bday",
            "b-day",
            "nac",
            "naissance",
            "né",
            "ne le",
            "nee le",
            "gebor",
            "geb.",
            "d0b",
            "d/o/b",
            "b.",
        ],
    ),
    (BOX, &["box", "bag"]),
];

static LABEL_WORDS: LazyLock<Option<(AhoCorasick, Vec<u32>)>> = LazyLock::new(|| {
    let mut words = Vec::new();
    let mut bits = Vec::new();
    for (bit, list) in WORDS {
        for word in *list {
            words.push(*word);
            bits.push(*bit);
        }
    }
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok().map(|a| (a, bits))
});

/// What the bytes of `line` show, without label words.
pub fn of_bytes(line: &str) -> u32 {
    let bytes = line.as_bytes();
    let mut found = 0u32;
    // Digits with little between, digits in a row, letters and digits in a row.
    let (mut spread, mut gap, mut row, mut run, mut run_digits, mut run_letters, mut dots) =
        (0u32, 0u32, 0u32, 0u32, 0u32, 0u32, 0u32);
    let mut colons = 0u32;
    for (i, &b) in bytes.iter().enumerate() {
        if b == b':' || b == b'-' {
            colons += 1;
            if colons >= 3 {
                found |= COLONS;
            }
        } else if !b.is_ascii_hexdigit() {
            colons = 0;
        }
        if b.is_ascii_digit() {
            found |= DIGIT;
            spread += 1;
            gap = 0;
            row += 1;
            run += 1;
            run_digits += 1;
            if spread >= 7 {
                found |= SEVEN;
            }
            if row >= 5 {
                found |= FIVE;
            }
            if i > 0 && bytes[i - 1] == b'+' {
                found |= PLUS;
            }
            if row >= 10 {
                found |= TEN;
            }
        } else {
            let digit_before = row > 0;
            row = 0;
            if b.is_ascii_alphabetic() || b == b'-' {
                run += 1;
                run_letters += u32::from(b != b'-');
            } else {
                (run, run_digits, run_letters) = (0, 0, 0);
            }
            gap += 1;
            if gap > 4 || b.is_ascii_alphabetic() {
                spread = 0;
            }
            match b {
                b'@' => found |= AT,
                b'/' if bytes[..i].ends_with(b":/") => found |= LINK,
                b'w' | b'W' if i >= 2 && bytes[i - 2..=i].eq_ignore_ascii_case(b"www") => found |= LINK,
                b'.' if digit_before && bytes.get(i + 1).is_some_and(u8::is_ascii_digit) => {
                    dots += 1;
                    if dots >= 3 {
                        found |= DOTS;
                    }
                }
                b' ' | b'\t'
                    if digit_before
                        && bytes
                            .get(i + 1)
                            .is_some_and(|n| n.is_ascii_uppercase() || n.is_ascii_digit() || *n == b' ' || *n == b'\t') =>
                {
                    found |= STREET;
                }
                // `14B Rata Street`
                b'A'..=b'Z' | b'a'..=b'h' if digit_before && bytes.get(i + 1) == Some(&b' ') => found |= STREET | CODE,
                b'A'..=b'Z'
                    if digit_before
                        && bytes.get(i + 1).is_some_and(|n| n.is_ascii_uppercase() || n.is_ascii_digit() || *n == b' ') =>
                {
                    found |= CODE;
                }
                _ => {}
            }
        }
        if run >= 9 && run_digits >= 3 && run_letters >= 2 {
            found |= MIXED;
        }
    }
    found
}

/// The kinds of label words in `line`.
pub fn of_labels(line: &str) -> u32 {
    let Some((automaton, bits)) = LABEL_WORDS.as_ref() else { return LABELS };
    let mut found = 0;
    for m in automaton.find_overlapping_iter(line) {
        found |= bits.get(m.pattern().as_usize()).copied().unwrap_or(LABELS);
    }
    found
}
