//! What sort of bytes an entry holds: a short tag in its header and its file name.

use std::fmt;

/// A tag of one to eight lower-case letters that keeps families of entries apart under equal keys.
///
/// Callers define theirs as constants; a bad tag then fails to compile.
///
/// ```
/// use hotloop_cache::EntryKind;
/// const PICTURE: EntryKind = EntryKind::new("picture");
/// assert_eq!(PICTURE.as_str(), "picture");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryKind {
    /// Padded with zero bytes.
    tag: [u8; EntryKind::LENGTH_BYTES],
}

impl EntryKind {
    /// How many bytes a tag takes in a header.
    pub(crate) const LENGTH_BYTES: usize = 8;

    /// The kind with this tag.
    ///
    /// # Panics
    /// Panics when the tag is not one to eight lower-case ASCII letters.
    #[must_use]
    pub const fn new(tag: &str) -> Self {
        match Self::parse(tag) {
            Some(kind) => kind,
            None => panic!("an entry kind is one to eight lower-case letters"),
        }
    }

    /// The kind with a tag read from somewhere, or nothing when it is not one.
    pub(crate) const fn parse(tag: &str) -> Option<Self> {
        let text = tag.as_bytes();
        if text.is_empty() || text.len() > Self::LENGTH_BYTES {
            return None;
        }
        let mut padded = [0; Self::LENGTH_BYTES];
        let mut position = 0;
        while position < text.len() {
            if !text[position].is_ascii_lowercase() {
                return None;
            }
            padded[position] = text[position];
            position += 1;
        }
        Some(Self { tag: padded })
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let length = self.tag.iter().position(|&byte| byte == 0).unwrap_or(Self::LENGTH_BYTES);
        std::str::from_utf8(&self.tag[..length]).expect("a tag is made of ASCII letters only")
    }

    /// The tag as it stands in a header.
    pub(crate) const fn padded(self) -> [u8; Self::LENGTH_BYTES] {
        self.tag
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryKind({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::EntryKind;

    #[test]
    fn tags() {
        for good in ["a", "code", "eightttt"] {
            assert_eq!(EntryKind::new(good).as_str(), good);
        }
        for bad in ["", "ninetagss", "Code", "co de", "code1", "a/b", ".", "é", "a\0b"] {
            assert_eq!(EntryKind::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    #[should_panic(expected = "lower-case letters")]
    fn bad_tag_is_our_bug() {
        let _ = EntryKind::new("../code");
    }
}
