//! Plain text and HTML.
