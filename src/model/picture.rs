//! Decoded pixels, for comparing what came in with what goes out.

/// One page of pixels, rows from the top without padding.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Picture {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Bytes of a pixel: 1 grey, 3 colour.
    pub channels: usize,
    /// `width * height * channels` bytes.
    pub data: Vec<u8>,
}

impl Picture {
    /// The bytes of one pixel; empty outside.
    pub fn pixel(&self, x: usize, y: usize) -> &[u8] {
        if x >= self.width {
            return &[];
        }
        let at = (y * self.width + x) * self.channels;
        self.data.get(at..at + self.channels).unwrap_or_default()
    }
}
