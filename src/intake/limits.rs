//! How much an export may be. Everything that is opened is counted while it streams; no size in a header is believed.

/// Limits of one [`gather`](super::gather). A member beyond them is held for a person and the rest is processed; an INPUT beyond
/// them stops the run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Archives inside one another, an INPUT zip counting as the first. Real packages have one or two (a portal zip that holds an
    /// XDM zip).
    pub max_depth: usize,
    /// Files, folders and archive members looked at, all INPUTs together.
    pub max_entries: u64,
    /// Unpacked bytes for each packed byte, of a member and of a whole archive, once [`RATIO_FLOOR`] bytes have come out. Deflate
    /// can reach 1032; FHIR JSON and C-CDA stay below 60.
    pub max_ratio: u64,
    /// Unpacked bytes of one member or file. Byte ranges in documents are 32 bits wide, so a limit above 4 GiB - 1 is cut to that.
    pub max_member_bytes: u64,
    /// Unpacked bytes of everything together.
    pub max_total_bytes: u64,
}

/// Ratios are not judged below this many unpacked bytes: a small file of blanks is no danger.
pub const RATIO_FLOOR: u64 = 8 << 20;
/// Folder levels in a path. File systems allow more; nobody exports more.
pub const MAX_PATH_LEVELS: usize = 64;
/// Bytes in one path component (the limit of common file systems).
pub const MAX_COMPONENT_BYTES: usize = 255;
/// Bytes in a whole path, below the 4096 of Linux so that the output folder has room in front.
pub const MAX_PATH_BYTES: usize = 2048;
/// Byte ranges are 32 bits wide.
pub(super) const SPAN_LIMIT: u64 = u32::MAX as u64 - 1;
/// Bytes unpacked in all, members that were then refused included, as a multiple of `max_total_bytes`.
const WORK_FACTOR: u64 = 4;

impl Default for Limits {
    fn default() -> Self {
        Limits { max_depth: 5, max_entries: 200_000, max_ratio: 250, max_member_bytes: 2 << 30, max_total_bytes: 32 << 30 }
    }
}

/// Why an archive or member is not used.
#[derive(Debug)]
pub(super) enum Stop {
    /// Hostile or beyond a limit. The words begin with `refused: `.
    Refused(String),
    /// Cannot be read. The words begin with `damaged: `.
    Damaged(String),
    /// The machine failed, or the whole run is beyond its limits.
    Run(crate::model::error::RunError),
}

impl Stop {
    pub(super) fn refused(why: impl std::fmt::Display) -> Self {
        Stop::Refused(format!("refused: {why}"))
    }
    pub(super) fn damaged(why: impl std::fmt::Display) -> Self {
        Stop::Damaged(format!("damaged: {why}"))
    }
}

/// What has been used up so far.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Used {
    /// Entries looked at.
    pub entries: u64,
    /// Unpacked bytes of what is kept.
    pub bytes: u64,
    /// Unpacked bytes in all; never given back.
    pub work: u64,
}

impl Used {
    /// Counts entries.
    pub(super) fn add_entries(&mut self, n: u64, limits: &Limits) -> Result<(), Stop> {
        self.entries = self.entries.saturating_add(n);
        if self.entries > limits.max_entries {
            return Err(Stop::refused(format_args!(
                "more than {} files and folders (limit max_entries); give fewer at a time",
                limits.max_entries
            )));
        }
        Ok(())
    }

    /// Counts unpacked bytes.
    pub(super) fn add_bytes(&mut self, n: u64, limits: &Limits) -> Result<(), Stop> {
        self.bytes = self.bytes.saturating_add(n);
        self.work = self.work.saturating_add(n);
        if self.work > limits.max_total_bytes.saturating_mul(WORK_FACTOR) {
            return Err(Stop::Run(crate::model::error::RunError::Input(format!(
                "the export unpacks to more than {} bytes again and again (limit max_total_bytes); unpack it and give its parts one by one",
                limits.max_total_bytes
            ))));
        }
        if self.bytes > limits.max_total_bytes {
            return Err(Stop::refused(format_args!(
                "the export unpacks to more than {} bytes (limit max_total_bytes); give fewer files at a time",
                limits.max_total_bytes
            )));
        }
        Ok(())
    }

    /// Gives back what a refused archive had used.
    pub(super) fn roll_back(&mut self, to: Used) {
        self.entries = to.entries;
        self.bytes = to.bytes;
    }
}

/// True when `out` unpacked bytes from `packed` bytes are more than honest data gives.
pub(super) fn is_bomb(out: u64, packed: u64, limits: &Limits) -> bool {
    out > RATIO_FLOOR && out > packed.max(1).saturating_mul(limits.max_ratio)
}
