//! Names in packages: which are safe, which are junk.
//!
//! A name from an archive becomes a path in the output, so it must not be able to leave it. Junk files of operating systems,
//! editors and version control are full unredacted copies (a vim swap file of an XDM's metadata was found in a public sample) or
//! hold nothing of the patient's; they are dropped, and the report says so.

use super::limits::{MAX_COMPONENT_BYTES, MAX_PATH_BYTES, MAX_PATH_LEVELS};

/// Turns a member name into a relative path with `/` separators, or says in words why it cannot be one.
pub(super) fn safe_path(name: &str) -> Result<String, &'static str> {
    let name = name.replace('\\', "/");
    if name.chars().any(|c| c.is_control()) {
        return Err("its name holds control characters");
    }
    if name.starts_with('/') {
        return Err("its name is an absolute path");
    }
    if has_drive(&name) {
        return Err("its name begins with a drive letter");
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err("its name points outside the package"),
            p if p.len() > MAX_COMPONENT_BYTES => return Err("its name is longer than 255 bytes"),
            p => parts.push(p),
        }
    }
    if parts.is_empty() {
        return Err("its name is empty");
    }
    if parts.len() > MAX_PATH_LEVELS {
        return Err("its folders are nested more than 64 deep");
    }
    let path = parts.join("/");
    if path.len() > MAX_PATH_BYTES {
        return Err("its path is longer than 2048 bytes");
    }
    Ok(path)
}

fn has_drive(name: &str) -> bool {
    let b = name.as_bytes();
    b.len() >= 2 && b[0].is_ascii_alphabetic() && b[1] == b':'
}

/// A form of any name that can be shown and compared, for the list of what was refused.
pub(super) fn shown(name: &str) -> String {
    let mut parts: Vec<String> = name
        .replace('\\', "/")
        .split('/')
        .filter(|p| !p.is_empty() && *p != ".")
        .map(|p| if p == ".." { "__".into() } else { p.chars().map(|c| if c.is_control() { '_' } else { c }).take(80).collect() })
        .take(MAX_PATH_LEVELS)
        .collect();
    if let Some(first) = parts.first_mut()
        && has_drive(first)
    {
        first.replace_range(1..2, "_");
    }
    if parts.is_empty() { "(no name)".into() } else { parts.join("/") }
}

/// A file name of a disk as text: UTF-8, else Windows-1252, which takes every byte. A backslash, legal on Unix, would be a
/// separator elsewhere and control characters break lists; both become `_`.
pub(super) fn disk_name(name: &std::ffi::OsStr) -> String {
    let bytes = name.as_encoded_bytes();
    let text = match std::str::from_utf8(bytes) {
        Ok(t) => t.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    };
    text.chars().map(|c| if c == '\\' || c.is_control() { '_' } else { c }).collect()
}

/// Why one path component marks junk.
pub(super) fn junk_component(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    match lower.as_str() {
        "__macosx" | ".ds_store" | ".appledouble" | ".spotlight-v100" | ".trashes" | ".fseventsd" => {
            return Some("left over from macOS");
        }
        "thumbs.db" | "ehthumbs.db" | "desktop.ini" => return Some("left over from Windows"),
        ".svn" | ".git" | ".hg" | "cvs" => return Some("left over from version control"),
        _ => {}
    }
    if lower.starts_with("._") {
        return Some("left over from macOS");
    }
    if lower.ends_with(".swp") || lower.ends_with(".swo") || lower.ends_with('~') || lower.starts_with(".#") {
        return Some("left over from an editor");
    }
    if lower.ends_with(".svn-base") {
        return Some("left over from version control");
    }
    None
}

/// The junk prefix of a path (up to and with the component that is junk) and why.
pub(super) fn junk(path: &str) -> Option<(&str, &'static str)> {
    let mut end = 0;
    for part in path.split('/') {
        end += part.len();
        if let Some(why) = junk_component(part) {
            // "CVS" names a folder only; a file of that name may be anything.
            if !part.eq_ignore_ascii_case("cvs") || end < path.len() {
                return Some((&path[..end], why));
            }
        }
        end += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn safe_names_are_normalised() {
        assert_eq!(safe_path("a/./b//c.xml").unwrap(), "a/b/c.xml");
        assert_eq!(safe_path("IHE_XDM\\SUBSET01\\METADATA.XML").unwrap(), "IHE_XDM/SUBSET01/METADATA.XML");
        assert_eq!(safe_path("a..b/..c").unwrap(), "a..b/..c");
    }

    #[test]
    fn hostile_names_are_refused() {
        let long = "a/".repeat(65) + "x";
        let wide = "x".repeat(256);
        for bad in
            ["../x", "a/../../x", "..\\x", "/etc/x", "\\\\server\\x", "C:\\x", "c:x", "", ".", "/", "a\0b", "a\nb", &long, &wide]
        {
            assert!(safe_path(bad).is_err(), "{bad:?}");
        }
        assert_eq!(shown("../../etc\n/x"), "__/__/etc_/x");
        assert_eq!(shown("C:\\x"), "C_/x");
    }

    #[test]
    fn junk_is_found_at_any_depth() {
        assert_eq!(junk("a/__MACOSX/b/._c.xml").unwrap().0, "a/__MACOSX");
        for j in [
            "._a",
            "x/.DS_Store",
            "Thumbs.db",
            ".svn/text-base/M.xml.svn-base",
            ".git/config",
            ".M.XML.swp",
            "a.txt~",
            "desktop.ini",
            "M.xml.svn-base",
            "CVS/Entries",
        ] {
            assert!(junk(j).is_some(), "{j}");
        }
        for ok in ["a.xml", "git/x", "svn.txt", "CVS", "pharmacy/CVS.txt", "~a/b.txt"] {
            assert!(junk(ok).is_none(), "{ok}");
        }
    }
}
