//! Waterfalls of evidence as pictures: each fact moves the sum towards "the patient" or away from it.
//!
//! Inline SVG without script, with a title and a description for who cannot see it; colours come from the page's style, so that it
//! prints and fits a dark page.

use serde_json::{Value, json};

/// Width of the plot in pixels.
const PLOT: f64 = 300.0;
/// Where the plot begins.
const LEFT: f64 = 210.0;
/// Height of one row.
const ROW: f64 = 20.0;
/// Bits shown to either side at least, so that small sums look small.
const LEAST: f64 = 12.0;
/// Bits shown at most: what is beyond is cut at the border.
const MOST: f64 = 40.0;

/// Pictures of everything below `explained` of an item: one for each question.
pub(super) fn pictures(explained: &Value) -> Vec<Value> {
    explained["waterfalls"].as_array().into_iter().flatten().map(picture).collect()
}

fn number(v: &Value) -> f64 {
    v.as_f64().unwrap_or(0.0)
}

fn tenth(x: f64) -> f64 {
    (x * 10.0).round() / 10.0
}

fn picture(w: &Value) -> Value {
    let steps: Vec<&Value> = w["steps"].as_array().into_iter().flatten().filter(|s| number(&s["bits"]) != 0.0).collect();
    let (same, different) = (number(&w["same_at"]), number(&w["different_at"]));
    let sums = steps.iter().map(|s| number(&s["sum"]));
    let low = sums.clone().chain([different, -LEAST]).fold(0.0f64, f64::min).max(-MOST);
    let high = sums.chain([same, LEAST]).fold(0.0f64, f64::max).min(MOST);
    let x = |bits: f64| tenth(LEFT + (bits.clamp(low, high) - low) / (high - low) * PLOT);
    let mut before = 0.0f64;
    let mut told: Vec<String> = Vec::new();
    let rows: Vec<Value> = steps
        .iter()
        .enumerate()
        .map(|(i, s)| {
            let (bits, sum) = (number(&s["bits"]), number(&s["sum"]));
            let (from, to) = (x(before.min(sum)), x(before.max(sum)));
            before = sum;
            let label = format!("{}: {}", words(s["field"].as_str().unwrap_or("")), s["level"].as_str().unwrap_or(""));
            told.push(format!("{label} {}", signed(bits)));
            json!({
                "y": ROW * (i as f64 + 1.0), "x": from, "w": tenth((to - from).max(1.5)), "for": bits > 0.0,
                "label": label, "bits": signed(bits), "at": tenth(LEFT + PLOT + 8.0),
            })
        })
        .collect();
    let total = number(&w["total"]);
    let verdict = match total {
        t if t >= same => "enough for the patient",
        t if t <= different => "enough for a third party",
        _ => "not enough for either",
    };
    let question = w["question"].as_str().unwrap_or("");
    let bottom = ROW * (rows.len() as f64 + 1.0);
    json!({
        "question": question,
        "describe": format!("{question} {} bits in all, {verdict}. {}.", signed(total), told.join("; ")),
        "rows": rows, "height": bottom + 24.0, "bottom": bottom, "total": signed(total), "verdict": verdict,
        "total_x": x(total), "same_x": x(same), "different_x": x(different), "zero_x": x(0.0),
    })
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

    #[test]
    fn bars_lie_inside_and_say_what_they_show() {
        let w = json!({"question": "patient or relative?", "same_at": 9.96, "different_at": -7.64, "total": -101.5, "steps": [
            {"field": "name.given", "level": "another name", "bits": -9.5, "sum": -9.5},
            {"field": "birth_date", "level": "missing", "bits": 0.0, "sum": -9.5},
            {"field": "context", "level": "kin word", "bits": -92.0, "sum": -101.5}]});
        let p = picture(&w);
        let rows = p["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 2, "what weighs nothing is not drawn");
        for r in rows {
            let (x, w) = (number(&r["x"]), number(&r["w"]));
            assert!(x >= LEFT && x + w <= LEFT + PLOT + 2.0, "{r}");
        }
        let said = p["describe"].as_str().unwrap();
        assert!(
            said.contains("-101.5 bits") && said.contains("third party") && said.contains("given name: another name -9.5"),
            "{said}"
        );
    }
}
