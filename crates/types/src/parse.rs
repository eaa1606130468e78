//! Reads signatures as they are written in decorators: `float64(float64[:])`, `f8[:, ::1](f4, i8)`, `(int64, int64)`,
//! `void(Array(float64, 1, "C", readonly=True))`, `Tuple((i8, f8))(UniTuple(i8, 2))`.

use crate::{
    ArrayType, Dtype, EnumType, EnumValue, FunctionType, GeneratorType, Layout, Signature, TupleClass,
    TupleType, Type,
};
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A text that is not a signature: what was expected, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureError {
    /// Byte offset into the text.
    pub offset: usize,
    /// What is wrong, in one sentence.
    pub message: String,
}

impl fmt::Display for SignatureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at character {})", self.message, self.offset + 1)
    }
}

impl std::error::Error for SignatureError {}

impl FromStr for Signature {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let mut reader = Reader { text, at: 0, depth: 0 };
        let signature = reader.signature()?;
        reader.end()?;
        Ok(signature)
    }
}

impl FromStr for Type {
    type Err = SignatureError;

    fn from_str(text: &str) -> Result<Self, SignatureError> {
        let mut reader = Reader { text, at: 0, depth: 0 };
        let result = reader.ty()?;
        reader.end()?;
        Ok(result)
    }
}

/// Reads one signature, or several in brackets: `["f8(f8)", ...]` is read by the caller; this reads `f8(f8)` and
/// `[f8(f8), f4(f4)]`.
pub fn parse_signatures(text: &str) -> Result<Vec<Signature>, SignatureError> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let signatures =
        if reader.eat("[") { reader.list("]", Reader::signature)? } else { vec![reader.signature()?] };
    reader.end()?;
    Ok(signatures)
}

const MAX_DEPTH: u32 = 32;
const MAX_NDIM: u64 = 32;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    fn fail<T>(&self, message: impl Into<String>) -> Result<T, SignatureError> {
        Err(SignatureError { offset: self.at, message: message.into() })
    }

    fn skip_space(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.skip_space();
        let found = self.text[self.at..].starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn expect(&mut self, token: &str) -> Result<(), SignatureError> {
        if self.eat(token) { Ok(()) } else { self.fail(format!("expected `{token}`")) }
    }

    fn end(&mut self) -> Result<(), SignatureError> {
        self.skip_space();
        if self.at == self.text.len() { Ok(()) } else { self.fail("expected the end of the signature") }
    }

    fn word(&mut self) -> &'a str {
        self.skip_space();
        let rest = &self.text[self.at..];
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Items separated by commas up to `close`; a trailing comma is allowed.
    fn list<T>(
        &mut self,
        close: &str,
        item: impl Fn(&mut Self) -> Result<T, SignatureError>,
    ) -> Result<Vec<T>, SignatureError> {
        let mut items = Vec::new();
        loop {
            if self.eat(close) {
                return Ok(items);
            }
            items.push(item(self)?);
            if !self.eat(",") {
                self.expect(close)?;
                return Ok(items);
            }
        }
    }

    fn signature(&mut self) -> Result<Signature, SignatureError> {
        let result = if self.eat("(") {
            return Ok(Signature { parameters: self.list(")", Self::ty)?, result: None });
        } else {
            self.ty()?
        };
        self.expect("(")?;
        Ok(Signature { parameters: self.list(")", Self::ty)?, result: Some(result) })
    }

    fn ty(&mut self) -> Result<Type, SignatureError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.fail("types are nested too deeply");
        }
        let result = self.ty_within_limit();
        self.depth -= 1;
        result
    }

    fn ty_within_limit(&mut self) -> Result<Type, SignatureError> {
        self.skip_space();
        let start = self.at;
        let mut name = self.word();
        let readonly = name == "readonly";
        if readonly {
            name = self.word();
        }
        while matches!(name, "types" | "nb" | "numba" | "hotloop" | "np" | "numpy") && self.eat(".") {
            name = self.word();
        }
        match name {
            "void" | "none" | "None" => return Ok(Type::None),
            "str" | "unicode_type" | "string" => return Ok(Type::Str),
            "bytes" => return Ok(Type::Bytes),
            "random" if self.eat(".") && self.word() == "Generator" => return Ok(Type::RandomGenerator),
            "NumPyRandomGeneratorType" => return Ok(Type::RandomGenerator),
            "list" | "List" => return self.list_of(),
            "Array" => return self.array_call(),
            "UniTuple" => return self.uniform_tuple(),
            "Tuple" => return self.tuple(),
            "dtype" => return self.dtype_value(),
            "function" => return self.function(),
            "generator" => return self.generator(),
            "optional" | "Optional" => return self.optional(),
            "namedtuple" => return self.named_tuple(),
            "enum" => return self.enumeration(),
            _ => {}
        }
        let Some(dtype) = Dtype::by_name(name) else {
            self.at = start;
            return self.fail(if name.is_empty() {
                "expected a type".to_owned()
            } else {
                format!("`{name}` is not a known type")
            });
        };
        self.subscript(dtype, readonly)
    }

    /// `[:, ::1]` behind a dtype, if there is one.
    fn subscript(&mut self, dtype: Dtype, readonly: bool) -> Result<Type, SignatureError> {
        if !self.eat("[") {
            return if readonly {
                self.fail("`readonly` needs an array type")
            } else {
                Ok(Type::Scalar(dtype))
            };
        }
        if self.eat("()") {
            self.expect("]")?;
            return Ok(Type::Array(ArrayType { readonly, ..ArrayType::new(dtype, 0, Layout::C) }));
        }
        let contiguous = self.list("]", Self::axis)?;
        let last = contiguous.len().saturating_sub(1);
        let marked: Vec<usize> = (0..contiguous.len()).filter(|axis| contiguous[*axis]).collect();
        let layout = match marked.as_slice() {
            _ if contiguous.is_empty() => return self.fail("an array type needs at least one `:`"),
            _ if contiguous.len() as u64 > MAX_NDIM => {
                return self.fail("an array has at most 32 dimensions");
            }
            [] => Layout::A,
            [axis] if *axis == last => Layout::C,
            [0] => Layout::F,
            _ => return self.fail("only the first or the last axis can be contiguous (`::1`)"),
        };
        Ok(Type::Array(ArrayType { readonly, ..ArrayType::new(dtype, contiguous.len() as u8, layout) }))
    }

    /// `:` or `::1`; tells whether it was the latter.
    fn axis(&mut self) -> Result<bool, SignatureError> {
        self.expect(":")?;
        if !self.eat(":") {
            return Ok(false);
        }
        self.expect("1")?;
        Ok(true)
    }

    /// `Array(dtype, ndim, "C", readonly=True, aligned=True)`, behind the name.
    fn array_call(&mut self) -> Result<Type, SignatureError> {
        self.expect("(")?;
        let Type::Scalar(dtype) = self.ty()? else { return self.fail("an array's elements are numbers") };
        self.expect(",")?;
        let ndim = self.count()?;
        self.expect(",")?;
        let layout = match self.quoted()? {
            "C" => Layout::C,
            "F" => Layout::F,
            "A" => Layout::A,
            _ => return self.fail("the layout is \"C\", \"F\" or \"A\""),
        };
        let mut array = ArrayType::new(dtype, ndim as u8, layout);
        while self.eat(",") && !self.eat(")") {
            let keyword = self.word();
            self.expect("=")?;
            match (keyword, self.word()) {
                ("readonly", value @ ("True" | "False")) => array.readonly = value == "True",
                ("aligned", "True") => {}
                _ => return self.fail("expected `readonly=True` or `aligned=True`"),
            }
        }
        if !self.text[..self.at].ends_with(')') {
            self.expect(")")?;
        }
        Ok(Type::Array(array))
    }

    fn quoted(&mut self) -> Result<&'a str, SignatureError> {
        let quote = if self.eat("\"") {
            "\""
        } else {
            self.expect("'")?;
            "'"
        };
        let word = self.word();
        self.expect(quote)?;
        Ok(word)
    }

    fn count(&mut self) -> Result<u64, SignatureError> {
        let digits = self.word();
        match digits.parse() {
            Ok(count) if count <= MAX_NDIM => Ok(count),
            _ => self.fail("expected a small number"),
        }
    }

    /// `dtype(float64)`, behind the name: a dtype as a value.
    fn dtype_value(&mut self) -> Result<Type, SignatureError> {
        self.expect("(")?;
        let name = self.word();
        let Some(dtype) = Dtype::by_name(name) else {
            return self.fail(format!("`{name}` is not a dtype"));
        };
        self.expect(")")?;
        Ok(Type::Dtype(dtype))
    }

    /// `function(name, key, captured types)`, behind the name: what [`FunctionType`] prints.
    fn function(&mut self) -> Result<Type, SignatureError> {
        self.expect("(")?;
        self.skip_space();
        let rest = &self.text[self.at..];
        let name = &rest[..rest.find([',', ')']).unwrap_or(rest.len())];
        self.at += name.len();
        let name = name.into();
        self.expect(",")?;
        let Ok(key) = u128::from_str_radix(self.word(), 16) else { return self.fail("expected a key") };
        let captured = if self.eat(",") {
            self.list(")", Self::ty)?
        } else {
            self.list(")", |reader| reader.fail("expected `)`"))?
        };
        Ok(Type::Function(Arc::new(FunctionType { name, key, captured: Some(captured.into()) })))
    }

    /// `generator(symbol, items, parameter types)`, behind the name: what [`GeneratorType`] prints.
    fn generator(&mut self) -> Result<Type, SignatureError> {
        self.expect("(")?;
        self.skip_space();
        let rest = &self.text[self.at..];
        let symbol = &rest[..rest.find([',', ')']).unwrap_or(rest.len())];
        self.at += symbol.len();
        self.expect(",")?;
        let items = self.ty()?;
        let parameters = if self.eat(",") {
            self.list(")", Self::ty)?
        } else {
            self.list(")", |reader| reader.fail("expected `)`"))?
        };
        let (symbol, parameters) = (symbol.into(), parameters.into());
        Ok(Type::Generator(Arc::new(GeneratorType { symbol, items, parameters })))
    }

    /// A text in double quotes, in which a backslash stands before quotes and backslashes.
    fn text(&mut self) -> Result<String, SignatureError> {
        self.expect("\"")?;
        let mut text = String::new();
        let mut characters = self.text[self.at..].char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '"' => {
                    self.at += at + 1;
                    return Ok(text);
                }
                '\\' => text.extend(characters.next().map(|(_, escaped)| escaped)),
                _ => text.push(character),
            }
        }
        self.fail("expected `\"`")
    }

    /// `namedtuple("Point", "identity", x, int64, ...)`, behind the name: what [`TupleType`] prints.
    fn named_tuple(&mut self) -> Result<Type, SignatureError> {
        self.expect("(")?;
        let name = self.text()?;
        self.expect(",")?;
        let identity = self.text()?;
        let (mut fields, mut items) = (Vec::new(), Vec::new());
        while self.eat(",") {
            self.skip_space();
            let rest = &self.text[self.at..];
            let field = &rest[..rest.find([',', ')']).unwrap_or(rest.len())];
            self.at += field.len();
            fields.push(field.to_owned());
            self.expect(",")?;
            items.push(self.ty()?);
        }
        self.expect(")")?;
        let class = TupleClass { name, identity, fields };
        Ok(Type::Tuple(TupleType::named(Arc::new(class), items)))
    }

    /// `enum("Colour", "identity", False, RED, 1, ...)`, behind the name: what [`EnumType`] prints.
    fn enumeration(&mut self) -> Result<Type, SignatureError> {
        self.expect("(")?;
        let name = self.text()?;
        self.expect(",")?;
        let identity = self.text()?;
        self.expect(",")?;
        let is_integer = self.word() == "True";
        let (mut members, mut aliases) = (Vec::new(), Vec::new());
        while self.eat(",") {
            self.skip_space();
            let rest = &self.text[self.at..];
            let member = rest[..rest.find([',', ')']).unwrap_or(rest.len())].to_owned();
            self.at += member.len();
            self.expect(",")?;
            if self.eat("member ") {
                aliases.push((member, self.number()?));
            } else {
                members.push((member, self.enum_value()?));
            }
        }
        self.expect(")")?;
        Ok(Type::Enum(Arc::new(EnumType { name, identity, is_integer, members, aliases })))
    }

    fn enum_value(&mut self) -> Result<EnumValue, SignatureError> {
        self.skip_space();
        if self.text[self.at..].starts_with('"') {
            return self.text().map(EnumValue::Str);
        }
        if self.eat("float ") {
            return match u64::from_str_radix(self.word(), 16) {
                Ok(bits) => Ok(EnumValue::Float(bits)),
                Err(_) => self.fail("expected the bits of a float"),
            };
        }
        if self.eat("other") {
            return Ok(EnumValue::Other);
        }
        if self.eat("True") {
            return Ok(EnumValue::Bool(true));
        }
        if self.eat("False") {
            return Ok(EnumValue::Bool(false));
        }
        self.number().map(EnumValue::Int)
    }

    fn number<N: FromStr>(&mut self) -> Result<N, SignatureError> {
        self.skip_space();
        let start = self.at;
        self.eat("-");
        self.word();
        match self.text[start..self.at].parse() {
            Ok(number) => Ok(number),
            Err(_) => self.fail("expected a number"),
        }
    }

    /// `optional(type)`, behind the name.
    fn optional(&mut self) -> Result<Type, SignatureError> {
        self.expect("(")?;
        let value = self.ty()?;
        self.expect(")")?;
        Ok(Type::optional(value))
    }

    /// `list(type)`, behind the name.
    fn list_of(&mut self) -> Result<Type, SignatureError> {
        self.expect("(")?;
        let element = self.ty()?;
        self.expect(")")?;
        Ok(Type::list(element))
    }

    /// `UniTuple(type, count)`, behind the name.
    fn uniform_tuple(&mut self) -> Result<Type, SignatureError> {
        self.expect("(")?;
        let item = self.ty()?;
        self.expect(",")?;
        let count = self.count()?;
        self.expect(")")?;
        Ok(Type::tuple(std::iter::repeat_n(item, count as usize)))
    }

    /// `Tuple((a, b))`, `Tuple([a, b])` or, as types print, `Tuple(a, b)`, behind the name.
    fn tuple(&mut self) -> Result<Type, SignatureError> {
        self.expect("(")?;
        let close = if self.eat("(") {
            ")"
        } else if self.eat("[") {
            "]"
        } else {
            return Ok(Type::tuple(self.list(")", Self::ty)?));
        };
        let items = self.list(close, Self::ty)?;
        self.eat(",");
        self.expect(")")?;
        Ok(Type::tuple(items))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_print_as_they_read() {
        for (text, printed) in [
            ("float64(float64[:])", "float64(float64[:])"),
            ("f8[:, ::1](f4, i8)", "float64[:, ::1](float32, int64)"),
            ("void(b1[::1, :],)", "none(bool[::1, :])"),
            ("(int64, u8)", "(int64, uint64)"),
            ("f8(Array(float64, 1, 'C', readonly=True))", "float64(readonly float64[::1])"),
            ("str(unicode_type, List(types.f8))", "str(str, list(float64))"),
            ("Tuple((i8, f4))(UniTuple(types.i4, 2))", "Tuple(int64, float32)(Tuple(int32, int32))"),
            ("optional(i8)(nb.Optional(f8[:]))", "optional(int64)(optional(float64[:]))"),
        ] {
            let signature: Signature = text.parse().unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(signature.to_string(), printed);
            assert_eq!(printed.parse::<Signature>().as_ref(), Ok(&signature));
        }
        let dtypes = "dtype(int64)(dtype(bool), float64)";
        assert_eq!(dtypes.parse::<Signature>().unwrap().to_string(), dtypes);
        let function = "int64(function(f, 000000000000000000000000000000ff, float64[:]), Tuple(function(g, 00000000000000000000000000000001)))";
        assert_eq!(format!("{:#}", function.parse::<Signature>().unwrap()), function);
        let generator = "generator(f.0a, float64, int64, bool)(int64, bool)";
        let parsed = generator.parse::<Signature>().unwrap();
        assert_eq!(format!("{parsed:#}"), generator);
        let spelled = "float64 generator(func=f, args=(int64, bool), has_finalizer=True)(int64, bool)";
        assert_eq!(parsed.to_string(), spelled);
        assert_eq!(
            function.parse::<Signature>().unwrap().to_string(),
            "int64(function(f), Tuple(function(g)))"
        );
        let classes = "namedtuple(\"P\", \"file.py:P\", x, int64, y, enum(\"C\", \"a\\\"b\", True, RED, -1, BLUE, float 3ff0000000000000, G, \"t\", ROT, member 0))(int64)";
        assert_eq!(format!("{:#}", classes.parse::<Signature>().unwrap()), classes);
        assert_eq!(classes.parse::<Signature>().unwrap().to_string(), "P(int64, C)(int64)");
        assert_eq!(parse_signatures("[f8(f8), f4(f4)]").map(|list| list.len()), Ok(2));
    }

    #[test]
    fn wrong_signatures_say_where() {
        for (text, offset, message) in [
            ("float65(f8)", 0, "`float65` is not a known type"),
            ("f8(f8[:)", 7, "expected `]`"),
            ("f8(f8", 5, "expected `)`"),
            ("f8(f8[::1, :, ::1])", 18, "only the first or the last axis can be contiguous (`::1`)"),
            ("", 0, "expected a type"),
            ("f8(f8) x", 7, "expected the end of the signature"),
        ] {
            let error = text.parse::<Signature>().expect_err(text);
            assert_eq!((error.offset, error.message.as_str()), (offset, message), "{text}");
        }
        assert!("Tuple(".repeat(100_000).parse::<Type>().is_err());
    }
}
