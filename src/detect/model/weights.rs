//! The network's weights, as its file (ONNX) holds them: tables of small numbers with a scale, four bits a weight in most.

use rten_onnx::onnx::{ModelProto, TensorProto};
use std::collections::HashMap;
use std::fs::File;

/// Weights of four bits that share one scale (`block_size` of `MatMulNBits`).
pub const BLOCK: usize = 32;

/// What the file holds, by name. Each thing is taken out once, so that memory is given back while the network is built.
pub struct Weights {
    tensors: HashMap<String, TensorProto>,
    /// For each product of the network its weights and their scales.
    products: HashMap<String, [String; 2]>,
}

/// The weights of a product, two a byte, the lower half first, for each sum those of all inputs; eight is naught. Each [`BLOCK`] has a
/// scale.
pub struct Packed {
    /// The weights.
    pub weights: Vec<u8>,
    /// The scales.
    pub scales: Vec<f32>,
}

impl Weights {
    /// Reads the file.
    ///
    /// # Errors
    /// When it is none of its kind.
    pub fn read(file: File) -> Result<Weights, String> {
        let model = ModelProto::parse_file(file).map_err(|e| format!("the names model cannot be read: {e}"))?;
        let graph = model.graph.ok_or("the names model holds no network")?;
        let products = graph.node.into_iter().filter(|n| n.op_type.as_deref() == Some("MatMulNBits"));
        let products = products.filter_map(|n| match n.input.as_slice() {
            [_, weights, scales] => Some((n.name?, [weights.clone(), scales.clone()])),
            _ => None,
        });
        let products = products.collect();
        let tensors = graph.initializer.into_iter().filter_map(|t| Some((t.name.clone()?, t))).collect();
        Ok(Weights { tensors, products })
    }

    /// `count` figures.
    ///
    /// # Errors
    /// When the file does not hold them.
    pub fn figures(&mut self, name: &str, count: usize) -> Result<Vec<f32>, String> {
        let tensor = self.take(name)?;
        let figures: Vec<f32> = match tensor.raw_data {
            Some(raw) => raw.into_inner().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
            None => tensor.float_data,
        };
        if figures.len() == count { Ok(figures) } else { Err(unexpected(name)) }
    }

    /// `count` bytes.
    ///
    /// # Errors
    /// When the file does not hold them.
    pub fn bytes(&mut self, name: &str, count: usize) -> Result<Vec<u8>, String> {
        let tensor = self.take(name)?;
        let bytes: Vec<u8> = match tensor.raw_data {
            Some(raw) => raw.into_inner(),
            None => tensor.int32_data.iter().filter_map(|n| u8::try_from(*n).ok()).collect(),
        };
        if bytes.len() == count { Ok(bytes) } else { Err(unexpected(name)) }
    }

    /// The weights of a product.
    ///
    /// # Errors
    /// When the file does not hold them.
    pub fn product(&mut self, name: &str, inputs: usize, outputs: usize) -> Result<Packed, String> {
        let [weights, scales] = self.products.remove(name).ok_or_else(|| unexpected(name))?;
        let weights = self.bytes(&weights, inputs * outputs / 2)?;
        Ok(Packed { weights, scales: self.figures(&scales, inputs * outputs / BLOCK)? })
    }

    fn take(&mut self, name: &str) -> Result<TensorProto, String> {
        self.tensors.remove(name).ok_or_else(|| unexpected(name))
    }
}

fn unexpected(name: &str) -> String {
    format!("the names model is not as expected: {name}")
}
