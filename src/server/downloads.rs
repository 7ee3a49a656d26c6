//! Files that leave the desk. Each is entered in the log before its first byte.

use super::App;
use super::error::Fail;
use crate::store::{BlobReader, NewEntry, Session};
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use std::io::{self, Read};
use tokio::sync::mpsc;

/// Which letter.
#[derive(Deserialize)]
pub struct Asked {
    name: String,
}

/// The package for the recipient.
pub async fn package(State(app): State<App>, Extension(s): Extension<Session>, Path(id): Path<String>) -> Result<Response, Fail> {
    let case = app.store.case(&id).await?;
    let release =
        app.store.releases(&id).await?.pop().ok_or_else(|| Fail::new(StatusCode::NOT_FOUND, "Nothing was released yet."))?;
    let blobs = app.store.case_blobs(&id).await?;
    app.store.audit(NewEntry::new(&s.account.actor(), &id, "download.package").with("sha256", &release.sha256)).await?;
    let reader = app.store.open_blob(&blobs, &release.blob).await?;
    Ok(download(reader, release.bytes, "application/zip", &format!("release-case-{}.zip", case.no)))
}

/// The evidence packet.
pub async fn packet(State(app): State<App>, Extension(s): Extension<Session>, Path(id): Path<String>) -> Result<Response, Fail> {
    let case = app.store.case(&id).await?;
    let release =
        app.store.releases(&id).await?.pop().ok_or_else(|| Fail::new(StatusCode::NOT_FOUND, "Nothing was released yet."))?;
    let file = app.store.file(&id, release.run, "packet", "evidence-packet.zip").await?;
    let blobs = app.store.case_blobs(&id).await?;
    app.store.audit(NewEntry::new(&s.account.actor(), &id, "download.packet").with("sha256", &file.sha256)).await?;
    let reader = app.store.open_blob(&blobs, &file.blob).await?;
    Ok(download(reader, file.bytes, "application/zip", &format!("evidence-case-{}.zip", case.no)))
}

/// A letter of the newest run, to be read and signed by a person.
pub async fn letter(
    State(app): State<App>,
    Extension(s): Extension<Session>,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Fail> {
    let case = app.store.case(&id).await?;
    let file = app.store.file(&id, case.run, "internal", &format!("letters/{}", asked.name)).await?;
    let plain = asked.name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
    if !plain {
        return Err(Fail::new(StatusCode::NOT_FOUND, "There is no such letter."));
    }
    let blobs = app.store.case_blobs(&id).await?;
    app.store.audit(NewEntry::new(&s.account.actor(), &id, "download.letter").with("letter", &asked.name)).await?;
    let reader = app.store.open_blob(&blobs, &file.blob).await?;
    let kind = if asked.name.ends_with(".pdf") { "application/pdf" } else { "application/octet-stream" };
    Ok(download(reader, file.bytes, kind, &format!("case-{}-{}", case.no, asked.name)))
}

/// The internal report, a page without script. It is shown in a sandbox with its own style.
pub async fn report(State(app): State<App>, Extension(s): Extension<Session>, Path(id): Path<String>) -> Result<Response, Fail> {
    let case = app.store.case(&id).await?;
    let file = app.store.file(&id, case.run, "internal", "report.html").await?;
    let blobs = app.store.case_blobs(&id).await?;
    app.store.audit(NewEntry::new(&s.account.actor(), &id, "download.report").with("run", case.run)).await?;
    let reader = app.store.open_blob(&blobs, &file.blob).await?;
    let csp = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'; base-uri 'none'";
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CONTENT_SECURITY_POLICY, csp)];
    Ok((headers, body(reader)).into_response())
}

fn download(reader: BlobReader, bytes: i64, kind: &'static str, name: &str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_string()),
        (header::CONTENT_LENGTH, bytes.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, body(reader)).into_response()
}

/// Decrypts on a thread of its own, a piece at a time. A blob that was changed breaks the transfer off.
fn body(mut reader: BlobReader) -> Body {
    let (send, receive) = mpsc::channel::<io::Result<Bytes>>(2);
    tokio::task::spawn_blocking(move || {
        let mut buffer = vec![0u8; 1 << 18];
        loop {
            let piece = match reader.read(&mut buffer) {
                Ok(0) => return,
                Ok(n) => Ok(Bytes::copy_from_slice(buffer.get(..n).unwrap_or_default())),
                Err(e) => Err(e),
            };
            let broken = piece.is_err();
            if send.blocking_send(piece).is_err() || broken {
                return;
            }
        }
    });
    Body::from_stream(stream::unfold(receive, |mut r| async move { r.recv().await.map(|piece| (piece, r)) }))
}
