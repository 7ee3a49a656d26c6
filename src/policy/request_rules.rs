//! What a single request changes about its policy.

use super::preset::load;
use super::{Applies, authority};
use crate::model::decision::Action;
use crate::model::policy::{GroupRule, Policy};
use crate::model::request::Request;
use crate::model::role::RoleGroup;
use sha2::{Digest, Sha256};

/// Groups that 45 CFR 164.524(a)(3)(ii) calls "another person": everybody except health care providers.
const OTHER_PERSONS: [RoleGroup; 4] = [RoleGroup::Relative, RoleGroup::Contact, RoleGroup::OtherPatient, RoleGroup::OtherPerson];

/// True when the policy discloses to the individual, so that redacting a third party needs a ground in the request
/// (45 CFR 164.524(a)(2) and (a)(3)): a mention of another person is by itself none.
pub fn ground_required(policy: &Policy) -> bool {
    policy.default_authority == "patient_access"
}

/// The policy as it holds for one request:
/// - the request's authority decides whether minimum necessary applies and what bounds scope. An authority that the table does not
///   know counts as `other` here; the command line refuses it earlier with [`authority`];
/// - `keep_clinicians` keeps the group `clinician` (staff stay labelled);
/// - `court_filing` reduces the patient's own identifiers for a court, where the policy allows it;
/// - a ground redacts third parties for a disclosure to the individual, health care providers excepted.
pub fn with_request(mut policy: Policy, request: &Request) -> Policy {
    if let Some(word) = request.authority.as_deref().filter(|w| *w != policy.default_authority) {
        apply_authority(&mut policy, word);
    }
    if request.keep_clinicians
        && policy.keeps_patient()
        && let Some(rule) = policy.groups.get_mut(&RoleGroup::Clinician)
        && rule.action != Action::Keep
    {
        *rule = GroupRule {
            action: Action::Keep,
            except: Default::default(),
            reason: "KEEP-CLN".into(),
            basis: "kept because the request keeps treating clinicians".into(),
            extent: Default::default(),
        };
    }
    if let Some(filing) = policy.filing.as_mut().filter(|_| request.court_filing) {
        filing.on = true;
    }
    let grounded = request.ground.as_deref().is_some_and(|g| !g.trim().is_empty());
    if ground_required(&policy) && grounded {
        apply_ground(&mut policy);
    }
    policy
}

fn apply_authority(policy: &mut Policy, word: &str) {
    let Ok(found) = authority(word).or_else(|_| authority("other")) else { return };
    let old = authority(&policy.default_authority).map(|a| a.scope.as_str()).unwrap_or_default();
    let purpose_scope = policy.scope.strip_prefix(old).unwrap_or(&policy.scope).trim().to_string();
    if let Ok(facts) = super::authority_facts(word).or_else(|_| super::authority_facts("other")) {
        policy.travelling = super::travelling(&facts.word);
        policy.authority = facts;
    }
    apply_site(policy);
    policy.minimum_necessary = found.minimum_necessary();
    policy.scope = format!("{} {purpose_scope}", found.scope).trim().to_string();
    if found.applies != Applies::No {
        policy
            .notices
            .push("Prepared in support of the covered entity's minimum necessary determination; a person makes it.".into());
    }
}

/// Puts a site's own days, checklists and texts in place of the built-in ones.
pub(super) fn apply_site(policy: &mut Policy) {
    let site = &policy.site;
    if let Some(clock) = site.access_clock.as_ref().filter(|_| policy.authority.clock.kind == "access") {
        policy.authority.clock = clock.clone();
    }
    if let Some(items) = site.checklists.get(&policy.authority.word) {
        policy.authority.checklist.clone_from(items);
    }
    let notices = policy.travelling.iter_mut().chain(policy.special.iter_mut().flat_map(|s| s.notices.iter_mut()));
    for n in notices {
        if let Some(own) = site.texts.get(&n.id) {
            n.clone_from(own);
        }
    }
}

fn apply_ground(policy: &mut Policy) {
    // The rules for third parties are those of litigation; only the basis differs.
    let Ok(litigation) = load("litigation", None) else { return };
    for group in OTHER_PERSONS {
        let Some(rule) = litigation.groups.get(&group) else { continue };
        let basis =
            "denial in part on the ground stated in the request (45 CFR 164.524(a)(2), (a)(3)); not for health care providers";
        policy.groups.insert(group, GroupRule { basis: basis.into(), ..rule.clone() });
    }
    policy.other_patient_records = litigation.other_patient_records;
    policy.notices.push(
        "Access is denied in part: a written denial in plain language with its basis, the right to review and the way to complain \
         must go with this copy (45 CFR 164.524(d))."
            .into(),
    );
}

/// SHA-256, hexadecimal, of the policy as it takes effect: preset or file, with the request applied.
pub fn effective_sha256(policy: &Policy) -> String {
    // A policy is plain maps of enums and strings, which always serialise; an empty text would only make the digest odd.
    let text = serde_json::to_vec(policy).unwrap_or_default();
    Sha256::digest(&text).iter().map(|b| format!("{b:02x}")).collect()
}
