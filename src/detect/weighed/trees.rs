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

/// Trees for `N` answers.
pub struct Trees<const N: usize> {
    pieces: ShortMap<u16>,
    nodes: Vec<Node>,
    /// First node of each tree, and which answer it speaks for.
    roots: Vec<(u32, usize)>,
}

impl<const N: usize> Trees<N> {
    /// Reads trees: a line `e` with a piece of evidence for each, in the order of their numbers; then a line `t` for each tree with the number
    /// of its answer and its nodes, each followed by what comes without it and what comes with it. A node that asks is a number of
    /// evidence, one that ends a figure with a point. Lines that begin with `#` are notes. Of what is not so nothing is left.
    pub fn read(text: &'static str) -> Trees<N> {
        let mut out = Trees { pieces: ShortMap::default(), nodes: Vec::new(), roots: Vec::new() };
        let mut count = 0u16;
        for line in text.lines() {
            match line.split_once('\t') {
                Some(("e", piece)) => {
                    out.pieces.insert(piece, count);
                    count = count.saturating_add(1);
                }
                Some(("t", tree)) => {
                    let mut words = tree.split(' ');
                    let answer = words.next().and_then(|w| w.parse().ok()).filter(|a| *a < N);
                    let root = out.nodes.len() as u32;
                    let whole = out.grow(&mut words, 0).is_some() && words.next().is_none();
                    match answer.filter(|_| whole) {
                        Some(answer) => out.roots.push((root, answer)),
                        None => return Trees { pieces: ShortMap::default(), nodes: Vec::new(), roots: Vec::new() },
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

    /// The sum for each answer.
    pub fn sum<S: AsRef<str>>(&self, evidence: impl IntoIterator<Item = S>) -> [f32; N] {
        let mut there = vec![0u64; self.pieces.len() / 64 + 1];
        for piece in evidence.into_iter().filter_map(|e| self.pieces.get(e.as_ref()).copied()) {
            if let Some(word) = there.get_mut(usize::from(piece) / 64) {
                *word |= 1 << (piece % 64);
            }
        }
        let has = |piece: u16| there.get(usize::from(piece) / 64).is_some_and(|w| w >> (piece % 64) & 1 == 1);
        let mut out = [0.0; N];
        for (root, answer) in &self.roots {
            let mut at = *root as usize;
            let figure = loop {
                match self.nodes.get(at) {
                    Some(Node::Asks(piece, with)) => at = if has(*piece) { *with as usize } else { at + 1 },
                    Some(Node::Ends(figure)) => break *figure,
                    None => break 0.0,
                }
            };
            if let Some(sum) = out.get_mut(*answer) {
                *sum += figure;
            }
        }
        out
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
        let trees: Trees<2> = Trees::read("# note\ne\ta\ne\tb\nt\t0 0 -1.0 1 0.5 2.25\nt\t1 1 0.125 -0.5\nt\t0 0.0625\n");
        assert_eq!(trees.sum(["b"]), [-0.9375, -0.5]);
        assert_eq!(trees.sum(["a", "unknown"]), [0.5625, 0.125]);
        assert_eq!(trees.sum(["a", "b"]), [2.3125, -0.5]);
        assert!(!trees.is_empty());
    }

    #[test]
    fn of_broken_trees_nothing_is_left() {
        for text in ["", "e\ta\nt\t0 0 1.0\n", "e\ta\nt\t0 0 1.0 x\n", "e\ta\nt\t2 1.0\n", "e\ta\nt\t0 1.0 2.0\n"] {
            let trees: Trees<1> = Trees::read(text);
            assert!(trees.is_empty() && trees.sum(["a"]) == [0.0], "{text:?}");
        }
    }
}
