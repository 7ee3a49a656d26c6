//! Files of an export, one in each request, encrypted as they come in: nothing of them lies in clear.

use super::App;
use super::error::Fail;
use crate::store::Session;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::json;
use std::io::{self, Read};
use tokio::sync::mpsc;

/// No file is larger.
const LARGEST: u64 = 8 << 30;

/// Where the file stood in what was dropped.
#[derive(Deserialize)]
pub struct Asked {
    path: String,
}

/// A path without steps upward, without signs that a file system takes otherwise, and not too long.
fn safe(path: &str) -> Result<String, Fail> {
    let mut parts = Vec::new();
    for part in path.split(['/', '\\']).filter(|p| !p.is_empty() && *p != ".") {
        if part == ".." || part.len() > 200 || part.chars().any(|c| c.is_control() || c == ':') {
            return Err(Fail::bad("This file name cannot be taken in. Rename the file."));
        }
        parts.push(part);
    }
    if parts.is_empty() || parts.len() > 30 {
        return Err(Fail::bad("This file name cannot be taken in. Rename the file."));
    }
    Ok(parts.join("/"))
}

/// Takes one file in.
pub async fn receive(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    body: Body,
) -> Result<Response, Fail> {
    let path = safe(&asked.path)?;
    let blobs = app.store.case_blobs(&id).await?;
    let (send, receive) = mpsc::channel::<io::Result<Bytes>>(4);
    let store = app.store.clone();
    let task = tokio::task::spawn_blocking(move || {
        store.put_blob(&blobs, &mut Incoming { receive, chunk: Bytes::new(), ended: false }, LARGEST)
    });
    let mut stream = body.into_data_stream();
    let mut whole = true;
    while let Some(chunk) = stream.next().await {
        whole &= chunk.is_ok();
        if send.send(chunk.map_err(|_| io::Error::other("the upload broke off"))).await.is_err() {
            break;
        }
    }
    let _ = send.send(Ok(Bytes::new())).await;
    drop(send);
    let stored = task.await.map_err(|_| Fail::bad("The upload failed. Try again."))?;
    if !whole {
        return Err(Fail::bad("The upload broke off. Try again."));
    }
    let file = app.store.add_input(&id, &path, &stored?, &s.account.actor()).await?;
    let said = json!({"path": file.path, "bytes": file.bytes, "sha256": file.sha256}).to_string();
    Ok(([(header::CONTENT_TYPE, "application/json")], said).into_response())
}

/// What comes in, for the thread that encrypts it. An empty chunk is the end; a channel that closes without one is not.
struct Incoming {
    receive: mpsc::Receiver<io::Result<Bytes>>,
    chunk: Bytes,
    ended: bool,
}

impl Read for Incoming {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.chunk.is_empty() && !self.ended {
            match self.receive.blocking_recv() {
                Some(Ok(c)) if c.is_empty() => self.ended = true,
                Some(Ok(c)) => self.chunk = c,
                Some(Err(e)) => return Err(e),
                None => return Err(io::Error::other("the upload broke off")),
            }
        }
        let n = self.chunk.len().min(out.len());
        if let Some(to) = out.get_mut(..n) {
            to.copy_from_slice(&self.chunk.split_to(n));
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn paths_stay_below_the_case() {
        assert_eq!(safe("portal/ccda/summary.xml").unwrap(), "portal/ccda/summary.xml");
        assert_eq!(safe("/a\\b/./c").unwrap(), "a/b/c");
        for bad in ["", "/", "..", "a/../b", "a\u{0}b", "c:x", &"x".repeat(300)] {
            assert!(safe(bad).is_err(), "{bad:?}");
        }
    }
}
