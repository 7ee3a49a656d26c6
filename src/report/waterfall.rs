//! Waterfalls of evidence: each fact moves the sum towards "the patient" or away from it.

use super::paper::{Fall, FallRow};
use serde_json::Value;

/// Bits shown to either side at least, so that small sums look small.
const LEAST: f64 = 12.0;
/// Bits shown at most: what is beyond is cut at the border.
const MOST: f64 = 40.0;

/// One picture for each question of a comparison, the deciding one first.
pub(super) fn falls(explained: &Value) -> Vec<Fall> {
    explained["waterfalls"].as_array().into_iter().flatten().map(fall).collect()
}

fn number(v: &Value) -> f64 {
    v.as_f64().unwrap_or(0.0)
}

fn fall(w: &Value) -> Fall {
    let steps: Vec<&Value> = w["steps"].as_array().into_iter().flatten().filter(|s| number(&s["bits"]) != 0.0).collect();
    let (same, different) = (number(&w["same_at"]), number(&w["different_at"]));
    let sums = steps.iter().map(|s| number(&s["sum"]));
    let low = sums.clone().chain([different, -LEAST]).fold(0.0f64, f64::min).max(-MOST);
    let high = sums.chain([same, LEAST]).fold(0.0f64, f64::max).min(MOST);
    let share = |bits: f64| ((bits.clamp(low, high) - low) / (high - low) * 1e4).round() / 1e4;
    let mut before = 0.0f64;
    let mut told: Vec<String> = Vec::new();
    let rows: Vec<FallRow> = steps
        .iter()
        .map(|s| {
            let (bits, sum) = (number(&s["bits"]), number(&s["sum"]));
            let (from, to) = (share(before), share(sum));
            before = sum;
            let label = format!("{}: {}", words(s["field"].as_str().unwrap_or("")), s["level"].as_str().unwrap_or(""));
            told.push(format!("{label} {}", signed(bits)));
            FallRow { label, bits: signed(bits), from, to, towards: bits > 0.0 }
        })
        .collect();
    let total = number(&w["total"]);
    let verdict = match total {
        t if t >= same => "enough for the patient",
        t if t <= different => "enough for a third party",
        _ => "not enough for either",
    };
    let question = w["question"].as_str().unwrap_or("").to_string();
    Fall {
        about: format!("{question} {} bits in all, {verdict}. {}.", signed(total), told.join("; ")),
        said: format!("{} bits: {verdict}", signed(total)),
        question,
        rows,
        zero: share(0.0),
        total: share(total),
        different: share(different),
        same: share(same),
    }
}

fn signed(bits: f64) -> String {
    format!("{bits:+.1}")
}

fn words(field: &str) -> &str {
    match field {
        "slot" => "place",
        "name" => "name",
        "name.given" => "given name",
        "name.family" => "family name",
        "name.middle" => "middle name",
        "name.suffix" => "generation",
        "birth_date" => "birth date",
        "identifier" => "record number",
        "identifier.member" => "insurance number",
        "context" => "text",
        "context.age" => "age",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bars_lie_inside_and_say_what_they_show() {
        let w = json!({"question": "patient or relative?", "same_at": 9.96, "different_at": -7.64, "total": -101.5, "steps": [
            {"field": "name.given", "level": "another name", "bits": -9.5, "sum": -9.5},
            {"field": "birth_date", "level": "missing", "bits": 0.0, "sum": -9.5},
            {"field": "context", "level": "kin word", "bits": -92.0, "sum": -101.5}]});
        let f = fall(&w);
        assert_eq!(f.rows.len(), 2, "what weighs nothing is not drawn");
        for r in &f.rows {
            assert!([r.from, r.to].iter().all(|s| (0.0..=1.0).contains(s)), "{r:?}");
        }
        assert!(
            f.about.contains("-101.5 bits")
                && f.about.contains("third party")
                && f.about.contains("given name: another name -9.5"),
            "{}",
            f.about
        );
    }
}
