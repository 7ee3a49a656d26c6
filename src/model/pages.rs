//! How many pages of the documents at hand have been looked at, for a progress bar: a scan takes seconds a page, so that a bar by document
//! would stand still.

use std::ops::Range;
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

/// `n` pages in shares that follow each other, of `most` at most and about alike, so many that each thread has as many as the next.
pub fn shares(n: usize, most: usize) -> Vec<Range<usize>> {
    let threads = rayon::current_num_threads().max(1);
    let count = (threads * n.div_ceil(threads * most.max(1))).clamp(1, n.max(1));
    (0..count).map(|i| i * n / count..(i + 1) * n / count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_hold_every_page_once_and_threads_have_as_many() {
        let two = rayon::ThreadPoolBuilder::new().num_threads(2).build().unwrap();
        two.install(|| {
            let sizes = |n, most| shares(n, most).iter().map(Range::len).collect::<Vec<_>>();
            assert_eq!(sizes(20, 4), [3, 3, 4, 3, 3, 4]);
            assert_eq!(sizes(8, 4), [4, 4]);
            assert_eq!((sizes(1, 4), sizes(3, 16), sizes(0, 4)), (vec![1], vec![1, 2], vec![0]));
            for n in 0..200 {
                let all: Vec<usize> = shares(n, 7).into_iter().inspect(|s| assert!(s.len() <= 7)).flatten().collect();
                assert_eq!(all, (0..n).collect::<Vec<_>>());
            }
        });
    }
}
