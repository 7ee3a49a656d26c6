//! One file or attachment, as addressable fields.

use super::person::PersonStub;
use super::view::Span;
use serde::{Deserialize, Serialize};
use std::any::Any;
use std::sync::Arc;

/// Index into [`Document::fields`].
pub type FieldId = u32;
/// Index into [`Document::stubs`].
pub type StubId = u32;

/// What a field holds. Decides which detectors look at it and which policy row applies.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// A structured name (whole element) of `owner`.
    PersonName,
    /// A display text, author string or user name that stands for `owner`.
    PersonText,
    /// Phone, fax, e-mail of `owner`.
    Telecom,
    /// Postal address of `owner`.
    Address,
    /// Identifier of `owner`.
    Identifier,
    /// Birth or death date, age of `owner`.
    BirthDate,
    /// Sex, marital status, race, language and the like of `owner`; a patient's are kept, an other person's removed.
    Demographic,
    /// Photograph or other biometric of `owner`.
    Photo,
    /// A literal reference or id that points at `owner`: kept, rewritten where it embeds identity.
    Reference,
    /// A resource or element id.
    Id,
    /// Free text a person wrote or reads.
    Narrative,
    /// A short title, description or label: free text, usually without a name.
    Title,
    /// A URL or URI.
    Url,
    /// Coded or numeric data: code, system, decimal.
    Code,
    /// A date or time that is written as the format writes dates: digits, hyphens, colons.
    Date,
    /// An age in years, as a number.
    Age,
    /// The value of an identifier that no person owns: of a record, a device, an organisation.
    Serial,
    /// A part of an address that no person owns.
    Place,
    /// XML comment or processing instruction.
    Comment,
    /// Signature data.
    Signature,
    /// Base64 or other embedded document, handled as a [`Part`].
    Attachment,
    /// A file name or path inside a package.
    FileName,
    /// Something this format's tables do not know: scanned like narrative and listed in the report.
    Unknown,
}

impl Class {
    /// True for text where any detector may find something, not only values already known.
    pub fn is_free_text(self) -> bool {
        matches!(self, Class::Narrative | Class::Title | Class::Comment | Class::Unknown | Class::PersonText)
    }
    /// True for a whole structured element that belongs to its owner.
    pub fn is_owned(self) -> bool {
        matches!(
            self,
            Class::PersonName
                | Class::PersonText
                | Class::Telecom
                | Class::Address
                | Class::Identifier
                | Class::BirthDate
                | Class::Demographic
                | Class::Photo
                | Class::Signature
        )
    }
}

/// How the bytes of a field hold its value; private detail between a format's reader and writer.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    /// The bytes are the text.
    Plain,
    /// Inside the quotes of a JSON string.
    JsonString,
    /// XHTML inside a JSON string.
    JsonXhtml,
    /// A whole JSON value, edited as a unit.
    JsonNode,
    /// A run of XML text or an element's whole text content.
    XmlText,
    /// Inside the quotes of an XML attribute.
    XmlAttr,
    /// A whole XML element, edited as a unit.
    XmlNode,
    /// Inside `<!--` and `-->`, or `<?` and `?>`.
    XmlComment,
    /// HTML or narrative markup as one flowing text.
    Markup,
    /// Text read from pixels: letters may be mistaken for others.
    Scanned,
}

/// One addressable piece of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Field {
    /// The raw bytes. For [`Form::JsonString`] and [`Form::XmlAttr`] without the quotes.
    pub span: Span,
    /// The format's own node index, stable between read and write of the same bytes.
    pub node: u32,
    /// What it holds.
    pub class: Class,
    /// How it is stored.
    pub form: Form,
    /// Who it is structurally about.
    pub owner: Option<StubId>,
    /// The innermost record it stands in.
    pub record: u32,
    /// A finer, format-private word for the writer (which of several ways of masking applies). 0 when none.
    pub hint: u16,
}

/// A resource, section or entry: something that is withheld or labelled as a whole.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Record {
    /// All its bytes.
    pub span: Span,
    /// The format's node index.
    pub node: u32,
    /// `Observation`, `FamilyMemberHistory`; a C-CDA section is `section`, a document `ClinicalDocument`.
    pub kind: String,
    /// `system|code` of what it is: category, code, type, section code.
    pub codes: Vec<String>,
    /// Title or display, for the report's list of withheld items; never shown to the recipient unless kept.
    pub title: String,
    /// The stub it is about, when told (`subject`, `patient`, `beneficiary`, `relatedSubject`).
    pub subject: Option<StubId>,
    /// The record around it.
    pub parent: Option<u32>,
    /// Keys by which others refer to it.
    pub keys: Vec<String>,
    /// First clinical date in it as written, for scope and the report.
    pub date: Option<String>,
    /// Last clinical date as written; `None` when it is the first, or when the record tells no end (see `open`).
    pub end: Option<String>,
    /// True when what it records goes on from `date`: a condition without abatement, a period without end.
    pub open: bool,
    /// Security labels and confidentiality codes, `system|code`.
    pub labels: Vec<String>,
    /// Reference key of the encounter it belongs to.
    pub encounter: Option<String>,
    /// Why it was done, `system|code`: reason codes.
    pub reasons: Vec<String>,
}

/// An embedded document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// The field that holds the encoded bytes.
    pub field: FieldId,
    /// Declared media type, empty when none.
    pub media_type: String,
    /// A name for messages: `attachment-1`.
    pub name: String,
    /// Decoded bytes, or why they could not be decoded.
    pub bytes: Result<Vec<u8>, String>,
}

/// Something the reader wants said in the report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Note {
    /// A short kind: `unknown-element`, `signature-void`, `url-not-fetched`.
    pub kind: String,
    /// Where, as an element path without values.
    pub place: String,
    /// What, in words; never a value of the export.
    pub text: String,
}

/// A stretch of a field, or a whole field, that could not be read with certainty.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doubt {
    /// The field.
    pub field: FieldId,
    /// Byte range in the field's text; `None` for all of it.
    pub range: Option<(u32, u32)>,
    /// `unclear-text`, `picture`, `code`, `marks`, `unreadable-page`.
    pub kind: &'static str,
    /// The question for a person, without values of the export.
    pub question: String,
}

/// One parsed document.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Document {
    /// Fields in source order of their start; an owned element comes before the fields inside it.
    pub fields: Vec<Field>,
    /// People that structure shows, deduplicated.
    pub stubs: Vec<PersonStub>,
    /// Records; index 0 is the document itself.
    pub records: Vec<Record>,
    /// Embedded documents.
    pub parts: Vec<Part>,
    /// Notes for the report.
    pub notes: Vec<Note>,
    /// Things that a person must settle before release; each is a reason and an element path.
    pub holds: Vec<Note>,
    /// What the reader could not make out and what may name somebody: masked until a person has ruled.
    pub doubts: Vec<Doubt>,
    /// For a format that is written anew and not spliced (PDF, images): the texts of all fields, one after another. The spans of such
    /// a document's fields count bytes here and not in the source. `None` for every other format.
    pub text: Option<String>,
    /// Words that were read in pixels, and the sum of the engine's confidence in each, 0 to 100.
    pub read_words: (u64, u64),
    /// What the format keeps between reading and writing.
    pub kept: Kept,
}

impl Document {
    /// Puts the fields into source order, outer before inner, and keeps the parts pointing at theirs. A reader that lists them in
    /// another order must call it: whoever walks the fields takes one that begins inside an earlier one for a part of it.
    pub fn in_source_order(mut self) -> Document {
        let key = |f: &Field| (f.span.start, std::cmp::Reverse(f.span.end));
        if self.fields.is_sorted_by_key(key) {
            return self;
        }
        let mut order: Vec<u32> = (0..self.fields.len() as u32).collect();
        order.sort_by_key(|&i| self.fields.get(i as usize).map(key));
        let mut place = vec![0u32; order.len()];
        for (new, &old) in order.iter().enumerate() {
            if let Some(p) = place.get_mut(old as usize) {
                *p = new as u32;
            }
        }
        self.fields = order.iter().filter_map(|&i| self.fields.get(i as usize).copied()).collect();
        for part in &mut self.parts {
            part.field = place.get(part.field as usize).copied().unwrap_or(part.field);
        }
        self
    }
}

/// Something a format keeps with its document, so that nothing is parsed twice. Of no meaning to anybody else.
#[derive(Clone, Default)]
pub struct Kept(Option<Arc<dyn Any + Send + Sync>>);

impl Kept {
    /// Keeps a value.
    pub fn new<T: Any + Send + Sync>(value: T) -> Self {
        Kept(Some(Arc::new(value)))
    }
    /// The value to be changed, as long as nobody else holds it.
    pub fn get_mut<T: Any + Send + Sync>(&mut self) -> Option<&mut T> {
        Arc::get_mut(self.0.as_mut()?)?.downcast_mut()
    }
    /// The value, when there is one of this type.
    pub fn get<T: Any + Send + Sync>(&self) -> Option<&T> {
        self.0.as_deref().and_then(|v| v.downcast_ref())
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "Kept(..)" } else { "Kept(none)" })
    }
}

/// It follows from the bytes, so documents do not differ by it.
impl PartialEq for Kept {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Kept {}
