//! PDFs by hand: objects as text, streams as bytes.

/// A file being put together. Objects are numbered from 1 in the order they are added.
#[derive(Default)]
pub struct Maker {
    objects: Vec<Vec<u8>>,
    /// More entries of the trailer.
    pub trailer: String,
    /// More entries of the catalog.
    pub catalog: String,
    /// More entries of the first page.
    pub page: String,
    /// More entries of the page's resources.
    pub resources: String,
    /// Fonts of the page besides F1 (Helvetica).
    pub fonts: String,
    /// Without F1.
    pub bare: bool,
    /// Bytes behind the end.
    pub after: Vec<u8>,
}

impl Maker {
    pub fn add(&mut self, object: impl AsRef<[u8]>) -> usize {
        self.objects.push(object.as_ref().to_vec());
        self.objects.len()
    }

    /// How many objects there are.
    pub fn objects_next(&self) -> usize {
        self.objects.len() + 1
    }

    pub fn stream(&mut self, dict: &str, data: impl AsRef<[u8]>) -> usize {
        let data = data.as_ref();
        let mut o = format!("<<{dict}/Length {}>>\nstream\n", data.len()).into_bytes();
        o.extend_from_slice(data);
        o.extend(b"\nendstream");
        self.add(o)
    }

    /// The file, with one page of this content.
    pub fn finish(self, content: impl AsRef<[u8]>) -> Vec<u8> {
        self.finish_with("", content)
    }

    /// The same with more entries of the content stream's dictionary.
    pub fn finish_with(mut self, dict: &str, content: impl AsRef<[u8]>) -> Vec<u8> {
        let own = match self.bare {
            true => String::new(),
            false => {
                let font = self.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
                format!("/F1 {font} 0 R")
            }
        };
        let content = self.stream(dict, content);
        let pages = self.objects.len() + 2;
        let page = self.add(format!(
            "<</Type/Page/Parent {pages} 0 R/MediaBox[0 0 612 792]/Contents {content} 0 R{}/Resources<</Font<<{own}{}>>{}>>>>",
            self.page, self.fonts, self.resources
        ));
        let pages = self.add(format!("<</Type/Pages/Count 1/Kids[{page} 0 R]>>"));
        self.close(pages)
    }

    /// The file with this tree of pages.
    pub fn close(mut self, pages: usize) -> Vec<u8> {
        let root = self.add(format!("<</Type/Catalog/Pages {pages} 0 R{}>>", self.catalog));
        let mut out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n".to_vec();
        let mut offsets = Vec::new();
        for (i, o) in self.objects.iter().enumerate() {
            offsets.push(out.len());
            out.extend(format!("{} 0 obj\n", i + 1).into_bytes());
            out.extend_from_slice(o);
            out.extend(b"\nendobj\n");
        }
        let xref = out.len();
        out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", offsets.len() + 1).into_bytes());
        offsets.iter().for_each(|o| out.extend(format!("{o:010} 00000 n \n").into_bytes()));
        out.extend(
            format!("trailer\n<</Size {}/Root {root} 0 R{}>>\nstartxref\n{xref}\n%%EOF\n", offsets.len() + 1, self.trailer)
                .into_bytes(),
        );
        out.extend_from_slice(&self.after);
        out
    }
}

/// Characters as codes of a composite font in which the code is the Unicode value.
pub fn wide(text: &str) -> String {
    text.encode_utf16().map(|u| format!("{u:04X}")).collect()
}

/// A text string in UTF-16, as a hexadecimal string.
pub fn utf16(text: &str) -> String {
    format!("<FEFF{}>", wide(text))
}

/// A file with one page for each text, a line for each of its lines.
pub fn pages(texts: &[&str]) -> Vec<u8> {
    let mut m = Maker::default();
    let font = m.add("<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>");
    let contents: Vec<usize> = texts
        .iter()
        .map(|t| {
            let lines: String = t.lines().map(|l| format!("({l}) Tj 0 -16 Td ")).collect();
            m.stream("", format!("BT /F1 12 Tf 72 720 Td {lines} ET"))
        })
        .collect();
    let tree = m.objects_next() + texts.len();
    let kids: Vec<usize> = contents
        .iter()
        .map(|c| {
            m.add(format!(
                "<</Type/Page/Parent {tree} 0 R/MediaBox[0 0 612 792]/Contents {c} 0 R/Resources<</Font<</F1 {font} 0 R>>>>>>"
            ))
        })
        .collect();
    let list: String = kids.iter().map(|k| format!("{k} 0 R ")).collect();
    m.add(format!("<</Type/Pages/Count {}/Kids[{list}]>>", kids.len()));
    m.close(tree)
}
