//! Is the request ready? Checklist, clock, determinations: what contradicts itself is refused, what is missing blocks the release.

use super::authority::{exception, ground_words, grounds};
use super::words::{hint, short};
use super::{PolicyError, ground_required, special_words};
use crate::model::days;
use crate::model::policy::Policy;
use crate::model::readiness::{Block, Checked, ClockState, DenialFacts, ExceptionFacts, Readiness};
use crate::model::request::{Answer, Request};

/// Weighs a request against the policy that holds for it.
///
/// A checklist that the request gives, be it empty, must be complete, and so must every one where a site's policy says `require_checklist`.
/// Without one the report says that it is kept elsewhere, because the command line serves sites whose intake lives in another system.
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
    let given = request.checklist_given || !request.checklist.is_empty() || policy.site.require_checklist;
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
    let denial = denial(policy, request, &mut blocks)?;
    contradictions(policy, request)?;
    let exception = request
        .information_blocking
        .as_ref()
        .map(|r| match exception(&r.exception) {
            Ok(e) => Ok(ExceptionFacts {
                code: r.exception.clone(),
                title: e.title.clone(),
                citation: e.citation.clone(),
                rationale: r.rationale.clone(),
                by: r.by.clone(),
            }),
            Err(words) => Err(PolicyError::new(format!(
                "information_blocking: unknown exception \"{}\"{}",
                short(&r.exception),
                hint(&r.exception, &words)
            ))),
        })
        .transpose()?;
    Ok(Readiness { checklist_given: given, checklist, clock: clock(policy, request)?, blocks, denial, exception })
}

/// The denial in part that a ground makes, and what it lacks.
fn denial(policy: &Policy, request: &Request, blocks: &mut Vec<Block>) -> Result<Option<DenialFacts>, PolicyError> {
    let ground = request.ground.as_deref().map(str::trim).filter(|g| !g.is_empty());
    let told = request.denial.clone().unwrap_or_default();
    let words = ground_words();
    let rule = match told.code.as_str() {
        "" => None,
        code => Some(
            grounds(code)
                .ok_or_else(|| PolicyError::new(format!("denial: unknown ground \"{}\"{}", short(code), hint(code, &words))))?,
        ),
    };
    let Some(ground) = ground.filter(|_| ground_required(policy)) else {
        return match request.denial {
            Some(_) if !ground_required(policy) => Err(PolicyError::new(
                "`denial` is for disclosures to the individual: this purpose redacts third parties without a ground",
            )),
            Some(_) => {
                Err(PolicyError::new("`denial` needs a `ground`: in the reviewer's own words, why access is denied in part"))
            }
            None => Ok(None),
        };
    };
    let mut block = |kind: &str, text: String, citation: &str| {
        blocks.push(Block { kind: kind.into(), text, citation: citation.into() });
    };
    match rule {
        None => block(
            "ground",
            format!("state the ground as code under [denial] in the request: {}", words.join(", ")),
            "45 CFR 164.524(a)(2), (a)(3)",
        ),
        Some(g) if !g.mention => block(
            "ground",
            format!("\"{}\" is no ground to take out what the record says of another person", told.code),
            &g.citation,
        ),
        Some(_) => {}
    }
    let reviewer = request.reviewer.clone().unwrap_or_default();
    if rule.is_none_or(|g| g.licensed) && (reviewer.name.is_empty() || reviewer.license.is_empty()) {
        block(
            "reviewer",
            "a denial in part is decided by a licensed health care professional: name one under [reviewer] in the request".into(),
            "45 CFR 164.524(a)(3)",
        );
    }
    if told.contact.trim().is_empty() || told.phone.trim().is_empty() {
        block(
            "letter",
            "the written denial must name who takes complaints and their telephone number: contact and phone under [denial] in the request"
                .into(),
            "45 CFR 164.524(d)(2)(iii)",
        );
    }
    Ok(Some(DenialFacts {
        ground: ground.to_string(),
        title: rule.map(|g| g.title.clone()).unwrap_or_default(),
        citation: rule.map(|g| g.citation.clone()).unwrap_or_default(),
        reviewable: rule.is_some_and(|g| g.reviewable),
        reviewer: reviewer.name,
        license: reviewer.license,
        contact: told.contact,
        phone: told.phone,
    }))
}

/// What a request cannot want at once.
fn contradictions(policy: &Policy, request: &Request) -> Result<(), PolicyError> {
    let word = policy.authority.word.as_str();
    if !policy.authorities.is_empty() && !policy.authorities.iter().any(|a| a == word) {
        return Err(PolicyError::new(format!(
            "authority \"{word}\" does not go with {}, which needs one of {}",
            policy.name,
            policy.authorities.join(", ")
        )));
    }
    if let (Some(from), Some(to)) = (&request.from, &request.to)
        && from > to
    {
        return Err(PolicyError::new("`from` is after `to`"));
    }
    if request.court_filing && policy.filing.is_none() {
        return Err(PolicyError::new(format!(
            "`court_filing` does not go with {}: what it gives is not for a court (a policy that allows it says [court_filing] use = \"allowed\")",
            policy.name
        )));
    }
    if let Some(both) = request.scope.types.iter().find(|t| request.scope.types.iter().filter(|u| u == t).count() > 1) {
        return Err(PolicyError::new(format!("scope: \"{}\" stands twice", short(both))));
    }
    Ok(())
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
    use crate::model::request::{Denial, Extension, Reviewer};

    fn weigh(purpose: &str, request: Request) -> Result<Readiness, PolicyError> {
        let policy = with_request(load(purpose, None).unwrap(), &request);
        readiness(&policy, &request)
    }

    fn met() -> Answer {
        Answer { state: "met".into(), ..Answer::default() }
    }

    #[test]
    fn an_empty_checklist_and_a_site_that_wants_one_block() {
        let asked = weigh("litigation", Request { checklist_given: true, ..Request::default() }).unwrap();
        assert!(asked.checklist_given && asked.blocks.len() == 11, "an empty table is a checklist with nothing answered");
        let mut policy = load("litigation", None).unwrap();
        policy.site.require_checklist = true;
        let wanted = readiness(&with_request(policy, &Request::default()), &Request::default()).unwrap();
        assert_eq!(wanted.blocks.len(), 11);
    }

    #[test]
    fn an_exception_to_information_blocking_is_stated_by_a_person_or_not_at_all() {
        use crate::model::request::Relied;
        let relied = |word: &str| Request {
            information_blocking: Some(Relied {
                exception: word.into(),
                rationale: "consent is missing".into(),
                by: "P. Officer".into(),
            }),
            ..Request::default()
        };
        let stated = weigh("litigation", relied("privacy")).unwrap().exception.unwrap();
        assert_eq!((stated.citation.as_str(), stated.by.as_str()), ("45 CFR 171.202", "P. Officer"));
        assert!(weigh("litigation", relied("privcy")).unwrap_err().to_string().contains("privacy"));
        assert_eq!(weigh("litigation", Request::default()).unwrap().exception, None);
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
    fn a_denial_in_part_needs_a_ground_a_licensed_reviewer_and_what_its_letter_says() {
        let kinds =
            |r: &Request| -> Vec<String> { weigh("patient", r.clone()).unwrap().blocks.into_iter().map(|b| b.kind).collect() };
        let mut r = Request { ground: Some("harm to the sister".into()), ..Request::default() };
        assert_eq!(kinds(&r), ["ground", "reviewer", "letter"]);
        r.reviewer = Some(Reviewer { name: "A. Osei".into(), license: "MD".into() });
        assert_eq!(kinds(&r), ["ground", "letter"]);
        let denial = |code: &str| Denial { code: code.into(), contact: "Privacy Office".into(), phone: "555-0100".into() };
        r.denial = Some(denial("reference_to_another"));
        assert!(kinds(&r).is_empty());
        let facts = weigh("patient", r.clone()).unwrap().denial.unwrap();
        assert!(facts.reviewable && facts.citation.contains("(a)(3)(ii)") && facts.reviewer == "A. Osei");
        r.denial = Some(denial("psychotherapy_notes"));
        assert_eq!(kinds(&r), ["ground"], "a ground for something else");
        r.denial = Some(denial("promise_of_confidentiality"));
        r.reviewer = None;
        assert!(kinds(&r).is_empty(), "no licensed professional decides about a promise");
        r.denial = Some(denial("endangerement"));
        assert!(weigh("patient", r.clone()).unwrap_err().what.contains("did you mean \"endangerment\""));
        r.denial = Some(denial("endangerment"));
        assert!(weigh("litigation", r.clone()).unwrap_err().what.contains("for disclosures to the individual"));
        r.ground = None;
        assert!(weigh("patient", r).unwrap_err().what.contains("needs a `ground`"));
    }

    #[test]
    fn an_authority_must_fit_the_purpose() {
        let with = |purpose: &str, word: &str| weigh(purpose, Request { authority: Some(word.into()), ..Request::default() });
        assert!(with("employer", "payment").unwrap_err().what.contains("does not go with employer"));
        assert!(with("employer", "authorization_164_508").is_ok());
        assert!(with("patient", "subpoena_512e_qpo").is_err());
        assert!(with("litigation", "court_order_512e").is_ok());
        let turned = Request { from: Some("2021-01-01".into()), to: Some("2020-01-01".into()), ..Request::default() };
        assert!(weigh("litigation", turned).unwrap_err().what.contains("after"));
    }
}
