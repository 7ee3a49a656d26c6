//! A name for a person who has none, at the place that the schema's sequence gives it.

use super::people::is_role;
use crate::format::xml::encode::{Place, encode};
use crate::format::xml::splice::SpliceList;
use crate::format::xml::{NONE, Tape, tape};
use crate::model::edit::Cause;
use crate::model::view::Span;

/// The person entity of each role (POCD_MT000040.xsd).
fn entity_of(role: &[u8]) -> Option<&'static [u8]> {
    Some(match role {
        b"patientRole" => b"patient",
        b"guardian" => b"guardianPerson",
        b"assignedEntity" | b"assignedAuthor" => b"assignedPerson",
        b"relatedEntity" => b"relatedPerson",
        b"associatedEntity" => b"associatedPerson",
        b"intendedRecipient" => b"informationRecipient",
        b"relatedSubject" => b"subject",
        b"participantRole" => b"playingEntity",
        _ => return None,
    })
}

/// Puts a name with the label into the role around `node`. Does nothing where the role has a name or is written without content.
pub fn name(tape: &Tape, node: u32, label: &str, ledger: u32, list: &mut SpliceList) {
    let inside = || tape.elements(node).find(|&e| is_role(tape.name(e)));
    let role = tape.enclosing(node, is_role).or_else(inside);
    let entity_name = role.and_then(|r| entity_of(tape.name(r)));
    let (Some(role), Some(entity_name)) = (role, entity_name) else {
        list.idle(ledger);
        return;
    };
    let prefix = tape.prefix(role);
    let wrap = |name: &[u8], inner: &[u8]| [b"<", prefix, name, b">", inner, b"</", prefix, name, b">"].concat();
    let name = wrap(b"name", &encode(label, Place::Text, tape.encoding));
    let cause = Cause::Ledger(ledger);
    match tape.child(role, entity_name) {
        Some(e) if tape.child(e, b"name").is_some() => list.idle(ledger),
        Some(e) if tape.node(e).has(tape::EMPTY) => {
            let tag = tape.slice(tape.node(e).span);
            let open = tag.strip_suffix(b"/>").unwrap_or(tag);
            let own = [tape.prefix(e), tape.name(e)].concat();
            list.put(tape.node(e).span, [open, b">", &name, b"</", &own, b">"].concat(), cause);
        }
        Some(e) => list.put(
            after(tape, e, |n| matches!(n, b"realmCode" | b"typeId" | b"templateId" | b"id" | b"code" | b"quantity")),
            name,
            cause,
        ),
        None if tape.node(role).has(tape::EMPTY) => list.idle(ledger),
        None => {
            let before = |n: &[u8]| {
                matches!(
                    n,
                    b"realmCode"
                        | b"typeId"
                        | b"templateId"
                        | b"id"
                        | b"identifiedBy"
                        | b"code"
                        | b"addr"
                        | b"telecom"
                        | b"effectiveTime"
                )
            };
            list.put(after(tape, role, before), wrap(entity_name, &name), cause);
        }
    }
}

/// The empty span after the last child that comes before, else after the start tag.
fn after(tape: &Tape, parent: u32, before: impl Fn(&[u8]) -> bool) -> Span {
    let last = tape.elements(parent).filter(|&e| before(tape.name(e))).last().unwrap_or(NONE);
    let at = if last == NONE { tape.node(parent).inner.start } else { tape.node(last).span.end };
    Span { start: at, end: at }
}
