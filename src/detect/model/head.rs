//! The head on the language model: a small network, fitted on labelled clinical notes by `scripts/fit_head`, that tells from what the model
//! knows of each piece, and from the signs of its word, whether it is a part of somebody's name, and whose.
//!
//! Three layers: one over each piece alone, one over a piece with its two neighbours, one over a piece with those two and four steps away;
//! what all three give is weighed for each class.

use super::encoder::WIDTH;
use super::signs::SIGNS;
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};
use rten_tensor::NdTensorView;

/// Classes: nothing, patient, relative, clinician, staff, other patient, somebody else, a number of anybody else, a number of the patient's.
pub const CLASSES: usize = 9;
/// Those that are people.
pub const PEOPLE: std::ops::Range<usize> = 1..7;

/// Figures of a piece that go in: two layers of the model, the signs, and whether it begins its word.
const INPUT: usize = 2 * WIDTH + SIGNS + 1;
/// Figures of each layer.
const INNER: usize = 96;
/// Steps to the neighbours of the second and of the third layer.
const NEAR: [isize; 3] = [-1, 0, 1];
const FAR: [isize; 5] = [-4, -2, 0, 2, 4];

static WEIGHTS: &[u8] = include_bytes!("head.bin");

/// The weights, unpacked.
pub struct Head {
    alone: Layer,
    near: Layer,
    far: Layer,
    out: Layer,
}

/// `outputs` sums over `inputs` figures; the weights of one input stand together.
struct Layer {
    outputs: usize,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Head {
    /// The weights that are a part of the program.
    ///
    /// # Errors
    /// When they are not as long as they must be.
    pub fn builtin() -> Result<Head, String> {
        Head::new(WEIGHTS)
    }

    /// Unpacks weights: layer after layer.
    ///
    /// # Errors
    /// When they are not as long as they must be.
    pub fn new(mut rest: &[u8]) -> Result<Head, String> {
        let head = Head {
            alone: Layer::read(&mut rest, INPUT, INNER)?,
            near: Layer::read(&mut rest, NEAR.len() * INNER, INNER)?,
            far: Layer::read(&mut rest, FAR.len() * INNER, INNER)?,
            out: Layer::read(&mut rest, 3 * INNER, CLASSES)?,
        };
        if rest.is_empty() { Ok(head) } else { Err("the weights of the names model's head are too long".into()) }
    }

    /// The probability of each class for each piece of some windows, which have `lengths` pieces. `known` holds the model's figures and
    /// `signs` the signs, piece after piece. To be called on a thread that may be kept busy.
    ///
    /// # Errors
    /// When the figures are not as many as they must be.
    pub fn read(&self, lengths: &[usize], signs: &[u64], known: &[f32]) -> Result<Vec<[f32; CLASSES]>, String> {
        let mut alone = self.alone.product(2 * WIDTH, signs.len(), known)?;
        for (bits, sums) in signs.iter().zip(alone.chunks_exact_mut(INNER)) {
            for bit in (0..=SIGNS).filter(|b| bits >> b & 1 == 1) {
                self.alone.add(2 * WIDTH + bit, sums);
            }
        }
        alone.iter_mut().for_each(|x| *x = gelu(*x));
        let near = self.near.around(&NEAR, lengths, &alone)?;
        let far = self.far.around(&FAR, lengths, &near)?;
        let mut all = Vec::with_capacity(3 * alone.len());
        for ((a, b), c) in alone.chunks_exact(INNER).zip(near.chunks_exact(INNER)).zip(far.chunks_exact(INNER)) {
            [a, b, c].into_iter().for_each(|part| all.extend_from_slice(part));
        }
        let sums = self.out.product(3 * INNER, signs.len(), &all)?;
        Ok(sums.chunks_exact(CLASSES).map(shares).collect())
    }
}

impl Layer {
    /// Takes the next weights, two bytes each (the upper half of a 32 bit float, least byte first), then the biases.
    fn read(rest: &mut &[u8], inputs: usize, outputs: usize) -> Result<Layer, String> {
        let length = 2 * (inputs + 1) * outputs;
        let (mine, more) = rest.split_at_checked(length).ok_or("the weights of the names model's head are too short")?;
        *rest = more;
        let mut all = mine.chunks_exact(2).map(|b| f32::from_bits(u32::from(u16::from_le_bytes([b[0], b[1]])) << 16));
        let weights = all.by_ref().take(inputs * outputs).collect();
        Ok(Layer { outputs, weights, bias: all.collect() })
    }

    /// The sums of `rows` rows of figures over the first `inputs` inputs, with the bias.
    fn product(&self, inputs: usize, rows: usize, figures: &[f32]) -> Result<Vec<f32>, String> {
        let mut out = self.bias.repeat(rows);
        if rows == 0 {
            return Ok(out);
        }
        let failed = |e: &dyn std::fmt::Debug| format!("the names model's head failed: {e:?}");
        let a = NdTensorView::try_from_data([rows, inputs], figures).map_err(|e| failed(&e))?;
        let weights = self.weights.get(..inputs * self.outputs).unwrap_or_default();
        let b = NdTensorView::try_from_data([inputs, self.outputs], weights).map_err(|e| failed(&e))?;
        let options = GemmOptions { beta: 1.0, ..GemmOptions::default() };
        GemmExecutor::<f32>::new()
            .gemm(&mut out, GemmInputA::Unpacked(a), GemmInputB::Unpacked(b), options)
            .map_err(|e| failed(&e))?;
        Ok(out)
    }

    /// Adds what input `at` brings when it is there.
    fn add(&self, at: usize, sums: &mut [f32]) {
        let row = self.weights.get(at * self.outputs..(at + 1) * self.outputs).unwrap_or_default();
        sums.iter_mut().zip(row).for_each(|(s, w)| *s += w);
    }

    /// Each piece with those at `steps` from it; beyond the ends of its window there is nothing.
    fn around(&self, steps: &[isize], lengths: &[usize], below: &[f32]) -> Result<Vec<f32>, String> {
        let mut beside = Vec::with_capacity(below.len() * steps.len());
        let mut first = 0;
        for n in lengths {
            for k in 0..*n {
                for step in steps {
                    let at = k.checked_add_signed(*step).filter(|at| at < n).map(|at| (first + at) * INNER);
                    let there = at.and_then(|at| below.get(at..at + INNER));
                    beside.extend_from_slice(there.unwrap_or(&[0.0; INNER]));
                }
            }
            first += n;
        }
        let mut out = self.product(steps.len() * INNER, first, &beside)?;
        out.iter_mut().for_each(|x| *x = gelu(*x));
        Ok(out)
    }
}

/// The approximation by a logistic curve, `x * sigmoid(1.702 x)`, in fitting and in reading alike.
fn gelu(x: f32) -> f32 {
    x / (1.0 + (-1.702 * x).exp())
}

/// Softmax.
fn shares(sums: &[f32]) -> [f32; CLASSES] {
    let top = sums.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut out = [0.0; CLASSES];
    out.iter_mut().zip(sums).for_each(|(o, s)| *o = (s - top).exp());
    let all: f32 = out.iter().sum();
    out.iter_mut().for_each(|o| *o /= all);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_whole_and_shares_add_up() {
        let head = Head::builtin().expect("weights");
        let scores = head.read(&[1, 1], &[1, 1 << SIGNS], &[0.1; 4 * WIDTH]).expect("figures");
        assert_eq!(scores.len(), 2);
        for s in &scores {
            assert!((s.iter().sum::<f32>() - 1.0).abs() < 1e-4);
        }
        assert!(head.read(&[], &[], &[]).expect("nothing").is_empty());
        assert!(head.read(&[2], &[1, 1], &[0.1; 3]).is_err());
    }
}
