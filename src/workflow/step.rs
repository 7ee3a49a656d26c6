//! The table of transitions and the conditions on them.

use crate::model::desk::{Actor, Facts, Move, StaffRole, State};
use std::fmt;

/// Why a move is not possible, in words for the person who asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal(pub String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refusal {}

/// One row of the table.
pub struct Rule {
    /// The move.
    pub name: Move,
    /// From where.
    pub from: &'static [State],
    /// To where.
    pub to: State,
    /// Who may; empty for the program alone.
    pub roles: &'static [StaffRole],
}

use Move as M;
use StaffRole::{Clerk, PrivacyOfficer, Reviewer};
use State as S;

const DESK: &[StaffRole] = &[Clerk, Reviewer, PrivacyOfficer];
const SECOND: &[StaffRole] = &[Reviewer, PrivacyOfficer];
const OFFICER: &[StaffRole] = &[PrivacyOfficer];
const WORKER: &[StaffRole] = &[];
const RUNNING: &[State] = &[S::Received, S::Logged, S::Validating, S::Pended, S::Review, S::SecondApproval, S::Approved];

/// Every transition there is.
pub const RULES: &[Rule] = &[
    Rule { name: M::Log, from: &[S::Received], to: S::Logged, roles: DESK },
    Rule { name: M::Validate, from: &[S::Logged], to: S::Validating, roles: DESK },
    Rule { name: M::Pend, from: &[S::Logged, S::Validating, S::Review, S::SecondApproval], to: S::Pended, roles: DESK },
    Rule { name: M::Resume, from: &[S::Pended], to: S::Validating, roles: DESK },
    Rule { name: M::Process, from: &[S::Validating, S::Review, S::SecondApproval, S::Approved], to: S::Processing, roles: DESK },
    Rule { name: M::Finish, from: &[S::Processing], to: S::Review, roles: WORKER },
    Rule { name: M::Fail, from: &[S::Processing], to: S::Validating, roles: WORKER },
    Rule { name: M::Submit, from: &[S::Review], to: S::SecondApproval, roles: SECOND },
    Rule { name: M::SendBack, from: &[S::SecondApproval, S::Approved], to: S::Review, roles: SECOND },
    Rule { name: M::Approve, from: &[S::SecondApproval], to: S::Approved, roles: SECOND },
    Rule { name: M::Release, from: &[S::Approved], to: S::Released, roles: SECOND },
    Rule { name: M::Acknowledge, from: &[S::Released], to: S::Acknowledged, roles: DESK },
    Rule { name: M::Close, from: &[S::Released, S::Acknowledged, S::Denied, S::Recalled], to: S::Closed, roles: DESK },
    Rule { name: M::Deny, from: RUNNING, to: S::Denied, roles: OFFICER },
    Rule { name: M::Cancel, from: RUNNING, to: S::Cancelled, roles: DESK },
    // What a worker makes of a case that was cancelled meanwhile is thrown away.
    Rule { name: M::Cancel, from: &[S::Processing], to: S::Cancelled, roles: DESK },
    Rule { name: M::Recall, from: &[S::Released, S::Acknowledged], to: S::Recalled, roles: OFFICER },
];

/// May `actor` make this move, and where does it lead?
///
/// # Errors
/// Why not, and what to do about it.
pub fn step(facts: &Facts, actor: &Actor, name: Move) -> Result<State, Refusal> {
    let Some(rule) = RULES.iter().find(|r| r.name == name && r.from.contains(&facts.state)) else {
        return no(format!("\"{}\" is not possible while the case is {}", name.title(), facts.state.title().to_lowercase()));
    };
    let may = if rule.roles.is_empty() { actor.id == 0 } else { actor.id != 0 && actor.any(rule.roles) };
    if !may {
        let who: Vec<&str> = rule.roles.iter().map(|r| r.title()).collect();
        let who = if who.is_empty() { "a worker".to_string() } else { who.join(", ").to_lowercase() };
        return no(format!("\"{}\" is for: {who}", name.title()));
    }
    match name {
        M::Process => ready(facts)?,
        M::Submit => clean(facts)?,
        M::Approve => {
            clean(facts)?;
            if facts.worked.contains(&actor.id) {
                return no("you have worked on this case; another person must approve it".into());
            }
            if facts.worked.is_empty() {
                return no("nobody is recorded to have worked on this case".into());
            }
        }
        M::Release => {
            clean(facts)?;
            if facts.approver.is_none() || facts.approved_run != facts.run {
                return no("this result has not been approved by a second person".into());
            }
            if facts.approver.is_some_and(|a| facts.worked.contains(&a)) {
                return no("the person who approved has also worked on the case; another person must approve it".into());
            }
        }
        _ => {}
    }
    Ok(rule.to)
}

/// The moves that `actor` could make now.
pub fn allowed(facts: &Facts, actor: &Actor) -> Vec<Move> {
    Move::ALL.iter().copied().filter(|m| step(facts, actor, *m).is_ok()).collect()
}

/// There is something to work on, and nothing that the request lacks.
fn ready(facts: &Facts) -> Result<(), Refusal> {
    if facts.documents == 0 {
        return no("no file of the export was taken in yet".into());
    }
    if facts.blocks > 0 {
        return no(format!(
            "the request is not ready: {} open; see the checklist",
            count(facts.blocks, "point is", "points are")
        ));
    }
    Ok(())
}

/// Nothing open, every check passed, every ruling in it, and the run made a release.
fn clean(facts: &Facts) -> Result<(), Refusal> {
    if facts.run == 0 {
        return no("there is no result yet".into());
    }
    if facts.blocks > 0 {
        return no(format!(
            "the request is not ready: {} open; see the checklist",
            count(facts.blocks, "point is", "points are")
        ));
    }
    if facts.open_items > 0 {
        return no(format!("{} open; settle them first", count(facts.open_items, "review item is", "review items are")));
    }
    if facts.unapplied > 0 {
        return no("rulings were made since the last run; run it again with them".into());
    }
    if !facts.verified || facts.outcome != "released" {
        return no("the result has not passed every check".into());
    }
    if facts.older_rules {
        return no(
            "the result was made under an older policy, dictionary or labels of the site; run it again, or keep it with a reason"
                .into(),
        );
    }
    Ok(())
}

fn count(n: i64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

fn no<T>(why: String) -> Result<T, Refusal> {
    Err(Refusal(why))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet, HashSet};

    fn actor(id: i64) -> Actor {
        let roles: &[StaffRole] = match id {
            0 => &[],
            1 => &[Clerk],
            2 | 3 => &[Reviewer],
            4 => &[PrivacyOfficer],
            5 => &[StaffRole::Admin],
            _ => &[StaffRole::Auditor],
        };
        Actor { id, name: format!("u{id}"), roles: roles.iter().copied().collect() }
    }

    fn start() -> Facts {
        Facts {
            state: S::Received,
            run: 0,
            documents: 0,
            outcome: String::new(),
            verified: false,
            open_items: 0,
            unapplied: 0,
            blocks: 0,
            older_rules: false,
            worked: BTreeSet::new(),
            approver: None,
            approved_run: 0,
        }
    }

    /// What happens to a case: a move, or something that changes its facts as the store does it.
    #[derive(Clone, Debug)]
    enum Event {
        Move(Move, i64),
        Upload,
        Blocks(i64),
        Result(i64, bool),
        Ruling(i64),
        /// The site's rules change, or somebody keeps the result as it is.
        Rules(bool),
    }

    fn event() -> impl Strategy<Value = Event> {
        prop_oneof![
            8 => (0..Move::ALL.len(), 0i64..7).prop_map(|(m, who)| Event::Move(Move::ALL[m], who)),
            1 => Just(Event::Upload),
            1 => (0i64..2).prop_map(Event::Blocks),
            2 => (0i64..2, any::<bool>()).prop_map(|(open, ok)| Event::Result(open, ok)),
            1 => (1i64..5).prop_map(Event::Ruling),
            1 => any::<bool>().prop_map(Event::Rules),
        ]
    }

    /// As the store applies a move: `store::cases` is tested against the same rules.
    fn apply(f: &mut Facts, m: Move, who: i64, to: State) {
        f.state = to;
        match m {
            M::Process => {
                f.worked.insert(who);
                (f.approver, f.approved_run) = (None, 0);
            }
            M::Submit => {
                f.worked.insert(who);
            }
            M::Approve => (f.approver, f.approved_run) = (Some(who), f.run),
            M::SendBack => (f.approver, f.approved_run) = (None, 0),
            _ => {}
        }
    }

    fn happen(f: &mut Facts, e: &Event) {
        match *e {
            Event::Move(m, who) => {
                if let Ok(to) = step(f, &actor(who), m) {
                    apply(f, m, who, to);
                }
            }
            Event::Upload if !f.state.is_done() => f.documents += 1,
            Event::Blocks(n) if !f.state.is_done() => f.blocks = n,
            Event::Result(open, ok) if f.state == S::Processing => {
                f.run += 1;
                (f.open_items, f.verified, f.unapplied, f.older_rules) = (open, ok, 0, false);
                f.outcome = if !ok {
                    "verification_failed"
                } else if open > 0 {
                    "review_needed"
                } else {
                    "released"
                }
                .into();
                f.state = S::Review;
            }
            Event::Rules(older) => f.older_rules = older && f.run > 0,
            Event::Ruling(who) if f.state == S::Review => {
                f.worked.insert(who);
                f.unapplied += 1;
                f.open_items = (f.open_items - 1).max(0);
            }
            _ => {}
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn no_path_to_released_without_two_people_and_a_clean_verification(events in proptest::collection::vec(event(), 1..120)) {
            let mut f = start();
            for e in &events {
                let before = f.clone();
                happen(&mut f, e);
                if f.state == S::Released && before.state != S::Released {
                    let approver = before.approver.unwrap();
                    prop_assert!(!before.worked.contains(&approver) && !before.worked.is_empty());
                    prop_assert!(before.verified && before.outcome == "released" && !before.older_rules);
                    prop_assert_eq!((before.open_items, before.unapplied, before.blocks), (0, 0, 0));
                    prop_assert_eq!(before.approved_run, before.run);
                }
            }
        }
    }

    /// The straight way, so that the property above is about something.
    #[test]
    fn two_people_release_a_case() {
        let mut f = start();
        let script = [
            Event::Move(M::Log, 1),
            Event::Upload,
            Event::Move(M::Validate, 1),
            Event::Move(M::Process, 1),
            Event::Result(1, true),
            Event::Ruling(2),
            Event::Move(M::Process, 2),
            Event::Result(0, true),
            Event::Move(M::Submit, 2),
        ];
        script.iter().for_each(|e| happen(&mut f, e));
        assert_eq!(f.state, S::SecondApproval);
        for who in [1, 2, 5, 6, 0] {
            assert!(step(&f, &actor(who), M::Approve).is_err(), "{who}");
        }
        happen(&mut f, &Event::Move(M::Approve, 3));
        assert_eq!(f.state, S::Approved);
        assert!(step(&f, &actor(1), M::Release).is_err(), "a clerk does not release");
        let older = Facts { older_rules: true, ..f.clone() };
        assert!(step(&older, &actor(3), M::Release).unwrap_err().0.contains("older policy"));
        assert!(step(&older, &actor(3), M::Process).is_ok() && step(&older, &actor(3), M::SendBack).is_ok());
        happen(&mut f, &Event::Move(M::Release, 3));
        assert_eq!(f.state, S::Released);
    }

    #[test]
    fn every_state_is_reached_and_every_refusal_says_why() {
        let reached: HashSet<State> = RULES.iter().map(|r| r.to).chain([S::Received]).collect();
        assert_eq!(reached.len(), State::ALL.len());
        let mut seen: BTreeMap<Move, usize> = BTreeMap::new();
        for state in State::ALL {
            for m in Move::ALL {
                for who in 0..7 {
                    let f = Facts { state: *state, ..start() };
                    match step(&f, &actor(who), *m) {
                        Ok(_) => *seen.entry(*m).or_default() += 1,
                        Err(r) => assert!(r.0.len() > 10),
                    }
                }
            }
        }
        for state in [S::Closed, S::Cancelled] {
            assert!(RULES.iter().all(|r| !r.from.contains(&state)), "{state:?} is final");
        }
        assert!(seen.contains_key(&M::Log) && !seen.contains_key(&M::Release));
        for who in [5, 6] {
            for state in State::ALL {
                assert!(allowed(&Facts { state: *state, documents: 1, ..start() }, &actor(who)).is_empty(), "read-only");
            }
        }
    }
}
