//! The value of an `Authorization` header.
#![no_main]

libfuzzer_sys::fuzz_target!(|value: &[u8]| bailiwick::gateway::fuzzing::authorization(value));
