//! Errors that say file, place and what to do next. They never quote the export.

use thiserror::Error;

/// A document could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{what}{}", place_words(.line, .column, .offset))]
pub struct ReadError {
    /// What is wrong, without any value of the document.
    pub what: String,
    /// Line from 1, when known.
    pub line: Option<u32>,
    /// Column in bytes from 1, when known.
    pub column: Option<u32>,
    /// Byte offset, when known.
    pub offset: Option<u64>,
}

fn place_words(line: &Option<u32>, column: &Option<u32>, offset: &Option<u64>) -> String {
    match (line, column, offset) {
        (Some(l), Some(c), _) => format!(" at line {l} column {c}"),
        (_, _, Some(o)) => format!(" at byte {o}"),
        _ => String::new(),
    }
}

impl ReadError {
    /// An error without a place.
    pub fn new(what: impl Into<String>) -> Self {
        ReadError { what: what.into(), line: None, column: None, offset: None }
    }
    /// An error at a byte of the source; line and column are counted from it.
    pub fn at(what: impl Into<String>, source: &[u8], offset: usize) -> Self {
        let upto = &source[..offset.min(source.len())];
        let line = memchr::memchr_iter(b'\n', upto).count() + 1;
        let column = upto.len() - memchr::memrchr(b'\n', upto).map_or(0, |p| p + 1) + 1;
        ReadError { what: what.into(), line: Some(line as u32), column: Some(column as u32), offset: Some(offset as u64) }
    }
}

/// A document could not be written; always a defect or a changed source.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0}")]
pub struct WriteError(pub String);

/// What stops a whole run. Each knows its exit code.
#[derive(Debug, Error)]
pub enum RunError {
    /// Bad usage or input: exit 2.
    #[error("{0}")]
    Input(String),
    /// The export is about somebody else: exit 2, with a report of why.
    #[error("{0}")]
    WrongPatient(String),
    /// Cancelled by the user: exit 1.
    #[error("cancelled; nothing was written")]
    Cancelled,
    /// Anything else: exit 1.
    #[error("{0}")]
    Internal(String),
}

impl RunError {
    /// Exit code of the command line contract.
    pub fn exit_code(&self) -> i32 {
        match self {
            RunError::Input(_) | RunError::WrongPatient(_) => 2,
            RunError::Cancelled | RunError::Internal(_) => 1,
        }
    }
}

impl From<std::io::Error> for RunError {
    fn from(e: std::io::Error) -> Self {
        RunError::Internal(e.to_string())
    }
}
