//! The yardstick of `scripts/bench`: parses a JSON file with serde_json and prints it again, nothing else.
//!
//! `serde_roundtrip INPUT OUTPUT`; an input that ends in `.ndjson` is taken line by line.

use std::io::{BufRead, BufReader, BufWriter, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let (Some(input), Some(output)) = (args.next(), args.next()) else {
        return Err("usage: serde_roundtrip INPUT OUTPUT".into());
    };
    let mut out = BufWriter::new(std::fs::File::create(output)?);
    if input.ends_with(".ndjson") {
        for line in BufReader::new(std::fs::File::open(input)?).lines() {
            let value: serde_json::Value = serde_json::from_str(&line?)?;
            serde_json::to_writer(&mut out, &value)?;
            out.write_all(b"\n")?;
        }
    } else {
        let value: serde_json::Value = serde_json::from_slice(&std::fs::read(input)?)?;
        serde_json::to_writer(&mut out, &value)?;
    }
    out.flush()?;
    Ok(())
}
