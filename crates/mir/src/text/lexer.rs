//! Cuts a text into tokens; line breaks mean nothing, `;` starts a comment.

use super::ParseError;
use std::fmt;

/// A token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A keyword, an instruction or an id: letters, digits, `_` and `.`.
    Word(String),
    /// `@name` or `@"any name"`, without the sign.
    Symbol(String),
    /// `@12..20` or `@1:12..20`: file, start, end.
    Span(u32, u32, u32),
    /// What starts with a digit, or with `-` and a digit.
    Number(String),
    /// A quoted text, its escapes undone.
    Text(String),
    /// One of `( ) { } , : = + -`.
    Sign(char),
    /// `->`.
    Arrow,
    /// Behind the last token.
    End,
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) | Self::Number(word) => write!(f, "`{word}`"),
            Self::Symbol(name) => write!(f, "`@{name}`"),
            Self::Span(file, start, end) => write!(f, "`@{file}:{start}..{end}`"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Sign(sign) => write!(f, "`{sign}`"),
            Self::Arrow => f.write_str("`->`"),
            Self::End => f.write_str("the end"),
        }
    }
}

/// A token with the place of its first character.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) token: Token,
    pub(super) line: u32,
    pub(super) column: u32,
}

impl Placed {
    pub(super) fn error(&self, message: impl Into<String>) -> ParseError {
        ParseError { line: self.line, column: self.column, message: message.into() }
    }
}

/// All tokens of a text; the last is [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Placed>, ParseError> {
    let mut lexer = Lexer { rest: text, line: 1, column: 1 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blanks();
        let (line, column) = (lexer.line, lexer.column);
        let token =
            lexer.token().map_err(|message| ParseError { line, column, message: message.to_owned() })?;
        let is_end = token == Token::End;
        tokens.push(Placed { token, line, column });
        if is_end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'a> {
    rest: &'a str,
    line: u32,
    column: u32,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    fn peek_second(&self) -> Option<char> {
        self.rest.chars().nth(1)
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.rest = &self.rest[next.len_utf8()..];
        if next == '\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
        Some(next)
    }

    fn take_while(&mut self, accepts: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(next) = self.peek().filter(|next| accepts(*next)) {
            taken.push(next);
            self.next();
        }
        taken
    }

    fn skip_blanks(&mut self) {
        while let Some(next) = self.peek() {
            if next == ';' {
                self.take_while(|next| next != '\n');
            } else if next.is_whitespace() {
                self.next();
            } else {
                return;
            }
        }
    }

    fn token(&mut self) -> Result<Token, &'static str> {
        let Some(first) = self.peek() else { return Ok(Token::End) };
        let second = self.peek_second();
        match first {
            'a'..='z' | 'A'..='Z' | '_' => Ok(Token::Word(self.take_while(is_word))),
            '0'..='9' => Ok(Token::Number(self.number())),
            '-' if second.is_some_and(|second| second.is_ascii_digit()) => Ok(Token::Number(self.number())),
            '@' if second.is_some_and(|second| second.is_ascii_digit()) => self.span(),
            '@' => self.symbol(),
            '"' => Ok(Token::Text(self.text()?)),
            '-' if second == Some('>') => {
                self.next();
                self.next();
                Ok(Token::Arrow)
            }
            '(' | ')' | '{' | '}' | ',' | ':' | '=' | '+' | '-' => {
                self.next();
                Ok(Token::Sign(first))
            }
            _ => Err("no token starts with this character"),
        }
    }

    /// A sign, then digits, letters and points; a sign of an exponent belongs to it too.
    fn number(&mut self) -> String {
        let mut number = String::new();
        number.extend(self.next());
        while let Some(next) = self.peek() {
            let signed_exponent = matches!(next, '+' | '-') && number.ends_with(['e', 'E']);
            if !(is_word(next) || signed_exponent && !number.starts_with("0x")) {
                break;
            }
            number.extend(self.next());
        }
        number
    }

    fn span(&mut self) -> Result<Token, &'static str> {
        const EXPECTED: &str = "a span is written @start..end or @file:start..end";
        self.next();
        let span = self.take_while(|next| next.is_ascii_digit() || next == '.' || next == ':');
        let (file, range) = span.split_once(':').unwrap_or(("0", &span));
        let (start, end) = range.split_once("..").ok_or(EXPECTED)?;
        let number = |text: &str| text.parse::<u32>().map_err(|_| EXPECTED);
        Ok(Token::Span(number(file)?, number(start)?, number(end)?))
    }

    fn symbol(&mut self) -> Result<Token, &'static str> {
        self.next();
        if self.peek() == Some('"') {
            return Ok(Token::Symbol(self.text()?));
        }
        let name = self.take_while(is_symbol);
        if name.is_empty() {
            Err("a symbol is written @name or @\"any name\"")
        } else {
            Ok(Token::Symbol(name))
        }
    }

    fn text(&mut self) -> Result<String, &'static str> {
        self.next();
        let mut text = String::new();
        loop {
            match self.next().ok_or("a quoted text without its end")? {
                '"' => return Ok(text),
                '\\' => text.push(self.escape().ok_or("an escape is \\\\, \\\", \\n or \\u{..}")?),
                other => text.push(other),
            }
        }
    }

    fn escape(&mut self) -> Option<char> {
        match self.next()? {
            'n' => Some('\n'),
            'u' => {
                self.next().filter(|open| *open == '{')?;
                let digits = self.take_while(|next| next.is_ascii_hexdigit());
                self.next().filter(|close| *close == '}')?;
                char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
            }
            plain @ ('"' | '\\') => Some(plain),
            _ => None,
        }
    }
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_' || character == '.'
}

/// Whether a symbol of such characters needs no quotes.
pub(super) fn is_symbol(character: char) -> bool {
    is_word(character) || character == '$'
}
