//! Everything the case knows, ready to be looked for in any text at once.
//!
//! Two searches: a small automaton of *anchors* (one word of every variant, the last four digits of every number) runs over the
//! whole text and finds nothing in most of it; only around an anchor the text is folded and searched for the variants
//! themselves. So a text without anybody's name costs one pass of a dense automaton.

use super::certain::{is_media_type, mark_certain};
use super::evidence::Evidence;
use super::fold::{Folded, fold, folded};
use super::identity::{Own, spells_out};
use super::known_person::{Known, known, patient_person, same_kind, sex_of, with_roster};
use super::known_values::{Builder, Entry, number_at, value_owner};
use super::near::{LastStretch, Near, hyphened};
use super::overlap::settle;
use super::owner::nearest;
use super::prefilter::Prefilter;
use super::search::{automaton, boundaries};
use super::variants::{Kind, digits_of, of_person};
use super::whose::{is_professional, namesake, other_role, part, sex_conflict};
use super::words::{NameLike, name_like};
use super::{Context, Dictionary};
use crate::model::document::Class;
use crate::model::mention::{Category, Mention, Who};
use crate::model::person::{Name, PATIENT, PersonId};
use crate::model::request::Identity;
use crate::model::role::{Role, RoleGroup};
use crate::model::roster::Roster;
use aho_corasick::AhoCorasick;
use std::collections::HashMap;

/// Bytes looked at on each side of an anchor. Longer than any variant of usual values, short enough to be cheap.
const WINDOW: usize = 160;

/// What the case knows.
pub struct Knowledge {
    first: Prefilter,
    anchors: Option<AhoCorasick>,
    variants: Option<AhoCorasick>,
    entries: Vec<Entry>,
    digits: HashMap<String, Vec<(PersonId, Category)>>,
    own: Own,
    dictionary: Dictionary,
    persons: Vec<Known>,
    longest: usize,
    /// Entries of single words that are certain, by folded word.
    certain: HashMap<String, usize>,
}

impl Knowledge {
    /// Gathers all names and values. `roster` person 0 is the requester, whose values `identity` adds to.
    pub fn new(roster: &Roster, identity: &Identity, dictionary: &Dictionary) -> Knowledge {
        let mut b = Builder::default();
        for (i, entry) in dictionary.entries.iter().enumerate() {
            let text = folded(&entry.text);
            if !text.is_empty() {
                let anchor = text.split(' ').max_by_key(|w| w.len()).unwrap_or("").to_string();
                b.add(text, anchor, None, false, Some(i));
            }
        }
        let own = Own::new(&with_roster(identity, roster.patient()));
        let mut digits: HashMap<String, Vec<(PersonId, Category)>> = HashMap::new();
        let me = patient_person(identity, roster.patient());
        for p in std::iter::once(&me).chain(roster.persons.iter().skip(1)) {
            if p.role == Role::Organization {
                continue;
            }
            for v in of_person(p) {
                b.add(v.text, v.anchor, Some((p.id, v.kind)), v.needs_cue, None);
            }
            for (key, category) in digits_of(p) {
                let list = digits.entry(key).or_default();
                if !list.contains(&(p.id, category)) {
                    list.push((p.id, category));
                }
            }
        }
        let mut anchors: Vec<String> = std::mem::take(&mut b.anchors);
        let tails: Vec<String> = digits.keys().map(|k| k[k.len().saturating_sub(4)..].to_string()).collect();
        let anywhere = dictionary.entries.iter().any(|e| !e.whole_word);
        let first = Prefilter::new(anchors.iter().map(String::as_str), tails.iter().map(String::as_str), anywhere);
        anchors.extend(tails);
        anchors.sort();
        anchors.dedup();
        let longest = b.texts.iter().map(String::len).max().unwrap_or(0);
        let persons = roster.persons.iter().map(known).collect();
        let certain = mark_certain(&mut b, roster, &me, dictionary);
        Knowledge {
            first,
            anchors: automaton(&anchors, true),
            variants: automaton(&b.texts, false),
            entries: b.entries,
            digits,
            own,
            dictionary: dictionary.clone(),
            persons,
            longest,
            certain,
        }
    }

    /// True when this single word is a name of somebody other than the patient that [`Knowledge::scan`] finds wherever it stands as a
    /// whole word in text, without a cue and whatever follows it. In codes, ids, links and file names it is found as it is spelled in
    /// the name, except in media types.
    pub fn certain_alone(&self, word: &str) -> bool {
        self.certain.contains_key(folded(word).trim())
    }

    /// Known names and values in `text`, sorted and without overlaps. In codes, ids and URLs without cues.
    pub fn scan(&self, text: &str, ctx: &Context) -> Vec<Mention> {
        let Some(anchors) = &self.anchors else { return Vec::new() };
        let plain = text.bytes().all(|b| matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c));
        if plain && !self.first.may_match(text) {
            return Vec::new();
        }
        let mut finds = Vec::new();
        if plain {
            for (from, to) in self.windows(anchors, text) {
                let part = text.get(from..to).unwrap_or("");
                self.search(text, from, &fold(part), ctx, &mut finds);
            }
        } else {
            let whole = fold(text);
            if anchors.is_match(whole.text()) {
                self.search(text, 0, &whole, ctx, &mut finds);
            }
        }
        let mut out = settle(finds);
        self.give_owner(text, ctx, &mut out);
        out
    }

    /// Stretches of an ASCII text around anchors, joined where they touch.
    fn windows(&self, anchors: &AhoCorasick, text: &str) -> Vec<(usize, usize)> {
        let reach = WINDOW.max(self.longest.min(4096) + 16);
        let bytes = text.as_bytes();
        let mut out: Vec<(usize, usize)> = Vec::new();
        for m in anchors.find_overlapping_iter(text) {
            let short = m.len() < 4;
            let inside = |i: Option<&u8>| i.is_some_and(u8::is_ascii_alphabetic);
            if short && (inside(m.start().checked_sub(1).and_then(|i| bytes.get(i))) || inside(bytes.get(m.end()))) {
                continue;
            }
            let (from, to) = (m.start().saturating_sub(reach), (m.end() + reach).min(text.len()));
            match out.last_mut() {
                Some(last) if from <= last.1 => {
                    last.1 = last.1.max(to);
                    last.0 = last.0.min(from);
                }
                _ => out.push((from, to)),
            }
        }
        out
    }

    /// Looks for variants and numbers in one folded stretch that begins at byte `base` of `text`.
    fn search(&self, text: &str, base: usize, stretch: &Folded, ctx: &Context, out: &mut Vec<Mention>) {
        self.numbers(stretch, base, out);
        let mut last = None;
        let Some(variants) = &self.variants else { return };
        for m in variants.find_overlapping_iter(stretch.text()) {
            let Some(entry) = self.entries.get(m.pattern().as_usize()) else { continue };
            let Some((s, e)) = stretch.source_range(m.start(), m.end()) else { continue };
            let (start, end) = (base + s, base + e);
            let (left, right) = boundaries(stretch.text(), m.start(), m.end());
            // At the edge of a stretch the text itself must say whether a word goes on.
            let goes_on = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
            let left = left && !(m.start() == 0 && goes_on(text.get(..start).and_then(|t| t.chars().next_back())));
            let right = right && !(m.end() == stretch.text().len() && goes_on(text.get(end..).and_then(|t| t.chars().next())));
            if let Some(i) = entry.dictionary {
                self.listed(text, i, start, end, left && right, out);
            }
            if let Some(mention) = self.decide(text, entry, start, end, (left, right), ctx, &mut last) {
                out.push(mention);
            }
        }
    }

    fn listed(&self, text: &str, i: usize, start: usize, end: usize, whole: bool, out: &mut Vec<Mention>) {
        let Some(entry) = self.dictionary.entries.get(i) else { return };
        let written = text.get(start..end).unwrap_or("");
        if entry.whole_word && !whole || entry.case_sensitive && written != entry.text {
            return;
        }
        let category = entry.category.unwrap_or(Category::Name);
        let who = match entry.role() {
            Some(Role::Patient) => Who::Patient,
            Some(role) => Who::New(role),
            None if category == Category::Name => Who::New(Role::OtherPerson),
            None => Who::Nobody,
        };
        let name = (category == Category::Name).then(|| Name { text: written.to_string(), ..Name::default() });
        out.push(Mention { weighed: false, start, end, category, who, rule: "dictionary.entry", confidence: 1.0, name });
    }

    /// Runs of digits with punctuation between, compared with known numbers.
    fn numbers(&self, stretch: &Folded, base: usize, out: &mut Vec<Mention>) {
        if self.digits.is_empty() {
            return;
        }
        let bytes = stretch.text().as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            let starts = bytes[i].is_ascii_digit() && (i == 0 || !bytes[i - 1].is_ascii_alphanumeric());
            if !starts {
                i += 1;
                continue;
            }
            // Try every start of a digit group: `call 2 503-555-0142` joins to a longer run otherwise.
            if let Some((key_len, end, owners)) = number_at(&self.digits, bytes, i) {
                // A parenthesis only with the one that closes it.
                let opens = i > 0 && bytes[i - 1] == b'(' && bytes[i..end].contains(&b')');
                let from = if opens || i > 0 && bytes[i - 1] == b'+' { i - 1 } else { i };
                if let Some((s, e)) = stretch.source_range(from, end) {
                    let category = owners.first().map_or(Category::Phone, |o| o.1);
                    let ids: Vec<PersonId> = owners.iter().map(|o| o.0).collect();
                    let who = value_owner(&ids);
                    let confidence = if key_len >= 9 { 0.97 } else { 0.85 };
                    out.push(Mention {
                        weighed: false,
                        start: base + s,
                        end: base + e,
                        category,
                        who,
                        rule: "roster.number",
                        confidence,
                        name: None,
                    });
                    i = end;
                    continue;
                }
            }
            while i < bytes.len() && bytes[i].is_ascii_digit() {
                i += 1;
            }
        }
    }

    /// One find of a variant: is it a person here, and who?
    #[allow(clippy::too_many_arguments)]
    fn decide<'t>(
        &self,
        text: &'t str,
        entry: &Entry,
        start: usize,
        end: usize,
        sides: (bool, bool),
        ctx: &Context,
        last: &mut LastStretch<'t>,
    ) -> Option<Mention> {
        let best = entry.owners.iter().map(|o| o.1).max()?;
        let written = text.get(start..end)?;
        let machine = matches!(
            ctx.class,
            Class::Code
                | Class::Serial
                | Class::Place
                | Class::Date
                | Class::Age
                | Class::Id
                | Class::Url
                | Class::Reference
                | Class::FileName
        );
        if let Kind::Value(category) = best {
            return (sides.0 && sides.1).then(|| self.value(entry, category, start, end));
        }
        if !(sides.0 && sides.1) {
            return None;
        }
        let ids: Vec<PersonId> = entry.owners.iter().map(|o| o.0).collect();
        let make = |who: Who, rule, confidence, start, end| {
            let name = self.name_of(&who, text, start, end);
            Some(Mention { weighed: false, start, end, category: Category::Name, who, rule, confidence, name })
        };
        if machine {
            if is_media_type(text) {
                return None;
            }
            let in_mail = matches!(best, Kind::Login | Kind::Full);
            let dotted = best == Kind::Family
                && !matches!(ctx.class, Class::Code | Class::Serial | Class::Place)
                && !entry.needs_cue
                && written.len() >= 5;
            let spelled = entry.certain && entry.spelled.iter().any(|s| s == written);
            // A family's surname alone in a file name or query says nothing of anybody else in it.
            let who = if best == Kind::Family && ids.contains(&PATIENT) { Who::Patient } else { value_owner(&ids) };
            return (in_mail || dotted || spelled).then(|| make(who, "roster.login", 0.85, start, end))?;
        }
        if best == Kind::Login {
            return make(value_owner(&ids), "roster.login", 0.85, start, end);
        }
        let near = Near::new(text, start, end, last)?;
        let e = near.evidence(&self.own);
        let lone = matches!(best, Kind::Family | Kind::Middle | Kind::Given | Kind::Nick);
        // `title page` where somebody is known as "Title Page".
        if best == Kind::Full && entry.needs_cue && !near.capital() {
            return None;
        }
        if lone && !entry.certain && !self.is_person(&near, &e, entry, best, written, ctx) {
            return None;
        }
        if lone
            && let Some((s, n)) = near.stranger(best == Kind::Family, |w, further| {
                let own = || self.own.is_nearly_given(w) || further && self.own.is_further(w);
                self.fits(&ids, w) || ids.contains(&PATIENT) && own()
            })
        {
            // `Maria Lopez` where only a Maria Chen is known: somebody else.
            let role = if e.any() { other_role(&e, ctx) } else { ctx.kin_hint.unwrap_or(Role::OtherPerson) };
            let whole = super::split_text(text.get(s..n).unwrap_or(""));
            let who = Who::New(namesake(&whole, role, &self.own));
            return make(who, "roster.other-name", 0.7, s, n);
        }
        // `Min-ja` where the patient is Min-jae: another name, or theirs misread.
        if ids.contains(&PATIENT)
            && matches!(best, Kind::Full | Kind::Given | Kind::Middle | Kind::Nick)
            && let Some((s, n)) = hyphened(text, start, end, |w| self.fits(&ids, w))
        {
            return make(Who::Ambiguous, "roster.other-name", 0.995, s, n);
        }
        // `ROE, ARACELI` where the patient is Amparo Roe.
        if lone
            && let Some((s, n, whole)) = near.whole()
            && (best == Kind::Family || !text.get(s..n).is_some_and(|x| x.contains(',')))
            && whole.given.first().is_some_and(|g| g.trim_end_matches('.').chars().count() > 1 && !self.fits(&ids, &folded(g)))
            && whole.given.iter().chain([&whole.family]).any(|w| self.fits(&ids, &folded(w)))
        {
            let role = if e.any() { other_role(&e, ctx) } else { ctx.kin_hint.unwrap_or(Role::OtherPerson) };
            let charted = role == Role::OtherPerson && text.get(s..n).is_some_and(|x| x.contains(','));
            let role = if charted { Role::OtherPatient } else { namesake(&whole, role, &self.own) };
            return make(Who::New(role), "roster.other-name", 0.7, s, n);
        }
        // `E. Jaramillo` where the patient is Fidel Jaramillo: somebody of the family, or the patient by a name that nobody told.
        if best == Kind::Family
            && ids.contains(&PATIENT)
            && self.own.has_given()
            && let Some((s, n, e)) =
                near.other_initial(&self.own, |letter| !self.own.first_begins(letter) && !self.fits_initial(&ids, letter))
        {
            let who = match part(&e, &self.own, ctx) {
                Who::New(role) => Who::New(role),
                _ => Who::Ambiguous,
            };
            return make(who, "roster.other-initial", 0.97, s, n);
        }
        if best == Kind::Initial && !near.capital() && !written.contains('.') {
            return None;
        }
        let household = best == Kind::Family && ids.contains(&PATIENT) && near.is_household();
        let mut who = if household { Who::Patient } else { self.choose(entry, lone || best == Kind::Initial, &e, ctx) };
        // `Follow-up with Jane`: nobody who works there is meant by the patient's first name after such a word.
        let plain = e.kin.is_none() && !e.titled && e.credential.is_none();
        let works = matches!(who, Who::New(r) if matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff));
        if best == Kind::Given && ids == [PATIENT] && plain && works && near.is_after(&["with", "to", "for"]) {
            who = Who::Patient;
        }
        let written_name = super::split_text(written);
        // `sister of Jane Roe`, `her mother Jane Roe 5/31/1973` with the patient's own day.
        let kin = matches!(who, Who::Ambiguous) || matches!(who, Who::New(r) if r.group() == RoleGroup::Relative);
        let told = best == Kind::Full && near.is_own_day(&self.own) || best != Kind::Family && near.is_of();
        if kin && told && ids.contains(&PATIENT) && self.own.is_exact_given(&written_name) {
            who = Who::Patient;
        }
        if who == Who::Ambiguous && best == Kind::Full && e.kin.is_some() && !self.own.is_exact_given(&written_name) {
            who = Who::New(other_role(&e, ctx));
        }
        // `Leonard Roe, Jr.`, `Leonard Jr.` where the patient is Leonard Roe, Sr.; where nobody tells which the patient is, a person must say.
        if who == Who::Patient {
            if let Some(to) = near.generation(|s| self.own.other_suffix(s)).filter(|_| best != Kind::Family) {
                let role = if lone && !e.any() { Role::Relative } else { other_role(&e, ctx) };
                return make(Who::New(role), "roster.other-generation", if lone { 0.9 } else { 0.97 }, start, to);
            }
            if let Some(to) = near.generation(|_| !self.own.has_generation()) {
                let who = if e.kin.is_some() { Who::New(other_role(&e, ctx)) } else { Who::Ambiguous };
                return make(who, "roster.other-generation", if lone { 0.8 } else { 0.97 }, start, to);
            }
        }
        if who == Who::Patient && best == Kind::Family && near.is_elder() {
            return make(Who::Ambiguous, "roster.other-generation", 0.95, start, end);
        }
        // `Mr. Jackson (Leroy)` in a group with the patient Andre Jackson.
        if who == Who::Patient
            && best == Kind::Family
            && near.bracketed().is_some_and(|g| self.own.has_given() && !self.fits(&ids, g))
        {
            return make(Who::Ambiguous, "roster.other-name", 0.95, start, end);
        }
        let own_given = |w: &str| self.own.is_given(w) && w.len() > 1;
        let behind_first = || best == Kind::Middle && near.is_behind(own_given) || near.is_before(own_given);
        if who == Who::Patient && !told && self.own.is_by_middle(&written_name) && !behind_first() {
            return make(Who::Ambiguous, "roster.middle-name", if lone { 0.8 } else { 0.97 }, start, end);
        }
        // `Mateo E. Trujillo` where the patient is Mateo A.: another of the same name.
        if who == Who::Patient && best == Kind::Full && self.own.other_middle(&written_name) {
            return make(Who::Ambiguous, "roster.other-middle", 0.8, start, end);
        }
        // `WHITFIELD, CALEB III` with the patient's own.
        let own_generation = || near.generation(|s| self.own.has_generation() && !self.own.other_suffix(s));
        let end = own_generation().filter(|_| who == Who::Patient && best == Kind::Full).unwrap_or(end);
        let (rule, confidence) = match best {
            Kind::Full => ("roster.full-name", 0.99),
            Kind::Initial => ("roster.initial-name", 0.95),
            Kind::Family => ("roster.family-name", 0.92),
            Kind::Given | Kind::Middle => ("roster.given-name", 0.9),
            _ => ("roster.nickname", 0.8),
        };
        make(who, rule, confidence, start, end)
    }

    fn value(&self, entry: &Entry, category: Category, start: usize, end: usize) -> Mention {
        let ids: Vec<PersonId> = entry.owners.iter().filter(|o| matches!(o.1, Kind::Value(_))).map(|o| o.0).collect();
        Mention {
            weighed: false,
            start,
            end,
            category,
            who: value_owner(&ids),
            rule: "roster.value",
            confidence: 0.97,
            name: None,
        }
    }

    /// True when a single word stands for a person here.
    fn is_person(&self, near: &Near, e: &Evidence, entry: &Entry, kind: Kind, written: &str, ctx: &Context) -> bool {
        if self.dictionary.allows(written) {
            return false;
        }
        if near.is_place() {
            return false;
        }
        if near.is_eponym() && !e.titled && e.credential.is_none() && e.kin.is_none() {
            return false;
        }
        if ctx.class == Class::PersonText {
            return true;
        }
        if e.any() {
            return near.capital() || e.titled || e.kin.is_some() && !entry.needs_cue;
        }
        if entry.needs_cue {
            let proper = near.inside_sentence()
                && name_like(written) != NameLike::Word
                && !super::words::is_place_or_month(&folded(written))
                && !super::words::is_bare_eponym(&folded(written));
            return near.capital() && (near.named_neighbour() || proper);
        }
        match kind {
            Kind::Family => near.capital() || near.alone() || written.len() >= 6 && name_like(written) == NameLike::Name,
            Kind::Given | Kind::Middle => near.capital() || near.alone(),
            _ => near.capital() && name_like(written) == NameLike::Name,
        }
    }

    fn fits(&self, ids: &[PersonId], word: &str) -> bool {
        ids.iter().any(|id| {
            if *id == PATIENT {
                return self.own.is_given(word) || self.own.is_family(word);
            }
            // What begins with somebody's middle initial is no name of theirs by itself.
            let fits = |(n, g): (usize, &String)| !(n > 0 && spells_out(g, word)) && super::nicknames::compatible(g, word);
            self.persons.get(*id as usize).is_some_and(|p| p.givens.iter().enumerate().any(fits))
        })
    }

    /// True when a given name of one of these persons begins so.
    fn fits_initial(&self, ids: &[PersonId], letter: &str) -> bool {
        let begins =
            |id: &PersonId| self.persons.get(*id as usize).is_some_and(|p| p.givens.iter().any(|g| g.starts_with(letter)));
        ids.iter().filter(|id| **id != PATIENT).any(begins)
    }

    /// Whose a name is, of all who have it.
    fn choose(&self, entry: &Entry, lone: bool, e: &Evidence, ctx: &Context) -> Who {
        let mut others: Vec<PersonId> = entry.owners.iter().map(|o| o.0).filter(|i| *i != PATIENT).collect();
        others.dedup();
        let mine = entry.owners.iter().any(|o| o.0 == PATIENT);
        if !mine {
            return match self.best_of(&others, e) {
                // `her sister Maria` where the only Maria known is a nurse: another Maria.
                Some(id) if lone && e.best_role().is_some() && !self.cue_fits(id, e) => Who::New(other_role(e, ctx)),
                Some(id) => Who::Person(id),
                None => Who::New(other_role(e, ctx)),
            };
        }
        // Nobody speaks of staff by a first name only, nor of anybody by a middle name.
        if entry.owners.contains(&(PATIENT, Kind::Given)) {
            let by_first =
                |id: PersonId| entry.owners.contains(&(id, Kind::Given)) || !entry.owners.contains(&(id, Kind::Middle));
            others.retain(|id| by_first(*id) && !self.is_clinician(*id));
        }
        let child = e.kin == Some(Role::Child) && !lone && self.own.is_child(None);
        let against = e.kin.is_some() && !child || sex_conflict(e, &self.own) || is_professional(e, &self.own);
        if others.is_empty() {
            return match (lone, against) {
                (true, _) => part(e, &self.own, ctx),
                (false, true) => Who::Ambiguous,
                (false, false) => Who::Patient,
            };
        }
        // Shared with the patient. A cue that fits one of the others, and not the patient, decides.
        let fitting: Vec<PersonId> = others.iter().copied().filter(|i| self.cue_fits(*i, e)).collect();
        if against || e.role.is_some_and(|r| r.group() != RoleGroup::OtherPerson) {
            return match fitting.as_slice() {
                [] if against => Who::New(other_role(e, ctx)),
                [] => Who::Ambiguous,
                many => self.best_of(many, e).map_or(Who::Ambiguous, Who::Person),
            };
        }
        if e.patient {
            return Who::Patient;
        }
        // `Mr. Smith` for a male patient, when no other Smith is a man: the patient.
        let rivals = others.iter().filter(|i| !self.sex_rules_out(**i, e)).count();
        let titled_as_patient = e.sex.is_some() && e.sex == self.own.sex.as_deref();
        let family_place = ctx.kin_hint.is_some() || !ctx.subject_is_patient;
        if titled_as_patient && !family_place && (rivals == 0 || lone) {
            return Who::Patient;
        }
        Who::Ambiguous
    }

    fn is_clinician(&self, id: PersonId) -> bool {
        self.persons.get(id as usize).is_some_and(|p| matches!(p.role.group(), RoleGroup::Clinician | RoleGroup::Staff))
    }

    fn sex_rules_out(&self, id: PersonId, e: &Evidence) -> bool {
        let Some(p) = self.persons.get(id as usize) else { return false };
        match (e.sex, p.sex.as_deref().or(sex_of(p.role))) {
            (Some(title), Some(sex)) => title != sex,
            _ => false,
        }
    }

    fn cue_fits(&self, id: PersonId, e: &Evidence) -> bool {
        let Some(p) = self.persons.get(id as usize) else { return false };
        if self.sex_rules_out(id, e) {
            return false;
        }
        match e.best_role() {
            Some(role) => same_kind(role, p.role),
            None => true,
        }
    }

    /// Of several the one whose role the words tell, else one whom they fit; of equals the one who is known best.
    fn best_of(&self, ids: &[PersonId], e: &Evidence) -> Option<PersonId> {
        let known = |id: PersonId| self.persons.get(id as usize);
        let told = e.best_role();
        let weight = |id: PersonId| {
            let exact = known(id).is_some_and(|p| Some(p.role) == told);
            let parts = known(id).map_or(0, |p| p.givens.len().min(2));
            (exact, self.cue_fits(id, e), parts)
        };
        ids.iter().copied().max_by_key(|id| (weight(*id), std::cmp::Reverse(*id)))
    }

    fn name_of(&self, who: &Who, text: &str, start: usize, end: usize) -> Option<Name> {
        let written = text.get(start..end).unwrap_or("");
        match who {
            Who::Person(id) => self.persons.get(*id as usize).and_then(|p| p.name.clone()),
            _ => Some(super::split_text(written)),
        }
    }

    /// Numbers and addresses that several persons have: the person named before them, else the patient when it is theirs too.
    fn give_owner(&self, text: &str, ctx: &Context, out: &mut [Mention]) {
        if !out.iter().any(|m| m.category != Category::Name && m.who == Who::Ambiguous) {
            return;
        }
        let names: Vec<Mention> = out.iter().filter(|m| m.category == Category::Name).cloned().collect();
        for m in out.iter_mut().filter(|m| m.category != Category::Name && m.who == Who::Ambiguous) {
            let Some(near) = Near::new(text, m.start, m.end, &mut None) else { continue };
            let from = names.partition_point(|n| n.start < near.base);
            let to = names.partition_point(|n| n.end <= near.base + near.tokens.text.len());
            let shifted: Vec<Mention> = names
                .get(from..to)
                .unwrap_or_default()
                .iter()
                .map(|n| Mention { start: n.start - near.base, end: n.end - near.base, ..n.clone() })
                .collect();
            m.who = match nearest(&near.tokens, m.start - near.base, &shifted) {
                None if ctx.kin_hint.is_some() || !ctx.subject_is_patient => Who::Ambiguous,
                None => Who::Patient,
                Some(Who::New(role)) => {
                    let fits = self.persons.iter().position(|p| p.role == role).map(|i| Who::Person(i as PersonId));
                    fits.unwrap_or(Who::New(role))
                }
                Some(who) => who,
            };
        }
    }
}
