//! The network: from pieces to what each word looks like. The language model's own answer is not asked; what it knows of each piece goes to
//! the [`super::head`].

use super::files::Files;
use super::head::{CLASSES, Head, PEOPLE};
use super::signs::{SIGNS, signs};
use super::windows::windows;
use super::wordpiece::{Piece, WordPiece};
use crate::detect::tokens::Tokens;
use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use std::sync::{Arc, Mutex};

/// What the network knows of each piece after its fourth layer and at its end.
const HIDDEN: [&str; 2] = [
    "/bert/encoder/layer.3/output/LayerNorm/LayerNormalization_output_0",
    "/bert/encoder/layer.5/output/LayerNorm/LayerNormalization_output_0",
];
/// Figures of each of them.
pub const WIDTH: usize = 384;
/// Most windows in one run, and most pieces, so that memory stays small.
const BATCH: usize = 64;
const BATCH_PIECES: usize = 1024;
/// Most pieces that are read in vain because the windows of a run differ in length: about what a run more would cost.
const FILLED: usize = 96;

/// How much a stretch of text looks like a name.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Scored {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Probability of each class of the head.
    pub score: [f32; CLASSES],
}

impl Scored {
    /// Probability that this is a part of somebody's name.
    pub fn name(&self) -> f32 {
        self.score.get(PEOPLE).unwrap_or_default().iter().sum()
    }
}

/// A stretch that the network reads at once.
pub struct Window {
    /// Which of the texts it is from.
    pub text: usize,
    /// Its first byte there.
    pub start: usize,
    /// Its pieces, by bytes of the window.
    pub pieces: Vec<Piece>,
    /// For each piece the signs of its word.
    pub signs: Vec<u64>,
}

/// Takes some windows with what the network knows of their pieces.
pub type Each<'a> = &'a mut dyn FnMut(&[Window], &[f32]) -> Result<(), String>;

/// The model, loaded.
pub struct Net {
    model: Model,
    inputs: [NodeId; 3],
    hidden: [NodeId; 2],
    words: WordPiece,
    head: Head,
    /// Threads to run on, one each: a text is read by one core, as other texts are read by the others.
    idle: Mutex<Vec<Arc<ThreadPool>>>,
}

impl Net {
    /// Reads and checks the files.
    ///
    /// # Errors
    /// A line that says which file is not what it must be.
    pub fn load(files: &Files, head: Option<&[u8]>) -> Result<Net, String> {
        let (weights, vocabulary) = files.read()?;
        let words = WordPiece::new(&vocabulary)?;
        let model = ModelOptions::with_all_ops().load(weights).map_err(|e| format!("the names model cannot be loaded: {e}"))?;
        let node = |name: &str| model.node_id(name).map_err(|e| format!("the names model is not as expected: {e}"));
        let inputs = [node("input_ids")?, node("attention_mask")?, node("token_type_ids")?];
        let hidden = [node(HIDDEN[0])?, node(HIDDEN[1])?];
        Ok(Net { model, inputs, hidden, words, head: head.map_or_else(Head::builtin, Head::new)?, idle: Mutex::new(Vec::new()) })
    }

    /// The scores of each text, in order of their start. Texts of any length; of two windows that share a piece the higher counts.
    ///
    /// # Errors
    /// When the network fails, which it must not.
    pub fn read(&self, texts: &[&str]) -> Result<Vec<Vec<Scored>>, String> {
        let mut out: Vec<Vec<Scored>> = vec![Vec::new(); texts.len()];
        self.each_batch(texts, &mut |batch, known| {
            let lengths: Vec<usize> = batch.iter().map(|w| w.pieces.len()).collect();
            let signs: Vec<u64> = batch.iter().flat_map(|w| w.signs.iter().copied()).collect();
            let scores = self.on_one_thread(|pool| pool.run(|| self.head.read(&lengths, &signs, known)))?;
            let mut scores = scores.into_iter();
            for window in batch {
                let Some(into) = out.get_mut(window.text) else { continue };
                into.extend(window.pieces.iter().zip(scores.by_ref()).map(|(p, score)| Scored {
                    start: (window.start + p.start) as u32,
                    end: (window.start + p.end) as u32,
                    score,
                }));
            }
            Ok(())
        })?;
        for scores in &mut out {
            scores.sort_by(|a, b| (a.start, a.end).cmp(&(b.start, b.end)).then(b.name().total_cmp(&a.name())));
            scores.dedup_by_key(|s| (s.start, s.end));
        }
        Ok(out)
    }

    /// Runs the network over all windows of `texts`, in any order, and gives some at a time with what the network knows of their pieces:
    /// for each piece the figures of both layers, one after the other.
    ///
    /// # Errors
    /// When the network fails, or `each`.
    pub fn each_batch(&self, texts: &[&str], each: Each) -> Result<(), String> {
        let mut windows_of: Vec<Window> = Vec::new();
        for (i, text) in texts.iter().enumerate() {
            let t = Tokens::new(text);
            for w in windows(text) {
                let pieces = self.words.pieces(text.get(w.clone()).unwrap_or(""));
                if !pieces.is_empty() {
                    let signs = pieces.iter().map(|p| signs_of_piece(&t, w.start + p.start)).collect();
                    windows_of.push(Window { text: i, start: w.start, pieces, signs });
                }
            }
        }
        // Neighbours in a batch are of about the same length, so that little is filled up.
        windows_of.sort_by_key(|w| (w.pieces.len(), w.text, w.start));
        let mut rest = &windows_of[..];
        while !rest.is_empty() {
            let mut sum = 0;
            let mut fits = |w: &Window, n: usize| {
                let all = (w.pieces.len() + 2) * n;
                sum += w.pieces.len() + 2;
                all <= BATCH_PIECES && all - sum <= FILLED
            };
            let n = rest.iter().take(BATCH).enumerate().take_while(|(k, w)| fits(w, k + 1)).count().max(1);
            let (batch, more) = rest.split_at(n);
            rest = more;
            self.run(batch, each)?;
        }
        Ok(())
    }

    /// One run of the network.
    fn run(&self, batch: &[Window], each: Each) -> Result<(), String> {
        let width = batch.iter().map(|w| w.pieces.len()).max().unwrap_or(0) + 2;
        let (mut ids, mut mask) = (Vec::with_capacity(batch.len() * width), Vec::with_capacity(batch.len() * width));
        for Window { pieces, .. } in batch {
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
        let found = self.on_one_thread(|pool| {
            let options = RunOptions::default().with_thread_pool(Some(pool));
            self.model.run_n(given, self.hidden, Some(options)).map_err(|e| format!("the names model failed: {e}"))
        })?;
        let [middle, last] = found;
        let figures = |v: Value| {
            let (found, data) = v.into_shape_vec::<f32, 3>().map_err(|e| format!("names model: {e}"))?;
            if found != [batch.len(), width, WIDTH] {
                Err("the names model gives another form than expected".to_string())
            } else {
                Ok(data)
            }
        };
        let (middle, last) = (figures(middle)?, figures(last)?);
        let mut known = Vec::new();
        for (b, window) in batch.iter().enumerate() {
            for k in 1..=window.pieces.len() {
                let at = (b * width + k) * WIDTH;
                for layer in [&middle, &last] {
                    known.extend_from_slice(layer.get(at..at + WIDTH).unwrap_or(&[0.0; WIDTH]));
                }
            }
        }
        each(batch, &known)
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

/// The signs of the word that the piece at byte `at` belongs to; the last bit is set on its first piece.
fn signs_of_piece(t: &Tokens, at: usize) -> u64 {
    let i = t.index_at(at);
    let Some(token) = t.get(i).filter(|x| x.start <= at) else { return 0 };
    signs(t, i) | u64::from(token.start == at) << SIGNS
}
