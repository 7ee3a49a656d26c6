//! Products of figures with weights, in numbers of eight bits: a quarter of the time of floating point.
//!
//! Each row of figures has its own scale, so that what is read together changes nothing. Weights take seven bits: processors without
//! instructions for this add two products in sixteen bits, which eight would overflow.

use super::change::Factors;
use super::weights::{BLOCK, Packed};
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_simd::ops::{BitOps, NumOps, ToFloat};
use rten_simd::{Isa, SimdOp};
use rten_tensor::NdTensorView;
use rten_vecmath::{ExtendInit, MinMax, Quantize};

/// Sums whose weights are unpacked at once. Those that one change is for are a multiple of it.
const AT_ONCE: usize = 64;
/// Largest weight.
const MOST: f32 = 63.0;

/// Sums over all inputs, with weights.
pub struct Product {
    inputs: usize,
    packed: PackedBMatrix<i8>,
    /// All weights of each sum together: what naught brings, as it is a number of its own in each row. (The library can take this off
    /// itself, but goes wrong in version 0.27 where it differs between more than fourteen rows.)
    whole: Vec<i32>,
    scales: Vec<f32>,
    bias: Vec<f32>,
}

impl Product {
    /// Of the weights of the file with what `changes` add, each to as many sums as the others, in their order. `bias` is added to each sum.
    ///
    /// # Errors
    /// When the weights are not as many as they must be.
    pub fn new(inputs: usize, weights: &Packed, changes: &[Factors], bias: Vec<f32>) -> Result<Product, String> {
        let mut small = Vec::with_capacity(inputs * bias.len());
        let (mut scales, mut whole) = (Vec::with_capacity(bias.len()), Vec::with_capacity(bias.len()));
        let mut each = vec![0.0f32; AT_ONCE * inputs];
        let of_change = bias.len() / changes.len().max(1);
        let rows = weights.weights.chunks(AT_ONCE * inputs / 2).zip(weights.scales.chunks((AT_ONCE * inputs / BLOCK).max(1)));
        for (n, (rows, of_blocks)) in rows.enumerate() {
            let first = n * AT_ONCE;
            let each = each.get_mut(..2 * rows.len()).unwrap_or_default();
            for ((block, scale), into) in rows.chunks_exact(BLOCK / 2).zip(of_blocks).zip(each.chunks_exact_mut(BLOCK)) {
                for (b, two) in block.iter().zip(into.chunks_exact_mut(2)) {
                    two.iter_mut().zip([b & 15, b >> 4]).for_each(|(w, half)| *w = (f32::from(half) - 8.0) * scale);
                }
            }
            if let Some(change) = changes.get(first / of_change.max(1)) {
                change.add(first % of_change.max(1), inputs, each)?;
            }
            for row in each.chunks_exact(inputs) {
                let most = row.iter().fold(f32::MIN_POSITIVE, |most, w| most.max(w.abs()));
                let start = small.len();
                small.extend(row.iter().map(|w| rounded(w * (MOST / most))));
                scales.push(most / MOST);
                whole.push(small.get(start..).unwrap_or_default().iter().map(|w| i32::from(*w)).sum());
            }
        }
        if scales.len() != bias.len() || small.len() != inputs * bias.len() {
            return Err("the names model is not as expected: weights and sums differ".into());
        }
        let b = NdTensorView::from_slice_with_strides([inputs, bias.len()], small.as_slice(), [1, inputs]).map_err(failed)?;
        let packed = GemmExecutor::<u8, i8, i32>::new().prepack_b(b);
        Ok(Product { inputs, packed, whole, scales, bias })
    }

    /// The sums of each row of `figures`.
    ///
    /// # Errors
    /// When the figures are no whole rows.
    pub fn of(&self, figures: &[f32]) -> Result<Vec<f32>, String> {
        let rows = figures.len() / self.inputs;
        let (mut small, mut zeros, mut scales) = (Vec::with_capacity(figures.len()), Vec::new(), Vec::new());
        for row in figures.chunks_exact(self.inputs) {
            let (low, high) = MinMax::new(row).dispatch();
            // Naught is a number of its own.
            let (low, high) = (low.min(0.0), high.max(0.0));
            let scale = ((high - low) / 255.0).max(f32::MIN_POSITIVE);
            let zero = (-low / scale).round() as u8;
            small.extend_init(|free| Quantize::new(row, free.split_at_mut(row.len()).0, 1.0 / scale, zero).dispatch());
            zeros.push(i32::from(zero));
            scales.push(scale);
        }
        let mut sums = vec![0i32; rows * self.bias.len()];
        let a = NdTensorView::try_from_data([rows, self.inputs], small.as_slice()).map_err(failed)?;
        GemmExecutor::<u8, i8, i32>::new()
            .gemm(&mut sums, GemmInputA::Unpacked(a), GemmInputB::Packed(&self.packed), GemmOptions::default())
            .map_err(failed)?;
        let mut out = vec![0.0f32; sums.len()];
        let rows = sums.chunks_exact(self.bias.len()).zip(out.chunks_exact_mut(self.bias.len()));
        for ((sums, into), (scale, zero)) in rows.zip(scales.into_iter().zip(zeros)) {
            Figures { sums, into, of: self, scale, zero }.dispatch();
        }
        Ok(out)
    }
}

/// The nearest whole number.
fn rounded(x: f32) -> i8 {
    (x + 0.5f32.copysign(x)) as i8
}

/// Figures of the sums of a row, as many at once as the processor takes.
struct Figures<'a> {
    sums: &'a [i32],
    into: &'a mut [f32],
    of: &'a Product,
    scale: f32,
    zero: i32,
}

impl SimdOp for Figures<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let (whole, floats) = (isa.i32(), isa.f32());
        let (zero, scale, n) = (whole.splat(self.zero), floats.splat(self.scale), floats.len());
        let Product { whole: naught, scales, bias, .. } = self.of;
        let parts = self.into.chunks_exact_mut(n).zip(self.sums.chunks_exact(n));
        let weights = naught.chunks_exact(n).zip(scales.chunks_exact(n)).zip(bias.chunks_exact(n));
        for ((into, sums), ((naught, scales), bias)) in parts.zip(weights) {
            let sum = whole.sub(whole.load(sums), whole.mul(zero, whole.load(naught)));
            let figure = floats.mul(whole.to_float(sum), floats.mul(scale, floats.load(scales)));
            floats.store(floats.add(figure, floats.load(bias)), into);
        }
        let done = self.sums.len() / n * n;
        let rest = self.into.iter_mut().zip(self.sums).zip(naught.iter().zip(scales).zip(bias)).skip(done);
        for ((into, sum), ((naught, scale), bias)) in rest {
            *into = (sum - self.zero * naught) as f32 * (self.scale * scale) + bias;
        }
    }
}

/// What fails within the library.
pub fn failed(e: impl std::fmt::Debug) -> String {
    format!("the names model failed: {e:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Weights that differ from block to block, with what they stand for.
    fn some(inputs: usize, outputs: usize) -> (Packed, Vec<f32>) {
        let weights: Vec<u8> = (0..inputs * outputs / 2).map(|n| (n * 7919 % 251) as u8).collect();
        let scales: Vec<f32> = (0..inputs * outputs / BLOCK).map(|n| ((n * 31 % 17) as f32 + 1.0) * 0.002).collect();
        let each = weights.iter().flat_map(|b| [b & 15, b >> 4]).enumerate();
        let meant = each.map(|(n, w)| (f32::from(w) - 8.0) * scales[n / BLOCK]).collect();
        (Packed { weights, scales }, meant)
    }

    #[test]
    fn sums_are_near_those_of_floating_point() {
        let (inputs, outputs, rows) = (96, 40, 33);
        let figure = |n: usize| ((n * 7919 % 211) as f32 - 100.0) / 100.0;
        let (weights, meant) = some(inputs, outputs);
        let bias: Vec<f32> = (0..outputs).map(figure).collect();
        // Each row has a naught and a scale of its own.
        let figures: Vec<f32> = (0..inputs * rows).map(|n| (figure(n) + (n / inputs) as f32) * 0.5).collect();
        let got = Product::new(inputs, &weights, &[], bias.clone()).and_then(|p| p.of(&figures)).expect("whole");
        assert_eq!(got.len(), rows * outputs);
        for (r, row) in figures.chunks_exact(inputs).enumerate() {
            for (c, of) in meant.chunks_exact(inputs).enumerate() {
                let exact: f32 = bias[c] + row.iter().zip(of).map(|(x, w)| x * w).sum::<f32>();
                let error = (got[r * outputs + c] - exact).abs();
                assert!(error < 0.02 * (1 + r) as f32, "row {r}, sum {c}: {error} of {exact}");
            }
        }
    }

    /// The library's own way to take off naught went wrong beyond the fourteenth row.
    #[test]
    fn a_row_is_read_alike_alone_and_among_others() {
        let product = Product::new(64, &some(64, 3).0, &[], vec![0.5; 3]).expect("whole");
        let rows: Vec<f32> = (0..64 * 40).map(|n| (n % 29) as f32 * 0.3 - (n / 64) as f32).collect();
        let all = product.of(&rows).expect("whole");
        for (row, sums) in rows.chunks_exact(64).zip(all.chunks_exact(3)) {
            assert_eq!(product.of(row).expect("whole"), sums);
        }
        assert!(product.of(&[]).expect("nothing").is_empty());
        assert!(product.of(&[0.0; 64]).expect("naught").iter().all(|s| *s == 0.5));
        assert!(Product::new(64, &some(64, 2).0, &[], vec![0.5; 3]).is_err());
    }
}
