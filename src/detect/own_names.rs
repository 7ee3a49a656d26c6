//! The patient by what only this text tells: the name behind a label for the patient, and what else the patient is called.

use super::cues::{kin, title};
use super::evidence::credential_at;
use super::fold::folded;
use super::form_names::{self, Field};
use super::generation;
use super::identity::{Fit, Own, split_text};
use super::name_read::{Trust, forward};
use super::nicknames::compatible;
use super::scene::mention_over;
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_given, is_place_or_month};
use crate::model::mention::{Category, Mention, Who};
use crate::model::person::Name;
use crate::model::role::Role;

/// Rule of the patient's name behind a label: it outranks what is known of namesakes.
pub const LABELLED: &str = "text.own-label";
/// Rule of what a text says the patient is called.
pub const CALLED: &str = "text.own-called";

/// Names that a text tells to be the patient's, in place of what was found there. `mentions` is sorted and stays so.
pub fn settle(t: &Tokens, mentions: &mut Vec<Mention>, own: &Own) {
    if !own.has_given() {
        return;
    }
    let mut more: Vec<Mention> = Vec::new();
    for i in 0..t.list.len() {
        if t.is(i, ':') || matches!(t.low(i), "signature" | "sig") {
            more.extend(labelled(t, i, own));
        }
    }
    let mut fields: Vec<Field> = Vec::new();
    for i in 0..t.list.len() {
        fields.extend(form_names::fields(t, i, mentions, &fields, own));
    }
    let mut aliases = aliases(t, mentions, own);
    aliases.extend(fields.iter().filter_map(|f| alias(t, f.word?)));
    for i in 0..t.list.len() {
        if t.is_capital(i) && aliases.iter().any(|a| a == t.low(i)) {
            more.extend(called(t, i, mentions, &aliases, own));
        }
    }
    more.extend((0..t.list.len()).filter_map(|i| formerly(t, i, own)).filter(|m| !cued_other(mentions, m)));
    more.extend(others_called(t, mentions, &aliases));
    if let Some(told) = generation::told(t, own) {
        more.extend((0..t.list.len()).filter_map(|j| generation::own_at(t, j, told, own)));
    }
    more.retain(|m| !fields.iter().any(|f| f.mention.start < m.end && m.start < f.mention.end));
    more.extend(fields.into_iter().map(|f| f.mention));
    if more.is_empty() {
        return;
    }
    mentions.retain(|m| m.category != Category::Name || !more.iter().any(|x| x.start < m.end && m.start < x.end));
    mentions.extend(more);
    mentions.sort_by_key(|m| (m.start, m.end));
    mentions.dedup_by_key(|m| m.start);
}

pub fn own_mention(start: usize, end: usize, name: Name, rule: &'static str) -> Mention {
    Mention { weighed: false, start, end, category: Category::Name, who: Who::Patient, rule, confidence: 0.95, name: Some(name) }
}

/// `Patient: B. Ferreira`, `Pt signature: O. Pridgen`, `Resident: Roe, A.`: the mark or word at token `i` ends such a label.
fn labelled(t: &Tokens, i: usize, own: &Own) -> Option<Mention> {
    let colon = t.is(i, ':');
    if !colon && t.is(i + 1, ':') {
        return None;
    }
    let line = t.line_start(i);
    let from = (line..i).rev().take(6).take_while(|k| !t.is(*k, '|') && !t.is(*k, ':')).last().unwrap_or(i);
    let from = (from..i).rev().find(|k| t.begins_column(*k)).unwrap_or(from);
    let words: Vec<&str> = (from..i + usize::from(!colon)).map(|k| t.low(k)).filter(|w| *w != "'" && *w != ".").collect();
    let is_one = |w: &str| {
        matches!(w, "patient" | "pt" | "resident" | "student" | "child" | "infant" | "newborn" | "baby" | "subject" | "client")
    };
    let told = match words.as_slice() {
        [one] => is_one(one) && colon,
        [one, what] => is_one(one) && matches!(*what, "name" | "signature" | "sig" | "sign" | "signed"),
        [a, "of", one] => is_one(one) && matches!(*a, "name" | "signature"),
        _ => false,
    };
    if !told {
        return None;
    }
    let mut read = forward(t, i + 1, Trust::Strong).filter(|r| r.first == i + 1)?;
    // `Patient: W. Ferreira     Witness: ...`: the next column is another matter.
    if let Some(k) = (read.first + 1..read.next).find(|k| t.begins_column(*k)) {
        read.next = k;
        read.end = t.get(k - 1)?.end;
        read.name = split_text(t.text.get(read.start..read.end)?);
    }
    // Another patient of the same name has another birth date.
    let other = (read.next..read.next + 24).take_while(|k| !t.ends_line(*k)).any(|k| {
        matches!(t.low(k), "dob" | "born") && {
            let from = (k + 1..k + 4).find(|j| matches!(t.shape(*j), Some(Shape::Number | Shape::Mixed | Shape::Cap)));
            from.is_some_and(|f| !date_at(t, f).iter().any(|d| own.is_birth_date(d)) && own.birth_date.is_some())
        }
    });
    (!other && is_own(&read.name, own)).then(|| own_mention(read.start, read.end, read.name, LABELLED))
}

/// What is written from token `first` on, cut at some lengths that dates have.
pub fn date_at(t: &Tokens, first: usize) -> Vec<String> {
    let Some(a) = t.get(first) else { return Vec::new() };
    (first..first + 6).filter_map(|k| t.get(k)).filter_map(|b| t.text.get(a.start..b.end)).map(str::to_string).collect()
}

/// The patient's name in full, with an initial, or as that of a newborn: `BB Roe`, `Baby Girl Roe`.
fn is_own(name: &Name, own: &Own) -> bool {
    let family = own.is_family(&name.family);
    let first = name.given.first().map(|g| folded(g).trim_end_matches('.').to_string()).unwrap_or_default();
    let unnamed = matches!(first.as_str(), "bb" | "bg" | "baby" | "babyboy" | "babygirl" | "boy" | "girl" | "infant" | "newborn");
    let letters = first.replace('.', "");
    let initials = (1..=3).contains(&letters.len()) && letters.chars().next().is_some_and(|c| own.given_begins(&c.to_string()));
    own.fit(name) == Fit::Full && !own.other_generation(name) && !own.other_middle(name)
        || family && !own.other_generation(name) && (unnamed && own.is_child(None) || initials && name.given.len() == 1)
}

/// `Brother Zenoviy ("Zen")`, `Declan "Deco"`: what somebody else is called, there and wherever it stands again.
fn others_called(t: &Tokens, mentions: &[Mention], own: &[String]) -> Vec<Mention> {
    let mut called: Vec<(String, &Mention)> = Vec::new();
    for m in mentions.iter().filter(|m| m.category == Category::Name && m.name.is_some()) {
        let Who::New(role) = m.who else { continue };
        let next = t.list.partition_point(|x| x.start < m.end);
        let word = next + 1 + usize::from(t.is(next, '('));
        let quoted = t.is(word - 1, '"') && t.is(word + 1, '"') && t.shape(word) == Some(Shape::Cap);
        if role == Role::Organization || !quoted || t.like(word) == NameLike::Word {
            continue;
        }
        if let Some(a) = alias(t, word).filter(|a| !own.contains(a) && called.len() < 50) {
            called.push((a, m));
        }
    }
    let mut out = Vec::new();
    for i in 0..t.list.len() {
        let Some((_, m)) = called.iter().find(|c| t.shape(i) == Some(Shape::Cap) && c.0 == t.low(i)) else { continue };
        let (Some(token), None) = (t.get(i), mention_over(t, mentions, i)) else { continue };
        out.push(Mention { start: token.start, end: token.end, rule: "text.called", confidence: 0.6, ..(*m).clone() });
    }
    out
}

/// What the text says that the patient is called: `Jane Roe ("Jenny")`, `Preferred name: Jenny`, `goes by Jenny`.
fn aliases(t: &Tokens, mentions: &[Mention], own: &Own) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let full = |m: &&Mention| {
        m.category == Category::Name
            && m.who == Who::Patient
            && m.name.as_ref().is_some_and(|n| own.fit(n) == Fit::Full && !n.given.is_empty())
    };
    for m in mentions.iter().filter(full) {
        let next = t.list.partition_point(|x| x.start < m.end);
        let k = next + usize::from(t.is(next, ','));
        let open = usize::from(t.is(k, '(') || t.is(k, '['));
        let quoted = usize::from(t.is(k + open, '"'));
        let word = k + open + quoted;
        let closed = t.is(word + 1, '"') || t.is(word + 1, ')') || t.is(word + 1, ']');
        let known = quoted == 1 || is_given(t.low(word)) && !is_place_or_month(t.low(word));
        if open + quoted > 0 && closed && known {
            out.extend(alias(t, word));
        }
    }
    for i in 0..t.list.len() {
        // `Pt "Nita" fussed`, `calls self "Mei-Bao"`
        let one = matches!(t.low(i), "pt" | "patient" | "resident" | "client" | "self" | "himself" | "herself");
        if one && t.is(i + 1, '"') && t.is(i + 3, '"') && of_patient(t, i, mentions, own) {
            out.extend(alias(t, i + 2));
        }
    }
    for i in 1..t.list.len() {
        // `Calliope "Callie" Roe`
        if t.is(i, '"')
            && t.is(i + 2, '"')
            && (own.is_given(t.low(i - 1)) && t.is_capital(i - 1) || own.is_family(t.low(i - 1)) && t.is(i - 2.min(i), ','))
            && (own.is_family(t.low(i + 3)) || own.is_family(t.low(i - 1)))
        {
            out.extend(alias(t, i + 1));
        }
        out.extend(behind_own(t, i, own).and_then(|word| alias(t, word)));
        if let Some(n) = says(t, i)
            && of_patient(t, i, mentions, own)
        {
            let k = n + usize::from(t.is(n, ':') || t.low(n) == "is");
            out.extend(alias(t, k + usize::from(t.is(k, '"'))));
        }
    }
    out.sort();
    out.dedup();
    out
}

/// The token of what the patient is called behind their name in full or with a title that ends at token `i`: `Mr. Roe ("Gus")`,
/// `ROE Peregrine (say "Perry")`, `Roe, Jane 32F "Jenny"`. Without brackets or a word for it somebody may only be quoted.
fn behind_own(t: &Tokens, i: usize, own: &Own) -> Option<usize> {
    let full = is_full(t, i, own);
    let before = i.checked_sub(1)?;
    let titled = || {
        let k = if t.is(before, '.') { before.checked_sub(1)? } else { before };
        let sex = super::cues::title_sex(t.low(k));
        title(t.low(k)).filter(|_| sex.is_none() || own.sex.is_none() || sex == own.sex.as_deref())
    };
    if !t.is_capital(i) || !(full || own.is_family(t.low(i)) && titled().is_some()) {
        return None;
    }
    // Age, sex and numbers may stand between, and marks.
    let between = |k: &usize| match t.shape(*k) {
        Some(Shape::Number | Shape::Mixed | Shape::Mark(',' | '/' | '(' | '[' | '-')) => full || *k == i + 1,
        _ => matches!(t.low(*k), "say" | "called" | "aka" | "known" | "says" | "pref" | "m" | "f" | "yo" | "y" | "yom" | "yof"),
    };
    let quote = (i + 1..i + 9).find(|k| !between(k))?;
    if quote == i + 1 && !full || !t.is(quote, '"') {
        return None;
    }
    // `"Miss Letha"`
    let word = quote + 1 + usize::from(t.is(quote + 3, '"') && title(t.low(quote + 1)).is_some());
    t.is(word + 1, '"').then_some(word)
}

/// True when the patient's name in full, in either order, ends at token `i`.
fn is_full(t: &Tokens, i: usize, own: &Own) -> bool {
    // `Delacroix-Nash`
    let hyphen = |k: usize| k >= 2 && t.is(k - 1, '-') && t.touches_next(k - 1) && t.touches_next(k - 2) && t.is_capital(k - 2);
    let head_of = if hyphen(i) { i - 2 } else { i };
    let (Some(before), low) = (head_of.checked_sub(1), t.low(i)) else { return false };
    let first = t.low(before);
    // `Reyes, Ana Luz`
    let head = (before.saturating_sub(2)..before).rev().take_while(|k| own.is_given(t.low(k + 1))).find(|k| t.is(*k, ','));
    let comma = t.is(before, ',').then_some(before).or(head);
    let turned = comma.is_some_and(|c| c > 0 && own.is_family(t.low(c - 1)) && own.is_given(low));
    turned
        || t.is_capital(i)
            && (own.is_family(low) && own.is_given(first) || own.is_given(low) && own.is_family(first) && low != first)
}

/// `Dvora Hirschfeld née Klughaupt`, `Nachman Kopelowitz a/k/a Norman Kopel`: another name of the patient's right behind the one that is known,
/// or behind a label at token `i` (`Also known as: Ragna Palmer`); there alone: relatives may bear it, too. Token `i` ends the known one.
fn formerly(t: &Tokens, i: usize, own: &Own) -> Option<Mention> {
    let label = t.begins_column(i);
    if !label && !is_full(t, i, own) {
        return None;
    }
    let mut k = i + usize::from(!label);
    while !label && k < i + 5 && matches!(t.shape(k), Some(Shape::Mark(',' | '(' | ';' | '/' | '|'))) {
        k += 1;
    }
    let (a, b, c) = (t.low(k), t.low(k + 1), t.low(k + 2));
    let len = match (a, b, c) {
        ("also" | "formerly", "known", "as") => 3,
        ("nee" | "fka" | "aka" | "formerly" | "born" | "prev" | "previously" | "dba", ..) => 1,
        ("maiden" | "former" | "previous" | "other", "name" | "names", _) => 2,
        ("a" | "f" | "n", "/", _) if t.low(k + 2) == "k" && t.is(k + 3, '/') && t.low(k + 4) == "a" => 5,
        _ => return None,
    };
    let from = (k + len..k + len + 3).find(|j| !matches!(t.shape(*j), Some(Shape::Mark(':' | '=' | '.' | '"'))))?;
    let name =
        |j: &usize| t.is_capital(*j) && !t.begins_column(*j) && title(t.low(*j)).is_none() && credential_at(t, *j).is_none();
    let next = (from..from + 3).take_while(|j| *j == from && t.is_capital(*j) || name(j)).last()? + 1;
    let (start, end) = (t.get(from)?.start, t.get(next - 1)?.end);
    let name = split_text(t.text.get(start..end)?);
    alias(t, next - 1)?;
    // A label of its own line: of the patient when the given name is theirs.
    let mine = || (k + len..from).any(|j| matches!(t.shape(j), Some(Shape::Mark(':' | '=')))) && own.is_given(t.low(from));
    if label && !mine() {
        return None;
    }
    Some(own_mention(start, end, name, CALLED))
}

/// True when words beside it give a name to somebody else.
fn cued_other(mentions: &[Mention], m: &Mention) -> bool {
    mentions.iter().any(|x| x.start < m.end && m.start < x.end && matches!(x.rule, "cue.kin" | "cue.title" | "cue.credential"))
}

/// A word that may be what somebody is called.
fn alias(t: &Tokens, k: usize) -> Option<String> {
    let low = t.low(k);
    let fits = t.is_capital(k)
        && t.word(k).chars().count() >= 2
        && credential_at(t, k).is_none()
        && title(low).is_none()
        && kin(low).is_none()
        && !super::words::is_running_word(low)
        && !super::words::is_clinical(low);
    fits.then(|| low.to_string())
}

/// One past the words at token `i` after which stands what somebody is called.
fn says(t: &Tokens, i: usize) -> Option<usize> {
    let (a, b, c) = (t.low(i), t.low(i + 1), t.low(i + 2));
    match (a, b, c) {
        ("preferred", "name", _) | ("goes", "by", _) | ("prefers", "name", _) | ("known", "as", _) => Some(i + 2),
        ("pref" | "prefers" | "preferred" | "prefer", ..) if t.is(i + 1, ':') || t.shape(i + 1) == Some(Shape::Cap) => {
            Some(i + 1)
        }
        ("be", "called" | "named", _) | ("now", "named", _) | ("pref", "name", _) => Some(i + 2),
        ("preferred", "first", "name") | ("prefers", "the", "name") => Some(i + 3),
        // `They call him Teddy.`
        ("call" | "calls", "him" | "her", _) if t.is_capital(i + 2) => Some(i + 2),
        ("goes", "as", _) | ("calls" | "call" | "called", "himself" | "herself" | "themself" | "themselves" | "self", _) => {
            Some(i + 2)
        }
        // `answers to Chip.`; who answers to Sheila at work has another name.
        ("answers", "to", _) if matches!(t.shape(i + 3), Some(Shape::Mark(_) | Shape::Break) | None) => Some(i + 2),
        // `Daniel, called Dodo by his grandchildren`; who called Sheila by phone has another name.
        ("called" | "nicknamed", _, "by")
            if matches!(t.low(i + 3), "his" | "her" | "their" | "everyone" | "everybody" | "friends") =>
        {
            let passive = i > 0 && (t.is(i - 1, ',') || t.is(i - 1, '(') || matches!(t.low(i - 1), "is" | "was" | "be" | "also"));
            passive.then_some(i + 1)
        }
        // `known to all as Gus`, `known at home as Gus`
        ("known", ..) => (i + 2..i + 6).find(|k| t.low(*k) == "as").filter(|k| !(i..*k).any(|j| t.ends_line(j))).map(|k| k + 1),
        ("nickname" | "nick-name" | "nicknamed" | "aka", _, _) => Some(i + 1),
        ("alias", ..) if t.is(i + 1, ':') => Some(i + 1),
        _ => None,
    }
}

/// True when the sentence up to token `i` speaks of nobody but the patient.
fn of_patient(t: &Tokens, i: usize, mentions: &[Mention], own: &Own) -> bool {
    // `Preferred name: Dee` without anybody before it is about whom the text is about.
    // After somebody else the line is of their entry, or goes on with a sentence about them.
    let others = || form_names::named_last(t, i, mentions, own).is_some_and(|(_, own)| !own);
    let mut spoken =
        t.begins_column(i) && !others() || i > 0 && matches!(t.shape(i - 1), Some(Shape::Mark('.' | ';'))) && t.is_capital(i);
    for k in (0..i).rev().take(24) {
        let end = t.shape(k) == Some(Shape::Break) || t.is(k, '.') && t.shape(k.wrapping_sub(1)) != Some(Shape::Initial);
        if (end || t.is(k, ';')) && !is_full(t, k.saturating_sub(1), own) {
            break;
        }
        // Lists may have taken a part of the patient's name for somebody.
        if is_full(t, k, own) {
            return true;
        }
        if let Some(m) = mention_over(t, mentions, k).and_then(|at| mentions.get(at)) {
            return m.who == Who::Patient;
        }
        let low = t.low(k);
        if t.is_capital(k) && own.is_given(low) && t.word(k).len() > 1 {
            return true;
        }
        // Somebody whom nothing has found.
        if kin(low).is_some() || t.shape(k) == Some(Shape::Cap) && t.like(k) > NameLike::Word && !own.is_family(low) {
            return false;
        }
        spoken |= matches!(low, "patient" | "pt" | "he" | "she" | "resident" | "they");
    }
    spoken
}

/// The patient by such a name at token `i`, unless more of a name, a title or a kin word says somebody else.
fn called(t: &Tokens, i: usize, mentions: &[Mention], aliases: &[String], own: &Own) -> Option<Mention> {
    let found = mention_over(t, mentions, i).and_then(|at| mentions.get(at));
    // `Consolación Reyes "Connie"` found as one name: the known name is found anyway.
    let first = i - usize::from(i > 0 && title(t.low(i - 1)).is_some());
    if first > 1 && t.is(first - 1, '"') && (is_full(t, first - 2, own) || is_full(t, first.saturating_sub(3), own)) {
        return own_mention_at(t, i);
    }
    let cued = |m: &Mention| {
        m.who == Who::Patient
            || matches!(m.rule, "cue.kin" | "cue.title" | "cue.credential" | "list.last-first" | "cue.apposition")
            || m.name.as_ref().is_some_and(|n| !n.family.is_empty() && !n.given.is_empty())
    };
    let before = i.checked_sub(1).map_or("", |k| t.low(k));
    let family = kin(before).is_some() || title(before).is_some() || credential_at(t, i + 1).is_some();
    let more = t.is_capital(i + 1) && is_given(t.low(i + 1)) && !aliases.iter().any(|a| compatible(a, t.low(i + 1)));
    if found.is_some_and(cued) || family || more {
        return None;
    }
    own_mention_at(t, i)
}

/// The patient by the word at token `i`.
fn own_mention_at(t: &Tokens, i: usize) -> Option<Mention> {
    let token = t.get(i)?;
    let name = Name { given: vec![t.word(i).to_string()], ..Name::default() };
    Some(Mention { confidence: 0.9, ..own_mention(token.start, token.end, name, CALLED) })
}

#[cfg(test)]
mod tests {
    use crate::detect::{Context, discover};
    use crate::model::mention::{Category, Mention, Who};
    use crate::model::person::Name;
    use crate::model::request::Identity;
    use crate::model::role::Role;

    fn found(text: &str) -> Vec<Mention> {
        let name = Name { family: "Ferreira".into(), given: vec!["Wilhelmina".into()], ..Name::default() };
        let id = Identity { names: vec![name], birth_date: Some("1950-11-02".into()), ..Identity::default() };
        discover(text, &Context::default(), &id)
    }

    fn others(text: &str) -> Vec<String> {
        let other = |m: &&Mention| m.category == Category::Name && m.who != Who::Patient;
        found(text).iter().filter(other).map(|m| text[m.start..m.end].to_string()).collect()
    }

    #[test]
    fn the_patient_behind_a_label_is_the_patient() {
        assert_eq!(
            others("Daughter Bess Ferreira signed.\nPatient: W. Ferreira     Witness: Ayo Fashola, RN"),
            ["Bess Ferreira", "Ayo Fashola"]
        );
        assert_eq!(others("Pt signature: W. Ferreira"), Vec::<String>::new());
        // The same label before somebody else, or before a namesake born on another day.
        assert_eq!(others("Patient: T. Marchetti").len(), 1);
    }

    #[test]
    fn what_the_patient_is_called_is_the_patients_name() {
        let text = "Resident Wilhelmina Ferreira (\"Minka\") rm 114. Told Minka that her daughter Bess Roe came.";
        assert_eq!(others(text), ["Bess Roe"]);
        assert_eq!(
            others("Preferred name: \"Minka\"   Legal: Wilhelmina Ferreira\nTold Minka about rounds."),
            Vec::<String>::new()
        );
        // What a relative is called is not.
        for text in [
            "Ms. Ferreira answers to Sheila at work.",
            "Ferreira called Sheila by phone.",
            "Ms. Ferreira, who called Sheila by her cell.",
        ] {
            let own = found(text).iter().any(|m| m.who == Who::Patient && &text[m.start..m.end] == "Sheila");
            assert!(!own, "{text}");
        }
        assert!(others("Her daughter Bess goes by Minka. Told Minka about rounds.").contains(&"Bess".to_string()));
    }

    #[test]
    fn what_the_patient_is_called_behind_a_title_or_a_turned_name_is_the_patients() {
        for text in [
            "Asked to see Ms. Ferreira (\"Gus\") for AKI.",
            "FERREIRA Wilhelmina (say \"Billie\")   ED 7718204",
            "Principal ........ Wilhelmina Ferreira (\"Minka\")   DOB 2-11-50",
            "Pt \"Nita\" fussed at lunch.",
        ] {
            assert_eq!(others(text), Vec::<String>::new(), "{text}");
        }
        // Somebody else by the word for patients, by their own word, or quoted.
        for text in ["The other pt \"Nita\" fussed.", "Roommate calls self \"Nita\".", "Told Ms. Ferreira \"Nita\" is coming."] {
            assert_eq!(others(text), ["Nita"], "{text}");
        }
        // Of a woman that is her husband.
        let name = Name { family: "Ferreira".into(), given: vec!["Wilhelmina".into()], ..Name::default() };
        let id = Identity { names: vec![name], sex: Some("female".into()), ..Identity::default() };
        let text = "Asked to see Mr. Ferreira (\"Gus\") who is here.";
        let own =
            discover(text, &Context::default(), &id).into_iter().any(|m| m.who == Who::Patient && &text[m.start..m.end] == "Gus");
        assert!(!own);
    }

    #[test]
    fn what_the_patient_is_called_is_told_in_many_ways() {
        for text in [
            "Pt Wilhelmina Ferreira, \"Didi\".  Chart D-2094. Didi slept.",
            "601-2 Ferreira, Wilhelmina 32F \"Mino\"  8840017  POD1",
            "Ferreira, Wilhelmina  74F  E00449120  (goes by Jasna)\nSource: pt",
            "Name: Wilhelmina Ferreira. Pref: Koty.  MR 90 22 41",
            "Pt Wilhelmina (prefers Yubi) 28 y/o G2.",
            "Wilhelmina Ferreira, known to all as Gussie, is 45. Gussie eats well.",
            "Wilhelmina, called Mino by her grandchildren, walks with a cane.",
            "Ms. Ferreira answers to Minka.",
            "Ferreira, Wilhelmina. Preferred name: Dee. Dee slept well.",
            "client Wilhelmina Ferreira \"Connie\" CR-0409",
            "FERREIRA,WILHELMINA  \"Miss Letha\"     MRN 300-91-442",
            "Consultand Wilhelmina Ferreira née Szanzer, 33.",
            "RE   Wilhelmina Ferreira  a/k/a Norma Kopel   acct I-2207",
            "Patient Name        : Wilhelmina Ferreira\nAlso Known As       : Wilhelmina Palmer\nPatient ID : 7",
        ] {
            assert_eq!(others(text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(others("Her daughter Bess Ferreira née Szanzer signed.").len(), 1);
    }

    #[test]
    fn what_others_are_called_is_their_name() {
        let text = "Her brother Zenoviy Roe (\"Zenko\") lives upstairs. Zenko drinks.";
        let roles: Vec<Role> = found(text)
            .iter()
            .filter(|m| &text[m.start..m.end] == "Zenko")
            .filter_map(|m| if let Who::New(r) = m.who { Some(r) } else { None })
            .collect();
        assert_eq!(roles, [Role::Brother, Role::Brother]);
    }

    #[test]
    fn a_title_and_the_first_letter_of_the_patients_family_name_is_the_patient() {
        let letter = |text: &str| found(text).iter().any(|m| m.who == Who::Patient && &text[m.start..m.end] == "F");
        assert!(letter("Mrs F slept well."));
    }

    #[test]
    fn a_name_that_a_line_end_breaks_is_the_patients() {
        assert_eq!(others("On exam Mrs. Fer-\nreira walks with a cane."), Vec::<String>::new());
    }
}
