//! JSON with byte ranges.
