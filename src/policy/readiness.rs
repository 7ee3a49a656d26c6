//! Is the request ready? Checklist, clock, determinations: what contradicts itself is refused, what is missing blocks the release.

use super::words::{hint, short};
use super::{PolicyError, days, ground_required, special_words};
use crate::model::policy::Policy;
use crate::model::readiness::{Block, Checked, ClockState, Readiness};
use crate::model::request::{Answer, Request};

/// Weighs a request against the policy that holds for it.
///
/// A checklist that the request gives must be complete; without one the report says that it is kept elsewhere, because the command line
/// serves sites whose intake lives in another system.
///
/// # Errors
/// A checklist item or special category that does not exist (with the nearest word), and dates that contradict each other or the clock.
pub fn readiness(policy: &Policy, request: &Request) -> Result<Readiness, PolicyError> {
    let list = &policy.authority.checklist;
    let known: Vec<&str> = list.iter().map(|i| i.id.as_str()).collect();
    if let Some(unknown) = request.checklist.keys().find(|k| !known.contains(&k.as_str())) {
        return Err(PolicyError::new(format!(
            "checklist of {}: unknown item \"{}\"{}",
            policy.authority.word,
            short(unknown),
            hint(unknown, &known)
        )));
    }
    super::scope::check_types(request)?;
    let categories = special_words();
    if let Some(unknown) = request.special.keys().find(|k| !categories.contains(&k.as_str())) {
        return Err(PolicyError::new(format!("unknown special category \"{}\"{}", short(unknown), hint(unknown, &categories))));
    }
    let given = !request.checklist.is_empty();
    let checklist: Vec<Checked> = list
        .iter()
        .map(|item| {
            let open = || Answer { state: "open".into(), ..Answer::default() };
            Checked { item: item.clone(), answer: request.checklist.get(&item.id).cloned().unwrap_or_else(open) }
        })
        .collect();
    let mut blocks = Vec::new();
    for c in checklist.iter().filter(|_| given) {
        let settled = match c.answer.state.as_str() {
            "met" => true,
            // Only an item that concerns some requests can be none of this one's.
            "not_applicable" => !c.item.when.is_empty(),
            _ => false,
        };
        if !settled {
            blocks.push(Block {
                kind: "checklist".into(),
                text: format!("{} is {}: {}", c.item.id, c.answer.state.replace('_', " "), c.item.text),
                citation: c.item.citation.clone(),
            });
        }
    }
    let grounded = request.ground.as_deref().is_some_and(|g| !g.trim().is_empty());
    if ground_required(policy) && grounded && request.reviewer.is_none() {
        blocks.push(Block {
            kind: "reviewer".into(),
            text: "a denial in part is decided by a licensed health care professional: name one under [reviewer] in the request"
                .into(),
            citation: "45 CFR 164.524(a)(3)".into(),
        });
    }
    Ok(Readiness { checklist_given: given, checklist, clock: clock(policy, request)?, blocks })
}

fn clock(policy: &Policy, request: &Request) -> Result<ClockState, PolicyError> {
    let rule = &policy.authority.clock;
    let received = request.received.clone().unwrap_or_default();
    let stated = request.due.clone().unwrap_or_default();
    if !received.is_empty() && !stated.is_empty() && stated < received {
        return Err(PolicyError::new("`due` is before `received`"));
    }
    let access = rule.kind == "access";
    let lawful = if access { days::after(&received, rule.days).unwrap_or_default() } else { String::new() };
    let due = match (lawful.is_empty(), stated.is_empty()) {
        (false, false) if stated > lawful => {
            return Err(PolicyError::new(format!("`due` is later than the law allows: {lawful} ({})", rule.citation)));
        }
        (false, true) => lawful.clone(),
        _ => stated,
    };
    let mut extended = String::new();
    if let Some(e) = &request.extension {
        if !access {
            return Err(PolicyError::new(format!("authority {} knows no extension", policy.authority.word)));
        }
        if lawful.is_empty() {
            return Err(PolicyError::new("`extension` needs `received`"));
        }
        let last = days::after(&lawful, rule.extension_days).unwrap_or_default();
        if e.notice_sent > lawful {
            return Err(PolicyError::new(format!(
                "`extension.notice_sent` is after {lawful}: the written statement must go out within the first {} days ({})",
                rule.days, rule.citation
            )));
        }
        if e.until > last {
            return Err(PolicyError::new(format!(
                "`extension.until` is later than {last}: one extension of {} days ({})",
                rule.extension_days, rule.citation
            )));
        }
        extended = e.until.clone();
    }
    Ok(ClockState { kind: rule.kind.clone(), received, due, extended, citation: rule.citation.clone() })
}

#[cfg(test)]
mod tests {
    use super::super::{load, with_request};
    use super::*;
    use crate::model::request::{Extension, Reviewer};

    fn weigh(purpose: &str, request: Request) -> Result<Readiness, PolicyError> {
        let policy = with_request(load(purpose, None).unwrap(), &request);
        readiness(&policy, &request)
    }

    fn met() -> Answer {
        Answer { state: "met".into(), ..Answer::default() }
    }

    #[test]
    fn a_given_checklist_must_be_complete() {
        let none = weigh("litigation", Request::default()).unwrap();
        assert!(none.blocks.is_empty() && !none.checklist_given && none.checklist.len() == 11);
        let mut request = Request::default();
        for item in &none.checklist {
            request.checklist.insert(item.item.id.clone(), met());
        }
        assert!(weigh("litigation", request.clone()).unwrap().blocks.is_empty());
        request.checklist.remove("purpose");
        request.checklist.insert("expiration".into(), Answer { state: "not_met".into(), ..Answer::default() });
        let na = Answer { state: "not_applicable".into(), ..Answer::default() };
        request.checklist.insert("representative_authority".into(), na.clone());
        request.checklist.insert("description".into(), na);
        let ready = weigh("litigation", request.clone()).unwrap();
        let blocked: Vec<&str> = ready.blocks.iter().filter_map(|b| b.text.split(' ').next()).collect();
        assert_eq!(blocked, ["description", "purpose", "expiration"]);
        request.checklist.insert("purposes".into(), met());
        assert!(weigh("litigation", request).unwrap_err().what.contains("did you mean \"purpose\""));
    }

    #[test]
    fn the_access_clock_runs_thirty_days_and_extends_once() {
        let mut r = Request { received: Some("2026-01-31".into()), ..Request::default() };
        assert_eq!(weigh("patient", r.clone()).unwrap().clock.due, "2026-03-02");
        r.extension = Some(Extension { notice_sent: "2026-02-20".into(), reason: "archive".into(), until: "2026-04-01".into() });
        assert_eq!(weigh("patient", r.clone()).unwrap().clock.extended, "2026-04-01");
        let mut late = r.clone();
        late.extension.as_mut().unwrap().until = "2026-04-02".into();
        assert!(weigh("patient", late).is_err());
        let mut unsent = r.clone();
        unsent.extension.as_mut().unwrap().notice_sent = "2026-03-03".into();
        assert!(weigh("patient", unsent).is_err());
        assert!(weigh("litigation", r.clone()).unwrap_err().what.contains("no extension"));
        r.extension = None;
        r.due = Some("2026-05-01".into());
        assert!(weigh("patient", r.clone()).unwrap_err().what.contains("later than the law allows"));
        assert_eq!(weigh("insurance-claim", r).unwrap().clock.due, "2026-05-01");
    }

    #[test]
    fn a_denial_in_part_needs_a_licensed_reviewer() {
        let mut r = Request { ground: Some("harm".into()), ..Request::default() };
        assert_eq!(weigh("patient", r.clone()).unwrap().blocks[0].kind, "reviewer");
        r.reviewer = Some(Reviewer { name: "A. Osei".into(), license: "MD".into() });
        assert!(weigh("patient", r).unwrap().blocks.is_empty());
    }
}
