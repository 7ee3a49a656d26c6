//! The fourth layer: a small language model that reads names where no list, cue or roster knows them.
//!
//! Rampart (see [`files`]) is a network that gives each piece of a word the probability of being a part of a name. It is slow beside
//! the other layers, so it is asked only about parts of a text that still hold a word that nothing else explains ([`places`]), with the
//! lines around them, each distinct part once, several in one run. What it says is one voice: [`verdict`] sets it beside the lists and the words around,
//! and what those rule out (a disease, a drug, a place) stays out.
//!
//! The files are not a part of the program. Without them the other layers work on, and whoever uses this must say so and let a
//! person read every narrative: see [`Names::missing`].

mod change;
mod encoder;
mod figures;
mod files;
mod head;
mod net;
mod places;
mod product;
mod signs;
#[cfg(test)]
mod tests;
mod things;
mod verdict;
mod weights;
mod windows;
mod wordpiece;

pub use figures::RULE as NUMBER;
pub use files::{ATTRIBUTION, DOUBT, MODEL, NO_NAME, RULE, VERSION};
pub(super) use head::{CLASSES, PEOPLE};
pub use places::Stretch;
pub use places::is_in_no_list;
pub(super) use things::is_place;
pub use verdict::{Answer, Opened, is_somebody, open, read_names, read_opened};
pub(super) use verdict::{Told, all_stretches, read_unweighed};

use crate::detect::identity::Own;
use crate::detect::numbers::anew::FELL;
use crate::detect::own_of;
use crate::detect::weighed::{doubt, mine};
use crate::model::mention::{Category, Mention};
use crate::model::request::Identity;
use files::Files;
use net::{Net, Scored};
use rayon::ThreadPoolBuilder;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

/// What rules and lists found in a text with what the model had to say: its names are added, and what it takes for none is left out.
pub fn joined(found: &[Mention], read: &[Mention]) -> Vec<Mention> {
    super::merge(kept(found, read).cloned().collect(), read.iter().filter(|m| !is_mark(m)).cloned().collect())
}

/// True for what only says that something found before is none.
pub fn is_mark(m: &Mention) -> bool {
    m.rule == files::NO_NAME || m.rule == FELL
}

/// Those of `found` that stand after what the model had to say.
pub fn kept<'m>(found: &'m [Mention], read: &'m [Mention]) -> impl Iterator<Item = &'m Mention> {
    let same = |m: &Mention, r: &Mention| r.start == m.start && r.end == m.end;
    let dropped = move |m: &Mention| read.iter().any(|r| r.rule == files::NO_NAME && same(m, r));
    // The same with another role, now that the model has said whose it is.
    let anew = move |m: &Mention| read.iter().any(|r| r.weighed && r.rule == m.rule && same(m, r));
    let fell = move |m: &Mention| m.category != Category::Name && read.iter().any(|r| r.rule == FELL && same(m, r));
    // The patient's name that is a namesake's.
    let doubted = move |m: &Mention| mine::is_open(m) && read.iter().any(|r| r.rule == mine::RULE && same(m, r));
    found.iter().filter(move |m| (!doubt::is_weak(m) || !dropped(m)) && !anew(m) && !fell(m) && !doubted(m))
}

/// Bytes of text whose scores are remembered; then all is forgotten.
const REMEMBERED: usize = 8 << 20;

/// A piece of a word with all that goes into the head.
pub struct Piece<'a> {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Number in the vocabulary.
    pub id: i32,
    /// Signs of its word, one bit each.
    pub signs: u64,
    /// Figures of the model's layers.
    pub known: &'a [f32],
}

fn without_figures(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '1' } else { c }).collect()
}

/// The model, loaded when it is first asked. Shared by all workers.
pub struct Names {
    files: Result<Files, String>,
    net: OnceLock<Result<Net, String>>,
    asked: Mutex<Remembered>,
    fitted: Fitted,
}

/// What stands in for the head and the change of the encoder that are a part of the program: for measuring others.
#[derive(Default)]
pub struct Fitted {
    /// Weights of the head.
    pub head: Option<Vec<u8>>,
    /// Change of the encoder; of no bytes, the encoder stays as it is in the model's file.
    pub change: Option<Vec<u8>>,
}

#[derive(Default)]
struct Remembered {
    by_text: HashMap<Box<str>, Arc<[Scored]>>,
    bytes: usize,
}

impl Names {
    /// Looks for the files; loads nothing yet.
    pub fn open() -> Names {
        Names { files: Files::find(), net: OnceLock::new(), asked: Mutex::default(), fitted: Fitted::default() }
    }

    /// One for the whole program.
    pub fn shared() -> Arc<Names> {
        static SHARED: OnceLock<Arc<Names>> = OnceLock::new();
        Arc::clone(SHARED.get_or_init(|| Arc::new(Names::open())))
    }

    /// No model, for the reason given.
    pub fn none(why: &str) -> Names {
        Names { files: Err(why.to_string()), net: OnceLock::new(), asked: Mutex::default(), fitted: Fitted::default() }
    }

    /// With another head or another change of the encoder than those that are a part of the program.
    pub fn with(fitted: Fitted) -> Names {
        Names { fitted, ..Names::open() }
    }

    /// Why nobody asks the model: its files are not there, or were found to be wrong when it was first asked.
    pub fn missing(&self) -> Option<&str> {
        match (&self.files, self.net.get()) {
            (Err(why), _) | (_, Some(Err(why))) => Some(why),
            _ => None,
        }
    }

    /// In one line for a report: name, version, hash of the weights, attribution.
    pub fn description() -> String {
        format!("{MODEL} {VERSION}, weights SHA-256 {}, read by a head of this program; {ATTRIBUTION}", files::WEIGHTS.1)
    }

    fn net(&self) -> Result<&Net, String> {
        let files = self.files.as_ref().map_err(Clone::clone)?;
        // On a thread and in a pool of its own: a worker of the pipeline that waits for the loader's pool would begin another document,
        // come here again and wait for itself; and products that are shared out among workers who all wait here would never be done.
        let alone = || ThreadPoolBuilder::new().num_threads(1).build().map_err(|e| format!("the names model: {e}"));
        let load = || {
            std::thread::scope(|s| {
                let loader = s.spawn(|| alone()?.install(|| Net::load(files, &self.fitted)));
                loader.join().unwrap_or_else(|_| Err("it broke off".into()))
            })
        };
        self.net.get_or_init(load).as_ref().map_err(Clone::clone)
    }

    /// What the network knows of each piece of `texts` about `identity`, for fitting the head: see [`Piece`].
    ///
    /// # Errors
    /// The model is not there or fails.
    pub fn pieces(&self, texts: &[&str], identity: &Identity, each: &mut dyn FnMut(usize, &[Piece])) -> Result<(), String> {
        let texts: Vec<String> = texts.iter().map(|t| without_figures(t)).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        self.net()?.each_batch(&texts, &own_of(identity), &mut |batch, known| {
            let all: usize = batch.iter().map(|w| w.pieces.len()).sum();
            let mut known = known.chunks_exact((known.len() / all.max(1)).max(1));
            for window in batch {
                let told = window.pieces.iter().zip(&window.signs).zip(known.by_ref());
                let pieces: Vec<Piece> = told
                    .map(|((p, signs), known)| Piece {
                        start: window.start + p.start,
                        end: window.start + p.end,
                        id: p.id,
                        signs: *signs,
                        known,
                    })
                    .collect();
                each(window.text, &pieces);
            }
            Ok(())
        })
    }

    /// Reads texts that will be asked for one by one: together they take a fraction of the time, as the weights are unpacked once for
    /// many of them. What fails here fails again, and is told, when the text is asked for.
    pub fn read_ahead(&self, texts: &[&str], identity: &Identity) {
        let _ = self.scores(texts, &own_of(identity));
    }

    /// Scores of each text about the patient `own`, read or remembered. Figures are read as ones: which figure stands there says nothing about names, and rows of
    /// a table that differ in figures only are one text.
    fn scores(&self, texts: &[&str], own: &Own) -> Result<Vec<Arc<[Scored]>>, String> {
        // What the patient is called stands before each text that is remembered, and an end that no text has.
        let about = own.called() + "\u{0}";
        let keys: Vec<String> = texts.iter().map(|t| about.clone() + &without_figures(t)).collect();
        let mut out: Vec<Option<Arc<[Scored]>>> = match self.asked.lock() {
            Ok(asked) => keys.iter().map(|k| asked.by_text.get(k.as_str()).cloned()).collect(),
            Err(_) => vec![None; keys.len()],
        };
        let mut open: Vec<&str> = keys.iter().zip(&out).filter(|(_, o)| o.is_none()).map(|(k, _)| k.as_str()).collect();
        open.sort_unstable();
        open.dedup();
        if !open.is_empty() {
            let unread: Vec<&str> = open.iter().map(|k| k.get(about.len()..).unwrap_or("")).collect();
            let read: HashMap<&str, Arc<[Scored]>> =
                open.iter().copied().zip(self.net()?.read(&unread, own)?.into_iter().map(Arc::from)).collect();
            for (key, slot) in keys.iter().zip(&mut out) {
                if slot.is_none() {
                    *slot = read.get(key.as_str()).cloned();
                }
            }
            self.remember(read);
        }
        Ok(out.into_iter().map(Option::unwrap_or_default).collect())
    }

    fn remember(&self, read: HashMap<&str, Arc<[Scored]>>) {
        let Ok(mut asked) = self.asked.lock() else { return };
        for (text, scores) in read {
            asked.bytes += 2 * text.len() + scores.len() * size_of::<Scored>();
            if asked.bytes > REMEMBERED {
                *asked = Remembered { bytes: 2 * text.len() + scores.len() * size_of::<Scored>(), ..Remembered::default() };
            }
            asked.by_text.insert(text.into(), scores);
        }
    }
}
