//! A change of the network's weights, fitted on labelled clinical notes by `scripts/fit_encoder`: the model as its makers give it out
//! knows names of all kinds of text, and less of how people are named in charts.
//!
//! To each product is added another of a low rank: what leads from the inputs to [`RANK`] figures, and from those to the outputs (LoRA,
//! Hu and others 2021, arXiv 2106.09685). To the scale and the bias of each norm is added a difference. All is added to the weights when
//! they are loaded; reading takes no longer. What goes into the first layer has besides a row of figures added for each sign of its word
//! ([`super::signs`]).

use super::product::failed;
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};
use rten_tensor::NdTensorView;

/// Figures between the two factors.
pub const RANK: usize = 32;

static BUILTIN: &[u8] = include_bytes!("encoder_change.bin");

/// What of the change has not been taken out yet, layer after layer: the upper halves of 32 bit floats, least byte first.
pub struct Change<'a> {
    rest: &'a [u8],
    none: bool,
}

/// The change of the weights of one product.
#[derive(Default)]
pub struct Factors {
    /// From each input to the figures between, [`RANK`] rows of all inputs.
    first: Vec<f32>,
    /// From the figures between to each output, a row of [`RANK`] for each.
    second: Vec<f32>,
}

impl<'a> Change<'a> {
    /// `other`, or the change that is a part of the program. One of no bytes leaves the network as it is.
    pub fn new(other: Option<&'a [u8]>) -> Change<'a> {
        let rest = other.unwrap_or(BUILTIN);
        Change { rest, none: rest.is_empty() }
    }

    /// The rows of figures, `width` long, that the signs of a word add; none where nothing is changed.
    ///
    /// # Errors
    /// When there are not as many figures as there must be.
    pub fn signs(&mut self, signs: usize, width: usize) -> Result<Vec<f32>, String> {
        if self.none { Ok(Vec::new()) } else { self.take(signs * width) }
    }

    /// The change of the next product.
    ///
    /// # Errors
    /// When there are not as many figures as there must be.
    pub fn product(&mut self, inputs: usize, outputs: usize) -> Result<Factors, String> {
        if self.none {
            return Ok(Factors::default());
        }
        Ok(Factors { first: self.take(RANK * inputs)?, second: self.take(outputs * RANK)? })
    }

    /// Adds the next differences to `figures`.
    ///
    /// # Errors
    /// When there are not as many as there must be.
    pub fn add(&mut self, figures: &mut [f32]) -> Result<(), String> {
        if !self.none {
            let more = self.take(figures.len())?;
            figures.iter_mut().zip(more).for_each(|(f, d)| *f += d);
        }
        Ok(())
    }

    /// That nothing is left.
    ///
    /// # Errors
    /// When something is.
    pub fn end(self) -> Result<(), String> {
        if self.rest.is_empty() { Ok(()) } else { Err("the change of the names model is too long".into()) }
    }

    fn take(&mut self, count: usize) -> Result<Vec<f32>, String> {
        let (mine, more) = self.rest.split_at_checked(2 * count).ok_or("the change of the names model is too short")?;
        self.rest = more;
        Ok(mine.chunks_exact(2).map(|b| f32::from_bits(u32::from(u16::from_le_bytes([b[0], b[1]])) << 16)).collect())
    }
}

impl Factors {
    /// Adds to `weights`, of outputs from `n` on those of all `inputs`, what changes. Nothing, where nothing is changed.
    ///
    /// # Errors
    /// When there are not as many as there must be.
    pub fn add(&self, n: usize, inputs: usize, weights: &mut [f32]) -> Result<(), String> {
        if self.first.is_empty() {
            return Ok(());
        }
        let outputs = weights.len() / inputs.max(1);
        let shares = self.second.get(n * RANK..(n + outputs) * RANK).unwrap_or_default();
        let a = NdTensorView::try_from_data([outputs, RANK], shares).map_err(failed)?;
        let b = NdTensorView::try_from_data([RANK, inputs], self.first.as_slice()).map_err(failed)?;
        let options = GemmOptions { beta: 1.0, ..GemmOptions::default() };
        GemmExecutor::<f32>::new().gemm(weights, GemmInputA::Unpacked(a), GemmInputB::Unpacked(b), options).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(figures: impl Iterator<Item = f32>) -> Vec<u8> {
        figures.flat_map(|f| ((f.to_bits() >> 16) as u16).to_le_bytes()).collect()
    }

    #[test]
    fn a_product_is_added_and_all_is_taken() {
        // Two inputs, one output: the figure between number r is r times the first input, and counts half.
        let first = (0..RANK).flat_map(|r| [r as f32, 0.0]);
        let all = bytes(first.chain(std::iter::repeat_n(0.5, RANK)).chain([2.0, -1.0]));
        let mut change = Change::new(Some(&all));
        let factors = change.product(2, 1).expect("whole");
        let (mut weights, mut norm) = ([1.0, 1.0], [1.0, 1.0]);
        factors.add(0, 2, &mut weights).expect("whole");
        assert_eq!(weights, [1.0 + 0.5 * (0..RANK).sum::<usize>() as f32, 1.0]);
        change.add(&mut norm).expect("whole");
        assert_eq!(norm, [3.0, 0.0]);
        assert!(change.product(2, 1).is_err());
        assert!(change.end().is_ok());
        assert!(Change::new(Some(&all)).end().is_err());
    }

    #[test]
    fn no_bytes_change_nothing() {
        let mut change = Change::new(Some(&[]));
        let mut weights = [1.0, 2.0];
        change.product(2, 1).and_then(|f| f.add(0, 2, &mut weights)).expect("nothing");
        change.add(&mut weights).expect("nothing");
        assert_eq!(weights, [1.0, 2.0]);
        assert!(change.end().is_ok());
    }
}
