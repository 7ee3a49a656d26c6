//! One file per command. The binary only parses and maps errors to exit codes.

pub mod audit;
mod clock;
pub mod detect;
pub mod letter;
pub mod match_cmd;
pub mod policy;
pub mod process;
mod progress;
pub mod serve;
pub mod vault;
pub mod verify;
