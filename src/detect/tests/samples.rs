//! Prints what is found in the narrative of real files, for reading by eye: `cargo test --lib detect::tests::samples -- --ignored
//! --nocapture`. Skipped where the shared data are not.

use crate::detect::{Context, discover};
use crate::model::mention::Category;
use crate::model::request::Identity;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn shared() -> Option<PathBuf> {
    let dir = std::env::var_os("DISCLOSE_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let dir = dir.join("data/samples");
    dir.is_dir().then_some(dir)
}

fn files(dir: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else { return };
    for e in entries.flatten() {
        let p = e.path();
        if p.is_dir() {
            files(&p, out);
        } else {
            out.push(p);
        }
    }
}

/// Text between tags of `<text>...</text>` or of a JSON `div`; blocks end lines, cells end with a tab.
pub(super) fn narrative(source: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (open, close) in [("<text", "</text>"), ("<div", "</div>\"")] {
        let mut rest = source;
        while let Some(at) = rest.find(open) {
            let Some(end) = rest[at..].find(close) else { break };
            let inner = &rest[at..at + end];
            out.push(strip(inner));
            rest = &rest[at + end..];
        }
    }
    out
}

/// Display texts: values of `display`, `text`, `title`, `displayName`, `description` and the like.
fn displays(source: &str) -> Vec<String> {
    let mut out = std::collections::BTreeSet::new();
    for key in [
        "\"display\": \"",
        "\"text\": \"",
        "\"title\": \"",
        "\"description\": \"",
        "displayName=\"",
        "\"display\":\"",
        "\"text\":\"",
    ] {
        for part in source.split(key).skip(1) {
            out.extend(part.split('"').next().filter(|v| v.len() < 300).map(str::to_string));
        }
    }
    out.into_iter().collect()
}

fn strip(markup: &str) -> String {
    let mut out = String::new();
    let mut rest = markup;
    while let Some(at) = rest.find('<') {
        out.push_str(&rest[..at]);
        let Some(end) = rest[at..].find('>') else { break };
        let tag = rest[at + 1..at + end].trim_start_matches('/').to_lowercase();
        let block =
            ["p", "br", "tr", "li", "item", "paragraph", "div", "list", "h", "table", "title"].iter().any(|t| tag.starts_with(t));
        let cell = tag.starts_with("td") || tag.starts_with("th");
        out.push(if cell {
            '\t'
        } else if block {
            '\n'
        } else {
            ' '
        });
        rest = &rest[at + end + 1..];
    }
    out.push_str(rest);
    out.replace("\\n", "\n").replace("\\\"", "\"").replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
}

#[test]
#[ignore = "prints for reading by eye"]
fn print_finds_in_real_narrative() {
    let Some(dir) = shared() else { return };
    let mut paths = Vec::new();
    files(&dir, &mut paths);
    let mut seen: BTreeMap<(String, String, String), (usize, String)> = BTreeMap::new();
    let (mut bytes, mut time) = (0usize, std::time::Duration::ZERO);
    for p in paths {
        let Ok(source) = std::fs::read_to_string(&p) else { continue };
        let mut texts = narrative(&source);
        texts.extend(displays(&source));
        for text in texts {
            bytes += text.len();
            let begun = std::time::Instant::now();
            let found = discover(&text, &Context::default(), &Identity::default());
            time += begun.elapsed();
            for m in found {
                let from = (0..=m.start.saturating_sub(30)).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
                let to = (m.end + 25..text.len()).find(|i| text.is_char_boundary(*i)).unwrap_or(text.len());
                let around = text[from..to].replace(['\n', '\t', '\r'], "|");
                let who = format!("{:?}", m.who);
                let key = (m.rule.to_string(), text[m.start..m.end].replace('\n', "|"), who);
                seen.entry(key).or_insert((0, around)).0 += 1;
                let _ = m.category == Category::Name;
            }
        }
    }
    for ((rule, text, who), (n, around)) in &seen {
        println!("{rule:24} {n:4} {text:32} {who:28} … {around}");
    }
    println!("{bytes} bytes in {time:?}");
}
