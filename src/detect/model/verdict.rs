//! What a stretch that the model takes for a name is worth, beside the lists and the words around it.

use super::net::Scored;
use super::places::{Stretch, beside, open_words, stretches};
use super::things::{is_destination, is_place, is_thing};
use super::{CLASSES, Names, figures, files};
use crate::detect::discover::{Find, judged};
use crate::detect::evidence::is_language;
use crate::detect::fold::folded;
use crate::detect::identity::Own;
use crate::detect::listing::parts_people;
use crate::detect::lone::weight_of;
use crate::detect::name_read::{Read, is_particle};
use crate::detect::numbers::anew;
use crate::detect::tokens::{Shape, Tokens};
use crate::detect::weighed::{doubt, mine, role};
use crate::detect::words::{
    NameLike, folded_like, is_bare_eponym, is_clinical, is_eponym, is_place_or_month, is_running_word, is_usual, name_like,
};
use crate::detect::{Context, coref, own_of, scene};
use crate::model::document::Class;
use crate::model::mention::{Category, Mention, Who};
use crate::model::request::Identity;
use crate::model::role::Role;
use std::collections::HashMap;
use std::ops::Range;

/// From this sum of the name labels on a word belongs to a name (measured: the best balance of recall and precision).
const PART: f32 = 0.2;
/// A word that lists of names hold is taken from here on.
const LISTED: f32 = 0.5;
/// Two words or more that no list holds are taken from here on.
const UNLISTED: f32 = 0.85;
/// From here on it outweighs that the word is an eponym, where many people bear it.
const CERTAIN: f32 = 0.95;
/// Less than that, from here on, a person is asked.
const DOUBT: f32 = 0.6;

/// What the model adds to what was found.
#[derive(Default, Debug)]
pub struct Answer {
    /// Names that only the model sees.
    pub mentions: Vec<Mention>,
    /// A stretch was not asked about because of what the caller knows: another caller may have to ask.
    pub left_out: bool,
}

/// Asks the model about the words of `text` that `found` leaves open. `known` tells words of people and organisations whom the
/// document names in its structure. When the model is there but fails, each open word becomes a question for a person.
pub fn read_names(
    names: &Names,
    text: &str,
    ctx: &Context,
    identity: &Identity,
    found: &[Mention],
    known: &dyn Fn(&str) -> bool,
) -> Answer {
    let opened = open(names, text, ctx, identity, found, known);
    read_opened(names, text, ctx, identity, found, &opened)
}

/// What of a text the model is to be asked about.
#[derive(Default, Debug)]
pub struct Opened {
    /// Open words by rules and lists, as tokens.
    tokens: Vec<usize>,
    /// Words that may be somebody by all else, with what speaks for it.
    left: Vec<(usize, f32)>,
    /// As in [`Answer`].
    left_out: bool,
    /// What is read of the text.
    ranges: Vec<Stretch>,
}

impl Opened {
    /// The stretches of `text` that will be read: those of many texts are read together in a fraction of the time.
    pub fn stretches<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        self.ranges.iter().filter_map(|r| text.get(r.whole.clone()))
    }
}

/// Finds what [`read_opened`] has to ask.
pub fn open(
    names: &Names,
    text: &str,
    ctx: &Context,
    identity: &Identity,
    found: &[Mention],
    known: &dyn Fn(&str) -> bool,
) -> Opened {
    opened(names, text, ctx, identity, found, known, true)
}

/// [`read_names`] with what [`open`] has found in the same text.
pub fn read_opened(names: &Names, text: &str, ctx: &Context, identity: &Identity, found: &[Mention], opened: &Opened) -> Answer {
    read(names, text, ctx, identity, found, opened, true)
}

/// The same as rules and model alone tell it: what the weights of [`crate::detect::weighed`] are fitted on.
pub(in crate::detect) fn read_unweighed(
    names: &Names,
    text: &str,
    ctx: &Context,
    identity: &Identity,
    found: &[Mention],
) -> Vec<Mention> {
    let opened = opened(names, text, ctx, identity, found, &|_| false, false);
    read(names, text, ctx, identity, found, &opened, false).mentions
}

/// The stretches of a text whose words are all asked about.
pub(in crate::detect) fn all_stretches(t: &Tokens) -> Vec<Stretch> {
    let all: Vec<usize> = (0..t.list.len()).collect();
    stretches(t, &all)
}

/// What the model says of every token of a text.
pub(in crate::detect) struct Told<'t> {
    t: &'t Tokens<'t>,
    classes: HashMap<usize, [f32; CLASSES]>,
    numbers: HashMap<usize, (f32, f32)>,
}

impl<'t> Told<'t> {
    /// Asks it about all; the text is about `own`.
    pub fn of(names: &Names, t: &'t Tokens, own: &Own) -> Told<'t> {
        let ranges = all_stretches(t);
        let texts: Vec<&str> = ranges.iter().map(|r| t.text.get(r.whole.clone()).unwrap_or("")).collect();
        let (mut classes, mut numbers) = (HashMap::new(), HashMap::new());
        for (range, scores) in ranges.iter().zip(names.scores(&texts, own).unwrap_or_default()) {
            let tokens = tokens_of(t, &range.core);
            numbers.extend(tokens.clone().filter_map(|i| Some((i, figures::shares(t, i, range.whole.start, &scores)?))));
            classes.extend(tokens.filter_map(|i| Some((i, best(t, i, range.whole.start, &scores)?.score))));
        }
        Told { t, classes, numbers }
    }

    /// How likely token `i` is a part of a number of anybody else, and of the patient's.
    pub fn number(&self, i: usize) -> Option<(f32, f32)> {
        self.numbers.get(&i).copied()
    }

    /// How much token `i` looks like a name.
    pub fn name(&self, i: usize) -> f32 {
        self.classes.get(&i).and_then(|c| c.get(super::PEOPLE)).map_or(0.0, |c| c.iter().sum())
    }

    /// Whose the name is.
    pub fn whose(&self, m: &Mention) -> Option<[f32; CLASSES]> {
        whose(self.t, m, &self.classes)
    }
}

/// Texts in which single words are weighed by all that stands around them.
fn is_prose(ctx: &Context) -> bool {
    matches!(ctx.class, Class::Narrative | Class::Comment | Class::Unknown)
}

/// Texts that people write, in which numbers are asked about.
fn is_note(ctx: &Context) -> bool {
    matches!(ctx.class, Class::Narrative | Class::Unknown)
}

#[allow(clippy::too_many_arguments)]
fn opened(
    names: &Names,
    text: &str,
    ctx: &Context,
    identity: &Identity,
    found: &[Mention],
    known: &dyn Fn(&str) -> bool,
    weighed: bool,
) -> Opened {
    if !ctx.class.is_free_text() || names.missing().is_some() {
        return Opened::default();
    }
    let t = Tokens::new(text);
    let open = open_words(&t, ctx.class, found, known);
    let (mut weak, mut namesakes, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    let mut out = Opened { tokens: open.tokens, left_out: open.left_out, ..Opened::default() };
    if weighed && is_prose(ctx) {
        let own = own_of(identity);
        let doc = doubt::Doc::new(&t, found, &own);
        out.left = doc.open(found, known, &mut out.left_out, &out.tokens);
        weak = doc.weak(found);
        namesakes = mine::open(&t, found, &own);
        if is_note(ctx) {
            numbers = figures::open(&t);
        }
    }
    // Whose those are whose role no cue tells.
    let roles = found.iter().filter(|m| m.weighed || role::is_soft(m)).map(|m| scene::range(&t, m).0).filter(|_| weighed);
    let mut asked: Vec<usize> = out
        .tokens
        .iter()
        .copied()
        .chain(out.left.iter().map(|l| l.0))
        .chain(weak)
        .chain(roles)
        .chain(namesakes)
        .chain(numbers)
        .collect();
    asked.sort_unstable();
    asked.dedup();
    out.ranges = stretches(&t, &asked);
    out
}

#[allow(clippy::too_many_arguments)]
fn read(
    names: &Names,
    text: &str,
    ctx: &Context,
    identity: &Identity,
    found: &[Mention],
    open: &Opened,
    weighed: bool,
) -> Answer {
    let mut out = Answer { mentions: Vec::new(), left_out: open.left_out };
    if open.ranges.is_empty() {
        return out;
    }
    let t = Tokens::new(text);
    let own = own_of(identity);
    let doc = (weighed && is_prose(ctx)).then(|| doubt::Doc::new(&t, found, &own));
    let (left, ranges) = (&open.left, &open.ranges);
    let texts: Vec<&str> = ranges.iter().map(|r| text.get(r.whole.clone()).unwrap_or("")).collect();
    let Ok(scores) = names.scores(&texts, &own) else {
        out.mentions = open.tokens.iter().filter_map(|i| unread(&t, *i)).collect();
        return out;
    };
    let mut longer = Vec::new();
    let mut said: HashMap<usize, f32> = HashMap::new();
    let mut classes: HashMap<usize, [f32; CLASSES]> = HashMap::new();
    let mut numbers: HashMap<usize, (f32, f32)> = HashMap::new();
    // Parts that follow each other are one for what is read of them: a name may go over the cut.
    let mut read: Vec<(usize, Vec<f32>)> = Vec::new();
    for (range, scores) in ranges.iter().zip(scores) {
        let tokens = tokens_of(&t, &range.core);
        let parts = tokens.clone().map(|i| score(&t, i, range.whole.start, &scores));
        classes.extend(tokens.clone().filter_map(|i| Some((i, best(&t, i, range.whole.start, &scores)?.score))));
        numbers.extend(tokens.clone().filter_map(|i| Some((i, figures::shares(&t, i, range.whole.start, &scores)?))));
        match read.last_mut() {
            Some((first, before)) if *first + before.len() == tokens.start => before.extend(parts),
            _ => read.push((tokens.start, parts.collect())),
        }
    }
    for (first, parts) in read {
        let next = first + parts.len();
        said.extend((first..next).zip(parts.iter().copied()));
        let runs = runs(&t, first, &parts, &own);
        for (from, to, sure) in &runs {
            out.mentions.extend(verdict(&t, *from, *to, *sure, ctx, &own, !identity.names.is_empty()));
        }
        for i in open.tokens.iter().filter(|i| (first..next).contains(*i) && t.like(**i) == NameLike::Word) {
            if parts.get(i - first).is_some_and(|p| *p >= DOUBT) {
                longer.extend(lengthened(&t, *i, found));
            }
        }
        // What the model says nothing of, the words around may.
        let silent = |i: &&usize| (first..next).contains(*i) && !runs.iter().any(|r| (r.0..r.1).contains(*i));
        for i in open.tokens.iter().filter(silent) {
            let sure = parts.get(i - first).copied().unwrap_or(0.0);
            out.mentions.extend(verdict(&t, *i, i + 1, sure, ctx, &own, !identity.names.is_empty()));
        }
    }
    out.mentions.extend(longer);
    if let Some(doc) = &doc {
        let score = |i: usize| said.get(&i).copied().unwrap_or(0.0);
        out.mentions.retain(|m| match m.rule {
            files::RULE => doc.stands(m, found, &score, true),
            files::DOUBT => doc.stands(m, found, &score, false),
            _ => true,
        });
    }
    // `Doula Marlowe Finch`: a doubtful word right before a name says what they are.
    let heads = |m: &Mention| m.rule == files::DOUBT && found.iter().any(|f| f.start > m.end && f.start - m.end <= 2);
    out.mentions.retain(|m| !found.iter().any(|f| f.start <= m.start && m.end <= f.end) && !heads(m));
    let whose = |m: &Mention| whose(&t, m, &classes);
    let weighed_anew = place(&t, found, &mut out.mentions, &own, weighed.then_some(&whose));
    let again = again(&t, &open.tokens, found, &out.mentions);
    out.mentions.retain(|m| m.rule != files::DOUBT || !again.iter().any(|a| a.start < m.end && m.start < a.end));
    out.mentions.extend(again);
    if let Some(doc) = doc {
        let said = |i: usize| said.get(&i).copied();
        out.mentions.extend(found.iter().enumerate().filter(|(at, _)| doc.falls(*at, found, &said)).map(|(_, m)| Mention {
            rule: files::NO_NAME,
            who: Who::Nobody,
            name: None,
            ..m.clone()
        }));
        let said = |i: usize| said(i).unwrap_or(0.0);
        let more = doc.asked(left, found, &said, &out.mentions, ctx.class);
        out.mentions.extend(more);
    }
    // Whom the model takes for nobody has no role either.
    let fallen = |m: &Mention| out.mentions.iter().any(|o| o.rule == files::NO_NAME && o.start == m.start && o.end == m.end);
    let anew: Vec<Mention> = weighed_anew.into_iter().filter(|m| !fallen(m)).collect();
    out.mentions.extend(anew);
    if weighed && is_note(ctx) && !identity.names.is_empty() {
        let more = anew::changes(&t, ctx, &own, found, &out.mentions, &|i| numbers.get(&i).copied());
        out.mentions.extend(more);
    }
    if weighed && is_note(ctx) {
        let more = figures::lengthened(&t, &numbers, found, &mut out.mentions);
        out.mentions.extend(more);
        let more = figures::doubts(&t, &numbers, found, &out.mentions, &own);
        out.mentions.extend(more);
    }
    if weighed && is_prose(ctx) {
        let all = mine::sorted(found, &out.mentions);
        out.mentions.extend(mine::doubts(&t, &all, &own, &whose));
    }
    out
}

/// What the place in the text and the people found in it tell of those whom only the model sees. Gives those of `found` whose role was
/// weighed before and is another one with what the model says of whose they are.
fn place(t: &Tokens, found: &[Mention], new: &mut [Mention], own: &Own, whose: Option<role::Whose>) -> Vec<Mention> {
    let again = whose.is_some() && found.iter().any(|m| m.weighed || role::is_soft(m));
    if !again && !new.iter().any(|m| m.who == Who::New(Role::OtherPerson)) {
        return Vec::new();
    }
    let mut all: Vec<Mention> = found.iter().chain(new.iter()).cloned().collect();
    all.sort_by_key(|m| m.start);
    scene::settle(t, &mut all, own);
    coref::lend(t, &mut all);
    if let Some(whose) = whose {
        role::settle(t, &mut all, own, whose);
    }
    for m in new.iter_mut().filter(|m| m.who == Who::New(Role::OtherPerson)) {
        if let Some(told) = all.iter().find(|a| a.start == m.start && a.end == m.end && matches!(a.who, Who::New(_))) {
            m.who = told.who.clone();
        }
    }
    let same = |a: &Mention, b: &Mention| a.start == b.start && a.end == b.end && a.rule == b.rule;
    let other = |m: &&Mention| m.weighed && found.iter().any(|f| same(f, m) && f.who != m.who);
    all.iter().filter(other).cloned().collect()
}

/// The tokens of some bytes of a text.
fn tokens_of(t: &Tokens, bytes: &Range<usize>) -> Range<usize> {
    t.list.partition_point(|x| x.start < bytes.start)..t.list.partition_point(|x| x.start < bytes.end)
}

/// The mean of what the model says of the words of a name.
fn whose(t: &Tokens, m: &Mention, classes: &HashMap<usize, [f32; CLASSES]>) -> Option<[f32; CLASSES]> {
    let (first, next) = scene::range(t, m);
    let (mut sum, mut n) = ([0.0f32; CLASSES], 0.0f32);
    for told in (first..next).filter(|i| t.word(*i).chars().count() > 1 || next - first == 1).filter_map(|i| classes.get(&i)) {
        sum.iter_mut().zip(told).for_each(|(s, c)| *s += c);
        n += 1.0;
    }
    (n > 0.0).then(|| sum.map(|s| s / n))
}

/// `Lorraine Two Bulls`, of which `Lorraine` was found: the name with the word at token `i`, which stands right beside it.
fn lengthened(t: &Tokens, i: usize, found: &[Mention]) -> Option<Mention> {
    let token = t.get(i)?;
    let m = found.iter().find(|m| beside(m, token.start, token.end) && !matches!(m.who, Who::Patient | Who::Nobody))?;
    let (start, end) = (m.start.min(token.start), m.end.max(token.end));
    Some(Mention { start, end, rule: files::RULE, confidence: m.confidence - 0.1, weighed: false, ..m.clone() })
}

/// Open words that are a part of a name found elsewhere in the same text: `Halloran` after `Dr. Halloran`.
fn again(t: &Tokens, open: &[usize], found: &[Mention], new: &[Mention]) -> Vec<Mention> {
    let mut by_word: HashMap<String, &Mention> = HashMap::new();
    for m in found.iter().chain(new.iter().filter(|m| m.rule == files::RULE)) {
        let (Who::New(_) | Who::Person(_), Some(name)) = (&m.who, &m.name) else { continue };
        let words = name.family.split(' ').chain(name.given.first().map(String::as_str)).map(folded);
        for word in words.filter(|w| w.len() >= 3 && folded_like(w) > NameLike::WordName && !is_eponym(w)) {
            by_word.entry(word).or_insert(m);
        }
    }
    let mut out = Vec::new();
    for &i in open {
        let Some(token) = t.get(i) else { continue };
        let taken = new.iter().any(|m| m.start < token.end && token.start < m.end && m.rule == files::RULE);
        let Some(m) = by_word.get(t.low(i)).filter(|_| !taken && t.is_capital(i) && !is_place(t, i, i + 1)) else { continue };
        let (start, end) = (token.start, token.end);
        out.push(Mention { start, end, rule: files::AGAIN, confidence: 0.55, weighed: false, ..(*m).clone() });
    }
    out
}

/// True for a name in full that lists of names support: somebody whom the whole case may know.
pub fn is_somebody(m: &Mention) -> bool {
    let known = |w: &str| name_like(w) == NameLike::Name;
    let two = |n: &crate::model::person::Name| n.given.first().is_some_and(|g| known(g)) && n.family.split(' ').any(known);
    m.rule == files::RULE && matches!(m.who, Who::New(_)) && m.name.as_ref().is_some_and(two)
}

/// The model failed: whoever this is, a person must look.
fn unread(t: &Tokens, i: usize) -> Option<Mention> {
    let token = t.get(i)?;
    Some(Mention {
        weighed: false,
        start: token.start,
        end: token.end,
        category: Category::Name,
        who: Who::Ambiguous,
        rule: "model.failed",
        confidence: 0.3,
        name: None,
    })
}

/// How much token `i` looks like a name: the highest of its pieces.
fn score(t: &Tokens, i: usize, base: usize, scores: &[Scored]) -> f32 {
    best(t, i, base, scores).map_or(0.0, Scored::name)
}

/// The piece of token `i` that looks most like a name.
fn best<'s>(t: &Tokens, i: usize, base: usize, scores: &'s [Scored]) -> Option<&'s Scored> {
    let token = t.get(i)?;
    let (start, end) = (token.start - base, token.end - base);
    let from = scores.partition_point(|s| (s.start as usize) < start);
    let within = scores.get(from..).unwrap_or_default().iter().take_while(|s| (s.start as usize) < end);
    within.max_by(|a, b| a.name().total_cmp(&b.name()))
}

/// Runs of words that belong to one name: first token, token after the last, mean score of the words.
fn runs(t: &Tokens, first: usize, parts: &[f32], own: &Own) -> Vec<(usize, usize, f32)> {
    let is_word = |i: usize| matches!(t.shape(i), Some(Shape::Cap | Shape::Upper | Shape::Lower | Shape::Initial));
    let part = |i: usize| i.checked_sub(first).and_then(|k| parts.get(k)).copied().unwrap_or(0.0);
    // `This is Graciela, Marisol's mother`: the patient and somebody else, no surname before its given name.
    let apart = |family: usize, given: usize| {
        t.get(given).is_some_and(|x| x.possessive) || own.is_given(t.low(given)) && !own.is_family(t.low(family))
    };
    let mut out = Vec::new();
    let mut i = first;
    while i < first + parts.len() {
        if !is_word(i) || part(i) < PART || t.like(i) == NameLike::Word && !is_particle(t.low(i)) {
            i += 1;
            continue;
        }
        let (mut next, mut words, mut sum) = (i + 1, 1usize, part(i));
        loop {
            // `J. Tran`, `Tran, Jessica` with both sure, a single line end inside a name.
            let glue = match t.shape(next) {
                Some(Shape::Mark('.')) if t.shape(next - 1) == Some(Shape::Initial) && t.touches_next(next - 1) => 1,
                Some(Shape::Mark(',')) if words == 1 && part(next - 1) >= LISTED && part(next + 1) >= LISTED => {
                    usize::from(!apart(next - 1, next + 1) && !parts_people(t, next))
                }
                Some(Shape::Break) if words == 1 && t.get(next).is_some_and(|b| b.end - b.start <= 2) => 1,
                _ => 0,
            };
            let k = next + glue;
            let possessive = t.get(next - 1).is_some_and(|x| x.possessive);
            // A name is written in one way: no `Babinski down`.
            let same = (t.shape(k) == Some(Shape::Lower)) == (t.shape(i) == Some(Shape::Lower))
                || is_particle(t.low(k))
                || is_particle(t.low(i));
            let fits = same
                && is_word(k)
                && part(k) >= PART
                && (t.like(k) > NameLike::Word || is_particle(t.low(k)) || t.shape(k) == Some(Shape::Initial));
            let tab = glue == 1 && t.text.get(t.list[next].start..t.list[next].end) == Some("\t");
            if !fits || possessive || tab || words >= 6 {
                break;
            }
            words += 1;
            sum += part(k);
            next = k + 1;
        }
        out.push((i, next, sum / words as f32));
        i = next;
    }
    out
}

/// Sets the model's word beside everything else that is known of these words.
fn verdict(t: &Tokens, first: usize, next: usize, sure: f32, ctx: &Context, own: &Own, has_identity: bool) -> Option<Mention> {
    let words: Vec<usize> = (first..next)
        .filter(|i| t.word(*i).chars().count() > 1 && !matches!(t.shape(*i), Some(Shape::Mark(_) | Shape::Break)))
        .collect();
    let likes: Vec<NameLike> = words.iter().map(|i| t.like(*i)).collect();
    let best = likes.iter().copied().max()?;
    let ruled_out = |i: &usize| is_clinical(t.low(*i)) || is_place_or_month(t.low(*i)) || is_running_word(t.low(*i));
    let written_together = |i: &usize| doubt::is_compound(t.word(*i));
    if best < NameLike::WordName
        || words.iter().all(ruled_out)
        || doubt::is_result_flag(t, first)
        || words.iter().all(|i| doubt::is_unit(t, *i))
        || words.iter().all(|i| is_language(t.low(*i)) && doubt::is_spoken(t, *i))
        || words.iter().any(written_together)
    {
        return None;
    }
    let moved = is_destination(t, first) && sure >= CERTAIN && t.is_capital(first);
    if is_place(t, first, next) && !moved || is_thing(t, first, next, best) {
        return None;
    }
    let (start, end) = (t.get(first)?.start, t.get(next - 1)?.end);
    let name = crate::detect::split_text(t.text.get(start..end)?);
    let read = Read { first, next, start, end, name, best, words: words.len(), parts: words.len() };
    let weight = weight_of(t, &read, own);
    let find = Find { read, rule: files::RULE, confidence: 0.0, role: None };
    let certain = sure >= CERTAIN && words.len() == 1 && is_usual(t.low(first)) && !is_bare_eponym(t.low(first)) && weight >= 2;
    let (mut mention, evidence) = judged(t, find, ctx, own, has_identity, certain)?;
    let listed = likes.contains(&NameLike::Name);
    let capital = t.is_capital(first);

    // A word of the language that is also a name says little by itself; there the model's word is all the more telling.
    let taken = if listed {
        sure >= LISTED || sure >= PART && weight >= 2
    } else {
        capital && (sure >= UNLISTED && (words.len() > 1 || evidence.any() || weight >= 0) || sure >= LISTED && weight >= 3)
    };
    mention.confidence = 0.3 + 0.3 * sure;
    // `EVN`, `MRI`: capitals of this length are abbreviations more often than people.
    if words.len() == 1 && t.shape(first) == Some(Shape::Upper) && t.word(first).len() <= 4 && !evidence.any() {
        return None;
    }
    if (taken && !moved) || mention.who == Who::Patient {
        return Some(mention);
    }
    let opened = t.begins_line(first)
        || matches!(t.shape(first.wrapping_sub(1)), Some(Shape::Mark('.' | '!' | '?' | ':' | '-' | '>' | '*')));
    let worded = best == NameLike::WordName && words.len() == 1 && !opened;
    // An unknown word in capitals is a term or an abbreviation more often than a name.
    // Outside of notes a list's word is not enough by itself: `A-Victoria`, of a vaccine.
    let heard = matches!(ctx.class, Class::Narrative | Class::Unknown) || sure >= PART;
    let likely = t.shape(first) == Some(Shape::Cap)
        && heard
        && (sure >= DOUBT || sure >= PART && weight >= 1 || listed && weight >= 1 || worded && weight >= 2);
    let doubt = likely || capital && evidence.any() && sure >= LISTED;
    doubt.then_some(Mention { who: Who::Ambiguous, rule: files::DOUBT, ..mention })
}
