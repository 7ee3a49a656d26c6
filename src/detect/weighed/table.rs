//! Tables of weights.

use crate::detect::words::ShortMap;

/// Weights of each piece of evidence for `N` answers.
pub struct Table<const N: usize> {
    by: ShortMap<[f32; N]>,
}

impl<const N: usize> Table<N> {
    /// Reads a table: lines of a name and `N` weights, set apart by tabs; lines that begin with `#` are notes. A line of another form says
    /// nothing.
    pub fn read(text: &'static str) -> Table<N> {
        let mut by: ShortMap<[f32; N]> = ShortMap::default();
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            let mut cells = line.split('\t');
            let Some(name) = cells.next() else { continue };
            let mut weights = [0.0; N];
            let mut read = 0;
            for (slot, cell) in weights.iter_mut().zip(cells) {
                *slot = cell.parse().unwrap_or(0.0);
                read += 1;
            }
            if read == N {
                by.insert(name, weights);
            }
        }
        Table { by }
    }

    /// The sum for each answer.
    pub fn sum<S: AsRef<str>>(&self, evidence: impl IntoIterator<Item = S>) -> [f32; N] {
        let mut out = [0.0; N];
        for weights in evidence.into_iter().filter_map(|e| self.by.get(e.as_ref())) {
            out.iter_mut().zip(weights).for_each(|(o, w)| *o += w);
        }
        out
    }

    /// True when nothing was fitted.
    pub fn is_empty(&self) -> bool {
        self.by.is_empty()
    }
}

/// Names of evidence, one after the other: a word has dozens, and most words of an export are weighed.
#[derive(Default)]
pub struct Said {
    text: String,
    ends: Vec<u32>,
}

impl Said {
    /// Adds a name, given in parts.
    pub fn put(&mut self, parts: &[&str]) {
        parts.iter().for_each(|p| self.text.push_str(p));
        self.ends.push(self.text.len() as u32);
    }

    /// The names in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let mut from = 0;
        self.ends.iter().map(move |end| {
            let name = self.text.get(from..*end as usize).unwrap_or("");
            from = *end as usize;
            name
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_summed_and_bad_lines_left_out() {
        let table: Table<2> = Table::read("# note\na\t1\t-2\nb\t0.5\t0.25\nc\t1\n");
        assert_eq!(table.sum(["a", "b", "c", "nothing"]), [1.5, -1.75]);
        assert!(!table.is_empty() && Table::<2>::read("").is_empty());
    }
}
