//! Puts finished bytes where they belong: staging, packages, manifest, the atomic swap.
