//! What the groups of an RTF file hold (specification 1.9.1, "Destinations").

use crate::model::document::Class;

/// What is done with the text of a group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holds {
    /// Text of the page, or a story of its own beside it: header, footnote, comment.
    Story,
    /// Goes on in what holds it.
    Same,
    /// One value with what it means in front of it, so that it reads as a sentence would: `Author: ...`.
    Value(&'static str, Class),
    /// Several values, a group each.
    Values(&'static str, Class),
    /// A date in control words: `\yr2024\mo3\dy5`.
    Date,
    /// A picture, as hexadecimal digits.
    Picture,
    /// Other data, as hexadecimal digits.
    Data,
}

/// The destination a control word begins, `None` for a word that begins none.
pub(super) fn of(word: &[u8]) -> Option<Holds> {
    use Holds::{Data, Date, Picture, Same, Story, Value, Values};
    Some(match word {
        b"header" | b"headerl" | b"headerr" | b"headerf" | b"footer" | b"footerl" | b"footerr" | b"footerf" | b"footnote"
        | b"annotation" | b"shptxt" | b"listtext" | b"pntext" | b"xe" | b"tc" | b"fldinst" | b"htmltag" | b"mhtmltag"
        | b"ftnsep" | b"ftnsepc" | b"ftncn" | b"aftnsep" | b"aftnsepc" | b"aftncn" => Story,
        b"fldrslt" | b"field" | b"ud" | b"upr" | b"rtf" | b"result" | b"shp" | b"shpinst" | b"sp" | b"shppict"
        | b"nonshppict" | b"picprop" | b"shprslt" | b"info" | b"object" | b"listpicture" => Same,
        b"sv" => Value("", Class::Title),
        b"author" => Value("Author: ", Class::Narrative),
        b"operator" => Value("Author: ", Class::Narrative),
        b"atnauthor" => Value("Author: ", Class::Narrative),
        b"manager" => Value("Manager: ", Class::Narrative),
        b"atnid" => Value("Initials: ", Class::Narrative),
        b"revtbl" => Values("Author: ", Class::Narrative),
        b"title" | b"subject" | b"category" | b"keywords" | b"company" | b"atnref" | b"bkmkstart" | b"bkmkend" => {
            Value("", Class::Title)
        }
        b"comment" | b"doccomm" => Value("", Class::Comment),
        b"hlinkbase" | b"template" | b"filetbl" => Value("", Class::Unknown),
        b"userprops" | b"docvar" | b"protusertbl" => Values("", Class::Unknown),
        b"fonttbl" | b"colortbl" | b"listtable" | b"listoverridetable" | b"rsidtbl" | b"latentstyles" | b"generator"
        | b"mmathPr" | b"xmlnstbl" | b"pgptbl" | b"falt" | b"panose" | b"sn" | b"wgrffmtfilter" => Value("", Class::Code),
        b"stylesheet" => Values("", Class::Code),
        b"creatim" | b"revtim" | b"printim" | b"buptim" => Date,
        b"pict" => Picture,
        b"objdata"
        | b"themedata"
        | b"datastore"
        | b"colorschememapping"
        | b"fontemb"
        | b"passwordhash"
        | b"blipuid"
        | b"objalias" => Data,
        _ => return None,
    })
}

/// What a control word of a date adds to it: `2024-03-05T10:20`.
pub(super) fn part_of_date(word: &[u8], n: i32) -> Option<String> {
    Some(match word {
        b"yr" => format!("{n:04}"),
        b"mo" | b"dy" => format!("-{n:02}"),
        b"hr" => format!("T{n:02}"),
        b"min" | b"sec" => format!(":{n:02}"),
        _ => return None,
    })
}

/// What a control word adds to the text.
pub(super) fn text_of(word: &[u8]) -> Option<&'static str> {
    Some(match word {
        b"emdash" => "\u{2014}",
        b"endash" => "\u{2013}",
        b"emspace" | b"enspace" | b"qmspace" => " ",
        b"bullet" => "\u{2022}",
        b"lquote" => "\u{2018}",
        b"rquote" => "\u{2019}",
        b"ldblquote" => "\u{201c}",
        b"rdblquote" => "\u{201d}",
        _ => return None,
    })
}

/// How a control word parts the text.
pub(super) fn parts(word: &[u8]) -> Option<&'static str> {
    Some(match word {
        b"par" | b"line" | b"sect" | b"page" | b"column" | b"row" | b"nestrow" | b"softline" | b"softpage" | b"lbr" => "\n",
        b"cell" | b"nestcell" | b"tab" => "\t",
        _ => return None,
    })
}
