//! People who are written shorter than their name once they have been named: `ZM` and `G.K.` of Zahra Mehrabi and Grace Kim, `Mr V` of
//! Mr Venkat, `E.` of Émile; and user names, which nobody is called by elsewhere.

use super::cast::initials_of;
use super::evidence::credential_at;
use super::fold::folded;
use super::identity::Own;
use super::signature::is_abbreviation;
use super::small_cues::small_credential;
use super::tokens::{Shape, Tokens};
use super::words::{NameLike, is_clinical, is_given, is_running_word, is_surname, is_usual, is_word};
use crate::model::mention::{Category, Mention, Who};
use crate::model::person::Name;
use crate::model::role::{Role, RoleGroup};
use std::collections::HashMap;

/// Adds short forms to what was found; `mentions` is sorted and stays so.
pub fn find(t: &Tokens, mentions: &mut Vec<Mention>, own: &Own) {
    let people = people(mentions);
    let rows = row_ends(t);
    let mut more = Vec::new();
    for i in 0..t.list.len() {
        match t.shape(i) {
            Some(Shape::Initial) => {
                dotted(t, i, &people, own, &mut more);
                letter(t, i, &people, own, &mut more);
            }
            Some(Shape::Mixed | Shape::Cap) if is_particled(t.word(i)) => letters(t, i, &people, own, &rows, &mut more),
            Some(Shape::Upper | Shape::Lower) => {
                letters(t, i, &people, own, &rows, &mut more);
                user(t, i, &mut more);
            }
            Some(Shape::Mixed) => user(t, i, &mut more),
            _ => {}
        }
    }
    more.retain(|m: &Mention| {
        let at = mentions.partition_point(|x| x.end <= m.start);
        mentions.get(at).is_none_or(|x| x.start >= m.end)
    });
    if !more.is_empty() {
        mentions.extend(more);
        mentions.sort_by_key(|m| m.start);
    }
}

/// People of one text whose short forms are looked for.
const PEOPLE: usize = 200;

/// Everybody named so that initials can be made of them.
struct Person {
    role: Role,
    name: Name,
    short: Vec<String>,
}

fn people(mentions: &[Mention]) -> Vec<Person> {
    let mut out: Vec<Person> = Vec::new();
    for m in mentions.iter().filter(|m| m.category == Category::Name) {
        let (Who::New(role), Some(name)) = (&m.who, &m.name) else { continue };
        if *role == Role::Organization || name.given.is_empty() && name.family.is_empty() {
            continue;
        }
        let known = |p: &Person| p.role == *role && p.name.family == name.family && p.name.given == name.given;
        if out.len() < PEOPLE && !out.iter().any(known) {
            out.push(Person { role: *role, name: name.clone(), short: initials_of(name) });
        }
    }
    out
}

fn mention(t: &Tokens, first: usize, last: usize, role: Role, name: Name, rule: &'static str) -> Option<Mention> {
    let (a, b) = (t.get(first)?, t.get(last)?);
    Some(Mention {
        weighed: false,
        start: a.start,
        end: b.end,
        category: Category::Name,
        who: Who::New(role),
        rule,
        confidence: 0.6,
        name: Some(name),
    })
}

/// Words beside which whoever wrote, typed or checked is told by initials.
fn is_desk_word(low: &str) -> bool {
    matches!(
        low,
        "by" | "dict"
            | "dictated"
            | "dictation"
            | "trans"
            | "transcribed"
            | "typed"
            | "verified"
            | "initialed"
            | "initialled"
            | "initials"
            | "signed"
            | "reviewed"
            | "witnessed"
            | "es"
            | "d"
            | "t"
            | "per"
            | "cc"
            | "agree"
            | "agreed"
            | "discussed"
            | "entered"
            | "checked"
            | "scribe"
            | "and"
            | "to"
            | "w"
            | "with"
            | "from"
            | "told"
            | "called"
            | "tr"
            | "typ"
            | "typist"
            | "attest"
            | "attested"
            | "sig"
            | "init"
            | "inits"
            | "cosign"
            | "read"
            | "rn"
            | "staff"
    )
}

/// `verified ZM`, `GP/TA`, `AT/bjl`, `Seen and agree. NO`: letters that are the initials of somebody named, or stand where only whoever
/// wrote is told.
fn letters(t: &Tokens, i: usize, people: &[Person], own: &Own, rows: &HashMap<&str, usize>, out: &mut Vec<Mention>) {
    let (word, low) = (t.word(i), t.low(i));
    let upper = t.shape(i) == Some(Shape::Upper) || is_particled(word);
    if !(2..=4).contains(&word.len()) || !word.is_ascii() || credential_at(t, i).is_some() || super::cues::title(low).is_some() {
        return;
    }
    let before = i.checked_sub(1);
    let stroke_before = before.is_some_and(|k| t.is(k, '/') && t.touches_next(k));
    let stroke_after = t.is(i + 1, '/') && t.touches_next(i);
    let dash = before.is_some_and(|k| t.is(k, '-') && t.touches_next(k) && (t.begins_line(k) || t.is(k.wrapping_sub(1), '-')));
    let ends = t.ends_column(i + 1) || matches!(t.shape(i + 1), Some(Shape::Number)) || t.is(i + 1, '.') && t.ends_line(i + 2);
    let cue = |k: usize| is_desk_word(t.low(k)) || t.is(k, ':') && k > 0 && is_desk_word(t.low(k - 1));
    // `by subject; struck through by JP`, `Dictated MH / verified ZM`
    let told = before.is_some_and(cue) || before.is_some_and(|k| t.is(k, ',') && k > 0 && t.shape(k - 1) == Some(Shape::Upper));
    let alone = t.begins_line(i) && ends;
    let sentence_end = before.is_some_and(|k| t.is(k, '.')) && ends;
    // `f. amankwah pgy1 / lts rn`
    let closes = !upper
        && small_credential(t, i + 1).is_some_and(|r| r != Role::Therapist)
        && t.ends_line(i + 2)
        && (t.begins_line(i) || before.is_some_and(|k| matches!(t.shape(k), Some(Shape::Mark('/' | ';' | ',' | '-')))));
    let place = told
        || closes
        || acts_there(t, i)
        || t.is(i + 1, '=')
        || t.is(i.wrapping_sub(1), '=')
        || stroke_before
        || stroke_after
        || dash
        || alone
        || sentence_end
        || t.begins_column(i) && ends;
    let heads = t.is(i + 1, ':') && i >= 1 && t.shape(i - 1) == Some(Shape::Number);
    let place = place || heads;
    if !place
        || !upper
            && !(closes
                || stroke_before
                || dash
                || heads
                || told && ends
                || t.begins_column(i) && ends && !t.begins_line(i)
                || t.is(i + 1, '='))
    {
        return;
    }
    let known = people
        .iter()
        .find(|p| p.short.iter().any(|s| s == low) && works(p.role))
        .or_else(|| people.iter().find(|p| p.short.iter().any(|s| s == low)));
    if own.has_initials(low) && known.is_none() {
        return;
    }
    if let Some(p) = known {
        // Letters that are also an abbreviation need a place where somebody signs.
        let common = is_abbreviation(low) || is_word(low) && !upper;
        let signs = alone
            || sentence_end
            || dash
            || before.is_some_and(|k| {
                matches!(t.low(k), "by" | "dict" | "dictated" | "trans" | "verified" | "initialed" | "initials" | "agree" | "es")
            });
        if !common || signs && upper {
            out.extend(mention(t, i, i, p.role, p.name.clone(), "cue.initials"));
        }
        return;
    }
    // Of nobody named: only where nothing else can stand.
    let typist = before.is_some_and(|k| {
        let label = |w: &str| {
            matches!(
                w,
                "dict"
                    | "dictated"
                    | "dictating"
                    | "trans"
                    | "transcribed"
                    | "verified"
                    | "initialed"
                    | "initialled"
                    | "es"
                    | "typed"
                    | "typ"
                    | "typist"
                    | "attest"
                    | "attested"
                    | "tr"
                    | "cosign"
            )
        };
        label(t.low(k))
            || (t.is(k, '/') || t.is(k, ':'))
                && k > 0
                && (label(t.low(k - 1)) || matches!(t.word(k - 1), "T" | "D" | "DD" | "DT" | "dlct"))
    });
    // `LK=Liesl Kauffman RN`: the key to a flow sheet.
    let key = (upper || t.begins_column(i) || t.is(i.wrapping_sub(1), ';'))
        && t.is(i + 1, '=')
        && t.is_capital(i + 2)
        && t.like(i + 2) > NameLike::Word;
    let pair = stroke_before
        && i >= 2
        && t.shape(i - 2) == Some(Shape::Upper)
        && (2..=3).contains(&t.word(i - 2).len())
        && t.begins_line(i - 2)
        || stroke_after
            && t.begins_line(i)
            && matches!(t.shape(i + 2), Some(Shape::Lower | Shape::Upper))
            && (2..=4).contains(&t.word(i + 2).len());
    // `06/12 kvo: Quanah now ...`: who wrote an entry.
    let heads = t.is(i + 1, ':')
        && i >= 1
        && (t.begins_line(i) || t.shape(i - 1) == Some(Shape::Number))
        && (t.begins_line(i) || t.line_start(i) + 5 >= i && t.is(i.wrapping_sub(2), '/'))
        && (t.line_start(i)..i).all(|k| matches!(t.shape(k), Some(Shape::Number | Shape::Mark('/' | '-' | ':' | '.'))))
        && t.line_start(i) < i
        && !is_word(low);
    let column = ends
        && t.begins_column(i)
        && !t.begins_line(i)
        && t.ends_line(i + 1 + usize::from(t.is(i + 1, '|')))
        && rows.get(word).is_some_and(|n| *n > 1)
        && !is_word(low);
    // Behind the stroke, or behind `T:`, stand the letters of whoever typed.
    let types = pair && stroke_before
        || before.is_some_and(|k| {
            let label = if t.is(k, ':') && k > 0 { k - 1 } else { k };
            matches!(t.low(label), "trans" | "transcribed" | "typed" | "typ" | "typist" | "tr") || t.word(label) == "T"
        });
    let role = if !upper || types { Role::Staff } else { Role::Clinician };
    let struck = before.is_some_and(|k| t.low(k) == "by") && ends_clause(t, i) && upper;
    if (closes || typist || pair || struck || key || heads || column)
        && !is_abbreviation(low)
        && !is_clinical(low)
        && !is_running_word(low)
        && (upper || !is_word(low))
        && super::cues::function(word).is_none()
    {
        let name = Name { text: word.to_string(), ..Name::default() };
        out.extend(mention(t, i, i, role, name, "cue.initials"));
    }
}

/// `LdC`, `JvB`: initials with that of a particle.
fn is_particled(word: &str) -> bool {
    matches!(word.as_bytes(), [a, b'd' | b'v' | b'b' | b'e' | b'l', c] if a.is_ascii_uppercase() && c.is_ascii_uppercase())
}

/// How often each word of letters ends a line in a column of its own.
fn row_ends<'t>(t: &'t Tokens) -> HashMap<&'t str, usize> {
    let ends = |k: &usize| {
        matches!(t.shape(*k), Some(Shape::Upper | Shape::Lower))
            && t.begins_column(*k)
            && !t.begins_line(*k)
            && t.ends_line(k + 1 + usize::from(t.is(k + 1, '|')))
    };
    let mut out = HashMap::new();
    (0..t.list.len()).filter(ends).for_each(|k| *out.entry(t.word(k)).or_default() += 1);
    out
}

/// `JD dictating`, `LA was present`: a verb that people do behind the letters.
fn acts_there(t: &Tokens, i: usize) -> bool {
    t.shape(i) == Some(Shape::Upper)
        && t.shape(i + 1) == Some(Shape::Lower)
        && (super::speech::is_speech(t.low(i + 1))
            || matches!(
                t.low(i + 1),
                "was" | "dictating" | "read" | "aware" | "present" | "paged" | "will" | "here" | "notified"
            ))
}

fn ends_clause(t: &Tokens, i: usize) -> bool {
    t.ends_line(i + 1) || matches!(t.shape(i + 1), Some(Shape::Mark('.' | ',' | ';' | ')')))
}

fn works(r: Role) -> bool {
    matches!(r.group(), RoleGroup::Clinician | RoleGroup::Staff)
}

/// `G.K.`, `C.A.B.`, `M.R.`: two or three capitals with points.
fn dotted(t: &Tokens, i: usize, people: &[Person], own: &Own, out: &mut Vec<Mention>) {
    let begins = i == 0 || !(t.is(i - 1, '.') && t.touches_next(i - 1));
    let mut letters = String::new();
    let mut k = i;
    while t.shape(k) == Some(Shape::Initial) && t.is(k + 1, '.') && t.touches_next(k) && letters.len() < 4 {
        letters.push_str(t.low(k));
        k += 2;
        if !t.touches_next(k - 1) {
            break;
        }
    }
    // `G.Th.`
    if k > i && t.shape(k) == Some(Shape::Cap) && t.word(k).len() == 2 && t.touches_next(k - 1) && t.is(k + 1, '.') {
        letters.push_str(t.low(k));
        k += 2;
    }
    if !begins || letters.len() < 2 || credential_at(t, i).is_some() {
        return;
    }
    const WORDS: &[&str] = &[
        "us", "usa", "uk", "po", "am", "pm", "dob", "id", "eg", "ie", "npo", "bid", "tid", "qid", "prn", "iv", "im", "er", "ed",
        "or", "ct", "mri", "md", "rn", "do", "np", "pa", "od", "os", "ou", "ra", "sob", "nad", "aa", "na", "ad", "bc", "dc",
        "ny", "la", "rtc", "pe", "hs", "ac", "pc", "sl", "sc", "wc", "vs", "ss", "ii", "iii", "pt", "ot", "st", "un", "va", "ca",
        "nc", "sd", "nd", "ri",
    ];
    // A family name after them: `J. R. Smith` is read elsewhere.
    let goes_on = t.shape(k) == Some(Shape::Cap) && t.like(k) > NameLike::Word;
    if goes_on || own.has_initials(&letters) {
        return;
    }
    let known = people.iter().find(|p| p.short.contains(&letters));
    let before = i.checked_sub(1).map_or("", |k| t.low(k));
    let cue = is_desk_word(before)
        || matches!(
            before,
            "donor" | "recipient" | "recip" | "patient" | "pt" | "child" | "client" | "student" | "," | ":" | "-"
        );
    let alone = t.begins_line(i) && t.ends_line(k);
    if WORDS.contains(&letters.as_str()) && known.is_none() || known.is_none() && !cue && !alone {
        return;
    }
    let role = known.map_or(Role::OtherPerson, |p| p.role);
    let name = known.map_or_else(|| Name { text: letters.to_uppercase(), ..Name::default() }, |p| p.name.clone());
    out.extend(mention(t, i, k - 1, role, name, "cue.initials"));
}

/// `Mr V happy`, `Dr. Q aware`, `she says E. cannot`: the first letter of somebody named.
fn letter(t: &Tokens, i: usize, people: &[Person], own: &Own, out: &mut Vec<Mention>) {
    let low = t.low(i);
    let point = usize::from(t.is(i + 1, '.') && t.touches_next(i));
    let next = i + 1 + point;
    if matches!(low, "a" | "i") && point == 0 || t.is(i.wrapping_sub(1), '.') && t.touches_next(i.wrapping_sub(1)) {
        return;
    }
    let first = |w: &str| folded(w).starts_with(low);
    let title_at = i.checked_sub(1).map(|k| if t.is(k, '.') { k.saturating_sub(1) } else { k });
    let title = title_at.map_or("", |k| t.low(k));
    let goes_on = t.is_capital(next) && t.like(next) > NameLike::Word;
    if matches!(title, "mr" | "mrs" | "ms" | "miss" | "dr") && !goes_on {
        let sex = super::cues::title_sex(title);
        let against = sex.is_some() && own.sex.is_some() && sex != own.sex.as_deref();
        if own.family_begins(low) && title != "dr" && !against {
            let name = Name { family: t.word(i).to_string(), ..Name::default() };
            let found = mention(t, i, i, Role::Patient, name, "cue.initials");
            out.extend(found.map(|m| Mention { who: Who::Patient, ..m }));
            return;
        }
        if against && own.family_begins(low) {
            let family: Vec<&Person> = people.iter().filter(|p| p.role.group() == RoleGroup::Relative).collect();
            let role = if family.iter().any(|p| p.role == Role::Spouse) { Role::Spouse } else { Role::Relative };
            let name = Name { family: t.word(i).to_string(), ..Name::default() };
            out.extend(mention(t, i, i, role, name, "cue.initials"));
            return;
        }
        let doctor = title == "dr";
        let of = people
            .iter()
            .filter(|p| first(&p.name.family) && (!doctor || works(p.role) || p.role == Role::OtherPerson))
            .max_by_key(|p| p.role.rank());
        let role = of.map_or(if doctor { Role::Physician } else { Role::OtherPerson }, |p| p.role);
        let name = of.map_or_else(|| Name { family: t.word(i).to_string(), ..Name::default() }, |p| p.name.clone());
        out.extend(mention(t, i, i, role, name, "cue.initials"));
        return;
    }
    // `T has a key`, `says E. cannot`: a verb goes on.
    let verb = t.shape(next) == Some(Shape::Lower)
        && matches!(
            t.low(next),
            "has"
                | "had"
                | "is"
                | "was"
                | "will"
                | "can"
                | "cannot"
                | "could"
                | "would"
                | "did"
                | "does"
                | "says"
                | "said"
                | "wants"
                | "asked"
                | "called"
                | "told"
                | "feels"
                | "reports"
                | "agrees"
                | "denies"
                | "stays"
                | "lives"
                | "works"
                | "left"
                | "came"
        );
    let starts = i == 0
        || matches!(t.shape(i - 1), Some(Shape::Break | Shape::Mark('.' | ':' | ';' | ',' | '"' | '(')))
        || matches!(t.low(i - 1), "says" | "said" | "that" | "and" | "but" | "when" | "if" | "because" | "bc");
    if !verb || !starts || own.given_begins(low) {
        return;
    }
    let mut of = people.iter().filter(|p| p.name.given.first().is_some_and(|g| first(g) && g.chars().count() > 1));
    let Some(p) = of.next() else { return };
    let one = of.all(|q| q.name.given.first().map(|g| folded(g)) == p.name.given.first().map(|g| folded(g)));
    if one {
        out.extend(mention(t, i, i + point, p.role, p.name.clone(), "cue.initials"));
    }
}

/// `Electronically signed: praghunathan 10/09/2026`, and `mtran 11/12 0935` on a line of its own: a signature's word at token `before`, or a
/// day and an hour behind token `i`.
fn is_stamped(t: &Tokens, i: usize, before: Option<usize>) -> bool {
    let number = |k: usize| t.shape(k) == Some(Shape::Number);
    let day = number(i + 1) && (t.is(i + 2, '/') || t.is(i + 2, '-')) && number(i + 3);
    let signs = before.is_some_and(|k| {
        matches!(
            t.low(k),
            "signed" | "esigned" | "e-signed" | "cosigned" | "co-signed" | "attested" | "authenticated" | "initialed"
        )
    });
    if signs {
        return number(i + 1) || t.ends_line(i + 1);
    }
    // The line has nothing else.
    let ends = (i + 4..i + 10).find(|k| t.ends_line(*k));
    let bare = ends.is_some_and(|e| (i + 4..e).all(|k| !matches!(t.shape(k), Some(Shape::Lower | Shape::Cap | Shape::Mixed))));
    let at = (i + 4..i + 8).find(|k| number(*k) && (t.word(*k).len() == 4 || t.is(k + 1, ':')));
    t.begins_line(i) && day && bare && at.is_some_and(|k| ends.is_some_and(|e| k < e))
}

/// `jpruitt4`, `powerscribe_bwhitcomb`, `user jpalmgren`, `prev. edit MBALANDIN`: names to log in with.
fn user(t: &Tokens, i: usize, out: &mut Vec<Mention>) {
    let word = t.word(i);
    let head = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let low = head.to_ascii_lowercase();
    if low.len() < 2 || !low.bytes().all(|b| b.is_ascii_lowercase()) || word.len() - head.len() > 3 {
        return;
    }
    let before = i
        .checked_sub(1)
        .map(|k| if matches!(t.shape(k), Some(Shape::Mark(':' | '=' | '(' | '#'))) { k.saturating_sub(1) } else { k });
    let odd = super::words::folded_like(&low) == NameLike::Unknown;
    let lower = head.bytes().all(|b| b.is_ascii_lowercase());
    let stamped = odd && lower && !is_word(&low) && t.shape(i) != Some(Shape::Cap) && is_stamped(t, i, before);
    // `phoned by xw4.`, `Triage kestrel.r`
    let coded = lower
        && odd
        && (2..=4).contains(&low.len())
        && (1..=3).contains(&(word.len() - head.len()))
        && before.is_some_and(|k| t.low(k) == "by" && k > 0 && matches!(t.shape(k - 1), Some(Shape::Lower | Shape::Number)))
        && (t.ends_line(i + 1) || matches!(t.shape(i + 1), Some(Shape::Mark(_) | Shape::Number)));
    let dotted = lower
        && !is_running_word(&low)
        && low.len() >= 4
        && word.len() == head.len()
        && t.is(i + 1, '.')
        && t.touches_next(i)
        && t.touches_next(i + 1)
        && t.word(i + 2).len() == 1
        && t.word(i + 2).bytes().all(|b| b.is_ascii_lowercase())
        && !t.touches_next(i + 2);
    if dotted || coded {
        let last = if dotted { i + 2 } else { i };
        let name = Name { family: low.clone(), ..Name::default() };
        out.extend(mention(t, i, last, Role::Staff, name, "cue.login"));
        return;
    }
    if low.len() < 5 && !stamped {
        return;
    }
    let cue = before.is_some_and(|k| {
        matches!(
            t.low(k),
            "by" | "user"
                | "username"
                | "userid"
                | "login"
                | "logon"
                | "edit"
                | "edited"
                | "editor"
                | "trans"
                | "tech"
                | "operator"
                | "scribe"
                | "typist"
                | "entered"
                | "verified"
                | "audit"
                | "cc"
                | "id"
                | "signed"
                | "modified"
                | "updated"
                | "via"
        )
    });
    // An initial or two and a family name.
    let family = |from: usize| low.get(from..).is_some_and(|r| r.len() >= 4 && is_surname(r) && (is_usual(r) || r.len() >= 5));
    let named = family(1) || family(2);
    let numbered = word.len() > head.len();
    let joined_before =
        i >= 2 && t.is(i - 1, '_') && t.touches_next(i - 1) && t.touches_next(i - 2) && t.shape(i - 2) == Some(Shape::Lower);
    let joined_after = t.is(i + 1, '_') && t.touches_next(i) && t.touches_next(i + 1);
    // `dcoord_lmakoa`: what stands before the stroke is the desk's.
    let fits = match (lower, joined_before) {
        _ if stamped => true,
        (_, true) => odd || is_given(&low) || named,
        (true, _) if joined_after => false,
        (true, _) => {
            odd && (named && (numbered || cue)
                || cue
                    && !numbered
                    && low.len() >= 6
                    && !is_word(&low)
                    && t.shape(i) == Some(Shape::Lower)
                    && before.is_some_and(|k| matches!(t.low(k), "user" | "username" | "login" | "edit" | "trans")))
        }
        (false, _) => {
            t.shape(i) != Some(Shape::Cap)
                && odd
                && cue
                && (named || numbered || before.is_some_and(|k| matches!(t.low(k), "edit" | "user" | "login")))
        }
    };
    if !fits {
        return;
    }
    let first = if joined_before { i - 2 } else { i };
    let name = Name {
        given: vec![low.get(..1).unwrap_or("").to_string()],
        family: low.get(1..).unwrap_or("").to_string(),
        ..Name::default()
    };
    out.extend(mention(t, first, i, Role::Staff, name, "cue.login"));
}
