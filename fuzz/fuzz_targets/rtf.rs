#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| disclose_fuzz::check(&disclose::format::rtf::Rtf, data));
