//! Plain text and HTML.
//!
//! Both are edited by splicing bytes: line ends, encodings, broken tags and odd white space come out as they went in. What is *read*
//! is what a person sees: encodings and character references decoded, soft hyphens and zero-width characters gone, in HTML also
//! white space folded, blocks on lines of their own and tags inside a word invisible, so that `J<b>a</b>ne&nbsp;R&#111;e` is found
//! as `Jane Roe` and edited where it stands.
//!
//! [`markup`] is for other formats too: the narrative of a FHIR resource is XHTML inside a JSON string.

mod charset;
mod encoded;
mod entities;
mod html;
mod lines;
pub mod markup;
mod plain;
mod splice;
mod tags;
#[cfg(test)]
mod tests;
mod tokens;

pub use encoded::pdf as hidden_pdf;
pub use html::Html;
pub use lines::{CHUNK_BYTES, line_numbers};
pub use plain::PlainText;

pub(super) use charset::push_char;
pub(super) use splice::Writer;
