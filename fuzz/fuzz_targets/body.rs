//! The body of a request to an endpoint that a model answers.
#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| bailiwick::gateway::fuzzing::body(body));
