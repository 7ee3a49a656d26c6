//! Decision trees over the same evidence as the tables of weights: what two pieces of evidence say together need not be the sum of what
//! each says.
//!
//! Each tree asks whether some pieces of evidence are there and ends in a figure; the sum of all figures is the answer (gradient boosting,
//! Friedman 2001, doi 10.1214/aos/1013203451). `scripts/fit_weights` fits them with LightGBM and writes them as text.

use crate::detect::words::ShortMap;

/// Where a tree goes on.
#[derive(Clone, Copy)]
enum Node {
    /// Asks for a piece of evidence: without it the next node follows, with it the one at this place.
    Asks(u16, u32),
    /// The answer.
    Ends(f32),
}

/// Trees that together give one answer.
pub struct Trees {
    pieces: ShortMap<u16>,
    nodes: Vec<Node>,
    /// First node of each tree.
    roots: Vec<usize>,
}

impl Trees {
    /// Reads trees: a line `e` with a piece of evidence for each, in the order of their numbers; then a line `t` for each tree with its
    /// nodes, each followed by what comes without it and what comes with it. A node that asks is a number of evidence, one that ends a figure
    /// with a point. Lines that begin with `#` are notes. Of what is not so nothing is left.
    pub fn read(text: &'static str) -> Trees {
        let none = || Trees { pieces: ShortMap::default(), nodes: Vec::new(), roots: Vec::new() };
        let mut out = none();
        let mut count = 0u16;
        for line in text.lines() {
            match line.split_once('\t') {
                Some(("e", piece)) => {
                    out.pieces.insert(piece, count);
                    count = count.saturating_add(1);
                }
                Some(("t", tree)) => {
                    let mut words = tree.split(' ');
                    out.roots.push(out.nodes.len());
                    if out.grow(&mut words, 0).is_none() || words.next().is_some() {
                        return none();
                    }
                }
                _ => {}
            }
        }
        out
    }

    /// A tree or branch from its nodes in order.
    fn grow(&mut self, words: &mut std::str::Split<'static, char>, depth: usize) -> Option<()> {
        let word = words.next().filter(|_| depth < 200)?;
        if word.contains('.') {
            self.nodes.push(Node::Ends(word.parse().ok()?));
            return Some(());
        }
        let (at, piece) = (self.nodes.len(), word.parse().ok()?);
        self.nodes.push(Node::Asks(piece, 0));
        self.grow(words, depth + 1)?;
        let with = self.nodes.len() as u32;
        *self.nodes.get_mut(at)? = Node::Asks(piece, with);
        self.grow(words, depth + 1)
    }

    /// The sum of what all trees end in.
    pub fn sum<'e>(&self, evidence: impl IntoIterator<Item = &'e str>) -> f32 {
        let mut there = vec![0u64; self.pieces.len() / 64 + 1];
        for piece in evidence.into_iter().filter_map(|e| self.pieces.get(e).copied()) {
            if let Some(word) = there.get_mut(usize::from(piece) / 64) {
                *word |= 1 << (piece % 64);
            }
        }
        let has = |piece: u16| there.get(usize::from(piece) / 64).is_some_and(|w| w >> (piece % 64) & 1 == 1);
        let end = |root: usize| {
            let mut at = root;
            loop {
                match self.nodes.get(at) {
                    Some(Node::Asks(piece, with)) => at = if has(*piece) { *with as usize } else { at + 1 },
                    Some(Node::Ends(figure)) => return *figure,
                    None => return 0.0,
                }
            }
        };
        self.roots.iter().map(|root| end(*root)).sum()
    }

    /// True when nothing was fitted.
    pub fn is_empty(&self) -> bool {
        self.roots.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_asks_for_evidence_until_it_ends() {
        let trees = Trees::read("# note\ne\ta\ne\tb\nt\t0 -1.0 1 0.5 2.25\nt\t1 0.125 -0.5\nt\t0.0625\n");
        assert_eq!(trees.sum(["b"]), -1.4375);
        assert_eq!(trees.sum(["a", "unknown"]), 0.6875);
        assert_eq!(trees.sum(["a", "b"]), 1.8125);
        assert!(!trees.is_empty());
    }

    #[test]
    fn of_broken_trees_nothing_is_left() {
        for text in ["", "e\ta\nt\t0 1.0\n", "e\ta\nt\t0 1.0 x\n", "e\ta\nt\t1.0\nt\t1.0 2.0\n", "e\ta\nt\t\n"] {
            let trees = Trees::read(text);
            assert!(trees.is_empty() && trees.sum(["a"]) == 0.0, "{text:?}");
        }
    }
}
