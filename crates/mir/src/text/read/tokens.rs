//! The tokens of a text, one after the other, with the smallest parts: signs, words, ids, lists.

use super::super::lexer::{Placed, Token, tokens};
use super::super::{MAX_ID, ParseError};
use crate::{MachineType, Value};
use hotloop_diagnostics::{FileId, Span};
use hotloop_index::{Id, parse_id};

/// The tokens and how far they are read.
pub(super) struct Reader {
    tokens: Vec<Placed>,
    pub(super) at: usize,
}

pub(super) type Read<T> = Result<T, ParseError>;

impl Reader {
    pub(super) fn new(text: &str) -> Read<Self> {
        Ok(Self { tokens: tokens(text)?, at: 0 })
    }

    pub(super) fn placed(&self) -> &Placed {
        &self.tokens[self.at]
    }

    pub(super) fn peek(&self) -> &Token {
        &self.placed().token
    }

    /// Goes on to the next token; the last one stays.
    pub(super) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len() - 1);
    }

    pub(super) fn error(&self, message: impl Into<String>) -> ParseError {
        self.placed().error(message)
    }

    pub(super) fn expected<T>(&self, what: &str) -> Read<T> {
        Err(self.error(format!("expected {what}, found {}", self.peek())))
    }

    pub(super) fn eat_sign(&mut self, sign: char) -> bool {
        let found = *self.peek() == Token::Sign(sign);
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn sign(&mut self, sign: char) -> Read<()> {
        if self.eat_sign(sign) { Ok(()) } else { self.expected(&format!("`{sign}`")) }
    }

    pub(super) fn peek_word(&self) -> &str {
        if let Token::Word(word) = self.peek() { word } else { "" }
    }

    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.peek_word() == word;
        if found {
            self.advance();
        }
        found
    }

    pub(super) fn word(&mut self, word: &str) -> Read<()> {
        if self.eat_word(word) { Ok(()) } else { self.expected(&format!("`{word}`")) }
    }

    /// A word that means something, found by `meaning`.
    pub(super) fn named<T>(&mut self, what: &str, meaning: impl FnOnce(&str) -> Option<T>) -> Read<T> {
        match meaning(self.peek_word()) {
            Some(value) => {
                self.advance();
                Ok(value)
            }
            None => self.expected(what),
        }
    }

    pub(super) fn id<I: Id>(&mut self) -> Read<I> {
        let id: I = self.named(&format!("`{}0` or another number", I::PREFIX), |word| parse_id(word).ok())?;
        if id.index() > MAX_ID {
            self.at -= 1;
            return Err(self.error(format!("an id has at most the number {MAX_ID}")));
        }
        Ok(id)
    }

    pub(super) fn peek_id<I: Id>(&self) -> Option<I> {
        parse_id(self.peek_word()).ok()
    }

    pub(super) fn ty(&mut self) -> Read<MachineType> {
        self.named("a type", machine_type)
    }

    pub(super) fn symbol(&mut self) -> Read<String> {
        let Token::Symbol(name) = self.peek() else { return self.expected("a symbol such as `@name`") };
        let name = name.clone();
        self.advance();
        Ok(name)
    }

    pub(super) fn quoted(&mut self, what: &str) -> Read<String> {
        let Token::Text(text) = self.peek() else { return self.expected(what) };
        let text = text.clone();
        self.advance();
        Ok(text)
    }

    pub(super) fn number<T: std::str::FromStr>(&mut self, what: &str) -> Read<T> {
        let Token::Number(digits) = self.peek() else { return self.expected(what) };
        let Ok(number) = digits.parse() else { return self.expected(what) };
        self.advance();
        Ok(number)
    }

    pub(super) fn bits(&mut self) -> Read<u64> {
        const WHAT: &str = "the bits of the nan, such as `0x7ff8000000000000`";
        let Token::Number(digits) = self.peek() else { return self.expected(WHAT) };
        match digits.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok()) {
            Some(bits) => {
                self.advance();
                Ok(bits)
            }
            None => self.expected(WHAT),
        }
    }

    pub(super) fn span(&mut self) -> Span {
        let Token::Span(file, start, end) = *self.peek() else { return Span::NONE };
        self.advance();
        Span::new(FileId::from_number(file), start, end)
    }

    /// What stands between commas, behind an opening parenthesis, up to the closing one.
    pub(super) fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let mut items = Vec::new();
        while !self.eat_sign(')') {
            if !items.is_empty() {
                self.sign(',')?;
            }
            items.push(item(self)?);
        }
        Ok(items)
    }

    pub(super) fn values_in_parentheses(&mut self) -> Read<Vec<Value>> {
        self.sign('(')?;
        self.list(Self::id)
    }

    /// Values with commas between them, perhaps none.
    pub(super) fn bare_values(&mut self) -> Read<Vec<Value>> {
        let mut values = Vec::new();
        if self.peek_id::<Value>().is_some() {
            values.push(self.id()?);
            while self.eat_sign(',') {
                values.push(self.id()?);
            }
        }
        Ok(values)
    }
}

pub(super) fn machine_type(name: &str) -> Option<MachineType> {
    MachineType::ALL.iter().copied().find(|ty| ty.name() == name)
}
