//! Tokens with their layout, and the sequence of those that carry meaning.

use hotloop_parser::{TokenKind, significant_tokens, tokens};
use proptest::prelude::*;

/// The kinds and texts of all tokens, in one line.
fn shown(text: &str) -> String {
    let show = |token: &hotloop_parser::Token| {
        let written = &text[token.start as usize..token.end as usize];
        match token.kind {
            TokenKind::Name
            | TokenKind::Number
            | TokenKind::String
            | TokenKind::FormatMiddle
            | TokenKind::Comment => {
                format!("{}({written})", token.kind)
            }
            kind => kind.to_string(),
        }
    };
    tokens(text).iter().map(show).collect::<Vec<_>>().join(" ")
}

#[test]
fn blocks_open_and_close() {
    assert_eq!(
        shown("if x:\n    y\n\n    # note\nz"),
        "if NAME(x) : NEWLINE NL INDENT NAME(y) NEWLINE NL NL COMMENT(# note) NL DEDENT NAME(z) NEWLINE"
    );
}

#[test]
fn lines_within_brackets_are_one() {
    assert_eq!(shown("(a,\n b)\n"), "( NAME(a) , NL NAME(b) ) NEWLINE NL");
}

#[test]
fn soft_keywords_are_decided_by_their_line() {
    assert_eq!(
        shown("match x:\n case y: z"),
        "match NAME(x) : NEWLINE NL INDENT case NAME(y) : NAME(z) NEWLINE DEDENT"
    );
    assert_eq!(shown("match(x)"), "NAME(match) ( NAME(x) ) NEWLINE");
    assert_eq!(shown("type x = y"), "type NAME(x) = NAME(y) NEWLINE");
    assert_eq!(shown("type = x"), "NAME(type) = NAME(x) NEWLINE");
}

#[test]
fn format_strings_arrive_in_parts() {
    assert_eq!(
        shown("f'a{b!r:>{c}}{{'"),
        "FSTRING_START FSTRING_MIDDLE(a) { NAME(b) ! NAME(r) : FSTRING_MIDDLE(>) { NAME(c) } } \
         FSTRING_MIDDLE({{) FSTRING_END NEWLINE"
    );
}

#[test]
fn every_byte_belongs_to_a_token_or_is_space() {
    let text = "@njit # c\ndef f(x):\n\treturn f'{x}' + \\\n 'é'\n";
    let mut end = 0;
    for token in tokens(text) {
        assert!(token.start >= end || token.kind.is_layout());
        if !token.kind.is_layout() {
            assert!(text[end as usize..token.start as usize].chars().all(|c| c.is_whitespace() || c == '\\'));
            end = token.end;
        }
    }
    assert_eq!(end as usize, text.len());
}

const PLAIN: &str = "\
def f(x, y):
    if x > y:
        z = f\"{x}\"
        return [x, y]
    return y
";

/// The same function as a person might write it on another day.
const DRESSED: &str = "\
# before
class A:
      @staticmethod
      def g(): pass

      def f( x,y ) :   # parameters

            # nothing

            if x \\
                  > y:\t# compare
               z = f\"{x}\"

               return [
                   x,  # first

                   y]
            # end of the branch
            return y   \n\
\n      # after
      z = 1
";

/// The texts of the significant tokens of the function `f`.
fn texts(text: &str) -> Vec<&str> {
    let start = text.find("def f").expect("the function");
    let last = text[start..].find("return y").map_or(text.len(), |at| start + at + "return y".len());
    let ranges = significant_tokens(text, start as u32, last as u32);
    ranges.iter().map(|(start, end)| &text[*start as usize..*end as usize]).collect()
}

#[test]
fn dress_does_not_matter() {
    assert_eq!(texts(PLAIN), texts(DRESSED));
    let expected = [
        "def", "f", "(", "x", ",", "y", ")", ":", "", "", "if", "x", ">", "y", ":", "", "", "z", "=",
        "f\"{x}\"", "", "return", "[", "x", ",", "y", "]", "", "", "return", "y", "", "",
    ];
    assert_eq!(texts(PLAIN), expected);
}

#[test]
fn structure_matters() {
    let moved = PLAIN.replace("\n    return y", "\n        return y");
    assert_ne!(texts(PLAIN), texts(&moved));
    let spaced = PLAIN.replace("f\"{x}\"", "f\"{x }\"");
    assert_ne!(texts(PLAIN), texts(&spaced));
}

#[test]
fn decorators_and_nested_functions_keep_their_structure() {
    let text = "class A:\n  @a\n  @b(1)\n  def f():\n    def g():\n      pass\n    return g\n  x = 1\n";
    let start = text.find("@a").expect("the decorator") as u32;
    let end = (text.find("return g").expect("the end") + "return g".len()) as u32;
    let count = |word: &str| {
        let ranges = significant_tokens(text, start, end);
        ranges.iter().filter(|(start, end)| &text[*start as usize..*end as usize] == word).count()
    };
    assert_eq!((count("def"), count("@"), count("pass")), (2, 2, 1));
    // Six ends of lines, two blocks opened, two closed.
    assert_eq!(count(""), 6 + 2 + 2);
}

#[test]
fn ranges_that_cut_characters_give_nothing() {
    assert_eq!(significant_tokens("é", 1, 2), []);
    assert_eq!(significant_tokens("x", 0, 9), []);
    assert_eq!(significant_tokens("x", 1, 0), []);
}

proptest! {
    /// Comments and blank lines between the lines of a function change nothing.
    #[test]
    fn comments_and_blank_lines_leave_no_trace(noise in proptest::collection::vec("(    )*(#[ -~é]*)?", 5)) {
        let mut text = String::new();
        for (line, noise) in PLAIN.lines().zip(&noise) {
            text.push_str(line);
            text.push('\n');
            if !line.contains("return y") {
                text.push_str(noise);
                text.push('\n');
            }
        }
        prop_assert_eq!(texts(PLAIN), texts(&text));
    }
}
