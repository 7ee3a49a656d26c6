//! Answers that say why not.

use super::pages;
use crate::store::StoreError;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// A request that is not answered as asked.
#[derive(Debug)]
pub struct Fail {
    /// Status.
    pub status: StatusCode,
    /// Words for the person.
    pub words: String,
}

impl Fail {
    /// With words.
    pub fn new(status: StatusCode, words: impl Into<String>) -> Fail {
        Fail { status, words: words.into() }
    }
    /// What was asked cannot be understood.
    pub fn bad(words: impl Into<String>) -> Fail {
        Fail::new(StatusCode::UNPROCESSABLE_ENTITY, words)
    }
}

impl From<StoreError> for Fail {
    fn from(e: StoreError) -> Fail {
        match e {
            StoreError::Missing(what) => Fail::new(StatusCode::NOT_FOUND, format!("There is no such {what}.")),
            StoreError::Refused(why) => {
                let mut words = why;
                if let Some(first) = words.get(..1) {
                    words.replace_range(..1, &first.to_uppercase());
                }
                Fail::new(StatusCode::CONFLICT, format!("{words}."))
            }
            other => {
                // Words of the store never hold a value of a record.
                eprintln!("disclose: {other}");
                Fail::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "The store does not answer as it should. The program's log says why.",
                )
            }
        }
    }
}

impl IntoResponse for Fail {
    fn into_response(self) -> Response {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let page = pages::error(title, &self.words).unwrap_or(self.words);
        (self.status, axum::response::Html(page)).into_response()
    }
}

/// Anything else.
pub async fn not_found() -> Fail {
    Fail::new(StatusCode::NOT_FOUND, "There is no such page.")
}
