//! Performs an operation on the words of its arguments.

use crate::format::{FormatSpec, Formatted};
use crate::heap::{Contents, Heap, MOST_BYTES, Stop};
use crate::items::{self, ItemKind, Wanted};
use crate::layout::{HEADER_BYTES, LIST_ITEMS, LIST_LENGTH, TEXT_LENGTH, TEXT_START};
use crate::list;
use crate::number_text::{bool_repr, complex_repr, complex64_repr, float_repr, float32_repr};
use crate::operation::Operation;
use crate::shape::{Shape, bytes_repr, list_repr, range_repr, read_bytes};
use crate::sums;
use crate::template::{Piece, Template};
use crate::text;

/// The size of a string as an item of a list: its block, the address of its first code point, its length.
const STR_ITEM_BYTES: u64 = 24;

/// Performs an operation; gives its result as a word.
///
/// # Panics
/// Panics when there are fewer words than the operation takes.
pub fn perform<H: Heap>(heap: &mut H, operation: Operation, words: &[u64]) -> Result<u64, Stop<H::Fault>> {
    let mut arguments = Arguments { heap, words, at: 0 };
    match operation {
        Operation::ListRemove
        | Operation::ListOpen
        | Operation::ListExtend
        | Operation::ListReverse
        | Operation::ListPart
        | Operation::ListReplace
        | Operation::ListSetStride
        | Operation::ListRemoveStride
        | Operation::ListFsum
        | Operation::ListSumProd
        | Operation::ListNorm
        | Operation::ListConcat
        | Operation::ListRepeat
        | Operation::ListOrder
        | Operation::ListSort
        | Operation::ListExtreme => arguments.of_list(operation),
        Operation::ListFind | Operation::ListFindStr | Operation::ListCount | Operation::ListCountStr => {
            arguments.sought(operation)
        }
        Operation::IntOfStr => {
            let (text, base, place) = (arguments.str()?, arguments.int(), arguments.word());
            let value = text::read_int(&text, base);
            arguments.heap.store(place, value.unwrap_or(0) as u64)?;
            Ok(u64::from(value.is_some()))
        }
        Operation::FloatOfStr => {
            let (text, place) = (arguments.str()?, arguments.word());
            let value = text::read_float(&text);
            arguments.heap.store(place, value.unwrap_or(0.0).to_bits())?;
            Ok(u64::from(value.is_some()))
        }
        Operation::IsUtf8 => {
            let bytes = arguments.bytes()?;
            Ok(u64::from(std::str::from_utf8(bytes).is_ok()))
        }
        Operation::BytesOfStr | Operation::Encode => {
            let text = arguments.str()?;
            let bytes = match operation {
                Operation::Encode => text::to_string(&text).into_bytes(),
                _ => text.iter().map(|code| *code as u8).collect(),
            };
            new_text(arguments.heap, bytes.len(), &bytes)
        }
        Operation::IsFormat => {
            let (text, kind) = (text::to_string(&arguments.str()?), arguments.word());
            let spec = FormatSpec::read(&text);
            // Whether an integer is a character would have to be asked of each.
            let spec = spec.ok().filter(|spec| !spec.is_character());
            Ok(u64::from(spec.is_some_and(|spec| spec.check(Formatted::by_number(kind)).is_ok())))
        }
        Operation::Split
        | Operation::RSplit
        | Operation::SplitSpace
        | Operation::RSplitSpace
        | Operation::SplitLines => {
            let text = arguments.str()?;
            let parts = arguments.parts(operation, &text)?;
            new_list_of(arguments.heap, &parts)
        }
        _ => match arguments.query(operation)? {
            Some(answer) => Ok(answer),
            None => {
                let made = arguments.made(operation)?;
                new_str(arguments.heap, &made)
            }
        },
    }
}

/// The text that a template makes of the words beside it.
///
/// # Panics
/// Panics when there are fewer words than the template takes.
pub fn written<H: Heap>(heap: &mut H, template: &[u32], words: &[u64]) -> Result<Vec<u32>, Stop<H::Fault>> {
    Arguments { heap, words, at: 0 }.written(template)
}

/// The arguments that were not read yet.
struct Arguments<'a, H> {
    heap: &'a mut H,
    words: &'a [u64],
    at: usize,
}

impl<H: Heap> Arguments<'_, H> {
    fn word(&mut self) -> u64 {
        self.at += 1;
        self.words[self.at - 1]
    }

    fn int(&mut self) -> i64 {
        self.word() as i64
    }

    /// The width of a field; a negative one is none.
    fn width(&mut self) -> Result<i64, Stop<H::Fault>> {
        let width = self.int().max(0);
        check_size(self.heap, width as u64)?;
        Ok(width)
    }

    fn float(&mut self) -> f64 {
        f64::from_bits(self.word())
    }

    fn str(&mut self) -> Result<Vec<u32>, H::Fault> {
        let (address, length) = (self.word(), self.word());
        read_str(self.heap, address, length)
    }

    fn bytes(&mut self) -> Result<&[u8], H::Fault> {
        let (address, length) = (self.word(), self.word());
        read_bytes(self.heap, address, length)
    }

    fn spec(&mut self) -> Result<FormatSpec, H::Fault> {
        let text = text::to_string(&self.str()?);
        Ok(FormatSpec::read(&text).expect("inference read the specification"))
    }

    /// An operation on lists as wholes.
    fn of_list(&mut self, operation: Operation) -> Result<u64, Stop<H::Fault>> {
        let words = self.words;
        let int = |position: usize| words[position] as i64;
        match operation {
            Operation::ListRemove => list::remove_slice(self.heap, words[0], int(1), int(2))?,
            Operation::ListOpen => return list::open_at(self.heap, words[0], int(1)),
            Operation::ListExtend => list::extend(self.heap, words[0], words[1])?,
            Operation::ListReverse => list::reverse(self.heap, words[0])?,
            Operation::ListPart => return list::part(self.heap, words[0], int(1), int(2), int(3)),
            Operation::ListReplace => list::replace(self.heap, words[0], int(1), int(2), words[3])?,
            Operation::ListSetStride => {
                let fits = list::set_stride(self.heap, words[0], [int(1), int(2), int(3)], words[4])?;
                return Ok(u64::from(fits));
            }
            Operation::ListRemoveStride => {
                list::remove_stride(self.heap, words[0], [int(1), int(2), int(3)])?;
            }
            Operation::ListFsum => return Ok(sums::sum(&floats(self.heap, words[0])?).to_bits()),
            Operation::ListSumProd => {
                let factors = (floats(self.heap, words[0])?, floats(self.heap, words[1])?);
                return Ok(sums::sum_of_products(&factors.0, &factors.1).to_bits());
            }
            Operation::ListNorm => return Ok(sums::norm(&floats(self.heap, words[0])?).to_bits()),
            Operation::ListConcat => return list::concat(self.heap, words[0], words[1]),
            Operation::ListRepeat => return list::repeat(self.heap, words[0], int(1)),
            Operation::ListOrder => return Ok(items::order(self.heap, words[0], words[1], words[2])? as u64),
            Operation::ListSort => {
                let shape = text::to_string(&read_str(self.heap, words[1], words[2])?);
                let shape = Shape::read(&shape).expect("inference wrote the shape");
                items::sort(self.heap, words[0], &shape, words[3] != 0)?;
            }
            _ => return Ok(items::extreme(self.heap, words[0], words[1], words[2] != 0)?),
        }
        Ok(0)
    }

    /// Where an item is, or how often.
    fn sought(&mut self, operation: Operation) -> Result<u64, Stop<H::Fault>> {
        let list = self.word();
        let is_number = matches!(operation, Operation::ListFind | Operation::ListCount);
        let (kind, wanted) = if is_number {
            (self.word(), Wanted::Number(self.word(), self.word()))
        } else {
            (ItemKind::Str as u64, Wanted::Str(self.str()?))
        };
        let found = items::positions(self.heap, list, kind, wanted)?;
        if matches!(operation, Operation::ListCount | Operation::ListCountStr) {
            return Ok(found.len() as u64);
        }
        let length = self.heap.load(list + LIST_LENGTH)? as usize;
        let (start, stop) = self.bounds();
        let (start, stop) = text::clipped(start, stop, length);
        let within = found.into_iter().find(|position| (start..stop).contains(&(*position as i64)));
        Ok(within.unwrap_or(u64::MAX))
    }

    fn bounds(&mut self) -> (i64, i64) {
        (self.int(), self.int())
    }

    fn parts<'t>(&mut self, operation: Operation, text: &'t [u32]) -> Result<Vec<&'t [u32]>, H::Fault> {
        Ok(match operation {
            Operation::Split | Operation::RSplit => {
                let separator = self.str()?;
                text::split(text, &separator, self.int(), operation == Operation::RSplit)
            }
            Operation::SplitSpace => text::split_space(text, self.int(), false),
            Operation::RSplitSpace => text::split_space(text, self.int(), true),
            _ => text::split_lines(text, self.word() != 0),
        })
    }

    /// What is a number or truth value; `None` for other operations.
    fn query(&mut self, operation: Operation) -> Result<Option<u64>, H::Fault> {
        let holds = |answer: bool| Ok(Some(u64::from(answer)));
        let position = |found: Option<usize>| Ok(Some(found.map_or(-1, |found| found as i64) as u64));
        let start = self.at;
        let characters = match operation {
            Operation::Find
            | Operation::RFind
            | Operation::Count
            | Operation::StartsWith
            | Operation::EndsWith
            | Operation::Contains => {
                let (text, part) = (self.str()?, self.str()?);
                return match operation {
                    Operation::Find => position(text::find(&text, &part, self.bounds(), false)),
                    Operation::RFind => position(text::find(&text, &part, self.bounds(), true)),
                    Operation::Count => Ok(Some(text::count(&text, &part, self.bounds()) as u64)),
                    Operation::StartsWith => holds(text::has_at_end(&text, &part, self.bounds(), false)),
                    Operation::EndsWith => holds(text::has_at_end(&text, &part, self.bounds(), true)),
                    _ => holds(text::find(&text, &part, (0, i64::MAX), false).is_some()),
                };
            }
            Operation::IsAlnum
            | Operation::IsAlpha
            | Operation::IsAscii
            | Operation::IsDecimal
            | Operation::IsDigit
            | Operation::IsNumeric
            | Operation::IsIdentifier
            | Operation::IsLower
            | Operation::IsUpper
            | Operation::IsTitle
            | Operation::IsSpace
            | Operation::IsPrintable
            | Operation::IsEncodable => self.str()?,
            _ => {
                self.at = start;
                return Ok(None);
            }
        };
        holds(match operation {
            Operation::IsAlnum => text::all(&characters, char::is_alphanumeric),
            Operation::IsAlpha => text::all(&characters, char::is_alphabetic),
            Operation::IsEncodable => characters.iter().all(|code| char::from_u32(*code).is_some()),
            Operation::IsAscii => characters.iter().all(|code| *code < 0x80),
            Operation::IsDecimal => text::all(&characters, |character| character.is_ascii_digit()),
            Operation::IsDigit => {
                text::all(&characters, |character| character.is_ascii_digit() || "²³¹".contains(character))
            }
            Operation::IsNumeric => text::all(&characters, char::is_numeric),
            Operation::IsIdentifier => is_identifier(&characters),
            Operation::IsLower => text::is_in_case(&characters, false),
            Operation::IsUpper => text::is_in_case(&characters, true),
            Operation::IsTitle => text::is_titled(&characters),
            Operation::IsSpace => {
                !characters.is_empty() && characters.iter().all(|code| text::is_space(*code))
            }
            _ => characters.iter().all(|code| char::from_u32(*code).is_some_and(text::is_printable)),
        })
    }

    /// The text of a template, whose words are next.
    fn written(&mut self, template: &[u32]) -> Result<Vec<u32>, Stop<H::Fault>> {
        let mut text = Vec::new();
        for piece in Template::pieces(template) {
            match piece {
                Piece::Constant(constant) => text.extend_from_slice(constant),
                Piece::Str => text.extend(self.str()?),
                Piece::Made(operation) => text.extend(self.made(operation)?),
            }
        }
        Ok(text)
    }

    /// The characters of a new string.
    fn made(&mut self, operation: Operation) -> Result<Vec<u32>, Stop<H::Fault>> {
        let made = match operation {
            Operation::Text => {
                let template = self.str()?;
                return self.written(&template);
            }
            Operation::Join => {
                let (separator, list) = (self.str()?, self.word());
                joined(self.heap, &separator, list)?
            }
            Operation::Chr => vec![self.word() as u32],
            Operation::StrOfInt => text::codes(&self.int().to_string()),
            Operation::StrOfUInt => text::codes(&self.word().to_string()),
            Operation::StrOfBool => text::codes(bool_repr(self.word() != 0)),
            Operation::StrOfFloat => text::codes(&float_repr(self.float())),
            Operation::StrOfFloat32 => text::codes(&float32_repr(f32::from_bits(self.word() as u32))),
            Operation::StrOfComplex => text::codes(&complex_repr(self.float(), self.float())),
            Operation::StrOfComplex64 => {
                let mut part = || f32::from_bits(self.word() as u32);
                text::codes(&complex64_repr(part(), part()))
            }
            Operation::StrOfBytes => self.bytes()?.iter().map(|byte| u32::from(*byte)).collect(),
            Operation::Decode => text::codes(&String::from_utf8_lossy(self.bytes()?)),
            Operation::ReprOfBytes => text::codes(&bytes_repr(self.bytes()?)),
            Operation::ReprOfList => {
                let list = self.word();
                let shape = text::to_string(&self.str()?);
                let shape = Shape::read(&shape).expect("inference wrote the shape");
                list_repr(self.heap, list, &shape)?
            }
            Operation::ReprOfRange => text::codes(&range_repr(self.int(), self.int(), self.int())),
            Operation::FormatComplex => {
                let (real, imag) = (self.float(), self.float());
                text::codes(&self.spec()?.complex(real, imag))
            }
            Operation::FormatInt => {
                let value = i128::from(self.int());
                text::codes(&self.spec()?.int(value))
            }
            Operation::FormatUInt => {
                let value = i128::from(self.word());
                text::codes(&self.spec()?.int(value))
            }
            Operation::FormatFloat => {
                let value = self.float();
                text::codes(&self.spec()?.float(value))
            }
            _ => {
                let text = self.str()?;
                return self.changed(operation, text);
            }
        };
        Ok(made)
    }

    /// The characters of a new string made of one.
    fn changed(&mut self, operation: Operation, text: Vec<u32>) -> Result<Vec<u32>, Stop<H::Fault>> {
        Ok(match operation {
            Operation::Concat => {
                let mut text = text;
                text.extend(self.str()?);
                text
            }
            Operation::Repeat => {
                let count = self.int().max(0) as u64;
                check_size(self.heap, count.saturating_mul(text.len() as u64))?;
                if text.is_empty() { text } else { text.repeat(count as usize) }
            }
            Operation::Stride => {
                let (start, stop, step) = (self.int(), self.int(), self.int());
                let (start, count) = text::strided(start, stop, step, text.len());
                (0..count).map(|number| text[(start + number * step) as usize]).collect()
            }
            Operation::Repr => text::repr(&text),
            Operation::Ascii => text::escaped(&text),
            Operation::FormatStr => self.spec()?.str(&text),
            Operation::Upper => text::upper(&text),
            Operation::Lower => text::lower(&text),
            Operation::Casefold => text::case_folded(&text),
            Operation::Title => text::titled(&text, true),
            Operation::Capitalize => text::titled(&text, false),
            Operation::SwapCase => text::swapped(&text),
            Operation::Strip => text::stripped(&text, true, true, text::is_space).to_vec(),
            Operation::LStrip => text::stripped(&text, true, false, text::is_space).to_vec(),
            Operation::RStrip => text::stripped(&text, false, true, text::is_space).to_vec(),
            Operation::StripOf | Operation::LStripOf | Operation::RStripOf => {
                let goes = self.str()?;
                let (start, end) = (operation != Operation::RStripOf, operation != Operation::LStripOf);
                text::stripped(&text, start, end, |code| goes.contains(&code)).to_vec()
            }
            Operation::RemovePrefix => {
                let part = self.str()?;
                text.strip_prefix(part.as_slice()).unwrap_or(&text).to_vec()
            }
            Operation::RemoveSuffix => {
                let part = self.str()?;
                text.strip_suffix(part.as_slice()).unwrap_or(&text).to_vec()
            }
            Operation::Replace => {
                let (old, new) = (self.str()?, self.str()?);
                text::replaced(&text, &old, &new, self.int())
            }
            Operation::Center | Operation::LJust | Operation::RJust => {
                let width = self.width()?;
                let fill = self.str()?.first().copied().unwrap_or(u32::from(' '));
                let missing = (width - text.len() as i64).max(0) as usize;
                match operation {
                    Operation::Center => text::centered(&text, width, fill),
                    Operation::LJust => text::padded(&text, 0, missing, fill),
                    _ => text::padded(&text, missing, 0, fill),
                }
            }
            Operation::ZFill => text::zero_filled(&text, self.width()?),
            Operation::ExpandTabs => {
                let size = self.int();
                let tabs = text.iter().filter(|code| **code == u32::from('\t')).count() as u64;
                check_size(self.heap, tabs.saturating_mul(size.max(0) as u64))?;
                text::without_tabs(&text, size)
            }
            _ => text,
        })
    }
}

/// Lengths of new strings come from programs: whether there is memory for a long one is asked of the heap, which can
/// say no, before its characters are written.
fn check_size<H: Heap>(heap: &mut H, length: u64) -> Result<(), Stop<H::Fault>> {
    let size_bytes = length.saturating_mul(4).min(MOST_BYTES);
    if size_bytes >= 1 << 40 {
        return Err(Stop::OutOfMemory(size_bytes));
    }
    if size_bytes >= 1 << 20 {
        let room = heap.allocate(size_bytes, Contents::Plain)?;
        heap.release(room)?;
    }
    Ok(())
}

fn is_identifier(text: &[u32]) -> bool {
    let mut characters = text.iter().map(|code| char::from_u32(*code));
    let starts = |character: char| character == '_' || character.is_alphabetic();
    characters.next().flatten().is_some_and(starts)
        && characters.all(|character| character.is_some_and(|c| c == '_' || c.is_alphanumeric()))
}

pub(crate) fn read_str<H: Heap>(heap: &H, address: u64, length: u64) -> Result<Vec<u32>, H::Fault> {
    if length == 0 {
        return Ok(Vec::new());
    }
    let bytes = heap.bytes(address, 4 * length)?;
    Ok(bytes.as_chunks().0.iter().map(|code| u32::from_le_bytes(*code)).collect())
}

/// A new string with these characters.
pub fn new_string<H: Heap>(heap: &mut H, text: &str) -> Result<u64, Stop<H::Fault>> {
    let codes: Vec<u32> = text.chars().map(u32::from).collect();
    new_str(heap, &codes)
}

fn new_str<H: Heap>(heap: &mut H, text: &[u32]) -> Result<u64, Stop<H::Fault>> {
    let bytes: Vec<u8> = text.iter().flat_map(|code| code.to_le_bytes()).collect();
    new_text(heap, text.len(), &bytes)
}

/// A new string or new bytes: so many characters in these bytes.
fn new_text<H: Heap>(heap: &mut H, length: usize, bytes: &[u8]) -> Result<u64, Stop<H::Fault>> {
    let block = heap.allocate(TEXT_START - HEADER_BYTES + bytes.len() as u64, Contents::Plain)?;
    heap.store(block + TEXT_LENGTH, length as u64)?;
    heap.write(block + TEXT_START, bytes)?;
    Ok(block)
}

/// The items of a list of float64.
fn floats<H: Heap>(heap: &H, list: u64) -> Result<Vec<f64>, H::Fault> {
    let (length, items) = (heap.load(list + LIST_LENGTH)?, heap.load(list + LIST_ITEMS)?);
    (0..length).map(|position| heap.load(items + 8 * position).map(f64::from_bits)).collect()
}

fn new_list_of<H: Heap>(heap: &mut H, parts: &[&[u32]]) -> Result<u64, Stop<H::Fault>> {
    let list = list::new_list(heap, STR_ITEM_BYTES, 1, parts.len() as u64)?;
    for (position, part) in parts.iter().enumerate() {
        let text = match new_str(heap, part) {
            Ok(text) => text,
            Err(stop) => {
                heap.release(list)?;
                return Err(stop);
            }
        };
        let item = heap.load(list + LIST_ITEMS)? + STR_ITEM_BYTES * position as u64;
        heap.store(item, text)?;
        heap.store(item + 8, text + TEXT_START)?;
        heap.store(item + 16, part.len() as u64)?;
        heap.store(list + LIST_LENGTH, position as u64 + 1)?;
    }
    Ok(list)
}

/// The strings of a list of strings.
pub fn strings_of<H: Heap>(heap: &H, list: u64) -> Result<Vec<String>, H::Fault> {
    let (length, items) = (heap.load(list + LIST_LENGTH)?, heap.load(list + LIST_ITEMS)?);
    let string = |position: u64| {
        let item = items + STR_ITEM_BYTES * position;
        Ok(text::to_string(&read_str(heap, heap.load(item + 8)?, heap.load(item + 16)?)?))
    };
    (0..length).map(string).collect()
}

fn joined<H: Heap>(heap: &H, separator: &[u32], list: u64) -> Result<Vec<u32>, H::Fault> {
    let (length, items) = (heap.load(list + LIST_LENGTH)?, heap.load(list + LIST_ITEMS)?);
    let mut result = Vec::new();
    for position in 0..length {
        if position > 0 {
            result.extend_from_slice(separator);
        }
        let item = items + STR_ITEM_BYTES * position;
        result.extend(read_str(heap, heap.load(item + 8)?, heap.load(item + 16)?)?);
    }
    Ok(result)
}
