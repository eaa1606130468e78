//! Runs `typing.md`: pieces of Python, and the HIR that inference makes of them.

mod world;

use std::path::PathBuf;
use world::World;

/// The text with every answer as it is now.
fn answered(text: &str) -> String {
    let mut result = String::new();
    let mut source = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        result.push_str(line);
        result.push('\n');
        if let Some(call) = line.strip_prefix("```hir ") {
            lines.by_ref().find(|line| *line == "```").expect("a block ends");
            result.push_str(&answer(&source, call));
            result.push_str("```\n");
        } else if line == "```py" {
            source.clear();
            for line in lines.by_ref().take_while(|line| *line != "```") {
                source.push_str(line);
                source.push('\n');
            }
            result.push_str(&source);
            result.push_str("```\n");
        }
    }
    result
}

/// The HIR of `f(int64, float64)`, perhaps with `parallel` before it.
fn answer(source: &str, call: &str) -> String {
    let (world, call) = match call.strip_prefix("parallel ") {
        Some(call) => (World::new(source).parallel(), call),
        None => (World::new(source), call),
    };
    let (name, types) = call.split_at(call.find('(').expect("a call has arguments"));
    let mut shown = world.show(name, types);
    if !shown.ends_with('\n') {
        shown.push('\n');
    }
    shown
}

#[test]
fn typing_is_as_written_down() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/typing.md");
    let text = std::fs::read_to_string(&path).expect("the file of answers");
    let now = answered(&text);
    if std::env::var_os("HOTLOOP_BLESS").is_some() {
        std::fs::write(&path, now).expect("the file can be written");
        return;
    }
    for (number, (expected, found)) in text.lines().zip(now.lines()).enumerate() {
        assert_eq!(found, expected, "typing.md:{}", number + 1);
    }
    assert_eq!(now.lines().count(), text.lines().count());
}
