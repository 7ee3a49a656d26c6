//! Finds mentions in text: identifiers, names by cue, values already known from the roster.
