//! Pixels of one page, and what a page needs: turning, grey, ink.

/// Most pixels on a side. A page of 20 by 20 inches at 1,000 dots an inch; more is a bomb or no page.
pub const MAX_SIDE: u32 = 20_000;
/// Most bytes of one decoded page: a sheet of A3 in colour at 600 dots an inch fits.
pub const MAX_BYTES: u64 = 256 << 20;

/// How a pixel is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Depth {
    /// One byte a pixel that is 0 (black) or 255 (white): a fax.
    Bit,
    /// One byte a pixel.
    Grey,
    /// Three bytes a pixel.
    Rgb,
}

impl Depth {
    /// Bytes of a pixel.
    pub fn bytes(self) -> usize {
        if self == Depth::Rgb { 3 } else { 1 }
    }
}

/// One decoded page, upright as its metadata say, rows from the top without padding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Raster {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// How a pixel is stored.
    pub depth: Depth,
    /// `width * height * depth.bytes()` bytes.
    pub data: Vec<u8>,
}

/// A quarter turn or more, clockwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Turn {
    /// As it is.
    #[default]
    None,
    /// A quarter clockwise.
    Right,
    /// Upside down.
    Half,
    /// A quarter counter-clockwise.
    Left,
}

impl Turn {
    /// The turn that takes this one back.
    pub fn back(self) -> Turn {
        match self {
            Turn::Right => Turn::Left,
            Turn::Left => Turn::Right,
            same => same,
        }
    }
    /// Both turns, one after the other.
    pub fn then(self, other: Turn) -> Turn {
        Turn::of_quarters(self.quarters() + other.quarters())
    }
    /// Quarters clockwise.
    pub fn quarters(self) -> u8 {
        match self {
            Turn::None => 0,
            Turn::Right => 1,
            Turn::Half => 2,
            Turn::Left => 3,
        }
    }
    fn of_quarters(n: u8) -> Turn {
        match n % 4 {
            0 => Turn::None,
            1 => Turn::Right,
            2 => Turn::Half,
            _ => Turn::Left,
        }
    }
}

/// Checks the size of a page before anything is allocated for it.
///
/// # Errors
/// In words, without values of the export other than the size.
pub fn check_size(width: u64, height: u64, bytes_per_pixel: u64) -> Result<(), String> {
    if width == 0 || height == 0 {
        return Err("an image without pixels".into());
    }
    let too_large = width > u64::from(MAX_SIDE) || height > u64::from(MAX_SIDE);
    if too_large || width * height * bytes_per_pixel > MAX_BYTES {
        return Err(format!("an image of {width} x {height} pixels, more than is opened"));
    }
    Ok(())
}

impl Raster {
    /// A page of one colour.
    pub fn blank(width: usize, height: usize, depth: Depth) -> Raster {
        Raster { width, height, depth, data: vec![255; width * height * depth.bytes()] }
    }

    /// A page from its bytes.
    ///
    /// # Errors
    /// When the bytes are fewer than the size says.
    pub fn new(width: usize, height: usize, depth: Depth, mut data: Vec<u8>) -> Result<Raster, String> {
        let need = width * height * depth.bytes();
        if data.len() < need {
            return Err("an image that ends early".into());
        }
        data.truncate(need);
        Ok(Raster { width, height, depth, data })
    }

    /// The bytes of one pixel; white outside.
    pub fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        if x >= self.width || y >= self.height {
            return [255; 3];
        }
        let n = self.depth.bytes();
        let at = (y * self.width + x) * n;
        match self.data.get(at..at + n) {
            Some([r, g, b]) => [*r, *g, *b],
            Some([v]) => [*v; 3],
            _ => [255; 3],
        }
    }

    /// Sets one pixel; nothing outside. A page of bits takes black below the middle grey and white above.
    pub fn set(&mut self, x: usize, y: usize, colour: [u8; 3]) {
        if x >= self.width || y >= self.height {
            return;
        }
        let n = self.depth.bytes();
        let at = (y * self.width + x) * n;
        let Some(to) = self.data.get_mut(at..at + n) else { return };
        match self.depth {
            Depth::Rgb => to.copy_from_slice(&colour),
            Depth::Grey => to[0] = luma(colour),
            Depth::Bit => to[0] = if luma(colour) < 128 { 0 } else { 255 },
        }
    }

    /// One row.
    pub fn row(&self, y: usize) -> &[u8] {
        let n = self.width * self.depth.bytes();
        self.data.get(y * n..(y + 1) * n).unwrap_or_default()
    }

    /// Brightness of every pixel, one byte each.
    pub fn grey(&self) -> Vec<u8> {
        match self.depth {
            Depth::Rgb => self.data.chunks_exact(3).map(|p| luma([p[0], p[1], p[2]])).collect(),
            _ => self.data.clone(),
        }
    }

    /// The page at most so many pixels wide, each the mean of those it stands for; for a person to look at.
    pub fn narrowed(self, width: usize) -> Raster {
        if width == 0 || self.width <= width {
            return self;
        }
        let height = (self.height * width / self.width).max(1);
        let n = self.depth.bytes();
        let mut out = Vec::with_capacity(width * height * n);
        let bounds = |i: usize, to: usize, from: usize| (i * from / to, ((i + 1) * from / to).max(i * from / to + 1));
        let mut sums = vec![0u32; width * n];
        for y in 0..height {
            let (top, bottom) = bounds(y, height, self.height);
            sums.fill(0);
            for row in top..bottom {
                let row = self.row(row);
                for (x, sum) in sums.chunks_exact_mut(n).enumerate() {
                    let (left, right) = bounds(x, width, self.width);
                    for pixel in row.get(left * n..right * n).unwrap_or_default().chunks_exact(n) {
                        sum.iter_mut().zip(pixel).for_each(|(s, v)| *s += u32::from(*v));
                    }
                }
            }
            for (x, sum) in sums.chunks_exact(n).enumerate() {
                let (left, right) = bounds(x, width, self.width);
                let count = ((right - left) * (bottom - top)) as u32;
                out.extend(sum.iter().map(|s| (s / count) as u8));
            }
        }
        // Between black and white there is grey.
        let depth = if self.depth == Depth::Bit { Depth::Grey } else { self.depth };
        Raster { width, height, depth, data: out }
    }

    /// Turned clockwise; no pixel is changed.
    pub fn turned(self, turn: Turn) -> Raster {
        let (w, h, n) = (self.width, self.height, self.depth.bytes());
        if turn == Turn::None {
            return self;
        }
        let (ow, oh) = if turn == Turn::Half { (w, h) } else { (h, w) };
        let mut data = Vec::with_capacity(self.data.len());
        for y in 0..oh {
            for x in 0..ow {
                let (sx, sy) = match turn {
                    Turn::Right => (y, h - 1 - x),
                    Turn::Left => (w - 1 - y, x),
                    _ => (w - 1 - x, h - 1 - y),
                };
                let at = (sy * w + sx) * n;
                data.extend_from_slice(self.data.get(at..at + n).unwrap_or(&[255; 3][..n]));
            }
        }
        Raster { width: ow, height: oh, depth: self.depth, data }
    }

    /// Left and right exchanged.
    pub fn mirrored(mut self) -> Raster {
        let n = self.depth.bytes();
        let row = self.width * n;
        for line in self.data.chunks_exact_mut(row.max(1)) {
            for x in 0..self.width / 2 {
                for b in 0..n {
                    line.swap(x * n + b, (self.width - 1 - x) * n + b);
                }
            }
        }
        self
    }

    /// As the EXIF or TIFF orientation (1 to 8, TIFF 6.0, tag 274) says it is to be looked at.
    pub fn oriented(self, orientation: u16) -> Raster {
        match orientation {
            2 => self.mirrored(),
            3 => self.turned(Turn::Half),
            4 => self.mirrored().turned(Turn::Half),
            5 => self.mirrored().turned(Turn::Left),
            6 => self.turned(Turn::Right),
            7 => self.mirrored().turned(Turn::Right),
            8 => self.turned(Turn::Left),
            _ => self,
        }
    }
}

/// Brightness, ITU-R BT.601.
pub fn luma([r, g, b]: [u8; 3]) -> u8 {
    ((u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114 + 500) / 1000) as u8
}

/// The brightness below which a pixel is ink: Otsu's threshold (1979), kept away from the ends so that a page of one tone is paper.
pub fn threshold(grey: &[u8]) -> u8 {
    let mut histogram = [0u64; 256];
    for &v in grey {
        histogram[v as usize] += 1;
    }
    let total = grey.len() as f64;
    let sum: f64 = histogram.iter().enumerate().map(|(v, n)| v as f64 * *n as f64).sum();
    let (mut below, mut below_sum, mut best, mut at) = (0.0, 0.0, -1.0, 127usize);
    for (v, n) in histogram.iter().enumerate() {
        below += *n as f64;
        below_sum += v as f64 * *n as f64;
        let above = total - below;
        if below < 1.0 || above < 1.0 {
            continue;
        }
        let apart = below_sum / below - (sum - below_sum) / above;
        let between = below * above * apart * apart;
        if between > best {
            (best, at) = (between, v);
        }
    }
    at.clamp(40, 215) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page() -> Raster {
        Raster { width: 3, height: 2, depth: Depth::Grey, data: vec![1, 2, 3, 4, 5, 6] }
    }

    #[test]
    fn a_narrower_page_is_the_mean_of_what_it_stands_for() {
        let wide = Raster::new(4, 2, Depth::Bit, vec![0, 255, 0, 0, 255, 0, 0, 0]).unwrap();
        let small = wide.clone().narrowed(2);
        assert_eq!((small.width, small.height, small.depth, small.data), (2, 1, Depth::Grey, vec![127, 0]));
        assert_eq!(wide.clone().narrowed(9), wide, "never wider");
        let odd = Raster::new(3, 1, Depth::Rgb, vec![9, 0, 0, 0, 9, 0, 0, 0, 9]).unwrap().narrowed(2);
        assert_eq!((odd.width, odd.data), (2, vec![9, 0, 0, 0, 4, 4]));
    }

    #[test]
    fn turns_take_each_other_back() {
        assert_eq!(page().turned(Turn::Right).data, [4, 1, 5, 2, 6, 3]);
        assert_eq!(page().turned(Turn::Left).data, [3, 6, 2, 5, 1, 4]);
        for t in [Turn::None, Turn::Right, Turn::Half, Turn::Left] {
            assert_eq!(page().turned(t).turned(t.back()), page());
        }
        assert_eq!(Turn::Right.then(Turn::Half), Turn::Left);
    }

    #[test]
    fn orientation_as_exif_says() {
        // The eight positions of TIFF 6.0: where row 0 and column 0 of what is stored are looked at.
        let corner = |o: u16| {
            let r = page().oriented(o);
            let at = r.data.iter().position(|v| *v == 1).unwrap();
            (at % r.width == 0, at < r.width)
        };
        assert_eq!(
            (1..=8).map(corner).collect::<Vec<_>>(),
            [
                (true, true),
                (false, true),
                (false, false),
                (true, false),
                (true, true),
                (false, true),
                (false, false),
                (true, false)
            ]
        );
        assert_eq!(page().oriented(5).data, [1, 4, 2, 5, 3, 6]);
        assert_eq!(page().oriented(7).data, [6, 3, 5, 2, 4, 1]);
    }

    #[test]
    fn sizes_are_checked_before_memory_is_taken() {
        assert!(check_size(0, 5, 1).is_err());
        assert!(check_size(20_001, 1, 1).is_err());
        assert!(check_size(20_000, 20_000, 1).is_err());
        assert!(check_size(7_016, 9_921, 3).is_ok());
    }

    #[test]
    fn ink_is_told_from_paper() {
        let mut grey = vec![230u8; 900];
        grey.extend([30u8; 100]);
        let t = threshold(&grey);
        assert!((30..230).contains(&t));
        assert!(threshold(&[250; 10]) < 250);
    }
}
