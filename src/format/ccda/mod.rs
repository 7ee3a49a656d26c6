//! C-CDA and other CDA R2 documents.
