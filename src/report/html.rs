//! The HTML page: a view of `report.json`, without script or external asset, made for reading and printing.

use serde::Serialize;
use serde_json::{Value, json};
use std::sync::LazyLock;
use tera::{Context, Kwargs, State, Tera};

/// Rows of long tables other than the actions; the JSON has all.
const ROWS: usize = 2_000;
/// Width in pixels of the longest bar.
const BAR: f64 = 420.0;

static PAGES: LazyLock<Result<Tera, String>> = LazyLock::new(|| {
    let mut tera = Tera::new();
    tera.autoescape_on(vec![".html"]);
    tera.register_filter("thousands", |n: i64, _: Kwargs, _: &State| thousands(n));
    tera.register_filter("words", |s: &str, _: Kwargs, _: &State| s.replace('_', " "));
    let pages = [
        ("style.html", include_str!("templates/style.html")),
        ("explained.html", include_str!("templates/explained.html")),
        ("report.html", include_str!("templates/report.html")),
    ];
    tera.add_raw_templates(pages).map_err(|e| format!("report template: {e}"))?;
    Ok(tera)
});

/// Renders a report.
///
/// # Errors
/// The built-in template does not fit the report: a defect, which the tests of this folder would show.
pub(super) fn render<T: Serialize>(report: &T) -> Result<String, String> {
    let tera = PAGES.as_ref().map_err(Clone::clone)?;
    let mut report = serde_json::to_value(report).map_err(|e| e.to_string())?;
    // Pictures are made for the page only; the numbers they show are in the JSON.
    for list in ["identity", "review"] {
        for item in report[list].as_array_mut().into_iter().flatten().take(ROWS) {
            let pictures = super::waterfall::pictures(&item["explained"]);
            for key in ["before", "mention", "after", "excerpt", "outcome"] {
                if item.get(key).is_none() {
                    item[key] = Value::String(String::new());
                }
            }
            if !pictures.is_empty() {
                item["pictures"] = Value::Array(pictures);
            }
        }
    }
    let mut context = Context::new();
    context.insert("people_bars", &people_bars(&report));
    context.insert("category_bars", &category_bars(&report));
    context.insert("role_rows", &role_rows(&report));
    context.insert("special_rows", &special_rows(&report));
    context.insert("rows", &ROWS);
    context.insert("internal", &(report["edition"] == "internal"));
    context.insert("r", &report);
    tera.render("report.html", &context).map_err(|e| format!("report template: {e}"))
}

/// Decisions by role group in words. Maps are turned into lists here: the template engine gives their keys in random order.
fn role_rows(report: &Value) -> Vec<Value> {
    let rows = report["counts"]["by_role"].as_object().into_iter().flatten();
    rows.map(|(group, actions)| {
        let actions = actions.as_object().into_iter().flatten();
        let words: Vec<String> = actions.map(|(a, n)| format!("{} {a}", thousands(n.as_i64().unwrap_or(0)))).collect();
        json!({ "group": group.replace('_', " "), "decisions": words.join(", ") })
    })
    .collect()
}

/// Special categories seen, as a list for the same reason.
fn special_rows(report: &Value) -> Vec<Value> {
    report["special_seen"].as_object().into_iter().flatten().map(|(name, n)| json!({ "name": name, "n": n })).collect()
}

/// One bar: `{label, n, width}`, longest [`BAR`] wide.
fn people_bars(report: &Value) -> Vec<Value> {
    let rows = report["counts"]["people_by_group"].as_object().into_iter().flatten();
    let rows: Vec<(String, u64)> = rows.map(|(k, v)| (k.replace('_', " "), v.as_u64().unwrap_or(0))).collect();
    let most = rows.iter().map(|(_, n)| *n).max().unwrap_or(1).max(1);
    rows.iter().map(|(label, n)| json!({ "label": label, "n": n, "width": width(*n, most) })).collect()
}

/// One bar by category: changed and kept side by side.
fn category_bars(report: &Value) -> Vec<Value> {
    let rows = report["counts"]["by_category"].as_object().into_iter().flatten();
    let rows: Vec<(String, u64, u64)> = rows
        .map(|(category, actions)| {
            let sum = |keep: bool| {
                let actions = actions.as_object().into_iter().flatten();
                actions.filter(|(a, _)| (a.as_str() == "keep") == keep).filter_map(|(_, n)| n.as_u64()).sum::<u64>()
            };
            (category.replace('_', " "), sum(false), sum(true))
        })
        .collect();
    let most = rows.iter().map(|(_, c, k)| c + k).max().unwrap_or(1).max(1);
    rows.iter()
        .map(|(label, changed, kept)| {
            let (w, k) = (width(*changed, most), width(*kept, most));
            json!({ "label": label, "changed": changed, "kept": kept, "width": w, "kept_width": k, "end": w + k })
        })
        .collect()
}

/// Length of a bar in tenths of a pixel, rounded; a bar of something is never invisible.
fn width(n: u64, most: u64) -> f64 {
    let exact = n as f64 / most as f64 * BAR;
    let rounded = (exact * 10.0).round() / 10.0;
    if n > 0 { rounded.max(2.0) } else { 0.0 }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_bars() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(width(10, 10), BAR);
        assert_eq!(width(1, 1_000_000), 2.0);
        assert_eq!(width(0, 10), 0.0);
    }
}
