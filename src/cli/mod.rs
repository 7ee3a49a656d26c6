//! One file per command. The binary only parses and maps errors to exit codes.

pub mod verify;
