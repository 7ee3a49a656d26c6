//! One ledger, two editions.
