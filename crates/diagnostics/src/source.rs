//! Source files and places in them.

/// A file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u32);

impl FileId {
    /// The file of that number, counted in the order of [`SourceMap::add`]; for forms that write spans as text.
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }

    /// The number of the file.
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// A range of bytes in a file. The default span is the empty one at the start of the first file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Byte offset of the first byte.
    pub start: u32,
    /// Byte offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub const fn new(file: FileId, start: u32, end: u32) -> Self {
        Self { file, start, end }
    }

    /// A span for what has no source, such as an IR written by hand.
    pub const NONE: Self = Self { file: FileId(0), start: 0, end: 0 };

    /// The smallest span that holds both; both lie in the same file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        debug_assert_eq!(self.file, other.file, "spans of two files have no common span");
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Whether `other` lies within this span.
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }
}

impl Default for Span {
    fn default() -> Self {
        Self::NONE
    }
}

/// A place as people name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Line, counted from 1, in the file the text came from.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
}

/// One text with its name.
#[derive(Clone, Debug)]
pub struct SourceFile {
    name: String,
    text: String,
    line_starts: Vec<u32>,
    first_line: u32,
}

impl SourceFile {
    fn new(name: String, text: String, first_line: u32) -> Self {
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0).chain(newlines.map(|(at, _)| at as u32 + 1)).collect();
        Self { name, text, line_starts, first_line }
    }

    /// The name, usually a path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line number of the text's first line: above 1 when the text is a part of a larger file.
    pub fn first_line(&self) -> u32 {
        self.first_line
    }

    /// The bytes of the lines that hold `from..=to`, and how many lines stand before them.
    pub(crate) fn lines_around(&self, from: usize, to: usize) -> (std::ops::Range<usize>, usize) {
        let line = self.line_starts.partition_point(|start| *start as usize <= from) - 1;
        let next = self.line_starts.partition_point(|start| *start as usize <= to);
        let end = self.line_starts.get(next).map_or(self.text.len(), |start| *start as usize);
        (self.line_starts[line] as usize..end, line)
    }

    /// Line and column of a byte offset; an offset behind the end means the end.
    pub fn location(&self, offset: u32) -> Location {
        let mut offset = (offset as usize).min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_starts.partition_point(|start| *start as usize <= offset) - 1;
        let column = self.text[self.line_starts[line] as usize..offset].chars().count();
        Location { line: self.first_line + line as u32, column: column as u32 + 1 }
    }
}

/// All files of a compilation.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// A map without files.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file.
    ///
    /// # Panics
    /// Panics when the text is longer than 4 GiB; a caller that reads foreign files limits their size before.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        self.add_part(name, text, 1)
    }

    /// Adds a part of a file, whose first line is line `first_line` of the whole.
    ///
    /// # Panics
    /// As [`add`](Self::add).
    pub fn add_part(&mut self, name: impl Into<String>, text: impl Into<String>, first_line: u32) -> FileId {
        let text = text.into();
        assert!(u32::try_from(text.len()).is_ok(), "a source file is shorter than 4 GiB");
        self.files.push(SourceFile::new(name.into(), text, first_line));
        FileId(self.files.len() as u32 - 1)
    }

    /// A file of this map.
    ///
    /// # Panics
    /// Panics when the id comes from another map.
    pub fn file(&self, file: FileId) -> &SourceFile {
        &self.files[file.0 as usize]
    }

    /// All files, in the order they were added.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file))
    }

    /// The bytes `start..end` of `file`.
    pub fn span(&self, file: FileId, start: usize, end: usize) -> Span {
        Span::new(file, start as u32, end as u32)
    }

    /// The text of a span.
    pub fn text(&self, span: Span) -> &str {
        self.file(span.file).text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line and column where a span starts.
    pub fn location(&self, span: Span) -> Location {
        self.file(span.file).location(span.start)
    }
}
