//! The network itself: the six layers of a small BERT, each with what words near a piece say of it and what follows from that.
//!
//! The products are those of `rten`'s kernels in eight bits ([`super::product`]). The library's own way through the file makes floating
//! point numbers of all weights anew in each run, and fills every text up to the longest; that is half as fast.

use super::change::Change;
use super::product::{Product, failed};
use super::signs::SIGNS;
use super::weights::{Packed, Weights};
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};
use rten_simd::{SimdOp, SimdUnaryOp};
use rten_tensor::NdTensorView;
use rten_vecmath::{Gelu, Normalize, NormalizeOptions, Softmax, Sum, SumSquareSub};

/// Figures of a piece in each layer (`hidden_size`).
pub const WIDTH: usize = 384;
/// Figures between the two products that end a layer (`intermediate_size`).
const WIDE: usize = 1536;
/// Layers (`num_hidden_layers`).
const LAYERS: usize = 6;
/// Parts of the attention (`num_attention_heads`), and their figures.
const HEADS: usize = 12;
const PART: usize = WIDTH / HEADS;
/// Pieces that are taken at once where each is reckoned alone: what is between two products stays in a processor's nearer memory.
const NEARBY: usize = 128;
/// Pieces that ask at once what others of their text tell.
const ASKING: usize = 64;
/// Pieces of a text at most (`max_position_embeddings`).
const PLACES: usize = 512;
/// Layer whose figures are given beside those of the last: the fourth.
const MIDDLE: usize = 3;
/// Keeps from dividing by naught (`layer_norm_eps`).
const EPSILON: f32 = 1e-12;

/// The network, loaded.
pub struct Encoder {
    words: Table,
    places: Table,
    kind: Vec<f32>,
    norm: Norm,
    /// For each sign of a piece's word, and for that it begins it, what is added before the first layer.
    signs: Vec<f32>,
    layers: Vec<Layer>,
}

/// Figures by number: a row of bytes each, of which `zero` stands for naught.
struct Table {
    rows: Vec<u8>,
    scale: f32,
    zero: f32,
}

struct Norm {
    scale: Vec<f32>,
    bias: Vec<f32>,
}

struct Layer {
    attention: Product,
    joined: Product,
    norm: Norm,
    wide: Product,
    narrow: Product,
    last: Norm,
}

impl Encoder {
    /// From the weights of the file and what is changed of them.
    ///
    /// # Errors
    /// When the file is not as expected.
    pub fn new(weights: &mut Weights, mut change: Change) -> Result<Encoder, String> {
        let kinds = Table::read(weights, "token_type_embeddings", 2)?;
        let mut kind = vec![0.0; WIDTH];
        kinds.add(0, &mut kind);
        let encoder = Encoder {
            words: Table::read(weights, "word_embeddings", super::files::PIECES)?,
            places: Table::read(weights, "position_embeddings", PLACES)?,
            kind,
            norm: Norm::read(weights, "bert.embeddings.LayerNorm")?,
            signs: change.signs(SIGNS + 1, WIDTH)?,
            layers: (0..LAYERS).map(|n| Layer::read(weights, &mut change, n)).collect::<Result<_, String>>()?,
        };
        change.end()?;
        Ok(encoder)
    }

    /// What the network knows of each piece of some texts after its fourth layer and at its end: 2 × [`WIDTH`] figures a piece, text
    /// after text. `signs` holds those of each piece's word ([`super::signs`]). To be called on a thread that may be kept busy.
    ///
    /// # Errors
    /// A text of more pieces than the network reads.
    pub fn read(&self, texts: &[Vec<i32>], signs: &[Vec<u64>]) -> Result<Vec<f32>, String> {
        let lengths: Vec<usize> = texts.iter().map(Vec::len).collect();
        if lengths.iter().any(|n| *n > PLACES) {
            return Err("the names model was given a text that is too long".into());
        }
        let mut x = Vec::with_capacity(lengths.iter().sum::<usize>() * WIDTH);
        for (place, piece) in texts.iter().flat_map(|t| t.iter().enumerate()) {
            let start = x.len();
            x.extend_from_slice(&self.kind);
            let Some(figures) = x.get_mut(start..) else { continue };
            self.words.add(usize::try_from(*piece).unwrap_or(0), figures);
            self.places.add(place, figures);
        }
        self.norm.apply(&mut x);
        for (figures, signs) in x.chunks_exact_mut(WIDTH).zip(signs.iter().flatten()).filter(|_| !self.signs.is_empty()) {
            for row in (0..=SIGNS).filter(|s| signs >> s & 1 == 1).filter_map(|s| self.signs.get(s * WIDTH..(s + 1) * WIDTH)) {
                figures.iter_mut().zip(row).for_each(|(f, s)| *f += s);
            }
        }
        let mut middle = Vec::new();
        for (n, layer) in self.layers.iter().enumerate() {
            layer.apply(&mut x, &lengths)?;
            if n == MIDDLE {
                middle.clone_from(&x);
            }
        }
        let mut out = Vec::with_capacity(2 * x.len());
        for (middle, last) in middle.chunks_exact(WIDTH).zip(x.chunks_exact(WIDTH)) {
            out.extend_from_slice(middle);
            out.extend_from_slice(last);
        }
        Ok(out)
    }
}

impl Table {
    fn read(weights: &mut Weights, name: &str, count: usize) -> Result<Table, String> {
        let name = format!("bert.embeddings.{name}.weight");
        let scale = weights.figures(&format!("{name}_scale"), 1)?;
        let zero = weights.bytes(&format!("{name}_zero_point"), 1)?;
        let rows = weights.bytes(&format!("{name}_quantized"), count * WIDTH)?;
        Ok(Table { rows, scale: scale.iter().sum(), zero: zero.iter().map(|z| f32::from(*z)).sum() })
    }

    fn add(&self, n: usize, figures: &mut [f32]) {
        let row = self.rows.get(n * WIDTH..(n + 1) * WIDTH).unwrap_or_default();
        figures.iter_mut().zip(row).for_each(|(f, b)| *f += (f32::from(*b) - self.zero) * self.scale);
    }
}

impl Norm {
    fn read(weights: &mut Weights, name: &str) -> Result<Norm, String> {
        let mut of = |what: &str| weights.figures(&format!("{name}.{what}"), WIDTH);
        Ok(Norm { scale: of("weight")?, bias: of("bias")? })
    }

    /// Each row with a mean of naught and a spread of one, then scaled.
    fn apply(&self, x: &mut [f32]) {
        for row in x.chunks_exact_mut(WIDTH) {
            let mean = Sum::new(row).dispatch() / WIDTH as f32;
            let spread = SumSquareSub::new(row, mean).dispatch() / WIDTH as f32;
            let options = NormalizeOptions {
                pre_scale_bias: mean,
                scale: 1.0 / (spread + EPSILON).sqrt(),
                element_scale: Some(&self.scale),
                bias: 0.0,
                element_bias: Some(&self.bias),
            };
            Normalize::new_mut(row, options).dispatch();
        }
    }
}

impl Layer {
    fn read(weights: &mut Weights, change: &mut Change, n: usize) -> Result<Layer, String> {
        let mut product = |parts: &[&str], inputs: usize, outputs: usize| {
            let (mut all, mut bias, mut changes) = (Packed { weights: Vec::new(), scales: Vec::new() }, Vec::new(), Vec::new());
            for part in parts {
                let name = format!("/bert/encoder/layer.{n}/{}/MatMul_Q4", part.replace('.', "/"));
                let mut own = weights.product(&name, inputs, outputs)?;
                changes.push(change.product(inputs, outputs)?);
                all.weights.append(&mut own.weights);
                all.scales.append(&mut own.scales);
                bias.append(&mut weights.figures(&format!("bert.encoder.layer.{n}.{part}.bias"), outputs)?);
            }
            Product::new(inputs, &all, &changes, bias)
        };
        let attention = product(&["attention.self.query", "attention.self.key", "attention.self.value"], WIDTH, WIDTH)?;
        let joined = product(&["attention.output.dense"], WIDTH, WIDTH)?;
        let wide = product(&["intermediate.dense"], WIDTH, WIDE)?;
        let narrow = product(&["output.dense"], WIDE, WIDTH)?;
        let mut norm = Norm::read(weights, &format!("bert.encoder.layer.{n}.attention.output.LayerNorm"))?;
        let mut last = Norm::read(weights, &format!("bert.encoder.layer.{n}.output.LayerNorm"))?;
        [&mut norm, &mut last].into_iter().try_for_each(|n| change.add(&mut n.scale).and_then(|()| change.add(&mut n.bias)))?;
        Ok(Layer { attention, joined, norm, wide, narrow, last })
    }

    fn apply(&self, x: &mut [f32], lengths: &[usize]) -> Result<(), String> {
        let seen = attended(&self.attention.of(x)?, lengths)?;
        add(x, &self.joined.of(&seen)?);
        self.norm.apply(x);
        for rows in x.chunks_mut(NEARBY * WIDTH) {
            let mut wide = self.wide.of(rows)?;
            Gelu {}.map_mut(&mut wide);
            add(rows, &self.narrow.of(&wide)?);
            self.last.apply(rows);
        }
        Ok(())
    }
}

fn add(x: &mut [f32], more: &[f32]) {
    x.iter_mut().zip(more).for_each(|(x, m)| *x += m);
}

/// What each piece takes from the pieces of its text. `asked` holds for each piece what it asks, what it answers to, and what it tells.
fn attended(asked: &[f32], lengths: &[usize]) -> Result<Vec<f32>, String> {
    let mut out = vec![0.0f32; asked.len() / 3];
    let gemm = GemmExecutor::<f32>::new();
    let (mut alike, mut taken) = (Vec::new(), Vec::new());
    let mut first = 0;
    for &n in lengths {
        for head in 0..HEADS {
            let part = |which: usize, at: usize, shape: [usize; 2], strides: [usize; 2]| {
                let from = asked.get((3 * (first + at) + which) * WIDTH + head * PART..).unwrap_or_default();
                NdTensorView::from_slice_with_strides(shape, from, strides).map_err(failed)
            };
            let answers = gemm.prepack_b(part(1, 0, [PART, n], [1, 3 * WIDTH])?);
            let tells = gemm.prepack_b(part(2, 0, [n, PART], [3 * WIDTH, 1])?);
            for at in (0..n).step_by(ASKING) {
                let rows = ASKING.min(n - at);
                alike.resize(rows * n, 0.0);
                taken.resize(rows * PART, 0.0);
                let asks = GemmInputA::Unpacked(part(0, at, [rows, PART], [3 * WIDTH, 1])?);
                let options = GemmOptions { alpha: 1.0 / (PART as f32).sqrt(), ..GemmOptions::default() };
                gemm.gemm(&mut alike, asks, GemmInputB::Packed(&answers), options).map_err(failed)?;
                alike.chunks_exact_mut(n).for_each(|row| {
                    Softmax::new_mut(row).dispatch();
                });
                let shares = GemmInputA::Unpacked(NdTensorView::try_from_data([rows, n], alike.as_slice()).map_err(failed)?);
                gemm.gemm(&mut taken, shares, GemmInputB::Packed(&tells), GemmOptions::default()).map_err(failed)?;
                for (k, figures) in taken.chunks_exact(PART).enumerate() {
                    let to = (first + at + k) * WIDTH + head * PART;
                    if let Some(into) = out.get_mut(to..to + PART) {
                        into.copy_from_slice(figures);
                    }
                }
            }
        }
        first += n;
    }
    Ok(out)
}
