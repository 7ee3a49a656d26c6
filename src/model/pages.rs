//! How many pages of the documents at hand have been looked at, for a progress bar: a scan takes seconds a page, so that a bar by document
//! would stand still.

use std::sync::atomic::{AtomicU64, Ordering};

static EXPECTED: AtomicU64 = AtomicU64::new(0);
static DONE: AtomicU64 = AtomicU64::new(0);

/// More pages, or pictures of pages, are going to be looked at.
pub fn expect(pages: usize) {
    EXPECTED.fetch_add(pages as u64, Ordering::Relaxed);
}

/// One of them is done.
pub fn done() {
    DONE.fetch_add(1, Ordering::Relaxed);
}

/// Pages done and pages expected so far, in this process.
pub fn now() -> (u64, u64) {
    (DONE.load(Ordering::Relaxed), EXPECTED.load(Ordering::Relaxed))
}
