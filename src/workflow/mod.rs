//! The states of a case and what may lead from one to another: data and one pure function.
//!
//! [`step`] answers whether somebody may make a move, and where it leads. It looks at nothing but its arguments; whoever keeps a case
//! (`store`) reads the facts, asks, and writes the answer with its entry in the audit log in the same transaction. Nothing else changes a
//! state. The rules that matter most stand here and nowhere else:
//!
//! - nobody approves what they have worked on (started, ruled on or submitted): the rule of two people;
//! - an approval holds for one run; a ruling or a new run after it takes the case back to review;
//! - nothing is released but an approved run whose every check passed and in which nothing is open.

mod step;

pub use step::{RULES, Refusal, Rule, allowed, step};
