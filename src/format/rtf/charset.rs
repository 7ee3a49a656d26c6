//! Code pages of RTF.

use encoding_rs::{
    BIG5, EUC_KR, Encoding, GBK, IBM866, MACINTOSH, SHIFT_JIS, WINDOWS_874, WINDOWS_1250, WINDOWS_1251, WINDOWS_1252,
    WINDOWS_1253, WINDOWS_1254, WINDOWS_1255, WINDOWS_1256, WINDOWS_1257, WINDOWS_1258, X_MAC_CYRILLIC,
};

/// The encoding of `\ansicpgN`. Code pages that are not known read as Windows-1252, which gives a letter to every byte.
pub(super) fn of_code_page(n: i32) -> &'static Encoding {
    match n {
        866 => IBM866,
        874 => WINDOWS_874,
        932 => SHIFT_JIS,
        936 => GBK,
        949 => EUC_KR,
        950 => BIG5,
        1250 => WINDOWS_1250,
        1251 => WINDOWS_1251,
        1253 => WINDOWS_1253,
        1254 => WINDOWS_1254,
        1255 => WINDOWS_1255,
        1256 => WINDOWS_1256,
        1257 => WINDOWS_1257,
        1258 => WINDOWS_1258,
        10000 => MACINTOSH,
        10007 => X_MAC_CYRILLIC,
        _ => WINDOWS_1252,
    }
}

/// The encoding of `\fcharsetN` (specification 1.9.1, "Font Table"), `None` for those that follow the document's.
pub(super) fn of_font(n: i32) -> Option<&'static Encoding> {
    Some(match n {
        0 => WINDOWS_1252,
        77 => MACINTOSH,
        128 => SHIFT_JIS,
        129 => EUC_KR,
        134 => GBK,
        136 => BIG5,
        161 => WINDOWS_1253,
        162 => WINDOWS_1254,
        163 => WINDOWS_1258,
        177 => WINDOWS_1255,
        178 => WINDOWS_1256,
        186 => WINDOWS_1257,
        204 => WINDOWS_1251,
        222 => WINDOWS_874,
        238 => WINDOWS_1250,
        _ => return None,
    })
}

/// True when some letters take two bytes.
pub(super) fn is_wide(e: &'static Encoding) -> bool {
    [SHIFT_JIS, EUC_KR, GBK, BIG5].contains(&e)
}

/// True for the first byte of a letter of two.
pub(super) fn is_lead(e: &'static Encoding, byte: u8) -> bool {
    is_wide(e) && byte >= 0x81 && !(e == SHIFT_JIS && ((0xa0..=0xdf).contains(&byte)))
}
