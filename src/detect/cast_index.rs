//! Finds the people whom a name may mean without asking everybody: of a long text there are thousands.
//!
//! Two names can be of one person only when a word of one begins like a word of the other, is an initial of it, or is another form of
//! it. People are kept under each of these, and only those found are compared.

use super::nicknames::lines_of;
use std::collections::HashMap;

/// Under what a word is kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Key {
    /// The first three letters.
    Head([char; 3]),
    /// The first letter, of a word of one letter.
    Initial(char),
    /// The first letter, of a longer word.
    Begins(char),
    /// The line of the nickname list.
    Line(usize),
}

/// People by the words of their names.
#[derive(Default, Debug)]
pub struct Index {
    by: HashMap<Key, Vec<usize>>,
}

impl Index {
    /// Keeps person `at` under a name, of which each part may stand alone.
    pub fn add(&mut self, at: usize, name: &str) {
        each_word(name, |word| {
            let Some(first) = word.chars().next() else { return };
            if word.chars().nth(1).is_none() {
                return self.push(Key::Initial(first), at);
            }
            self.push(Key::Begins(first), at);
            self.push(Key::Head(head(word)), at);
            for line in lines_of(word) {
                self.push(Key::Line(*line), at);
            }
        });
    }

    /// Everybody who may be meant by these names, each once, in order.
    pub fn may_be(&self, names: [&str; 2]) -> Vec<usize> {
        let mut out = Vec::new();
        for name in names {
            each_word(name, |word| {
                let Some(first) = word.chars().next() else { return };
                out.extend(self.get(Key::Initial(first)));
                if word.chars().nth(1).is_none() {
                    return out.extend(self.get(Key::Begins(first)));
                }
                out.extend(self.get(Key::Head(head(word))));
                for line in lines_of(word) {
                    out.extend(self.get(Key::Line(*line)));
                }
            });
        }
        out.sort_unstable();
        out.dedup();
        out
    }

    /// Everybody with a word that begins like this one, in order.
    pub fn begins_like(&self, word: &str) -> &[usize] {
        self.get(Key::Head(head(word)))
    }

    fn get(&self, key: Key) -> &[usize] {
        self.by.get(&key).map_or(&[], Vec::as_slice)
    }

    fn push(&mut self, key: Key, at: usize) {
        let list = self.by.entry(key).or_default();
        // Most come in order; a name that became known later is put where it belongs.
        if let Err(place) = list.binary_search(&at) {
            list.insert(place, at);
        }
    }
}

fn head(word: &str) -> [char; 3] {
    let mut letters = word.chars();
    [0; 3].map(|_| letters.next().unwrap_or('\0'))
}

/// The whole and each part of it.
fn each_word(name: &str, mut f: impl FnMut(&str)) {
    if name.is_empty() {
        return;
    }
    f(name);
    if name.contains(['-', ' ']) {
        name.split(['-', ' ']).filter(|w| !w.is_empty()).for_each(f);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_may_be_meant_is_found() {
        let mut index = Index::default();
        for (i, (given, family)) in
            [("robert", "roe"), ("j", "tran"), ("ana", "ruiz-marsh"), ("christopher", "lee"), ("", "bell")].iter().enumerate()
        {
            index.add(i, given);
            index.add(i, family);
        }
        assert_eq!(index.may_be(["bob", ""]), vec![0]);
        assert_eq!(index.may_be(["jessica", "tran"]), vec![1]);
        assert_eq!(index.may_be(["", "marsh"]), vec![2]);
        assert_eq!(index.may_be(["c", ""]), vec![3]);
        assert_eq!(index.may_be(["", "bell"]), vec![4]);
        assert_eq!(index.may_be(["zoe", "quist"]), Vec::<usize>::new());
        assert_eq!(index.begins_like("chris"), &[3]);
    }
}
