//! Spoilt files: whatever is done to the bytes of a PDF, reading and writing end without a panic, and what was written can be read.
//! `DISCLOSE_SPOIL=FOLDER:SECONDS` takes the files of a folder and goes on for so long.

use super::Pdf;
use crate::format::{Format, Source};
use crate::model::edit::{Change, Edit};
use std::time::{Duration, Instant};

/// xorshift64: the same files from run to run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

const WORDS: &[&[u8]] = &[
    b" 0 R",
    b" Tj ",
    b" TJ ",
    b" Do ",
    b" cm ",
    b"<<",
    b">>",
    b"[",
    b"]",
    b"(",
    b")",
    b"/Kids",
    b"/Parent",
    b"/Length 99999999",
    b"/FlateDecode",
    b"/DCTDecode",
    b"/Type/Page",
    b"endstream",
    b"endobj",
    b"xref",
    b"trailer",
    b"-1",
    b"4294967295",
    b"1e99",
    b" Tf ",
    b" BT ",
    b" ET ",
    b" q ",
    b" BI /W 9 /H 9 ID ",
    b"/SMask",
    b"/Resources",
    b"/Contents",
    b"/Encrypt",
    b"/ToUnicode",
    b"/Widths[",
];

fn spoil(bytes: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for _ in 0..1 + dice.below(6) {
        let at = dice.below(out.len());
        match dice.below(7) {
            0 => out.truncate(at),
            1 => out.iter_mut().skip(at).take(1).for_each(|b| *b ^= 1 << (dice.0 % 8)),
            2 => {
                let word = WORDS[dice.below(WORDS.len())];
                out.splice(at..at, word.iter().copied());
            }
            3 => {
                let word = WORDS[dice.below(WORDS.len())];
                let end = (at + word.len()).min(out.len());
                out.splice(at..end, word.iter().copied());
            }
            4 => {
                let end = (at + dice.below(200)).min(out.len());
                out.drain(at..end);
            }
            5 => {
                let piece: Vec<u8> = out.iter().skip(at).take(1 + dice.below(300)).copied().collect();
                let to = dice.below(out.len() + 1);
                out.splice(to..to, piece);
            }
            // Numbers: lengths, references, sizes.
            _ => {
                if let Some(p) = out.iter().skip(at).position(u8::is_ascii_digit) {
                    out[at + p] = b'0' + dice.below(10) as u8;
                }
            }
        }
        if out.is_empty() {
            return out;
        }
    }
    out
}

fn try_one(bytes: &[u8]) -> bool {
    let source = Source { bytes, name: "spoilt" };
    let Ok(doc) = Pdf.read(source) else { return false };
    let text = doc.text.as_deref().unwrap_or_default();
    let mut edits = Vec::new();
    for (i, f) in doc.fields.iter().enumerate() {
        let own = text.get(f.span.range()).expect("a field lies inside the text");
        let middle = (own.len() / 2..own.len()).find(|p| own.is_char_boundary(*p)).unwrap_or(0);
        if middle > 0 {
            let change = Change::Label("[PHYSICIAN 1]".into());
            edits.push(Edit { field: i as u32, record: false, range: Some((0, middle as u32)), change, ledger: i as u32 });
        }
    }
    for edits in [Vec::new(), edits] {
        let Ok(written) = Pdf.write(source, &doc, &edits) else { continue };
        let again = Pdf.read(Source { bytes: &written.bytes, name: "again" });
        assert!(again.is_ok(), "what was written can be read: {:?}", again.err());
    }
    true
}

/// A page with two fonts, a form, a link, a note, a bookmark, a table and tags.
fn seed() -> Vec<u8> {
    let objects: &[&str] = &[
        "<</Type/Catalog/Pages 2 0 R/Outlines 8 0 R/StructTreeRoot 10 0 R/MarkInfo<</Marked true>>/Names<</EmbeddedFiles<</Names[(a) 12 0 R]>>>>>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 612 792]>>",
        "<</Type/Page/Parent 2 0 R/Contents[4 0 R 4 0 R]/Resources<</Font<</F1 5 0 R/F2 6 0 R>>/XObject<</X 7 0 R>>/ExtGState<</G<</ca .5>>>>>>/Annots[<</Type/Annot/Subtype/Link/Rect[9 9 99 99]/A<</S/URI/URI(https://example.org/a)>>>><</Type/Annot/Subtype/Text/Rect[9 9 99 99]/Contents(a note)>>]/StructParents 0>>",
        "@/P <</MCID 0>> BDC BT /F1 12 Tf 72 700 Td (Seen by Dr. Ann Roe on Monday) Tj 0 -20 Td [(Ka) -20 (ther) 9 (ine)] TJ T* (next) ' ET EMC q .5 0 0 .5 9 9 cm /X Do Q /G gs 0 0 99 9 re S BT /F2 9 Tf 1 0 0 1 72 500 Tm <00410042> Tj 3 Tr (hidden words) Tj ET BI /W 2 /H 2 /BPC 8 /CS /G ID abcd EI",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 500/W[65[600 700]]>>]/ToUnicode 9 0 R>>",
        "@/Type/XObject/Subtype/Form/BBox[0 0 200 200]/Resources<</Font<</F1 5 0 R>>>>|BT /F1 12 Tf 5 5 Td (in a form) Tj ET",
        "<</Type/Outlines/First 11 0 R/Last 11 0 R/Count 1>>",
        "@begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0041> <005A> <0041> endbfrange endcmap",
        "<</Type/StructTreeRoot/K<</Type/StructElem/S/P/Pg 3 0 R/K 0/A<</O/Table/ColSpan 2>>>>>>",
        "<</Title(Chapter)/Parent 8 0 R/Dest[3 0 R/Fit]>>",
        "<</Type/Filespec/F(a.txt)/EF<</F 13 0 R>>>>",
        "@/Type/EmbeddedFile|words of a file",
    ];
    let mut out = b"%PDF-1.7\n".to_vec();
    for (i, o) in objects.iter().enumerate() {
        let body = match o.strip_prefix('@') {
            Some(s) => {
                let (dict, data) = s.split_once('|').unwrap_or(("", s));
                format!("<<{dict}/Length {}>>stream\n{data}\nendstream", data.len())
            }
            None => o.to_string(),
        };
        out.extend(format!("{} 0 obj\n{body}\nendobj\n", i + 1).into_bytes());
    }
    out.extend(b"trailer\n<</Root 1 0 R/Size 14>>\n%%EOF\n");
    out
}

#[test]
fn spoilt_files_never_panic() {
    let (mut seeds, mut time, mut rounds) = (vec![seed()], Duration::from_secs(15), 400usize);
    assert!(try_one(&seeds[0]), "the file itself is readable");
    if let Some((folder, seconds)) = std::env::var("DISCLOSE_SPOIL").ok().as_deref().and_then(|v| v.rsplit_once(':')) {
        let files = std::fs::read_dir(folder).expect("a folder").flatten();
        seeds.extend(files.filter_map(|f| std::fs::read(f.path()).ok()).filter(|b| b.len() < 200_000));
        time = Duration::from_secs(seconds.parse().expect("seconds"));
        rounds = usize::MAX;
    }
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let begin = Instant::now();
    let (mut n, mut read, mut longest) = (0usize, 0usize, Duration::ZERO);
    while n < rounds && begin.elapsed() < time {
        let pick = dice.below(seeds.len());
        let bytes = spoil(&seeds[pick], &mut dice);
        let one = Instant::now();
        let done = std::panic::catch_unwind(|| try_one(&bytes));
        longest = longest.max(one.elapsed());
        if done.is_err() {
            let kept = std::env::temp_dir().join("disclose-spoilt.pdf");
            let _ = std::fs::write(&kept, &bytes);
            panic!("round {n}: the file is in {}", kept.display());
        }
        read += usize::from(done.unwrap_or(false));
        n += 1;
    }
    eprintln!("{n} spoilt files, {read} of them readable, the longest took {longest:?}");
    assert!(read > 0, "some can still be read");
    assert!(longest < Duration::from_secs(60), "none takes long: {longest:?}");
}
