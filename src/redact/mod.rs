//! Decisions become edits.
