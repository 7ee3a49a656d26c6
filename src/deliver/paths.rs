//! Paths below the output folder. Checked here again, whatever intake and redaction have done to a name.

use crate::model::error::RunError;

/// Checks that `rel` is relative, stays below its root and can be a path on any system.
pub(super) fn check(rel: &str) -> Result<(), RunError> {
    let bad = |why: &str| Err(RunError::Internal(format!("output path refused: {why}")));
    if rel.is_empty() || rel.len() > 3072 {
        return bad("empty or longer than 3072 bytes");
    }
    if rel.chars().any(|c| c.is_control() || c == '\\') {
        return bad("control character or backslash");
    }
    let b = rel.as_bytes();
    if b.len() >= 2 && b[0].is_ascii_alphabetic() && b[1] == b':' {
        return bad("drive letter");
    }
    for part in rel.split('/') {
        match part {
            "" => return bad("absolute, or an empty component"),
            "." | ".." => return bad("leaves its folder"),
            p if p.len() > 255 => return bad("component longer than 255 bytes"),
            _ => {}
        }
    }
    Ok(())
}

/// Media type by extension, for the manifest, where the caller does not know better.
pub(super) fn media_type(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    match name.rsplit_once('.').map_or("", |(_, e)| e) {
        "json" => "application/json",
        "ndjson" | "jsonl" => "application/x-ndjson",
        "xml" | "xsl" | "xslt" | "cda" | "ccda" | "ccd" => "application/xml",
        "html" | "htm" => "text/html",
        "csv" => "text/csv",
        "css" => "text/css",
        "txt" | "md" => "text/plain",
        "zip" | "xdm" => "application/zip",
        "gz" => "application/gzip",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_below_the_root_pass() {
        for ok in ["a", "release/a/b c.xml", "..a/b..", "release/é.json"] {
            check(ok).unwrap();
        }
        let long = "x".repeat(256);
        for bad in ["", "/a", "a//b", "a/", "../a", "a/..", "./a", "a\\b", "a\nb", "C:a", "C:/a", &long] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
    }
}
