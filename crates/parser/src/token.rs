//! Tokens: their kinds, their spelling, and the logos patterns that recognise them.

use logos::Logos;
use std::fmt;

/// A piece of the text, or a mark that the layout put between two pieces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Offset of its first byte.
    pub start: u32,
    /// Offset behind its last byte; equal to `start` for marks of the layout.
    pub end: u32,
}

/// Declares [`TokenKind`]: the kinds with one spelling once, for logos and for messages alike.
macro_rules! token_kinds {
    (
        variable { $( $(#[$attribute:meta])* $variable:ident $shown:literal, )* }
        keywords { $( $keyword:ident $word:tt, )* }
        operators { $( $operator:ident $sign:tt, )* }
        augmented { $( $augmented:ident $augmented_sign:tt, )* }
    ) => {
        /// What a token is.
        #[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[logos(skip r"[ \t\x0c]+")]
        #[logos(skip r"\\(\r\n|\n|\r)")]
        pub enum TokenKind {
            $( $(#[$attribute])* $variable, )*
            $( #[doc = concat!("The keyword `", $word, "`.")] #[token($word)] $keyword, )*
            $( #[doc = concat!("`", $sign, "`")] #[token($sign)] $operator, )*
            $( #[doc = concat!("`", $augmented_sign, "`")] #[token($augmented_sign)] $augmented, )*
        }

        impl TokenKind {
            /// How it is shown: the spelling of keywords and operators, a name in capitals for the others.
            pub const fn name(self) -> &'static str {
                match self {
                    $( Self::$variable => $shown, )*
                    $( Self::$keyword => $word, )*
                    $( Self::$operator => $sign, )*
                    $( Self::$augmented => $augmented_sign, )*
                }
            }

            /// Whether it is a reserved word.
            pub const fn is_keyword(self) -> bool {
                matches!(self, $( Self::$keyword )|*)
            }

            /// Whether it is an operator that assigns, such as `+=`.
            pub const fn is_augmented(self) -> bool {
                matches!(self, $( Self::$augmented )|*)
            }
        }
    };
}

token_kinds! {
    variable {
        /// An identifier, soft keywords included where they are not used as such.
        #[regex(r"[A-Za-z_\u{80}-\u{10FFFF}][A-Za-z0-9_\u{80}-\u{10FFFF}]*")]
        Name "NAME",
        /// A number.
        #[regex(r"0[xX](_?[0-9a-fA-F])+")]
        #[regex(r"0[oO](_?[0-7])+")]
        #[regex(r"0[bB](_?[01])+")]
        #[regex(r"[0-9](_?[0-9])*[jJ]?")]
        #[regex(r"[0-9](_?[0-9])*[eE][+-]?[0-9](_?[0-9])*[jJ]?")]
        #[regex(r"[0-9](_?[0-9])*\.([0-9](_?[0-9])*)?([eE][+-]?[0-9](_?[0-9])*)?[jJ]?")]
        #[regex(r"\.[0-9](_?[0-9])*([eE][+-]?[0-9](_?[0-9])*)?[jJ]?")]
        Number "NUMBER",
        /// A string or bytes literal without replacement fields, prefix and quotes included.
        #[regex(r#"([rRuUbB]|[bB][rR]|[rR][bB])?["']"#)]
        String "STRING",
        /// The prefix and opening quote of an f-string or a template string.
        #[regex(r#"([fFtT]|[fFtT][rR]|[rR][fFtT])["']"#)]
        FormatStart "FSTRING_START",
        /// Literal text within an f-string.
        FormatMiddle "FSTRING_MIDDLE",
        /// The closing quote of an f-string.
        FormatEnd "FSTRING_END",
        /// The end of a logical line.
        #[regex(r"\r\n|\n|\r")]
        Newline "NEWLINE",
        /// The start of an indented block.
        Indent "INDENT",
        /// The end of an indented block.
        Dedent "DEDENT",
        /// A comment, without the line's end.
        #[regex(r"#[^\r\n]*", allow_greedy = true)]
        Comment "COMMENT",
        /// A line's end that ends no logical line: a blank line, or one within brackets.
        BlankLine "NL",
        /// What is no token of Python.
        Invalid "INVALID",
        /// The soft keyword `match` at the head of a statement.
        Match "match",
        /// The soft keyword `case` at the head of a block.
        Case "case",
        /// The soft keyword `type` at the head of a statement.
        Type "type",
        /// The `(` of a parenthesised list of context managers.
        WithOpen "(",
        /// The `)` of a parenthesised list of context managers.
        WithClose ")",
        /// The `!` before a conversion in an f-string.
        #[token("!")]
        Exclamation "!",
    }
    keywords {
        And "and", As "as", Assert "assert", Async "async", Await "await", Break "break", Class "class",
        Continue "continue", Def "def", Del "del", Elif "elif", Else "else", Except "except", False "False",
        Finally "finally", For "for", From "from", Global "global", If "if", Import "import", In "in", Is "is",
        Lambda "lambda", None "None", Nonlocal "nonlocal", Not "not", Or "or", Pass "pass", Raise "raise",
        Return "return", True "True", Try "try", While "while", With "with", Yield "yield",
    }
    operators {
        OpenParen "(", CloseParen ")", OpenBracket "[", CloseBracket "]", OpenBrace "{", CloseBrace "}",
        Comma ",", Colon ":", Semicolon ";", Dot ".", Ellipsis "...", Arrow "->", ColonEqual ":=", Equal "=",
        EqualEqual "==", NotEqual "!=", Less "<", LessEqual "<=", Greater ">", GreaterEqual ">=",
        Plus "+", Minus "-", Star "*", StarStar "**", Slash "/", SlashSlash "//", Percent "%", At "@",
        Ampersand "&", Bar "|", Caret "^", Tilde "~", ShiftLeft "<<", ShiftRight ">>",
    }
    augmented {
        PlusEqual "+=", MinusEqual "-=", StarEqual "*=", StarStarEqual "**=", SlashEqual "/=",
        SlashSlashEqual "//=", PercentEqual "%=", AtEqual "@=", AmpersandEqual "&=", BarEqual "|=",
        CaretEqual "^=", ShiftLeftEqual "<<=", ShiftRightEqual ">>=",
    }
}

impl TokenKind {
    /// Whether the grammar never sees it.
    pub const fn is_trivia(self) -> bool {
        matches!(self, Self::Comment | Self::BlankLine)
    }

    /// Whether it is a mark of the layout, without text of its own.
    pub const fn is_layout(self) -> bool {
        matches!(self, Self::Newline | Self::Indent | Self::Dedent)
    }

    /// Whether it opens a bracket.
    pub(crate) const fn opens(self) -> bool {
        matches!(self, Self::OpenParen | Self::OpenBracket | Self::OpenBrace | Self::WithOpen)
    }

    /// Whether it closes a bracket.
    pub(crate) const fn closes(self) -> bool {
        matches!(self, Self::CloseParen | Self::CloseBracket | Self::CloseBrace | Self::WithClose)
    }
}

impl fmt::Display for TokenKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}
