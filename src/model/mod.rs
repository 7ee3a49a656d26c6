//! Plain data shared by all stages. No I/O, no syntax, no law.
//!
//! The words are those of `docs/architecture.md`: a [`Request`](request::Request) says who asks and
//! who the patient is; a [`Document`](document::Document) is one file or attachment as a list of
//! [`Field`](document::Field)s; a [`Mention`](mention::Mention) is a span that names somebody; a
//! [`Decision`](decision::Decision) says what happens to it; an [`Edit`](edit::Edit) is what a format writer carries out.

pub mod case;
pub mod days;
pub mod decision;
pub mod desk;
pub mod document;
pub mod edit;
pub mod error;
pub mod filing;
pub mod hash;
pub mod identity;
pub mod identity_policy;
pub mod layer;
pub mod ledger;
pub mod memory;
pub mod mention;
pub mod pages;
pub mod person;
pub mod picture;
pub mod policy;
pub mod readiness;
pub mod request;
pub mod role;
pub mod roster;
pub mod view;
