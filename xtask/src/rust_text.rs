//! Reading Rust source just well enough for house rules: which characters are code, where functions begin and end.
//!
//! This is not a parser. Comments, strings and character literals are recognised, so that a brace or a word inside
//! them is not mistaken for code; everything else is taken as it stands.

/// One source file, with shadows of the same length in which what is not wanted is blank.
pub(crate) struct RustText {
    /// The text with comments blanked and strings kept.
    pub(crate) without_comments: String,
    /// The text with comments and the contents of strings blanked.
    pub(crate) code: String,
}

/// A function and how long it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FunctionLength {
    pub(crate) name: String,
    /// The line of `fn`, counted from 1.
    pub(crate) line: usize,
    /// From the line of `fn` to that of the closing brace.
    pub(crate) lines: usize,
}

/// What a stretch of text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

impl RustText {
    pub(crate) fn new(text: &str) -> Self {
        let kinds = classify(text.as_bytes());
        let shadow = |keep: &dyn Fn(Kind) -> bool| -> String {
            let bytes = text.bytes().zip(&kinds);
            let kept = bytes.map(|(byte, kind)| if byte == b'\n' || keep(*kind) { byte } else { b' ' });
            String::from_utf8_lossy(&kept.collect::<Vec<u8>>()).into_owned()
        };
        Self {
            without_comments: shadow(&|kind| kind != Kind::Comment),
            code: shadow(&|kind| kind == Kind::Code),
        }
    }

    /// The lines (from 1) on which the word stands as code.
    pub(crate) fn lines_with_word(&self, word: &str) -> Vec<usize> {
        let has_word = |line: &str| words(line).any(|found| found == word);
        self.code.lines().enumerate().filter(|(_, line)| has_word(line)).map(|(index, _)| index + 1).collect()
    }

    /// Every function with a body.
    pub(crate) fn functions(&self) -> Vec<FunctionLength> {
        let starts = word_starts(&self.code, "fn");
        starts.filter_map(|start| function_at(&self.code, start)).collect()
    }
}

/// The identifiers and keywords of a text, in order.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !is_word(c)).filter(|word| !word.is_empty())
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn word_starts<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(word).map(|(start, _)| start).filter(move |&start| {
        !code[..start].chars().next_back().is_some_and(is_word)
            && !code[start + word.len()..].chars().next().is_some_and(is_word)
    })
}

/// The function whose `fn` is at `start`; `None` for a function type or a declaration without a body.
fn function_at(code: &str, start: usize) -> Option<FunctionLength> {
    let name = words(&code[start..]).nth(1)?;
    if !code[start + 2..].trim_start().starts_with(name) {
        return None;
    }
    let open = start + code[start..].find(['{', ';'])?;
    let close = open + length_of_braces(&code[open..])?;
    let line_of = |offset: usize| code[..offset].matches('\n').count() + 1;
    Some(FunctionLength {
        name: name.to_owned(),
        line: line_of(start),
        lines: line_of(close) - line_of(start) + 1,
    })
}

/// The offset of the brace that closes the one at the start; `None` when the text does not start with a brace.
fn length_of_braces(code: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (offset, byte) in code.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (offset > 0).then_some(offset);
        }
    }
    None
}

fn classify(text: &[u8]) -> Vec<Kind> {
    let mut kinds = vec![Kind::Code; text.len()];
    let mut at = 0;
    while at < text.len() {
        let (kind, length) = stretch(text, at);
        let end = (at + length).min(text.len());
        kinds[at..end].fill(kind);
        at = end;
    }
    kinds
}

/// What begins at `at`, and how long it is.
fn stretch(text: &[u8], at: usize) -> (Kind, usize) {
    let rest = &text[at..];
    let in_word = at > 0 && is_word(char::from(text[at - 1]));
    match rest {
        [b'/', b'/', ..] => {
            (Kind::Comment, rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len()))
        }
        [b'/', b'*', ..] => (Kind::Comment, block_comment_length(rest)),
        [b'"', ..] => (Kind::Literal, string_length(rest)),
        [b'r', b'"' | b'#', ..] if !in_word || text[at - 1] == b'b' => match raw_string_length(rest) {
            Some(length) => (Kind::Literal, length),
            None => (Kind::Code, 1),
        },
        [b'\'', ..] => match character_length(rest) {
            Some(length) => (Kind::Literal, length),
            None => (Kind::Code, 1),
        },
        _ => (Kind::Code, 1),
    }
}

fn block_comment_length(text: &[u8]) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < text.len() {
        match &text[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn string_length(text: &[u8]) -> usize {
    let mut at = 1;
    while at < text.len() && text[at] != b'"' {
        at += if text[at] == b'\\' { 2 } else { 1 };
    }
    at + 1
}

/// The length of `r"..."` or `r#"..."#`; `None` for a raw identifier such as `r#type`.
fn raw_string_length(text: &[u8]) -> Option<usize> {
    let hashes = text[1..].iter().take_while(|&&byte| byte == b'#').count();
    if text.get(1 + hashes) != Some(&b'"') {
        return None;
    }
    let end = [&b"\""[..], &vec![b'#'; hashes]].concat();
    let body = &text[2 + hashes..];
    let length = body.windows(end.len()).position(|window| window == end)?;
    Some(2 + hashes + length + end.len())
}

/// The length of a character literal; `None` for a lifetime.
fn character_length(text: &[u8]) -> Option<usize> {
    if text.get(1) == Some(&b'\\') {
        return text[3..].iter().position(|&byte| byte == b'\'').map(|position| position + 4);
    }
    // One character of one to four bytes between two quotes; anything else is a lifetime.
    (3..=6).find(|&length| text.get(length - 1) == Some(&b'\'')).filter(|&length| {
        std::str::from_utf8(&text[1..length - 1]).is_ok_and(|inner| inner.chars().count() == 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_blank_and_lifetimes_are_code() {
        let text = RustText::new(
            "fn f<'a>(x: &'a str) { \"}\\\"\"; '{'; '\\''; r#\"}\"#; /* } /* } */ */ } // fn g() {\n",
        );
        assert_eq!(text.code.matches(['{', '}']).count(), 2);
        assert!(text.code.contains("fn f<'a>(x: &'a str)"));
        assert!(text.without_comments.contains("\"}\\\"\""));
        assert!(!text.without_comments.contains("fn g"));
    }

    #[test]
    fn functions_are_measured_from_fn_to_brace() {
        let text =
            RustText::new("trait T { fn declared(&self); }\nfn one() {}\n\nfn three(\n) -> fn(i32) {\n}\n");
        let function = |name: &str, line, lines| FunctionLength { name: name.to_owned(), line, lines };
        assert_eq!(text.functions(), [function("one", 2, 1), function("three", 4, 3)]);
    }

    #[test]
    fn a_word_is_whole_and_code() {
        let text = RustText::new("#![deny(unsafe_code)]\n// unsafe\n\"unsafe\";\nunsafe { }\nr#unsafe;\n");
        assert_eq!(text.lines_with_word("unsafe"), [4, 5]);
    }
}
