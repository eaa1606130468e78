//! What the cache holds: one entry a specialisation, and memos that lead to entries without a parse.

use crate::cache_fault::{CacheFault, CacheFaults};
use crate::choices::MadeChoice;
use crate::exception::Place;
use crate::image::Unit;
use hotloop_abi::{ErrorArgument, ErrorClass, ErrorValue, ExceptionClass};
use hotloop_cache::{Cache, EntryKind, Key, Lookup};
use hotloop_runtime::RaisingSite;
use hotloop_types::Dtype;
use hotloop_types::Signature;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Entries that hold machine code.
pub(crate) const CODE: EntryKind = EntryKind::new("code");
/// Entries that lead from a file's bytes to machine code.
pub(crate) const MEMO: EntryKind = EntryKind::new("memo");

/// A specialisation as it is kept. Nothing in it depends on where the source stands.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct CodeEntry {
    pub(crate) symbol: String,
    /// The signature with the result, as text.
    pub(crate) signature: String,
    /// The structural key of the function.
    pub(crate) structure: [u8; 32],
    pub(crate) object: Vec<u8>,
    pub(crate) sites: Vec<SiteEntry>,
    /// The specialisations that the object imports: symbol and key.
    pub(crate) imports: Vec<(String, [u8; 32])>,
    /// Which implementations were chosen for it and all that it calls.
    pub(crate) choices: Vec<MadeChoice>,
}

impl CodeEntry {
    /// Instead of a structural key: the function has no text among the user's, and its errors no places in it.
    pub(crate) const NO_TEXT: [u8; 32] = [0; 32];
}

/// A raising site; its place is the ordinal of a token in a function of the closure.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SiteEntry {
    /// Absent where the runtime says.
    pub(crate) class: Option<ClassEntry>,
    pub(crate) arguments: Vec<ArgumentEntry>,
    pub(crate) payload_words: u32,
    /// The function's place in the root's closure, and the token in it.
    pub(crate) token: Option<(u32, u32)>,
}

/// An [`ErrorClass`] as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ClassEntry {
    /// By its number.
    Builtin(u32),
    /// By its identity, with its bases, and whether it has a text of its own.
    User(String, Vec<ClassEntry>, bool),
}

impl From<&ErrorClass> for ClassEntry {
    fn from(class: &ErrorClass) -> Self {
        match class {
            ErrorClass::Builtin(class) => Self::Builtin(*class as u32),
            ErrorClass::User(class) => {
                let bases = class.bases.iter().map(Self::from).collect();
                Self::User(class.identity.clone(), bases, class.own_text)
            }
        }
    }
}

impl From<ClassEntry> for ErrorClass {
    fn from(entry: ClassEntry) -> Self {
        match entry {
            ClassEntry::Builtin(number) => {
                ExceptionClass::by_number(number).unwrap_or(ExceptionClass::SystemError).into()
            }
            ClassEntry::User(identity, bases, own_text) => {
                let bases = bases.into_iter().map(Self::from).collect();
                Self::user(identity, bases).with_own_text(own_text)
            }
        }
    }
}

/// An [`ErrorArgument`] as it is kept.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ArgumentEntry {
    None,
    Bool(bool),
    Int(i128),
    Float(u64),
    Complex(u64, u64),
    Str(String),
    Message(String),
    /// The dtype by its position among all.
    Word(u32, u32),
    Text(u32),
    Tuple(Vec<ArgumentEntry>),
}

impl From<&ErrorArgument> for ArgumentEntry {
    fn from(argument: &ErrorArgument) -> Self {
        match argument {
            ErrorArgument::Constant(value) => Self::from(value),
            ErrorArgument::Message(message) => Self::Message(message.clone()),
            ErrorArgument::Word(dtype, position) => Self::Word(*dtype as u32, *position),
            ErrorArgument::Text(position) => Self::Text(*position),
            ErrorArgument::Tuple(items) => Self::Tuple(items.iter().map(Self::from).collect()),
        }
    }
}

impl From<&ErrorValue> for ArgumentEntry {
    fn from(value: &ErrorValue) -> Self {
        match value {
            ErrorValue::None => Self::None,
            ErrorValue::Bool(value) => Self::Bool(*value),
            ErrorValue::Int(value) => Self::Int(*value),
            ErrorValue::Float(bits) => Self::Float(*bits),
            ErrorValue::Complex(real, imag) => Self::Complex(*real, *imag),
            ErrorValue::Str(text) => Self::Str(text.clone()),
            ErrorValue::Tuple(items) => Self::Tuple(items.iter().map(Self::from).collect()),
        }
    }
}

impl From<ArgumentEntry> for ErrorArgument {
    fn from(entry: ArgumentEntry) -> Self {
        Self::Constant(match entry {
            ArgumentEntry::None => ErrorValue::None,
            ArgumentEntry::Bool(value) => ErrorValue::Bool(value),
            ArgumentEntry::Int(value) => ErrorValue::Int(value),
            ArgumentEntry::Float(bits) => ErrorValue::Float(bits),
            ArgumentEntry::Complex(real, imag) => ErrorValue::Complex(real, imag),
            ArgumentEntry::Str(text) => ErrorValue::Str(text),
            ArgumentEntry::Message(message) => return Self::Message(message),
            ArgumentEntry::Word(dtype, position) => {
                let dtype = Dtype::ALL.get(dtype as usize).copied();
                return Self::Word(dtype.unwrap_or(Dtype::Int64), position);
            }
            ArgumentEntry::Text(position) => return Self::Text(position),
            ArgumentEntry::Tuple(items) => return Self::Tuple(items.into_iter().map(Self::from).collect()),
        })
    }
}

/// What a file's bytes, a function's name and argument types lead to.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Memo {
    /// The code entry of the function itself.
    pub(crate) root: [u8; 32],
    /// The other files that count, with the keys of their bytes.
    pub(crate) files: Vec<(String, [u8; 32])>,
    /// For every code entry that is needed, the places of its raising sites as they are in these files.
    pub(crate) places: Vec<([u8; 32], Vec<Option<Place>>)>,
}

impl CodeEntry {
    /// The unit to load, with the places of its sites.
    pub(crate) fn into_unit(self, places: Vec<Option<Place>>) -> Option<Unit> {
        let mut places = places;
        places.resize(self.sites.len(), None);
        Some(Unit {
            symbol: self.symbol,
            signature: self.signature.parse().ok()?,
            object: self.object,
            sites: (self.sites.into_iter())
                .map(|site| RaisingSite {
                    class: site.class.map(ErrorClass::from),
                    arguments: site.arguments.into_iter().map(ErrorArgument::from).collect(),
                    payload_words: site.payload_words,
                })
                .collect(),
            places,
            imports: self.imports.into_iter().map(|(symbol, _)| symbol).collect(),
        })
    }

    /// The keys of the entries that this one needs.
    pub(crate) fn import_keys(&self) -> impl Iterator<Item = Key> {
        self.imports.iter().map(|(_, key)| Key::from_bytes(*key))
    }
}

/// What an entry of the cache is about, for people: function and signature. `None` for an entry that is no code, or damaged.
pub fn describe_entry(cache: &Cache, entry: &hotloop_cache::Entry) -> Option<String> {
    if entry.kind != CODE {
        return None;
    }
    let Lookup::Hit(bytes) = cache.peek(CODE, &entry.key) else { return None };
    let code: CodeEntry = decode(&bytes)?;
    let name = code.symbol.split('.').next().unwrap_or_default();
    let signature: Signature = code.signature.parse().ok()?;
    Some(format!("{name}: {signature}"))
}

/// An entry and all that it needs, itself first; `None` if one is missing or cannot be used.
pub(crate) fn read_entries(cache: &Cache, root: Key, faults: &CacheFaults) -> Option<Vec<(Key, CodeEntry)>> {
    let mut entries: Vec<(Key, CodeEntry)> = Vec::new();
    let mut wanted = vec![root];
    while let Some(key) = wanted.pop() {
        if entries.iter().any(|(known, _)| *known == key) {
            continue;
        }
        let entry: CodeEntry = read(cache, CODE, &key, faults)?;
        wanted.extend(entry.import_keys());
        entries.push((key, entry));
    }
    Some(entries)
}

/// The code of one function.
pub(crate) fn read_entry(cache: &Cache, key: &Key, faults: &CacheFaults) -> Option<CodeEntry> {
    read(cache, CODE, key, faults)
}

/// A memo; `None` if it is missing or cannot be used.
pub(crate) fn read_memo(cache: &Cache, key: &Key, faults: &CacheFaults) -> Option<Memo> {
    read(cache, MEMO, key, faults)
}

fn read<T: DeserializeOwned>(cache: &Cache, kind: EntryKind, key: &Key, faults: &CacheFaults) -> Option<T> {
    let reason = match cache.get(kind, key) {
        Lookup::Miss => return None,
        Lookup::Damaged(damage) => damage.to_string(),
        Lookup::Hit(bytes) => match decode(&bytes) {
            Some(entry) => return Some(entry),
            None => "its contents are not those of this version".to_owned(),
        },
    };
    faults.note(CacheFault::Damaged { entry: cache.entry_path(kind, key), reason });
    None
}

/// As bytes.
pub(crate) fn encode<T: Serialize>(entry: &T) -> Option<Vec<u8>> {
    postcard::to_stdvec(entry).ok()
}

/// From bytes; `None` if they are not an entry of this version.
pub(crate) fn decode<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}
