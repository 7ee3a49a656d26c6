//! Whole pages, end to end.
