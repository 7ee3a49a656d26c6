//! The table of the word lists: how it is laid out and read. Used by the program and by the build script that makes it.
//!
//! One hash table with open addressing in the program's own read-only data: nothing is built at the start, the pages that no text asks
//! for are never loaded, and several processes share them. A slot has eight bytes: where the word begins in the text of all words (4),
//! in which lists it is (2), its length (1; 0 for a free slot) and a part of its hash (1).

/// What the lists say of one word.
pub mod flag {
    pub const WORD: u16 = 1;
    pub const WORD_NAME: u16 = 2;
    pub const SURNAME: u16 = 4;
    pub const GIVEN: u16 = 8;
    pub const CLINICAL: u16 = 16;
    pub const PLACE: u16 = 32;
    pub const EPONYM: u16 = 64;
    pub const RUNNING: u16 = 128;
    pub const BARE: u16 = 256;
    pub const USUAL: u16 = 512;
    pub const SHARED: u16 = 1024;
    pub const RARE: u16 = 2048;
}

/// Files in `lists/`, with what each says of its words. One lower-case entry a line, sorted; lines that begin with `#` say where a list
/// comes from and under which licence. The build script reads them; the program reads the table that it makes.
pub const LISTS: [(&str, u16); 16] = [
    ("words.txt", flag::WORD),
    ("words_more.txt", flag::WORD | flag::RARE),
    ("drugs.txt", flag::CLINICAL),
    ("word_names.txt", flag::WORD_NAME),
    ("surnames.txt", flag::SURNAME | flag::USUAL),
    ("surnames_world.txt", flag::SURNAME | flag::USUAL),
    ("surnames_tail.txt", flag::SURNAME),
    ("given.txt", flag::GIVEN | flag::USUAL),
    ("given_world.txt", flag::GIVEN | flag::USUAL),
    ("surnames_many.txt", flag::SURNAME),
    ("given_many.txt", flag::GIVEN),
    ("clinical.txt", flag::CLINICAL),
    ("places.txt", flag::PLACE),
    ("eponyms.txt", flag::EPONYM),
    ("word_given.txt", flag::WORD_NAME | flag::GIVEN),
    ("eponyms_shared.txt", flag::SHARED),
];

/// Bytes of a slot.
pub const SLOT: usize = 8;

/// A cheap hash for short words; the lists are ours, nobody chooses them to collide.
pub fn hash(word: &[u8]) -> u64 {
    let mut h = word.len() as u64;
    let mut rest = word;
    while let Some((eight, more)) = rest.split_first_chunk::<8>() {
        h = mix(h, u64::from_le_bytes(*eight));
        rest = more;
    }
    h = mix(h, tail(rest));
    h ^ (h >> 29)
}

/// Adds eight bytes to a hash.
pub fn mix(h: u64, eight: u64) -> u64 {
    (h.rotate_left(5) ^ eight).wrapping_mul(0x517c_c1b7_2722_0a95)
}

/// Less than eight bytes as a number, without a copy of unknown length, which would cost more than the hash.
pub fn tail(rest: &[u8]) -> u64 {
    match (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        (Some(first), Some(last)) => u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32,
        _ => match *rest {
            [a] => u64::from(a),
            [a, b] => u64::from(a) | u64::from(b) << 8,
            [a, b, c] => u64::from(a) | u64::from(b) << 8 | u64::from(c) << 16,
            _ => 0,
        },
    }
}

/// The part of a hash that a slot holds.
pub fn tag(hash: u64) -> u8 {
    (hash >> 56) as u8
}

/// In which lists `word` is; 0 for none. `slots` is a power of two of slots, of which some are free, `text` the words they point at.
pub fn look_up(slots: &[u8], text: &[u8], word: &[u8]) -> u16 {
    let (slots, _) = slots.as_chunks::<SLOT>();
    let h = hash(word);
    let mask = slots.len().wrapping_sub(1);
    let mut at = h as usize & mask;
    while let Some(&[a, b, c, d, e, f, len, part]) = slots.get(at) {
        if len == 0 {
            return 0;
        }
        if part == tag(h) && usize::from(len) == word.len() {
            let from = u32::from_le_bytes([a, b, c, d]) as usize;
            if text.get(from..from + word.len()) == Some(word) {
                return u16::from_le_bytes([e, f]);
            }
        }
        at = (at + 1) & mask;
    }
    0
}
