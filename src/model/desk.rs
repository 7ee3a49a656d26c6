//! The desk's words: states of a case, staff roles, and the facts on which a transition is decided. Plain data.

use super::role::Role;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal, $title:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)*];
            /// The word in the store and in addresses.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
            /// The words on a page.
            pub fn title(self) -> &'static str {
                match self { $($name::$variant => $title,)* }
            }
            /// From the word.
            pub fn parse(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|v| v.word() == word)
            }
        }
    };
}

words! {
    /// Where a case stands.
    State {
        /// It came in; nothing was entered yet.
        Received = "received", "Received";
        /// Entered with its number.
        Logged = "logged", "Logged";
        /// Requester, authority and checklist are being checked.
        Validating = "validating", "Validating";
        /// Waits for something from outside; the reason is kept with the case.
        Pended = "pended", "Pended";
        /// The export is being worked on.
        Processing = "processing", "Processing";
        /// A person settles review items.
        Review = "review", "In review";
        /// Waits for a second person.
        SecondApproval = "second_approval", "Second approval";
        /// A second person has approved this very result.
        Approved = "approved", "Approved";
        /// Handed over.
        Released = "released", "Released";
        /// The recipient has confirmed it.
        Acknowledged = "acknowledged", "Acknowledged";
        /// Done.
        Closed = "closed", "Closed";
        /// The request was denied.
        Denied = "denied", "Denied";
        /// The request was taken back or entered by mistake.
        Cancelled = "cancelled", "Cancelled";
        /// Handed over and called back.
        Recalled = "recalled", "Recalled";
    }
}

impl State {
    /// No clock runs any more.
    pub fn is_done(self) -> bool {
        matches!(self, State::Released | State::Acknowledged | State::Closed | State::Denied | State::Cancelled | State::Recalled)
    }
}

words! {
    /// What somebody may do at the desk.
    StaffRole {
        /// Takes requests in, validates, starts processing.
        Clerk = "clerk", "Clerk";
        /// Settles review items, approves, releases.
        Reviewer = "reviewer", "Reviewer";
        /// Everything a reviewer may, and denials and recalls.
        PrivacyOfficer = "privacy_officer", "Privacy officer";
        /// Accounts; sees no record.
        Admin = "admin", "Administrator";
        /// Reads everything, changes nothing.
        Auditor = "auditor", "Auditor";
    }
}

words! {
    /// What a person or a worker asks of a case.
    Move {
        /// Enter it.
        Log = "log", "Log";
        /// Begin to check the request.
        Validate = "validate", "Start validation";
        /// Wait for something from outside.
        Pend = "pend", "Pend";
        /// Go on after waiting.
        Resume = "resume", "Resume";
        /// Have the export worked on.
        Process = "process", "Start processing";
        /// The worker has a result.
        Finish = "finish", "Result ready";
        /// The worker could not finish.
        Fail = "fail", "Processing failed";
        /// Review is done: ask for the second approval.
        Submit = "submit", "Send to second approval";
        /// The second person sends it back.
        SendBack = "send_back", "Send back to review";
        /// The second person approves.
        Approve = "approve", "Approve";
        /// The package was handed over.
        Release = "release", "Release";
        /// The recipient has confirmed it.
        Acknowledge = "acknowledge", "Record acknowledgement";
        /// Done.
        Close = "close", "Close";
        /// Deny the request.
        Deny = "deny", "Deny";
        /// Cancel the request.
        Cancel = "cancel", "Cancel";
        /// Call back what was handed over.
        Recall = "recall", "Recall";
    }
}

words! {
    /// What a token for programs may do.
    Scope {
        /// List and read cases, documents' names, review items.
        CasesRead = "cases:read", "Read cases and review items";
        /// Take requests and files in, make moves.
        CasesWrite = "cases:write", "Take requests and files in, make moves";
        /// Rule on review items.
        ReviewWrite = "review:write", "Rule on review items";
        /// Download packages and evidence packets.
        ReleaseRead = "release:read", "Download packages and evidence packets";
        /// Read the audit log.
        AuditRead = "audit:read", "Read the audit log";
    }
}

/// What a site has set for all its cases.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Site {
    /// Words that are always found or never, before everything else.
    pub words: Vec<Word>,
    /// Days on which nobody works.
    pub calendar: Calendar,
    /// Days after its end on which a case's record may be destroyed; 0 for never.
    pub retention_days: u32,
    /// Where packages may be handed to.
    pub destinations: Vec<Destination>,
    /// Policies of the site's own, by purpose.
    pub policies: BTreeMap<String, SitePolicy>,
    /// Roles whose people get the label of a coarser one.
    pub labels: BTreeMap<Role, Role>,
}

impl Site {
    /// A digest of what decides about every result of a purpose: the site's policy for it, its dictionary, its labels, and the version of
    /// this program, with which presets and detection change. Two results of the same digest were made under the same rules.
    pub fn rules(&self, purpose: &str) -> String {
        let words: Vec<_> = self.words.iter().map(|w| (&w.text, w.allow, &w.role, w.case_sensitive, w.inside_words)).collect();
        let policy = self.policies.get(purpose).map(|p| &p.text);
        let all = format!("{:?}", (env!("CARGO_PKG_VERSION"), purpose, policy, words, &self.labels));
        Sha256::digest(all.as_bytes()).iter().take(16).map(|b| format!("{b:02x}")).collect()
    }
}

/// A policy of the site's own, in place of the preset of a purpose.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SitePolicy {
    /// The policy file.
    pub text: String,
    /// Who put it in force.
    pub by: String,
    /// When, milliseconds since 1970 UTC.
    pub at: i64,
}

/// A word of the site's dictionary.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Word {
    /// The text.
    pub text: String,
    /// True: never found. False: always found.
    pub allow: bool,
    /// Whose it is, a label word, or empty.
    pub role: String,
    /// Only with the same capitals.
    pub case_sensitive: bool,
    /// Also inside of words.
    pub inside_words: bool,
    /// Who entered it.
    pub by: String,
}

/// A folder that packages may be handed to.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Destination {
    /// Name.
    pub name: String,
    /// Folder on the server's machine.
    pub folder: String,
}

/// Working days. Clocks of the law count calendar days; the calendar says by which working day to act and how many are left.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Calendar {
    /// Closed weekdays, 0 for Monday.
    pub closed: BTreeSet<u8>,
    /// Closed days, `YYYY-MM-DD`.
    pub holidays: BTreeSet<String>,
}

impl Default for Calendar {
    fn default() -> Calendar {
        Calendar { closed: BTreeSet::from([5, 6]), holidays: BTreeSet::new() }
    }
}

/// Reasons for waiting, a closed list so that none of them can name anybody.
pub const PEND_REASONS: &[(&str, &str)] = &[
    ("missing_element", "Request lacks a required element"),
    ("identity_unverified", "Identity of the requester not verified"),
    ("representative_authority", "Authority of the representative not shown"),
    ("notice_or_order", "Notice, protective order or court order outstanding"),
    ("special_category", "Determination about a special category outstanding"),
    ("fee", "Fee outstanding"),
    ("records_outstanding", "Records from another source outstanding"),
    ("wrong_patient", "Export seems to be about somebody else"),
    ("other", "Other, see the note"),
];

/// Why a person decides otherwise than the program, a closed list: the codes stand in reports and statistics.
pub const OVERRIDE_REASONS: &[(&str, &str)] = &[
    ("not_a_person", "Not somebody's name or number"),
    ("patients_own", "The patient's own"),
    ("wrong_role", "Somebody else than the program took it for"),
    ("third_party", "A third party that the program left in"),
    ("needed", "Needed for the purpose of the request"),
    ("ordered", "Agreed with, or ordered by, whoever may"),
    ("other", "Other, see the note"),
];

/// Why a result that was made under older rules is kept as it is, a closed list: the code stands in the audit log.
pub const RULES_REASONS: &[(&str, &str)] = &[
    ("no_effect", "The change has no effect on this case"),
    ("in_time", "A new run would miss the due date"),
    ("ordered", "Agreed with, or ordered by, whoever may"),
    ("other", "Other, see the note"),
];

/// The words of a reason code.
pub fn reason_words(code: &str) -> &'static str {
    OVERRIDE_REASONS.iter().find(|(w, _)| *w == code).map_or("", |(_, t)| t)
}

/// What is known about a case when a transition is asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Facts {
    /// Where it stands.
    pub state: State,
    /// Number of the newest finished run; 0 before the first.
    pub run: i64,
    /// Files of the export that were taken in.
    pub documents: i64,
    /// How the newest run ended: `released`, `review_needed`, `verification_failed`, `wrong_patient`, empty.
    pub outcome: String,
    /// Every check of the newest run passed.
    pub verified: bool,
    /// Review items without a ruling.
    pub open_items: i64,
    /// Rulings that the newest run does not hold yet.
    pub unapplied: i64,
    /// What the request still lacks (checklist, reviewer, determinations).
    pub blocks: i64,
    /// The newest run was made under rules of the site that no longer hold, and nobody has said that it may stay so.
    pub older_rules: bool,
    /// Everybody who has worked on the result: started it, ruled, submitted it.
    pub worked: BTreeSet<i64>,
    /// Who approved.
    pub approver: Option<i64>,
    /// Which run was approved.
    pub approved_run: i64,
}

/// Who asks for a transition.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Actor {
    /// Account number; 0 for the program itself (a worker).
    pub id: i64,
    /// User name for the audit log; `worker` for the program itself.
    pub name: String,
    /// Roles.
    pub roles: BTreeSet<StaffRole>,
}

impl Actor {
    /// The program itself, carrying out what a person has asked for.
    pub fn worker() -> Actor {
        Actor { id: 0, name: "worker".into(), roles: BTreeSet::new() }
    }
    /// True when one of the roles is held.
    pub fn any(&self, roles: &[StaffRole]) -> bool {
        roles.iter().any(|r| self.roles.contains(r))
    }
}
