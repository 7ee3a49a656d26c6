//! What no single rule decides, by the sum of many small pieces of evidence.
//!
//! Each piece (a word beside the name, its place in the line, how the lists judge it, what the names model says) has a weight in a table
//! that lies beside the code, one piece a line. The weights are fitted by `scripts/fit_weights` on the notes of `tests/corpus/notes/dev`;
//! the code that names the pieces is the same for the fitting and for the program, see [`trace`].

pub mod doubt;
pub mod role;
mod table;
pub mod trace;
pub mod word_evidence;
