//! Words that a document itself explains, so that the names model need not be asked about them.

use super::documents::Tree;
use crate::detect::fold::folded;
use crate::detect::model;
use crate::model::document::{Class, Form};
use crate::model::person::{Name, PersonStub};
use crate::model::request::Identity;
use std::collections::HashSet;

/// Words of the names of everybody and everything that structure shows, of the requester, and of coded terms.
pub fn structural_words(tree: &Tree, identity: &Identity) -> HashSet<String> {
    let own = identity.names.iter().chain(&identity.former_names).flat_map(words_of);
    let mut out: HashSet<String> = own.chain(identity.nicknames.iter().map(|n| folded(n))).collect();
    tree.each(&mut |t| {
        out.extend(t.doc.stubs.iter().flat_map(name_words));
        out.extend(coded_terms(t));
    });
    out
}

/// Words of the displays of codes that no list of names holds: terms, also where a text uses them.
pub fn coded_terms(t: &Tree) -> HashSet<String> {
    let mut out = HashSet::new();
    for field in &t.doc.fields {
        let display = match field.class {
            // In C-CDA the name of a code system (`RxNorm`), which tables repeat beside each code.
            Class::Code => matches!(field.form, Form::JsonString | Form::XmlAttr),
            Class::Title => field.form == Form::XmlAttr,
            _ => false,
        };
        if !display || field.span.len() < 4 {
            continue;
        }
        let view = t.format.view(t.source(), &t.doc, field);
        let words = view.text.split(|c: char| !c.is_alphabetic()).filter(|w| w.len() > 3);
        out.extend(words.map(folded).filter(|w| model::is_in_no_list(w)));
        // `Calc-mCnc`: texts are asked about by words that keep their hyphens.
        let joined = view.text.split(|c: char| !c.is_alphabetic() && c != '-').filter(|w| w.len() > 3 && w.contains('-'));
        out.extend(joined.map(folded).filter(|w| w.split('-').all(|p| p.len() < 2 || model::is_in_no_list(p))));
    }
    out
}

/// Words of the names of a person or organisation, folded.
pub fn name_words(stub: &PersonStub) -> Vec<String> {
    stub.names.iter().flat_map(words_of).collect()
}

fn words_of(name: &Name) -> Vec<String> {
    let text = folded(&format!("{} {} {}", name.text, name.given.join(" "), name.family));
    text.split(|c: char| c.is_whitespace() || c == ',').filter(|w| w.len() > 1).map(str::to_string).collect()
}
