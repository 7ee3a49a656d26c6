//! The seventeen sections of a report, as blocks, made from `report.json` alone: what the JSON of an edition cannot hold, its page and
//! its PDF cannot show.
//!
//! The recipient's edition has the same headings. What stays with the custodian says so; a section with nothing in it says that.

mod asked;
mod matters;
mod proof;
mod record;

use super::paper::{Banner, Block, PagePicture, Paper, Section, soft, text};
use serde_json::Value;

/// Rows of long tables other than the actions; the JSON has all.
const ROWS: usize = 2_000;
/// Said where the recipient's edition has only the heading.
const CUSTODIAN: &str = "Kept by the custodian; not part of this edition.";

/// A report as a paper.
pub(super) fn paper(r: &Value, pages: Vec<PagePicture>) -> Paper {
    let internal = r["edition"] == "internal";
    let lead = match internal {
        true => format!("{}. Release {}, case {}.", s(&r["policy"]["title"]), s(&r["release_id"]), s(&r["case_id"])),
        false => format!("{}. Release {}.", s(&r["policy"]["title"]), s(&r["release_id"])),
    };
    let warning =
        "Internal: staff only. This edition names third parties and quotes what was removed. It must not leave the organization.";
    let parts: [(&str, &str, Vec<Block>); 17] = [
        ("Header", "About this report", asked::header(r, internal)),
        ("Request", "Request", asked::request(r, internal)),
        ("Authority", "Legal authority and what it means here", asked::authority(r, internal)),
        ("Purpose", "Purpose and need", asked::purpose(r, internal)),
        ("Identity", "Whose record it is", matters::identity(r, internal)),
        ("Received", "What was received", record::received(r, internal)),
        ("Summary", "Summary", record::summary(r, pages)),
        ("Changes", "Every change", record::changes(r, internal)),
        ("Kept", "Kept on purpose", record::kept(r)),
        ("Withheld", "Withheld as a whole, out of scope, not processed", record::withheld(r)),
        ("Review", "Decided by a person", matters::review(r, internal)),
        ("Verification", "Verification of the copy", proof::verification(r, internal)),
        ("Outputs", "What goes out", proof::outputs(r)),
        ("Custody", "Chain of custody", proof::custody(r, internal)),
        ("Approvals", "Approvals", proof::approvals(internal)),
        ("Transmission", "Transmission and accounting", proof::transmission(r)),
        ("Limits", "Limits and notices", proof::limits(r)),
    ];
    let section = |(i, (short, title, blocks)): (usize, (&str, &str, Vec<Block>))| Section {
        id: short.to_lowercase(),
        title: format!("{i}. {title}"),
        short: short.into(),
        blocks: if blocks.is_empty() { vec![soft(CUSTODIAN)] } else { blocks },
    };
    Paper {
        title: "Disclosure report".into(),
        edition: format!("{} edition", s(&r["edition"])),
        warning: if internal { warning.into() } else { String::new() },
        lead,
        banner: Some(Banner { code: s(&r["outcome"]["code"]), title: s(&r["outcome"]["title"]), text: s(&r["outcome"]["text"]) }),
        sections: parts.into_iter().enumerate().map(section).collect(),
        foot: format!("Disclosure report, {} edition, release {}", s(&r["edition"]), s(&r["release_id"])),
        letter: false,
    }
}

/// A text as it is; a number in figures.
fn s(v: &Value) -> String {
    match v {
        Value::Null => String::new(),
        Value::String(t) => t.clone(),
        Value::Number(n) => n.as_i64().map_or_else(|| n.to_string(), thousands),
        other => other.to_string(),
    }
}

/// A code word as words: `other_patient` as `other patient`.
fn words(v: &Value) -> String {
    s(v).replace('_', " ")
}

fn rows(v: &Value) -> impl Iterator<Item = &Value> {
    v.as_array().into_iter().flatten()
}

fn joined(v: &Value, by: &str) -> String {
    rows(v).map(s).collect::<Vec<_>>().join(by)
}

/// `12345` as `12,345`.
fn thousands(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut out = String::from(if n < 0 { "-" } else { "" });
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Terms with what holds; what is not stated says so where `must`, else is left out.
fn facts(list: Vec<(&str, String, bool)>) -> Block {
    let row = |(term, value, must): (&str, String, bool)| match (value.trim().is_empty(), must) {
        (true, false) => None,
        (true, true) => Some((term.to_string(), "not stated".to_string())),
        _ => Some((term.to_string(), value)),
    };
    Block::Facts { rows: list.into_iter().filter_map(row).collect() }
}

/// A table of at most [`ROWS`] rows, or a sentence when there is none.
fn listed(about: &str, heads: &[&'static str], all: Vec<Vec<String>>, nothing: &str) -> Vec<Block> {
    if all.is_empty() {
        return if nothing.is_empty() { Vec::new() } else { vec![text(nothing)] };
    }
    let total = all.len();
    let mut block = super::paper::table(about, heads, all.into_iter().take(ROWS).collect());
    if let (Block::Table(t), true) = (&mut block, total > ROWS) {
        t.note = format!("The first {} of {}; report.json lists all.", thousands(ROWS as i64), thousands(total as i64));
    }
    vec![block]
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_have_their_commas() {
        assert_eq!(super::thousands(0), "0");
        assert_eq!(super::thousands(999), "999");
        assert_eq!(super::thousands(-1_234_567), "-1,234,567");
    }
}
