//! The name of an entry: a 256-bit digest, and the builder that makes one out of named fields.
//!
//! Two different lists of fields never feed the digest the same bytes: every field's name and value carry their
//! length in front, and the purpose given to [`KeyBuilder::new`] separates whole families of keys.

use std::fmt;
use std::str::FromStr;

/// The digest under which bytes are kept.
///
/// Prints as 64 hexadecimal digits and reads back from them.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key([u8; Key::LENGTH_BYTES]);

impl Key {
    /// How many bytes a key has.
    pub const LENGTH_BYTES: usize = 32;

    /// The key with exactly these bytes, for a digest that was stored elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::LENGTH_BYTES]) -> Self {
        Self(bytes)
    }

    /// The bytes of the key.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LENGTH_BYTES] {
        &self.0
    }

    /// The digest of one byte string, such as the contents of a file. It never equals a key from a [`KeyBuilder`].
    ///
    /// ```
    /// use hotloop_cache::Key;
    /// assert_eq!(Key::of_bytes(b"same"), Key::of_bytes(b"same"));
    /// assert_ne!(Key::of_bytes(b"same"), Key::of_bytes(b"other"));
    /// ```
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Self {
        Self(*blake3::hash(bytes).as_bytes())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseKeyError;

impl fmt::Display for ParseKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key is 64 lower-case hexadecimal digits")
    }
}

impl std::error::Error for ParseKeyError {}

impl FromStr for Key {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, ParseKeyError> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut bytes = [0; Self::LENGTH_BYTES];
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return Err(ParseKeyError);
        }
        for (byte, &[high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = hex_digit(high)? << 4 | hex_digit(low)?;
        }
        Ok(Self(bytes))
    }
}

/// The value of a digit. Upper case is refused: a file name has one spelling.
fn hex_digit(digit: u8) -> Result<u8, ParseKeyError> {
    match digit {
        b'0'..=b'9' => Ok(digit - b'0'),
        b'a'..=b'f' => Ok(digit - b'a' + 10),
        _ => Err(ParseKeyError),
    }
}

/// Makes a [`Key`] out of named fields, in the order in which they are given.
///
/// ```
/// use hotloop_cache::KeyBuilder;
///
/// let key = |parts: &[&str]| {
///     let mut builder = KeyBuilder::new("example 2026 parts");
///     builder.number("count", parts.len() as u64);
///     for part in parts {
///         builder.text("part", part);
///     }
///     builder.finish()
/// };
/// assert_ne!(key(&["ab", "c"]), key(&["a", "bc"]));
/// ```
#[derive(Clone)]
pub struct KeyBuilder {
    hasher: blake3::Hasher,
}

impl KeyBuilder {
    /// Starts a key for one `purpose`: a hard-coded, globally unique sentence. Keys of different purposes never meet.
    #[must_use]
    pub fn new(purpose: &'static str) -> Self {
        Self { hasher: blake3::Hasher::new_derive_key(purpose) }
    }

    /// Adds bytes under a name.
    pub fn bytes(&mut self, name: &str, value: &[u8]) -> &mut Self {
        self.prefixed(name.as_bytes());
        self.prefixed(value);
        self
    }

    /// Adds text under a name.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.bytes(name, value.as_bytes())
    }

    /// Adds a number under a name: also the count in front of a list, or a bool as 0 or 1.
    pub fn number(&mut self, name: &str, value: u64) -> &mut Self {
        self.bytes(name, &value.to_le_bytes())
    }

    /// Adds another key under a name.
    pub fn key(&mut self, name: &str, value: &Key) -> &mut Self {
        self.bytes(name, value.as_bytes())
    }

    /// The key of all fields so far. The builder can go on.
    #[must_use]
    pub fn finish(&self) -> Key {
        Key(*self.hasher.finalize().as_bytes())
    }

    fn prefixed(&mut self, bytes: &[u8]) {
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
    }
}

impl fmt::Debug for KeyBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyBuilder({})", self.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key_of(fields: &[(String, Vec<u8>)]) -> Key {
        let mut builder = KeyBuilder::new("hotloop 2026 key tests");
        for (name, value) in fields {
            builder.bytes(name, value);
        }
        builder.finish()
    }

    #[test]
    fn purposes_are_apart() {
        let first = KeyBuilder::new("hotloop 2026 purpose one").text("a", "b").finish();
        let second = KeyBuilder::new("hotloop 2026 purpose two").text("a", "b").finish();
        assert_ne!(first, second);
    }

    #[test]
    fn names_values_and_order_matter() {
        let field = |name: &str, value: &str| (name.to_owned(), value.as_bytes().to_vec());
        let keys = [
            key_of(&[]),
            key_of(&[field("", "")]),
            key_of(&[field("", ""), field("", "")]),
            key_of(&[field("ab", "c")]),
            key_of(&[field("a", "bc")]),
            key_of(&[field("a", "b"), field("c", "d")]),
            key_of(&[field("c", "d"), field("a", "b")]),
        ];
        let distinct: std::collections::HashSet<_> = keys.iter().collect();
        assert_eq!(distinct.len(), keys.len());
    }

    #[test]
    fn a_finished_builder_goes_on() {
        let mut builder = KeyBuilder::new("hotloop 2026 key tests");
        let first = builder.number("n", 1).finish();
        assert_eq!(first, builder.finish());
        assert_ne!(first, builder.number("n", 1).finish());
    }

    #[test]
    fn digest_is_fixed() {
        // A change of this value would silently orphan every entry on disk.
        let mut builder = KeyBuilder::new("hotloop 2026 key tests");
        builder.text("name", "l2_norm").number("revision", 7).key("callee", &Key::of_bytes(b"x"));
        assert_eq!(
            builder.finish().to_string(),
            "66762a65e04f8383e756aae75cd8ab1997295e0dfd8dfdaa51a128c632f9f907"
        );
    }

    #[test]
    fn text_that_is_no_key() {
        let good = Key::of_bytes(b"x").to_string();
        for bad in ["", "00", &good[1..], &format!("{good}0"), &format!("{good}00"), &good.to_uppercase()] {
            assert_eq!(bad.parse::<Key>(), Err(ParseKeyError), "{bad}");
        }
        assert!(good.replacen(|_: char| true, "ä", 2).parse::<Key>().is_err());
    }

    proptest! {
        #[test]
        fn text_round_trips(bytes: [u8; 32]) {
            let key = Key::from_bytes(bytes);
            prop_assert_eq!(key.to_string().parse(), Ok(key));
        }

        #[test]
        fn different_fields_differ(first: Vec<(String, Vec<u8>)>, second: Vec<(String, Vec<u8>)>) {
            prop_assert_eq!(key_of(&first) == key_of(&second), first == second);
        }
    }
}
