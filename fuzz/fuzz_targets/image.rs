#![no_main]

use disclose::format::image::{JPEG, PNG, TIFF};
use disclose::format::{Format, Score};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    for format in [PNG, JPEG, TIFF] {
        if format.sniff(data, "fuzz") == Score::Sure {
            disclose_fuzz::check_rewritten(&format, data);
        }
    }
});
