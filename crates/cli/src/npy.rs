//! Reads and writes `.npy` files.
//!
//! Whatever a file holds, it is either an array that kernels can work on or refused with a reason. The header is
//! looked over before `npyz` reads it, which trusts it in two ways: it nests as deep as its text, and it multiplies lengths without a check.

use crate::given::Given;
use crate::problem::Problem;
use hotloop_driver::{Array, Dtype, Number};
use npyz::{DType, Endianness, NpyHeader, Order, TypeChar, TypeStr, WriteOptions, WriterBuilder as _};
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

const MAGIC: &[u8] = b"\x93NUMPY";
/// NumPy itself refuses longer headers unless it is told to trust the file.
const MAX_HEADER_BYTES: usize = 10_000;
const MAX_HEADER_DEPTH: u32 = 16;
const MAX_NDIM: usize = 32;

/// Reads an array; on failure says why, naming the file.
pub(crate) fn load(path: &Path) -> Result<Given, String> {
    read(path).map_err(|reason| format!("{}: {reason}", path.display()))
}

fn read(path: &Path) -> Result<Given, String> {
    let file = File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    let metadata = file.metadata().map_err(|error| format!("cannot be read: {error}"))?;
    if !metadata.is_file() {
        return Err("is not a file".to_owned());
    }
    let mut reader = BufReader::new(file);
    let preamble = read_header(&mut reader)?;
    let header =
        NpyHeader::from_reader(&preamble[..]).map_err(|error| format!("its header is broken: {error}"))?;
    let dtype = dtype_of(&header.dtype())?;
    let is_fortran = header.order() == Order::Fortran && header.shape().len() > 1;
    let mut shape: Vec<usize> = header.shape().iter().map(|length| *length as usize).collect();
    if shape.len() > MAX_NDIM {
        return Err(format!("it has {} dimensions; arrays have at most {MAX_NDIM}", shape.len()));
    }
    check_length(&shape, dtype, metadata.len(), preamble.len() as u64)?;
    if is_fortran {
        shape.reverse();
    }
    let mut array = Array::zeros(dtype, &shape).ok_or("there is not enough memory for it")?;
    array.fill_bytes(|bytes| reader.read_exact(bytes)).map_err(|error| format!("cannot be read: {error}"))?;
    Ok(Given::Array { array, is_fortran })
}

/// The bytes before the elements, looked over.
fn read_header(reader: &mut impl Read) -> Result<Vec<u8>, String> {
    let mut header = vec![0; MAGIC.len() + 2];
    if reader.read_exact(&mut header).is_err() || !header.starts_with(MAGIC) {
        return Err("it is not a .npy file".to_owned());
    }
    let length_bytes = if header[MAGIC.len()] == 1 { 2 } else { 4 };
    let cut = |_| "it is cut short within its header".to_owned();
    let mut length = [0; 4];
    reader.read_exact(&mut length[..length_bytes]).map_err(cut)?;
    header.extend(&length[..length_bytes]);
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_HEADER_BYTES {
        return Err(format!(
            "its header is broken: it has {length} bytes, and at most {MAX_HEADER_BYTES} are read"
        ));
    }
    let start = header.len();
    header.resize(start + length, 0);
    reader.read_exact(&mut header[start..]).map_err(cut)?;
    look_over(&header[start..])?;
    Ok(header)
}

/// Refuses a header that nests deeply or whose lengths multiply to more than there can be.
fn look_over(header: &[u8]) -> Result<(), String> {
    let (mut depth, mut quote, mut number, mut product) = (0, None, 0_u64, 1_u64);
    for byte in header.iter().chain(b" ") {
        if let Some(end) = quote {
            quote = (*byte != end).then_some(end);
            continue;
        }
        if byte.is_ascii_digit() {
            number = number.saturating_mul(10).saturating_add(u64::from(byte - b'0'));
            continue;
        }
        product = product.saturating_mul(number.max(1));
        number = 0;
        match byte {
            b'\'' | b'"' => quote = Some(*byte),
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            _ => {}
        }
        if depth > MAX_HEADER_DEPTH {
            return Err("its header is broken: it is nested too deeply".to_owned());
        }
    }
    if product > i64::MAX as u64 {
        return Err("its header is broken: no array has that many elements".to_owned());
    }
    Ok(())
}

/// The dtype of kernels that a file's dtype is.
fn dtype_of(dtype: &DType) -> Result<Dtype, String> {
    let DType::Plain(element) = dtype else {
        return Err("its elements are structured; kernels work on plain numbers".to_owned());
    };
    let known = match (element.type_char(), element.size_field()) {
        (TypeChar::Bool, 1) => Some(Dtype::Bool),
        (TypeChar::Int, 1) => Some(Dtype::Int8),
        (TypeChar::Int, 2) => Some(Dtype::Int16),
        (TypeChar::Int, 4) => Some(Dtype::Int32),
        (TypeChar::Int, 8) => Some(Dtype::Int64),
        (TypeChar::Uint, 1) => Some(Dtype::UInt8),
        (TypeChar::Uint, 2) => Some(Dtype::UInt16),
        (TypeChar::Uint, 4) => Some(Dtype::UInt32),
        (TypeChar::Uint, 8) => Some(Dtype::UInt64),
        (TypeChar::Float, 4) => Some(Dtype::Float32),
        (TypeChar::Float, 8) => Some(Dtype::Float64),
        (TypeChar::Complex, 8) => Some(Dtype::Complex64),
        (TypeChar::Complex, 16) => Some(Dtype::Complex128),
        _ => None,
    };
    let known = known.ok_or_else(|| {
        format!(
            "its elements are of dtype `{element}`; kernels work on bool, int8 to int64, uint8 to uint64, float32, float64, complex64 and complex128"
        )
    })?;
    if element.endianness() == Endianness::Big && element.size_field() > 1 {
        return Err(format!(
            "its elements are big-endian (`{element}`); save it with `x.astype(x.dtype.newbyteorder(\"<\"))`"
        ));
    }
    Ok(known)
}

/// Whether the file is as long as its header says.
fn check_length(shape: &[usize], dtype: Dtype, file_bytes: u64, header_bytes: u64) -> Result<(), String> {
    let elements: u128 = shape.iter().map(|length| *length as u128).product();
    let expected = elements * u128::from(dtype.size_bytes());
    let present = u128::from(file_bytes.saturating_sub(header_bytes));
    if present < expected {
        return Err(format!(
            "it is cut short: its header says {expected} bytes of elements, and {present} are there"
        ));
    }
    if present > expected {
        return Err(format!(
            "it is too long: its header says {expected} bytes of elements, and {present} are there"
        ));
    }
    Ok(())
}

/// Writes an array; of one in Fortran order its transpose is given.
pub(crate) fn save(path: &Path, array: &Array, is_fortran: bool) -> Result<(), Problem> {
    let mut shape: Vec<u64> = array.shape().iter().map(|length| *length as u64).collect();
    if is_fortran {
        shape.reverse();
    }
    let order = if is_fortran { Order::Fortran } else { Order::C };
    write(path, array.dtype(), &shape, order, array.bytes())
        .map_err(|error| Problem::file(path, format_args!("cannot be written: {error}")))
}

/// Writes a number as an array without dimensions, as `numpy.save` does.
pub(crate) fn save_number(path: &Path, number: Number) -> Result<(), Problem> {
    let mut array = Array::zeros(number.dtype(), &[]).expect("there is memory for one element");
    array.fill_with(|_| number);
    save(path, &array, false)
}

fn write(path: &Path, dtype: Dtype, shape: &[u64], order: Order, bytes: &[u8]) -> std::io::Result<()> {
    let mut writer = WriteOptions::new_header_only()
        .dtype(DType::new_scalar(type_text(dtype)))
        .shape(shape)
        .order(order)
        .writer(BufWriter::new(File::create(path)?))
        .write_header_only()?;
    writer.write_all(bytes)?;
    writer.flush()
}

/// How `.npy` spells a dtype.
fn type_text(dtype: Dtype) -> TypeStr {
    let text = match dtype {
        Dtype::Bool => "|b1",
        Dtype::Int8 => "|i1",
        Dtype::Int16 => "<i2",
        Dtype::Int32 => "<i4",
        Dtype::Int64 => "<i8",
        Dtype::UInt8 => "|u1",
        Dtype::UInt16 => "<u2",
        Dtype::UInt32 => "<u4",
        Dtype::UInt64 => "<u8",
        Dtype::Float32 => "<f4",
        Dtype::Float64 => "<f8",
        Dtype::Complex64 => "<c8",
        Dtype::Complex128 => "<c16",
    };
    text.parse().expect("all of these are type strings")
}
