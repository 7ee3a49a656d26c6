//! URLs as a person reads them: `docs/Roe%2C%20Jane.pdf` is `docs/Roe, Jane.pdf`.
//!
//! A name in a URL is percent-encoded (RFC 3986, 2.1); without decoding, its words stand apart and only some of them are found.

use super::text::markup::through;
use crate::model::document::Class;
use crate::model::view::{Span, TextView, ViewBuilder};

/// The view of a field, percent signs undone where the field is a URL.
pub fn readable(class: Class, view: TextView<'_>) -> TextView<'_> {
    if class != Class::Url || !view.text.contains('%') {
        return view;
    }
    let text = view.text.as_ref();
    let mut builder = ViewBuilder::default();
    let (mut at, mut run) = (0usize, 0usize);
    while let Some(found) = text.get(at..).and_then(|t| t.find('%')) {
        at += found;
        match character(text.as_bytes().get(at..).unwrap_or_default()) {
            Some((c, len)) => {
                builder.same(text.get(run..at).unwrap_or_default(), run);
                builder.escaped(c.encode_utf8(&mut [0; 4]), Span::new(at, at + len));
                at += len;
                run = at;
            }
            None => at += 1,
        }
    }
    builder.same(text.get(run..).unwrap_or_default(), run);
    through(&view, &builder.finish())
}

/// The character that a run of `%XX` begins with, and the bytes it takes. Control characters stay encoded.
fn character(bytes: &[u8]) -> Option<(char, usize)> {
    let first = octet(bytes)?;
    let len = match first {
        0x20..=0x7e => return Some((first as char, 3)),
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let all: Vec<u8> = (0..len).map_while(|i| octet(bytes.get(3 * i..)?)).collect();
    let text = std::str::from_utf8(&all).ok()?;
    let c = text.chars().next().filter(|c| !c.is_control())?;
    Some((c, 3 * len))
}

fn octet(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = *bytes else { return None };
    let digit = |b: u8| (b as char).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_urls_read_as_names_and_lead_back_to_their_bytes() {
        let raw = "x?a=Ren%c3%A9%2C%20Ida&b=100%&c=%0a%zz";
        let view = readable(Class::Url, TextView::plain(raw, 7));
        assert_eq!(view.text, "x?a=René, Ida&b=100%&c=%0a%zz");
        let at = view.text.find("René, Ida").unwrap();
        let ranges = view.raw_ranges(at, at + "René, Ida".len());
        let (first, last) = (ranges.first().unwrap().start as usize - 7, ranges.last().unwrap().end as usize - 7);
        assert_eq!(&raw[first..last], "Ren%c3%A9%2C%20Ida");
        assert_eq!(readable(Class::Title, TextView::plain(raw, 0)).text, raw);
    }
}
