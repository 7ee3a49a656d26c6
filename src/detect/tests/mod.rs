//! Tables of cases: what must be found, what must not, whose it is.

mod forms;
mod known;
mod numbers;
mod roles;
mod samples;
mod slots;
mod speed;
pub(super) mod traps;
mod whose;
