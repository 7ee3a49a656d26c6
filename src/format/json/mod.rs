//! JSON with byte ranges.
//!
//! Why not `serde_json::Value`: it normalises escapes and exponents and drops duplicate keys, and it does not know where a value
//! stood. The tape built here is a flat list of nodes in document order, 16 bytes each, over bytes that stay untouched. It is also
//! stricter than most readers: a duplicate key is an error, because two readers may disagree about which value counts, and a value
//! only the other reader sees is a leak.

pub mod locate;
pub mod string;
pub mod tape;

pub use tape::{Kind, Node, Tape};
