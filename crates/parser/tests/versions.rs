//! Which version of Python reads what: the cases of `data/versions.txt`.
//!
//! `cargo xtask syntax` asks CPython the same cases, as far as it has the versions.

mod common;

use common::{read_as, shape};
use hotloop_parser::PythonVersion;

/// The first version that reads a case, if any does, and its text.
fn cases() -> Vec<(Option<u8>, &'static str)> {
    let mut cases = Vec::new();
    for case in include_str!("data/versions.txt").split("\n%% ").skip(1) {
        let (head, text) = case.split_once('\n').expect("a line in front of each case");
        let first = match head {
            "always" => Some(PythonVersion::OLDEST.minor()),
            "never" => None,
            since => Some(since.strip_prefix("since 3.").and_then(|minor| minor.parse().ok()).expect(since)),
        };
        cases.push((first, text));
    }
    cases
}

#[test]
fn each_case_is_read_by_its_versions_and_no_others() {
    for (first, text) in cases() {
        for minor in PythonVersion::OLDEST.minor()..=PythonVersion::NEWEST.minor() {
            let version = PythonVersion::new(minor).expect("a known version");
            let reading = read_as("case.py", text, version);
            let is_read = first.is_some_and(|first| first <= minor);
            assert_eq!(reading.errors.is_empty(), is_read, "3.{minor}\n{text}{:?}", reading.errors);
            let is_newer = first.is_some() && !is_read;
            assert!(!is_newer || reading.codes.contains(&"HL0117"), "3.{minor}\n{text}{:?}", reading.errors);
        }
    }
}

#[test]
fn what_an_older_version_reads_prints_for_it() {
    for (first, text) in cases() {
        let Some(version) = first.and_then(PythonVersion::new) else { continue };
        let printed = read_as("case.py", text, version).module;
        let again = read_as("printed.py", &printed.to_string(), version);
        assert_eq!(again.errors, Vec::<String>::new(), "{text}{printed}");
        assert_eq!(shape(again.module), shape(printed), "{text}");
    }
}

#[test]
fn versions_are_read_from_text() {
    assert_eq!("3.11".parse(), Ok(PythonVersion::new(11).expect("a known version")));
    assert_eq!("3.13.0".parse::<PythonVersion>().map(PythonVersion::minor), Ok(13));
    for wrong in ["3", "3.7", "3.15", "2.7", "4.11", "3.x", ""] {
        assert!(wrong.parse::<PythonVersion>().is_err(), "{wrong}");
    }
}
