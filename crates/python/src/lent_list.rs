//! Lists as arguments: a call gets a list of its own with the same items, and what it has changed goes back to Python's list when it ends.
//!
//! Python's list is written only if the call has changed the items, and then as a whole. Lists whose items are lists, too, are not taken: the inner ones could not
//! be told from others that a kernel puts in their place.
#![allow(unsafe_code)] // Reads the words that arguments were packed as, and takes over memory of lists.

use crate::code::TypeCode;
use crate::pack::{Pack, Unfit};
use crate::result;
use hotloop_driver::{ItemMemory, item_bytes_of, result_words};
use hotloop_runtime::{Block, list_of_items};
use hotloop_types::Type;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};
use std::cell::RefCell;
use std::mem::{ManuallyDrop, MaybeUninit};

/// A list of the caller, as compiled code has it during a call.
pub(crate) struct LentList {
    object: ManuallyDrop<Py<PyList>>,
    /// The items before the call, which keep what compiled code borrows of them.
    items: ManuallyDrop<Py<PyTuple>>,
    code: TypeCode,
    item: Type,
    block: Block,
    memory: ItemMemory,
    /// The items as they lay in memory before the call.
    before: RefCell<Vec<u8>>,
    /// What the items of that memory lead to, such as the characters of strings.
    #[expect(dead_code, reason = "kept for what the list leads to")]
    characters: Vec<MaybeUninit<u64>>,
}

impl LentList {
    /// A copy of a list for a call.
    pub(crate) fn of(object: &Bound<'_, PyList>) -> Result<Self, Unfit> {
        let items = object.to_tuple();
        let (code, words, characters) = packed(&items)?;
        let item = code.ty();
        if !is_taken(&item) {
            return Err(Unfit::Refused);
        }
        let memory = ItemMemory::of(&item).ok_or(Unfit::Refused)?;
        let mut before = Vec::with_capacity(items.len() * memory.size_bytes as usize);
        let (mut words, mut parts) = (words.iter().copied(), Vec::new());
        for _ in 0..items.len() {
            parts.clear();
            // SAFETY: the words are those of the items, and the descriptors lie in `characters`.
            unsafe { add_parts(&item, &mut words, &mut parts) };
            memory.append(&parts, &mut before);
        }
        // SAFETY: the items are that many; what they hold is borrowed, so that there are no references among them.
        let block = unsafe { list_of_items(memory.size_bytes, memory.owners, items.len() as u64, &before) };
        let block = block.map_err(|_| Unfit::Refused)?;
        let object = ManuallyDrop::new(object.clone().unbind());
        let items = ManuallyDrop::new(items.unbind());
        let (code, before) = (TypeCode::list(code), RefCell::new(before));
        Ok(Self { object, items, code, item, block, memory, before, characters })
    }

    /// Whether this is the copy of that list.
    pub(crate) fn is_of(&self, object: *mut ffi::PyObject) -> bool {
        self.object.as_ptr() == object
    }

    /// Where compiled code finds the list.
    pub(crate) fn address(&self) -> u64 {
        self.block.as_raw() as u64
    }

    /// The type of the list.
    pub(crate) fn code(&self) -> TypeCode {
        self.code
    }

    /// Python's list.
    pub(crate) fn object(&self) -> &Py<PyList> {
        &self.object
    }

    /// The items before the call.
    pub(crate) fn items(&self) -> &Py<PyTuple> {
        &self.items
    }

    /// Writes the items back to Python's list if the call has changed them since they were copied or written back.
    ///
    /// # Safety
    /// As for [`give_back`].
    unsafe fn give_back(
        &self,
        py: Python<'_>,
        lists: &[Self],
        arguments: &[*mut ffi::PyObject],
    ) -> PyResult<()> {
        let now = item_bytes_of(self.address(), &self.memory, &mut result::load);
        if *self.before.borrow() == now {
            return Ok(());
        }
        self.before.replace(now);
        // SAFETY: the list lives, and holds items of that type; the rest is the caller's promise.
        let items = unsafe { result::list_items(py, &self.item, self.address(), lists, arguments)? };
        let list = self.object.bind(py);
        list.set_slice(0, list.len(), PyList::new(py, items)?.as_any())
    }
}

impl Drop for LentList {
    /// Calls hold the GIL without PyO3's knowing, which would put off giving up references until some time later.
    fn drop(&mut self) {
        // SAFETY: nobody uses them any more.
        let (object, items) =
            unsafe { (ManuallyDrop::take(&mut self.object), ManuallyDrop::take(&mut self.items)) };
        Python::attach(|py| {
            object.drop_ref(py);
            items.drop_ref(py);
        });
    }
}

/// Writes back which items of lists a call has changed.
///
/// # Safety
/// The call has ended, and these are its arguments and the lists among them; they live.
#[cold]
pub(crate) unsafe fn give_back(
    py: Python<'_>,
    lists: &[LentList],
    arguments: &[*mut ffi::PyObject],
) -> PyResult<()> {
    // SAFETY: the caller's promise.
    lists.iter().try_for_each(|list| unsafe { list.give_back(py, lists, arguments) })
}

/// Packed items: their type, their words, and what these lead to.
type Packed = (TypeCode, Vec<u64>, Vec<MaybeUninit<u64>>);

fn packed(items: &Bound<'_, PyTuple>) -> Result<Packed, Unfit> {
    let mut room = 2 * items.len() + 64;
    loop {
        let mut words = vec![MaybeUninit::uninit(); room];
        let mut characters = vec![MaybeUninit::uninit(); room];
        let mut pack = Pack::new(&mut [], &mut words, &mut characters);
        // SAFETY: the object is a tuple that lives, and the GIL is held.
        match unsafe { pack.add_items(items.as_ptr()) } {
            Ok(code) => {
                let filled = pack.words().to_vec();
                return Ok((code, filled, characters));
            }
            Err(Unfit::Full) => room *= 4,
            Err(Unfit::Refused) => return Err(Unfit::Refused),
        }
    }
}

/// Whether lists of such items are taken.
fn is_taken(item: &Type) -> bool {
    match item {
        Type::Scalar(_) | Type::Array(_) | Type::Str | Type::Bytes => true,
        Type::Tuple(_) | Type::Enum(_) => item.parts().iter().all(is_taken),
        Type::None
        | Type::Dtype(_)
        | Type::Function(_)
        | Type::Optional(_)
        | Type::Range
        | Type::List(_)
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Undefined => false,
    }
}

/// The words of an item as a result has them, of those that an argument has: an array is its descriptor, not where that lies.
///
/// # Safety
/// The words are those of an argument of that type, whose descriptors live.
unsafe fn add_parts(item: &Type, words: &mut impl Iterator<Item = u64>, parts: &mut Vec<u64>) {
    let mut word = || words.next().expect("a word for every part of the item");
    match item {
        Type::Array(array) => {
            let count = result_words(&Type::Array(*array));
            // SAFETY: the caller's promise.
            parts.extend(unsafe { std::slice::from_raw_parts(word() as *const u64, count) });
        }
        Type::Tuple(_) | Type::Enum(_) => {
            // SAFETY: the caller's promise, for each part.
            item.parts().iter().for_each(|part| unsafe { add_parts(part, words, parts) });
        }
        Type::Scalar(_)
        | Type::Str
        | Type::Bytes
        | Type::None
        | Type::Dtype(_)
        | Type::Function(_)
        | Type::Optional(_)
        | Type::Range
        | Type::List(_)
        | Type::Generator(_)
        | Type::RandomGenerator
        | Type::Undefined => parts.extend((0..result_words(item)).map(|_| word())),
    }
}
