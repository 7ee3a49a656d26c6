//! `disclose` takes a patient-portal export, the identity of the patient who asked and the purpose of the disclosure. It keeps what
//! is the patient's own, replaces third parties and clinicians by role labels, checks its own output, and writes the redacted
//! bundle with a minimum-necessary report.
//!
//! The way through is drawn in `docs/architecture.md`; the folders of this crate are its stages in order.

pub mod cli;
pub mod deliver;
pub mod detect;
pub mod format;
pub mod intake;
pub mod model;
pub mod people;
pub mod pipeline;
pub mod policy;
pub mod queue;
pub mod redact;
pub mod report;
pub mod server;
pub mod store;
pub mod verify;
pub mod workflow;
