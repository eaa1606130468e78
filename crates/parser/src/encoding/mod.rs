//! Bytes to text: byte order marks and the comment that names a file's encoding.
//!
//! As in CPython, a file is in UTF-8 unless one of its first two lines is a comment with `coding:` or `coding=` and a name, and
//! the first of two holds no code. Bytes that are no UTF-8 are forgiven within comments. The encodings of one byte a character that are
//! still found in old files are known; others are refused by name.

mod tables;

use self::tables::{ENCODINGS, Encoding};
use crate::fault::Fault;
use crate::token::TokenKind;
use hotloop_diagnostics::{Code, Diagnostic, FileId};

pub(crate) static UNKNOWN_ENCODING: Code = Code::new("HL0118", "bytes that are not the text they should be");

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Bytes that are not the text they claim to be.
#[derive(Clone, Debug)]
pub struct Undecodable {
    /// What could be read of them, for showing the place.
    pub text: String,
    fault: Fault,
}

impl Undecodable {
    fn new(text: String, message: String, start: usize, end: usize) -> Box<Self> {
        let help = "save the file in UTF-8, the encoding of a file that names none";
        Box::new(Self { text, fault: Fault::new(&UNKNOWN_ENCODING, message, start, end).with_help(help) })
    }

    /// The error in `file`, whose text is [`Undecodable::text`].
    pub fn diagnose(&self, file: FileId) -> Diagnostic {
        self.fault.diagnose(file)
    }
}

/// The text of a Python file.
///
/// # Errors
/// It is not in the encoding that it names, or in UTF-8 if it names none; or that encoding is unknown.
///
/// ```
/// use hotloop_parser::decode;
///
/// assert_eq!(decode(b"# coding: latin-1\ns = '\xe9'\n".to_vec()).unwrap(), "# coding: latin-1\ns = 'é'\n");
/// assert!(decode(b"s = '\xe9'\n".to_vec()).is_err());
/// ```
pub fn decode(bytes: Vec<u8>) -> Result<String, Box<Undecodable>> {
    let has_mark = bytes.starts_with(BYTE_ORDER_MARK);
    let Some(cookie) = find_cookie(&bytes) else { return decode_unnamed(bytes) };
    let name = String::from_utf8_lossy(&bytes[cookie.clone()]).into_owned();
    let refuse = |message: String| {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Err(Undecodable::new(text, message, cookie.start, cookie.end))
    };
    match KnownEncoding::find(&name) {
        Some(KnownEncoding::Utf8) => decode_unnamed(bytes),
        _ if has_mark => refuse(format!("the byte order mark says UTF-8, and this comment `{name}`")),
        Some(KnownEncoding::StrictUtf8) => match String::from_utf8(bytes) {
            Ok(text) => Ok(text),
            Err(error) => Err(invalid_utf8(error.as_bytes(), error.utf8_error().valid_up_to())),
        },
        Some(KnownEncoding::Ascii) => decode_table(&bytes, &name, |_| None),
        Some(KnownEncoding::Latin1) => decode_table(&bytes, &name, |byte| Some(char::from(byte))),
        Some(KnownEncoding::Table(encoding)) => {
            let upper: Vec<char> = encoding.upper.chars().collect();
            let read = |byte: u8| Some(upper[usize::from(byte - 0x80)]).filter(|read| *read != '\u{fffd}');
            decode_table(&bytes, &name, read)
        }
        None => refuse(format!("the encoding `{name}` is not known")),
    }
}

/// UTF-8, forgiving what stands in comments.
fn decode_unnamed(bytes: Vec<u8>) -> Result<String, Box<Undecodable>> {
    let error = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error,
    };
    let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
    let comments: Vec<(u32, u32)> = crate::tokens(&text)
        .iter()
        .filter(|token| token.kind == TokenKind::Comment)
        .map(|token| (token.start, token.end))
        .collect();
    let is_in_comment = |at: usize| {
        let next = comments.partition_point(|(_, end)| *end as usize <= at);
        comments.get(next).is_some_and(|(start, _)| *start as usize <= at)
    };
    let mut at = 0;
    for chunk in error.as_bytes().utf8_chunks() {
        at += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            if !is_in_comment(at) {
                return Err(invalid_utf8_at(text, chunk.invalid()[0], at));
            }
            at += '\u{fffd}'.len_utf8();
        }
    }
    Ok(text)
}

/// The error for bytes of which the first `valid` ones are UTF-8.
fn invalid_utf8(bytes: &[u8], valid: usize) -> Box<Undecodable> {
    invalid_utf8_at(String::from_utf8_lossy(bytes).into_owned(), bytes[valid], valid)
}

fn invalid_utf8_at(text: String, byte: u8, at: usize) -> Box<Undecodable> {
    let message = format!("the byte 0x{byte:02x} is no UTF-8 at this place");
    Undecodable::new(text, message, at, at + '\u{fffd}'.len_utf8())
}

/// One byte a character; `upper` reads those above ASCII.
fn decode_table(
    bytes: &[u8],
    name: &str,
    upper: impl Fn(u8) -> Option<char>,
) -> Result<String, Box<Undecodable>> {
    let mut text = String::with_capacity(bytes.len());
    let mut wrong = None;
    for byte in bytes {
        let character = if byte.is_ascii() { Some(char::from(*byte)) } else { upper(*byte) };
        if character.is_none() && wrong.is_none() {
            wrong = Some((text.len(), *byte));
        }
        text.push(character.unwrap_or('\u{fffd}'));
    }
    let Some((at, byte)) = wrong else { return Ok(text) };
    let message = format!("the byte 0x{byte:02x} is no character of the encoding `{name}`");
    Err(Undecodable::new(text, message, at, at + '\u{fffd}'.len_utf8()))
}

/// An encoding that can be read.
enum KnownEncoding {
    /// Read as if no name were given.
    Utf8,
    /// UTF-8 under a name that CPython's reader takes for a codec: not even comments are forgiven.
    StrictUtf8,
    Ascii,
    Latin1,
    Table(&'static Encoding),
}

impl KnownEncoding {
    fn find(name: &str) -> Option<Self> {
        let spelled: String =
            name.chars().take(12).collect::<String>().to_ascii_lowercase().replace('_', "-");
        let is = |word: &str| {
            spelled == word || spelled.strip_prefix(word).is_some_and(|rest| rest.starts_with('-'))
        };
        if is("utf-8") {
            return Some(Self::Utf8);
        }
        if ["latin-1", "iso-8859-1", "iso-latin-1"].into_iter().any(is) {
            return Some(Self::Latin1);
        }
        let codec = name.to_ascii_lowercase().replace(['-', '.', ' '], "_");
        match codec.as_str() {
            "utf8" | "u8" | "utf" | "utf8_ucs2" | "utf8_ucs4" | "cp65001" => Some(Self::StrictUtf8),
            "ascii" | "us_ascii" | "us" | "646" | "iso646_us" => Some(Self::Ascii),
            "latin1" | "latin" | "l1" | "8859" | "cp819" | "iso8859" | "iso8859_1" => Some(Self::Latin1),
            codec => ENCODINGS.iter().find(|encoding| encoding.names.contains(&codec)).map(Self::Table),
        }
    }
}

/// Where the name of the encoding stands.
fn find_cookie(bytes: &[u8]) -> Option<std::ops::Range<usize>> {
    let mut start = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    for _ in 0..2 {
        let rest = &bytes[start..];
        let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len());
        let line = &rest[..length];
        let indent = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c')).count();
        match line.get(indent) {
            Some(b'#') => {
                if let Some(name) = cookie_of(line) {
                    return Some(start + name.start..start + name.end);
                }
            }
            Some(_) => return None,
            None => {}
        }
        start += length + if rest[length..].starts_with(b"\r\n") { 2 } else { 1 };
        if start >= bytes.len() {
            return None;
        }
    }
    None
}

/// The name behind `coding:` or `coding=` in a comment.
fn cookie_of(line: &[u8]) -> Option<std::ops::Range<usize>> {
    const WORD: &[u8] = b"coding";
    let is_name = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    for at in 0..line.len() {
        if !line[at..].starts_with(WORD) || !matches!(line.get(at + WORD.len()), Some(b':' | b'=')) {
            continue;
        }
        let start = at + WORD.len() + 1;
        let spaces = line[start..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let length = line[start + spaces..].iter().take_while(is_name).count();
        if length > 0 {
            return Some(start + spaces..start + spaces + length);
        }
    }
    None
}
