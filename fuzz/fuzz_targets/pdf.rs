#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| disclose_fuzz::check_rewritten(&disclose::format::pdf::Pdf, data));
