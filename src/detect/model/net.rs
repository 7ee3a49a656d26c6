//! The network: from pieces to how much each word looks like a name.

use super::files::Files;
use super::windows::windows;
use super::wordpiece::{Piece, WordPiece};
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use std::sync::{Arc, Mutex};

/// Labels of the model's `config.json`: 0 is none, 1 to 4 begin and inside of given name and surname.
const LABELS: usize = 35;
const NAMES: std::ops::RangeInclusive<usize> = 1..=4;
/// Most windows in one run, and most pieces, so that memory stays small.
const BATCH: usize = 64;
const BATCH_PIECES: usize = 1024;

/// How much a stretch of text looks like a name.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scored {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Probability of the four name labels together, 0 to 1.
    pub name: f32,
}

/// The model, loaded.
pub struct Net {
    model: Model,
    inputs: [NodeId; 3],
    output: NodeId,
    words: WordPiece,
    /// Threads to run on, one each: a text is read by one core, as other texts are read by the others.
    idle: Mutex<Vec<Arc<ThreadPool>>>,
}

impl Net {
    /// Reads and checks the files.
    ///
    /// # Errors
    /// A line that says which file is not what it must be.
    pub fn load(files: &Files) -> Result<Net, String> {
        let (weights, vocabulary) = files.read()?;
        let words = WordPiece::new(&vocabulary)?;
        let model = ModelOptions::with_all_ops().load(weights).map_err(|e| format!("the names model cannot be loaded: {e}"))?;
        let node = |name: &str| model.node_id(name).map_err(|e| format!("the names model is not as expected: {e}"));
        let inputs = [node("input_ids")?, node("attention_mask")?, node("token_type_ids")?];
        let output = node("logits")?;
        Ok(Net { model, inputs, output, words, idle: Mutex::new(Vec::new()) })
    }

    /// The scores of each text, in order of their start. Texts of any length; of two windows that share a piece the higher counts.
    ///
    /// # Errors
    /// When the network fails, which it must not.
    pub fn read(&self, texts: &[&str]) -> Result<Vec<Vec<Scored>>, String> {
        let mut jobs: Vec<(usize, usize, Vec<Piece>)> = Vec::new();
        for (i, text) in texts.iter().enumerate() {
            for w in windows(text) {
                let pieces = self.words.pieces(text.get(w.clone()).unwrap_or(""));
                if !pieces.is_empty() {
                    jobs.push((i, w.start, pieces));
                }
            }
        }
        // Neighbours in a batch are of about the same length, so that little is filled up.
        jobs.sort_by_key(|(i, start, p)| (p.len(), *i, *start));
        let mut out: Vec<Vec<Scored>> = vec![Vec::new(); texts.len()];
        let mut rest = &jobs[..];
        while !rest.is_empty() {
            let fits = |n: usize| rest.get(n - 1).is_some_and(|j| (j.2.len() + 2) * n <= BATCH_PIECES);
            let n = (2..=rest.len().min(BATCH)).take_while(|n| fits(*n)).last().unwrap_or(1);
            let (batch, more) = rest.split_at(n);
            rest = more;
            let scores = self.run(batch)?;
            for ((i, base, pieces), scores) in batch.iter().zip(scores) {
                let Some(into) = out.get_mut(*i) else { continue };
                into.extend(pieces.iter().zip(scores).map(|(p, name)| Scored {
                    start: (base + p.start) as u32,
                    end: (base + p.end) as u32,
                    name,
                }));
            }
        }
        for scores in &mut out {
            scores.sort_by(|a, b| (a.start, a.end).cmp(&(b.start, b.end)).then(b.name.total_cmp(&a.name)));
            scores.dedup_by_key(|s| (s.start, s.end));
        }
        Ok(out)
    }

    /// One run: for each window the name score of each of its pieces.
    fn run(&self, batch: &[(usize, usize, Vec<Piece>)]) -> Result<Vec<Vec<f32>>, String> {
        let width = batch.iter().map(|j| j.2.len()).max().unwrap_or(0) + 2;
        let (mut ids, mut mask) = (Vec::with_capacity(batch.len() * width), Vec::with_capacity(batch.len() * width));
        for (_, _, pieces) in batch {
            let fill = width - pieces.len() - 2;
            ids.push(self.words.cls);
            ids.extend(pieces.iter().map(|p| p.id));
            ids.push(self.words.sep);
            ids.extend(std::iter::repeat_n(self.words.pad, fill));
            mask.extend(std::iter::repeat_n(1i32, pieces.len() + 2));
            mask.extend(std::iter::repeat_n(0i32, fill));
        }
        let kinds = vec![0i32; ids.len()];
        let shape = [batch.len(), width];
        let value = |data: Vec<i32>| Value::from_shape(shape.as_slice(), data).map_err(|e| format!("names model: {e}"));
        let inputs = [value(ids)?, value(mask)?, value(kinds)?];
        let given: Vec<(NodeId, ValueOrView)> = self.inputs.into_iter().zip(inputs.into_iter().map(ValueOrView::from)).collect();
        let logits = self.on_one_thread(|pool| {
            let options = RunOptions::default().with_thread_pool(Some(pool));
            self.model.run_n(given, [self.output], Some(options)).map_err(|e| format!("the names model failed: {e}"))
        })?;
        let [logits] = logits;
        let (found, data) = logits.into_shape_vec::<f32, 3>().map_err(|e| format!("names model: {e}"))?;
        if found != [batch.len(), width, LABELS] {
            return Err("the names model gives another number of labels than expected".into());
        }
        let row = |b: usize, k: usize| data.get(((b * width) + k) * LABELS..((b * width) + k + 1) * LABELS).unwrap_or_default();
        Ok(batch.iter().enumerate().map(|(b, j)| (1..=j.2.len()).map(|k| name_probability(row(b, k))).collect()).collect())
    }

    /// Runs `work` on a thread of its own. A worker of the pipeline that waits in another pool would meanwhile begin another
    /// document on top of this one, without a bound on the stack.
    fn on_one_thread<T: Send>(&self, work: impl FnOnce(Arc<ThreadPool>) -> Result<T, String> + Send) -> Result<T, String> {
        let pool = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let pool = pool.unwrap_or_else(|| Arc::new(ThreadPool::with_num_threads(1)));
        let lent = Arc::clone(&pool);
        let result = std::thread::scope(|s| s.spawn(move || work(lent)).join());
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(pool);
        }
        result.unwrap_or_else(|_| Err("the names model broke off".into()))
    }
}

/// Softmax over the labels, summed over those of names.
fn name_probability(logits: &[f32]) -> f32 {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let all: f32 = logits.iter().map(|l| (l - top).exp()).sum();
    let names: f32 = logits.get(NAMES).unwrap_or_default().iter().map(|l| (l - top).exp()).sum();
    if all > 0.0 { names / all } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_add_up() {
        let mut logits = vec![0.0f32; LABELS];
        assert!((name_probability(&logits) - 4.0 / 35.0).abs() < 1e-6);
        logits[2] = 50.0;
        assert!(name_probability(&logits) > 0.999);
        assert_eq!(name_probability(&[]), 0.0);
    }
}
