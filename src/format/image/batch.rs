//! Reads the pages of a file, some together and these beside each other.

use super::page::{PageRead, read_some};
use super::raster::Raster;
use crate::model::pages;
use rayon::prelude::*;

/// Pages that are read in one run of the engine at most.
const TOGETHER: usize = 4;
/// Pixels, in bytes, after which no more pages are taken into a run: three fax pages, or one in colour.
const ENOUGH: usize = 12 << 20;

/// A decoded page, with its resolution where that is told.
pub type Decoded = (Option<(f32, f32)>, Raster);

/// Reads `n` pages, which `decoded` gives by number from 0, in their order. Pages are decoded when their turn comes and dropped after it.
pub fn read_all(n: usize, decoded: &(dyn Fn(usize) -> Result<Decoded, String> + Sync)) -> Vec<Result<PageRead, String>> {
    pages::expect(n);
    let numbers: Vec<usize> = (0..n).collect();
    pages::shares(n, TOGETHER).into_par_iter().flat_map_iter(|share| together(&numbers[share], decoded)).collect()
}

fn together(numbers: &[usize], decoded: &dyn Fn(usize) -> Result<Decoded, String>) -> Vec<Result<PageRead, String>> {
    let (mut out, mut open) = (Vec::with_capacity(numbers.len()), Vec::new());
    for (i, n) in numbers.iter().enumerate() {
        open.push(decoded(*n));
        let pixels: usize = open.iter().flatten().map(|(_, raster)| raster.data.len()).sum();
        if pixels < ENOUGH && i + 1 < numbers.len() {
            continue;
        }
        let whole: Vec<_> = open.iter().flatten().map(|(dpi, raster)| (raster, *dpi)).collect();
        let mut read = read_some(&whole).into_iter();
        let missing = || Err("a scan that was not read".to_string());
        out.extend(open.iter().map(|page| match page {
            Ok(_) => read.next().unwrap_or_else(missing),
            Err(why) => Err(why.clone()),
        }));
        open.iter().for_each(|_| pages::done());
        open.clear();
    }
    out
}
