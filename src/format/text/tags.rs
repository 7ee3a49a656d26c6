//! What HTML tags and attributes mean for reading: which break a line, which attributes hold text.

use crate::model::document::Class;

/// How a tag shows in the flowing text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Break {
    /// Inside a line: nothing.
    Inline,
    /// Begins and ends a line.
    Block,
    /// A line end of its own.
    Line,
    /// A table cell: set off by a tab.
    Cell,
}

/// Elements of HTML (Living Standard and HTML 4), sorted; anything else between `<` and `>` is read as text too.
const KNOWN: &[&str] = &[
    "a",
    "abbr",
    "acronym",
    "address",
    "applet",
    "area",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "basefont",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "datalist",
    "dd",
    "del",
    "details",
    "dfn",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "i",
    "iframe",
    "img",
    "input",
    "ins",
    "kbd",
    "label",
    "legend",
    "li",
    "link",
    "main",
    "map",
    "mark",
    "menu",
    "meta",
    "meter",
    "nav",
    "nobr",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "ol",
    "optgroup",
    "option",
    "output",
    "p",
    "param",
    "picture",
    "pre",
    "progress",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "script",
    "search",
    "section",
    "select",
    "slot",
    "small",
    "source",
    "span",
    "strike",
    "strong",
    "style",
    "sub",
    "summary",
    "sup",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "time",
    "title",
    "tr",
    "track",
    "tt",
    "u",
    "ul",
    "var",
    "video",
    "wbr",
    "xmp",
];

/// Elements that are part of a line of text, sorted. Every other known one is a block.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "applet", "area", "audio", "b", "base", "basefont", "bdi", "bdo", "big", "button", "canvas", "cite",
    "code", "col", "data", "del", "dfn", "em", "embed", "font", "i", "iframe", "img", "input", "ins", "kbd", "label", "link",
    "map", "mark", "meta", "meter", "nobr", "noscript", "object", "output", "param", "picture", "progress", "q", "rp", "rt",
    "ruby", "s", "samp", "script", "slot", "small", "source", "span", "strike", "strong", "style", "sub", "sup", "svg",
    "template", "time", "track", "tt", "u", "var", "video", "wbr",
];

fn listed(list: &[&str], name: &[u8]) -> bool {
    list.binary_search_by(|k| k.bytes().cmp(name.iter().map(u8::to_ascii_lowercase))).is_ok()
}

/// Elements of XSLT 1.0 and 2.0 (W3C Recommendations), without their prefix, sorted.
const XSLT: &[&str] = &[
    "analyze-string",
    "apply-imports",
    "apply-templates",
    "attribute",
    "attribute-set",
    "call-template",
    "character-map",
    "choose",
    "comment",
    "copy",
    "copy-of",
    "decimal-format",
    "document",
    "element",
    "fallback",
    "for-each",
    "for-each-group",
    "function",
    "if",
    "import",
    "import-schema",
    "include",
    "key",
    "matching-substring",
    "message",
    "namespace",
    "namespace-alias",
    "next-match",
    "non-matching-substring",
    "number",
    "otherwise",
    "output",
    "output-character",
    "param",
    "perform-sort",
    "preserve-space",
    "processing-instruction",
    "result-document",
    "sequence",
    "sort",
    "strip-space",
    "stylesheet",
    "template",
    "text",
    "transform",
    "value-of",
    "variable",
    "when",
    "with-param",
];

/// True for an element of a stylesheet under its usual prefix: `xsl:template`. A mask there would break the stylesheet.
pub(super) fn is_xslt(name: &[u8]) -> bool {
    name.strip_prefix(b"xsl:").is_some_and(|local| listed(XSLT, local))
}

/// True for an element of HTML.
pub(super) fn is_known(name: &[u8]) -> bool {
    listed(KNOWN, name)
}

/// The name without a namespace prefix.
pub(super) fn local(name: &[u8]) -> &[u8] {
    memchr::memrchr(b':', name).map_or(name, |p| &name[p + 1..])
}

/// How a tag shows.
pub(super) fn break_of(name: &[u8]) -> Break {
    let name = local(name);
    if !is_known(name) || listed(INLINE, name) {
        return Break::Inline;
    }
    match name.to_ascii_lowercase().as_slice() {
        b"br" | b"hr" => Break::Line,
        b"td" | b"th" => Break::Cell,
        _ => Break::Block,
    }
}

/// Attributes whose value is a number, a keyword or a colour, sorted.
const KEYWORDS: &[&str] = &[
    "align",
    "bgcolor",
    "border",
    "cellpadding",
    "cellspacing",
    "charset",
    "clear",
    "color",
    "cols",
    "colspan",
    "dir",
    "face",
    "frame",
    "frameborder",
    "height",
    "hspace",
    "http-equiv",
    "lang",
    "maxlength",
    "media",
    "method",
    "nowrap",
    "rel",
    "role",
    "rows",
    "rowspan",
    "rules",
    "scope",
    "size",
    "span",
    "tabindex",
    "target",
    "type",
    "valign",
    "version",
    "vspace",
    "width",
    "xml:lang",
    "xmlns",
];

/// Attributes that stand without a value, sorted.
const FLAGS: &[&str] = &[
    "allowfullscreen",
    "async",
    "autofocus",
    "autoplay",
    "checked",
    "compact",
    "controls",
    "default",
    "defer",
    "disabled",
    "hidden",
    "inert",
    "ismap",
    "itemscope",
    "loop",
    "multiple",
    "muted",
    "nomodule",
    "noshade",
    "novalidate",
    "nowrap",
    "open",
    "playsinline",
    "readonly",
    "required",
    "reversed",
    "selected",
];

/// What the value of an attribute is; `None` when it holds no text worth reading.
pub(super) fn attr_class(name: &[u8], value: &[u8]) -> Option<Class> {
    let trimmed = value.trim_ascii();
    if trimmed.is_empty() {
        return None;
    }
    // A keyword is a keyword only when it looks like one: `lang="Jane Roe"` is read.
    let wordlike = trimmed.len() <= 32 && !trimmed.iter().any(u8::is_ascii_whitespace);
    if (listed(KEYWORDS, name) && wordlike) || name.get(..6).is_some_and(|p| p.eq_ignore_ascii_case(b"xmlns:")) {
        return None;
    }
    Some(match name.to_ascii_lowercase().as_slice() {
        b"href" | b"src" | b"action" | b"formaction" | b"cite" | b"background" | b"poster" | b"longdesc" | b"data"
        | b"usemap" | b"srcset" | b"codebase" | b"profile" | b"xlink:href" | b"xmlns" => match trimmed {
            [b'#', ..] => Class::Reference,
            t if is_data_uri(t) => Class::Attachment,
            _ => Class::Url,
        },
        b"id" | b"name" | b"for" | b"class" | b"headers" | b"aria-labelledby" | b"aria-describedby" | b"aria-controls"
        | b"itemid" => Class::Id,
        b"alt" | b"title" | b"aria-label" | b"summary" | b"label" | b"placeholder" | b"abbr" => Class::Title,
        b"style" if !trimmed.iter().any(|b| matches!(b, b'"' | b'\'' | b'(' | b'&' | b'/')) => Class::Code,
        _ => Class::Unknown,
    })
}

/// True for an embedded document in a URL.
pub(super) fn is_data_uri(value: &[u8]) -> bool {
    value.get(..5).is_some_and(|p| p.eq_ignore_ascii_case(b"data:"))
}

/// True when an attribute name says something that no attribute name should: `<p Jane Roe>`.
pub(super) fn is_odd_attr_name(name: &[u8], has_value: bool) -> bool {
    let usual = name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.'));
    !usual || (!has_value && !listed(FLAGS, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        for list in [KNOWN, INLINE, KEYWORDS, FLAGS, XSLT] {
            assert!(list.windows(2).all(|w| w[0] < w[1]));
        }
        assert!(INLINE.iter().all(|i| is_known(i.as_bytes())));
    }

    #[test]
    fn elements_of_a_stylesheet_are_no_names() {
        assert!(is_xslt(b"xsl:stylesheet") && is_xslt(b"xsl:for-each"));
        assert!(!is_xslt(b"xsl:Roe") && !is_xslt(b"stylesheet") && !is_xslt(b"roe:stylesheet"));
    }

    #[test]
    fn tags_and_attributes_are_classed() {
        assert_eq!(break_of(b"TD"), Break::Cell);
        assert_eq!(break_of(b"span"), Break::Inline);
        assert_eq!(break_of(b"LI"), Break::Block);
        assert_eq!(break_of(b"xhtml:br"), Break::Line);
        assert_eq!(break_of(b"jane@example.org"), Break::Inline);
        assert_eq!(attr_class(b"colspan", b"2"), None);
        assert_eq!(attr_class(b"lang", b"seen by Jane Roe"), Some(Class::Unknown));
        assert_eq!(attr_class(b"HREF", b"#jane-roe"), Some(Class::Reference));
        assert_eq!(attr_class(b"src", b"data:image/png;base64,AA"), Some(Class::Attachment));
        assert_eq!(attr_class(b"data-who", b"Jane"), Some(Class::Unknown));
        assert!(is_odd_attr_name(b"Roe", false) && !is_odd_attr_name(b"checked", false));
        assert!(is_odd_attr_name(b"jane@x.org", true) && !is_odd_attr_name(b"data-x", true));
    }
}
