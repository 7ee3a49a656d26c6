//! From texts to what each word in them looks like. The language model's own answer is not asked; what it knows of each piece goes to
//! the [`super::head`].

use super::Fitted;
use super::change::Change;
use super::encoder::{Encoder, WIDTH};
use super::files::Files;
use super::head::{CLASSES, Head, PEOPLE};
use super::signs::{SIGNS, signs};
use super::weights::Weights;
use super::windows::windows;
use super::wordpiece::{Piece, WordPiece};
use crate::detect::identity::Own;
use crate::detect::tokens::Tokens;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::{Arc, Mutex};

/// What the network knows of a piece.
const KNOWN: usize = 2 * WIDTH;
/// Most pieces of a run: what is between the layers fits into a processor's nearer memory.
const BATCH_PIECES: usize = 256;
/// A text of so many pieces is read whole; a longer one in windows. The model takes 512, with two marks.
const WHOLE: usize = 500;

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
    encoder: Encoder,
    words: WordPiece,
    head: Head,
    /// Threads to run on, one each: a text is read by one core, as other texts are read by the others.
    idle: Mutex<Vec<Arc<ThreadPool>>>,
}

impl Net {
    /// Reads and checks the files. `fitted` takes the place of what is a part of the program.
    ///
    /// # Errors
    /// A line that says which file is not what it must be.
    pub fn load(files: &Files, fitted: &Fitted) -> Result<Net, String> {
        let (weights, vocabulary) = files.read()?;
        let words = WordPiece::new(&vocabulary)?;
        let head = fitted.head.as_deref().map_or_else(Head::builtin, Head::new)?;
        let encoder = Encoder::new(&mut Weights::read(weights)?, Change::new(fitted.change.as_deref()))?;
        Ok(Net { encoder, words, head, idle: Mutex::new(Vec::new()) })
    }

    /// The scores of each text, in order of their start. Texts of any length; of two windows that share a piece the higher counts.
    /// `own` is whom they are about.
    ///
    /// # Errors
    /// When the network fails, which it must not.
    pub fn read(&self, texts: &[&str], own: &Own) -> Result<Vec<Vec<Scored>>, String> {
        let mut out: Vec<Vec<Scored>> = vec![Vec::new(); texts.len()];
        self.each_batch(texts, own, &mut |batch, known| {
            let lengths: Vec<usize> = batch.iter().map(|w| w.pieces.len()).collect();
            let signs: Vec<u64> = batch.iter().flat_map(|w| w.signs.iter().copied()).collect();
            let mut scores = self.on_one_thread(|| self.head.read(&lengths, &signs, known))?.into_iter();
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

    /// Runs the network over all windows of `texts` and gives some at a time with what it knows of their pieces: for each piece the
    /// figures of both layers, one after the other.
    ///
    /// # Errors
    /// When the network fails, or `each`.
    pub fn each_batch(&self, texts: &[&str], own: &Own, each: Each) -> Result<(), String> {
        let windows = self.windows(texts, own);
        let mut rest = &windows[..];
        while !rest.is_empty() {
            let mut pieces = 0;
            let fits = |w: &&Window| {
                pieces += w.pieces.len() + 2;
                pieces <= BATCH_PIECES
            };
            let (batch, more) = rest.split_at(rest.iter().take_while(fits).count().max(1));
            rest = more;
            each(batch, &self.known(batch)?)?;
        }
        Ok(())
    }

    /// The stretches of `texts` that the network reads at once, text after text.
    fn windows(&self, texts: &[&str], own: &Own) -> Vec<Window> {
        let mut out = Vec::new();
        for (i, text) in texts.iter().enumerate() {
            let t = Tokens::new(text);
            let signs = Signs::new(&t, own);
            let whole = self.words.pieces(text);
            if whole.len() <= WHOLE {
                out.extend(window(i, 0, whole, &signs));
                continue;
            }
            for w in windows(text) {
                out.extend(window(i, w.start, self.words.pieces(text.get(w.clone()).unwrap_or("")), &signs));
            }
        }
        out
    }

    /// What the network knows of the pieces of some windows.
    fn known(&self, batch: &[Window]) -> Result<Vec<f32>, String> {
        let whole = |w: &Window| {
            let ids = w.pieces.iter().map(|p| p.id);
            std::iter::once(self.words.cls).chain(ids).chain([self.words.sep]).collect::<Vec<i32>>()
        };
        let texts: Vec<Vec<i32>> = batch.iter().map(whole).collect();
        let signs = batch.iter().map(|w| std::iter::once(0).chain(w.signs.iter().copied()).chain([0]).collect());
        let signs: Vec<Vec<u64>> = signs.collect();
        let all = self.on_one_thread(|| self.encoder.read(&texts, &signs))?;
        // What is known of the marks that begin and end a text is left out.
        let (mut known, mut at) = (Vec::with_capacity(all.len()), 0);
        for window in batch {
            let n = window.pieces.len();
            known.extend_from_slice(all.get((at + 1) * KNOWN..(at + 1 + n) * KNOWN).unwrap_or_default());
            at += n + 2;
        }
        Ok(known)
    }

    /// Runs `work` on a thread of its own. A worker of the pipeline that waits in another pool would meanwhile begin another
    /// document on top of this one, without a bound on the stack.
    fn on_one_thread<T: Send>(&self, work: impl FnOnce() -> Result<T, String> + Send) -> Result<T, String> {
        let pool = match self.idle.lock().ok().and_then(|mut idle| idle.pop()) {
            Some(pool) => pool,
            None => Arc::new(ThreadPoolBuilder::new().num_threads(1).build().map_err(|e| format!("the names model: {e}"))?),
        };
        let lent = &pool;
        let result = std::thread::scope(|s| s.spawn(move || lent.install(work)).join());
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(pool);
        }
        result.unwrap_or_else(|_| Err("the names model broke off".into()))
    }
}

/// A window with the signs of its pieces; none of nothing.
fn window(text: usize, start: usize, pieces: Vec<Piece>, signs: &Signs) -> Option<Window> {
    let signs: Vec<u64> = pieces.iter().map(|p| signs.of_piece(start + p.start)).collect();
    (!pieces.is_empty()).then_some(Window { text, start, pieces, signs })
}

/// The signs of each word of a text.
struct Signs<'t> {
    t: &'t Tokens<'t>,
    of: Vec<u64>,
}

impl<'t> Signs<'t> {
    fn new(t: &'t Tokens<'t>, own: &Own) -> Signs<'t> {
        Signs { t, of: (0..t.list.len()).map(|i| signs(t, i, own)).collect() }
    }

    /// Those of the word that the piece at byte `at` belongs to; the last bit is set on its first piece.
    fn of_piece(&self, at: usize) -> u64 {
        let i = self.t.index_at(at);
        let Some(token) = self.t.get(i).filter(|x| x.start <= at) else { return 0 };
        self.of.get(i).copied().unwrap_or(0) | u64::from(token.start == at) << SIGNS
    }
}
