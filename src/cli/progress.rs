//! A progress bar for each stage on a terminal, and nothing in a pipe.

use crate::model::pages;
use crate::pipeline::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;

/// The bar of the current stage.
pub struct Bar {
    bar: ProgressBar,
}

impl Bar {
    /// A bar on standard error; hidden when `quiet` or when standard error is no terminal.
    pub fn new(quiet: bool) -> Self {
        let bar = ProgressBar::new(0);
        if quiet || !std::io::stderr().is_terminal() {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        Bar { bar }
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.bar.finish_and_clear();
    }
}

impl Progress for Bar {
    fn stage(&self, name: &'static str, total: u64) {
        self.bar.reset();
        self.bar.set_length(total);
        let template =
            if total > 0 { "{msg:8} {wide_bar} {bytes}/{total_bytes} {pages} {eta}" } else { "{msg:8} {spinner} {pages}" };
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style.with_key("pages", |_: &ProgressState, out: &mut dyn std::fmt::Write| {
                let (done, expected) = pages::now();
                if expected > 0 {
                    // A bar that cannot be drawn is no reason to stop.
                    let _ = write!(out, "page {done}/{expected}");
                }
            }));
        }
        // Pages go on while a document is being read.
        self.bar.enable_steady_tick(Duration::from_millis(250));
        self.bar.set_message(name);
    }

    fn done(&self, bytes: u64) {
        self.bar.inc(bytes);
    }
}
