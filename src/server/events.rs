//! How far a case's job is, as server-sent events. The state is in the store: a page that is loaded again goes on where it was.

use super::App;
use super::error::Fail;
use crate::store::JobState;
use axum::extract::{Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream};
use serde_json::json;
use std::convert::Infallible;
use std::time::Duration;

/// No stream is longer; the browser asks again.
const LONGEST: u32 = 600;

/// The stream: an event for each change, and `end` when the job is done.
pub async fn events(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Fail> {
    app.store.case(&id).await?;
    let stream = stream::unfold((app, id, String::new(), 0u32), |(app, id, mut said, mut turns)| async move {
        loop {
            if turns >= LONGEST || app.bell.stopped() {
                return None;
            }
            turns += 1;
            let job = app.store.last_job(&id).await.ok().flatten();
            let (state, stage, done, total) =
                job.map_or((JobState::Done, String::new(), 0, 0), |j| (j.state, j.stage, j.done, j.total));
            let data = json!({"state": state.word(), "stage": stage, "done": done, "total": total}).to_string();
            if data != said {
                said.clone_from(&data);
                let ended = matches!(state, JobState::Done | JobState::Failed);
                let event = Event::default().event(if ended { "end" } else { "progress" }).data(data);
                return Some((Ok(event), (app, id, said, if ended { LONGEST } else { turns })));
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}
