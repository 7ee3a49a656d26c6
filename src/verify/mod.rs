//! Reads every output again, with other code than wrote it.
