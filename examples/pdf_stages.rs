//! Reads a PDF, takes names out of the text of its pages, writes it: the format by itself, without search for names and without checks.
//!
//!     pdf_stages IN OUT NAME...

use disclose::format::pdf::Pdf;
use disclose::format::{Format, Source};
use disclose::model::edit::{Change, Edit};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [input, output, names @ ..] = args.as_slice() else { return Err("IN OUT NAME...".into()) };
    let bytes = std::fs::read(input)?;
    let source = Source { bytes: &bytes, name: input };
    let doc = Pdf.read(source).map_err(|e| format!("{e:?}"))?;
    let mut edits = Vec::new();
    for (i, field) in doc.fields.iter().enumerate() {
        let text = doc.text.as_deref().and_then(|t| t.get(field.span.range())).unwrap_or_default();
        for name in names {
            for (at, _) in text.match_indices(name.as_str()) {
                let range = Some((at as u32, (at + name.len()) as u32));
                let change = Change::Label("[PHYSICIAN 1]".into());
                edits.push(Edit { field: i as u32, record: false, range, change, ledger: edits.len() as u32 });
            }
        }
    }
    let written = Pdf.write(source, &doc, &edits).map_err(|e| format!("{e:?}"))?;
    std::fs::write(output, written.bytes)?;
    Ok(())
}
