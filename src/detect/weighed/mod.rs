//! What no single rule decides, by the sum of many small pieces of evidence.
//!
//! Each piece (a word beside the name, its place in the line, how the lists judge it, what the names model says) has a weight in a table
//! that lies beside the code, one piece a line. Whether a word is a name is decided by trees over the same evidence, and the weights
//! only tell which words are worth it. Both are fitted by `scripts/fit_weights` on the notes of `tests/corpus/notes/dev`;
//! the code that names the pieces is the same for the fitting and for the program, see [`trace`].

pub mod doubt;
mod markup;
pub mod mine;
pub mod role;
mod short;
mod table;
pub mod trace;
mod trees;
pub mod word_evidence;
