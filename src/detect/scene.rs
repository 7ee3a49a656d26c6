//! What the place in the text tells of somebody of whom the words beside the name tell nothing: a chair on the ward, a desk, a column
//! of a table, a heading, the address in a mail header, what somebody does or who owns whom.

use super::at_work::{acts, desk, mail, signed_off};
use super::evidence::{around, section_role};
use super::identity::Own;
use super::kin_owner::{in_company, lettered, listed_kin, related, relatives_of_others};
use super::table_roles::Table;
use super::tokens::{Shape, Tokens};
use super::ward::{Rows, ward};
use crate::model::mention::{Category, Mention, Who};
use crate::model::role::Role;

/// Settles whose relative somebody is (`Dot's son Gene`, `Andrei and his wife Megan`), and gives those without a role one.
pub fn settle(t: &Tokens, mentions: &mut [Mention], own: &Own) {
    if mentions.iter().any(untold) {
        places(t, mentions, own);
    }
    relatives_of_others(t, mentions, own);
}

fn places(t: &Tokens, mentions: &mut [Mention], own: &Own) {
    let table = Table::new(t);
    let rows = Rows::new(t, mentions, own);
    for i in 0..mentions.len() {
        let Some(m) = mentions.get(i).filter(|m| untold(m)) else { continue };
        let (first, next) = range(t, m);
        let told = around(t, first, next, own);
        if told.best_role() == Some(Role::OtherPerson) {
            continue;
        }
        let on_ward = ward(t, told.title_from, next).or_else(|| rows.other(t, told.title_from));
        let role = on_ward
            .or_else(|| mail(t, next))
            .or_else(|| desk(t, told.title_from, next))
            .or_else(|| table.role(t, first))
            .or_else(|| acts(t, told.title_from, next))
            .or_else(|| related(t, first, next))
            .or_else(|| lettered(t, first, next))
            .or_else(|| signed_off(t, mentions, i, next))
            .or_else(|| listed_kin(t, first))
            .or_else(|| in_company(t, mentions, i, own))
            .or_else(|| heading(t, first));
        if let (Some(role), Some(m)) = (role, mentions.get_mut(i)) {
            m.who = Who::New(role);
            if on_ward.is_some() {
                m.rule = WARD;
            }
        }
    }
}

/// Rule of a name that a place on the ward tells to be another patient's.
pub const WARD: &str = "text.ward";

/// `Attending: Winston, Lily, Mrs. Shapiro` of a group session: who was there, and no attending physicians.
pub fn roll(t: &Tokens, mentions: &mut [Mention], own: &Own) {
    for m in mentions.iter_mut().filter(|m| m.category == Category::Name) {
        let (first, _) = range(t, m);
        let line = t.line_start(first);
        let label = matches!(t.low(line), "attending" | "attendees" | "present" | "members" | "participants" | "attendance");
        let colon = (line..line + 4).find(|k| t.is(*k, ':'));
        let Some(colon) = colon.filter(|c| label && *c < first) else { continue };
        let many = (colon..colon + 200).take_while(|k| !t.ends_line(*k)).filter(|k| t.is(*k, ',')).count();
        let open = matches!(m.who, Who::New(Role::Physician | Role::OtherPerson | Role::Clinician));
        let doctor =
            around(t, first, first + 1, own).title_role.is_some() || around(t, first, first + 1, own).credential.is_some();
        if many < 2 || !open || doctor {
            continue;
        }
        let fits = m.name.as_ref().map(|n| own.fit(n));
        m.who = match fits {
            Some(super::identity::Fit::Full | super::identity::Fit::Part) => Who::Patient,
            _ => Who::New(Role::OtherPatient),
        };
    }
}

fn untold(m: &Mention) -> bool {
    m.category == Category::Name && m.who == Who::New(Role::OtherPerson)
}

/// The tokens of a mention: first, and one past the last.
pub fn range(t: &Tokens, m: &Mention) -> (usize, usize) {
    let first = t.index_at(m.start);
    (first, t.list.partition_point(|x| x.start < m.end).max(first + 1))
}

/// The name that covers token `k`.
pub fn mention_over(t: &Tokens, mentions: &[Mention], k: usize) -> Option<usize> {
    let token = t.get(k)?;
    let at = mentions.partition_point(|m| m.start <= token.start).checked_sub(1)?;
    mentions.get(at).filter(|m| m.category == Category::Name && token.end <= m.end).map(|_| at)
}

/// The heading or label of the lines in which a name stands: a weak hint.
fn heading(t: &Tokens, first: usize) -> Option<Role> {
    // `Cc: FITZHUGH`; a layman is called Mr. there.
    let layman =
        first >= 1 && matches!(t.low(first - 1 - usize::from(t.is(first - 1, '.') && first >= 2)), "mr" | "mrs" | "ms" | "miss");
    let copied = (first.saturating_sub(8)..first)
        .rev()
        .take_while(|k| t.shape(*k) != Some(Shape::Break))
        .any(|k| t.is(k, ':') && k > 0 && t.low(k - 1) == "cc");
    if copied {
        return (!layman).then_some(Role::Clinician);
    }
    let mut end = first;
    for lines in 0..10 {
        let line = t.line_start(end);
        let colon = (line..end.min(line + 6)).find(|k| t.is(*k, ':'));
        let stop = colon.unwrap_or(end);
        let capitals = (line..stop).all(|k| matches!(t.shape(k), Some(Shape::Upper | Shape::Mark(_) | Shape::Initial)));
        let titled = (line..stop)
            .all(|k| t.is_capital(k) || matches!(t.shape(k), Some(Shape::Mark(_))) || matches!(t.low(k), "of" | "and"));
        let short = stop > line && stop - line <= 5;
        let own_line = colon.is_none() || stop + 1 >= end;
        // A label holds for its own line, a heading for the lines below.
        let heads = short && (lines == 0 && colon.is_some() && stop < first || lines > 0 && own_line && (capitals || titled));
        if heads {
            let words = t.text.get(t.get(line)?.start..t.get(stop - 1)?.end)?;
            // A sentence under a heading tells of anybody; an entry of its list does not.
            let entry = t.begins_column(first) || matches!(t.shape(first - 1), Some(Shape::Mark('-' | '*' | ':' | '|' | ',')));
            if let Some(role) = section_role(words).filter(|r| *r == Role::Relative || entry) {
                return Some(role);
            }
            let low = words.to_lowercase();
            if lines == 0 && low.trim() == "from" && (0..t.list.len().min(60)).any(|k| t.low(k) == "fax") {
                return Some(Role::Staff);
            }
            return None;
        }
        if line < 2 {
            return None;
        }
        let blank = t.get(line - 1).and_then(|b| t.text.get(b.start..b.end)).is_some_and(|s| s.matches('\n').count() > 1);
        if blank && lines > 0 {
            return None;
        }
        end = line - 1;
    }
    None
}
