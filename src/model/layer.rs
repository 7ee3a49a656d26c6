//! What stands on a page and where, for a person who looks at its picture: text that can be selected, found and ruled on.

/// A word on a page as it is shown.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct PageWord {
    /// Index into [`PageLayer::texts`].
    pub field: u32,
    /// First byte there.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// Left, top, right, bottom in parts of the page as it is shown.
    pub area: [f32; 4],
}

/// The text of a page as the readers of formats have it, with the place of every word.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PageLayer {
    /// The texts that are searched, one after another: of the page itself, of its hidden text, of each of its pictures.
    pub texts: Vec<String>,
    /// In the order in which they are read. Hidden text has none where pictures were read.
    pub words: Vec<PageWord>,
    /// There are pictures on it that were not read.
    pub pictured: bool,
}

impl PageLayer {
    /// A range of a text, told in UTF-16 units as browsers count, in bytes. `None` outside of it or amid a character.
    pub fn bytes_of(&self, field: usize, from: usize, to: usize) -> Option<(usize, usize)> {
        let text = self.texts.get(field)?;
        let (mut at, mut start, mut end) = (0, None, None);
        for (i, c) in text.char_indices() {
            start = start.or((at == from).then_some(i));
            at += c.len_utf16();
            end = if at == to { Some(i + c.len_utf8()) } else { end };
        }
        start.zip(end).filter(|(s, e)| s < e)
    }

    /// A place of a text in UTF-16 units.
    pub fn utf16(&self, field: usize, byte: usize) -> usize {
        self.texts.get(field).and_then(|t| t.get(..byte)).map_or(0, |t| t.encode_utf16().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_browsers_count() {
        let layer = PageLayer { texts: vec![String::new(), "é 😀 Bo".into()], ..PageLayer::default() };
        assert_eq!(layer.bytes_of(1, 5, 7), Some((8, 10)));
        assert_eq!(layer.texts[1].get(8..10), Some("Bo"));
        assert_eq!(layer.utf16(1, 8), 5);
        assert_eq!(layer.bytes_of(1, 3, 7), None, "amid a character");
        assert_eq!((layer.bytes_of(1, 5, 9), layer.bytes_of(1, 5, 5), layer.bytes_of(7, 0, 1)), (None, None, None));
    }
}
