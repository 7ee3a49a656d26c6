//! XML with byte ranges, shared by the formats that are XML.
//!
//! Why a tape and not a tree or a stream: a redactor must know for every element, attribute and text *which bytes it is*, and must
//! be able to look around (what is the code of this participant? is the name inside a product?). A [`Tape`] is one flat vector of
//! nodes in document order, each with its byte ranges and the index one past its subtree, so that skipping is one jump, climbing
//! is one index and nothing is allocated per node. Nothing here knows C-CDA; nothing here changes a byte except through
//! [`splice::SpliceList`].

pub mod edit;
pub mod embedded;
pub mod encode;
pub mod encoding;
pub mod flow;
pub mod kind;
pub mod parse;
pub mod path;
pub mod splice;
pub mod tape;
pub mod text;

pub use kind::{XmlKind, xml_kind};
pub use parse::{again, parse};
pub use tape::{Kind, NONE, Node, Tape};

#[cfg(test)]
mod tests;
