//! The table of operations on lists and strings that compiled code calls by number.

/// What an argument or a result of an operation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// A string: the address of its first code point and its length, two words. As a result, the block of a new string.
    Str,
    /// Bytes: the address of the first and their number, two words. As a result, the block of new bytes.
    Bytes,
    /// An integer, or any other value of eight bytes.
    Word,
    /// A truth value.
    Bool,
    /// A float64, as its bits.
    Float,
    /// A list; as a result, a new one.
    List,
    /// Nothing.
    Nothing,
}

/// Rows: variant, arguments, result, what it does.
macro_rules! operations {
    ($($name:ident ($($argument:ident),*) -> $result:ident $documentation:literal;)*) => {
        /// An operation on lists or strings.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Operation {
            $(#[doc = $documentation] $name,)*
        }

        impl Operation {
            /// All of them; the position of each is its number.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// What it takes.
            pub const fn arguments(self) -> &'static [Form] {
                match self { $(Self::$name => &[$(Form::$argument),*],)* }
            }

            /// What it gives.
            pub const fn result(self) -> Form {
                match self { $(Self::$name => Form::$result,)* }
            }
        }
    };
}

operations! {
    Concat (Str, Str) -> Str "`a + b`.";
    Text (Str) -> Str "The pieces of a template, one behind the other; the words of its operations follow.";
    Repeat (Str, Word) -> Str "`a * n`.";
    Stride (Str, Word, Word, Word) -> Str "The characters of a slice with a step.";
    Chr (Word) -> Str "The character of a code point.";
    StrOfInt (Word) -> Str "A signed integer in decimal.";
    StrOfUInt (Word) -> Str "An unsigned integer in decimal.";
    StrOfBool (Word) -> Str "`True` or `False`.";
    StrOfFloat (Word) -> Str "A float64 as `repr` writes it.";
    StrOfFloat32 (Word) -> Str "A float32 as NumPy writes it.";
    StrOfComplex (Word, Word) -> Str "A complex128 as `repr` writes it.";
    StrOfComplex64 (Word, Word) -> Str "A complex64 as NumPy writes it.";
    Repr (Str) -> Str "A string as `repr` writes it.";
    Ascii (Str) -> Str "What `repr` wrote, without characters beyond ASCII.";
    StrOfBytes (Bytes) -> Str "Each byte as the character of that number.";
    BytesOfStr (Str) -> Bytes "Each character as the byte of that number, which is at most 255.";
    IsEncodable (Str) -> Bool "Whether UTF-8 has all characters: halves of surrogate pairs it has not.";
    Encode (Str) -> Bytes "In UTF-8.";
    IsUtf8 (Bytes) -> Bool "Whether it is UTF-8.";
    Decode (Bytes) -> Str "The characters of UTF-8.";
    ReprOfBytes (Bytes) -> Str "Bytes as `repr` writes them.";
    ReprOfList (List, Str) -> Str "A list as `repr` writes it; the string says what its items are, as a `Shape` is spelled.";
    ReprOfRange (Word, Word, Word) -> Str "A `range` object as `repr` writes it.";
    IsFormat (Str, Word) -> Bool "Whether a string is a format specification for values of that kind, which are numbered as `Formatted` is.";
    FormatComplex (Word, Word, Str) -> Str "A complex128 by a format specification.";
    FormatInt (Word, Str) -> Str "A signed integer by a format specification.";
    FormatUInt (Word, Str) -> Str "An unsigned integer by a format specification.";
    FormatFloat (Word, Str) -> Str "A float64 by a format specification.";
    FormatStr (Str, Str) -> Str "A string by a format specification.";
    IntOfStr (Str, Word, Word) -> Bool "Reads an integer in a base; the third argument is the address for it. Tells whether it is one.";
    FloatOfStr (Str, Word) -> Bool "Reads a float; the second argument is the address for it. Tells whether it is one.";
    Find (Str, Str, Word, Word) -> Word "The first position of a part within bounds; -1 without one.";
    RFind (Str, Str, Word, Word) -> Word "The last position of a part within bounds; -1 without one.";
    Count (Str, Str, Word, Word) -> Word "How often a part occurs within bounds.";
    StartsWith (Str, Str, Word, Word) -> Bool "Whether a part stands at the start.";
    EndsWith (Str, Str, Word, Word) -> Bool "Whether a part stands at the end.";
    Contains (Str, Str) -> Bool "Whether the second is a part of the first.";
    IsAlnum (Str) -> Bool "Whether all are letters or digits, and there is one.";
    IsAlpha (Str) -> Bool "Whether all are letters, and there is one.";
    IsAscii (Str) -> Bool "Whether all are ASCII.";
    IsDecimal (Str) -> Bool "Whether all are decimal digits, and there is one.";
    IsDigit (Str) -> Bool "Whether all are digits, and there is one.";
    IsNumeric (Str) -> Bool "Whether all are numeric, and there is one.";
    IsIdentifier (Str) -> Bool "Whether it is a valid name.";
    IsLower (Str) -> Bool "Whether all cased are lower case, and there is one.";
    IsUpper (Str) -> Bool "Whether all cased are upper case, and there is one.";
    IsTitle (Str) -> Bool "Whether it is in title case.";
    IsSpace (Str) -> Bool "Whether all are white, and there is one.";
    IsPrintable (Str) -> Bool "Whether all can be printed.";
    Upper (Str) -> Str "In upper case.";
    Lower (Str) -> Str "In lower case.";
    Casefold (Str) -> Str "In lower case for comparing.";
    Title (Str) -> Str "Each word with a capital.";
    Capitalize (Str) -> Str "The first character as a capital, the others in lower case.";
    SwapCase (Str) -> Str "Upper and lower case exchanged.";
    Strip (Str) -> Str "Without white space at both ends.";
    LStrip (Str) -> Str "Without white space at the start.";
    RStrip (Str) -> Str "Without white space at the end.";
    StripOf (Str, Str) -> Str "Without these characters at both ends.";
    LStripOf (Str, Str) -> Str "Without these characters at the start.";
    RStripOf (Str, Str) -> Str "Without these characters at the end.";
    RemovePrefix (Str, Str) -> Str "Without a part at the start.";
    RemoveSuffix (Str, Str) -> Str "Without a part at the end.";
    Replace (Str, Str, Str, Word) -> Str "With another part in the place of one, so many times; a negative number means all.";
    Center (Str, Word, Str) -> Str "In the middle of a field.";
    LJust (Str, Word, Str) -> Str "At the left of a field.";
    RJust (Str, Word, Str) -> Str "At the right of a field.";
    ZFill (Str, Word) -> Str "Filled with zeros behind the sign.";
    ExpandTabs (Str, Word) -> Str "Spaces in the place of tabulators.";
    Join (Str, List) -> Str "The strings of a list with this one between them.";
    Split (Str, Str, Word) -> List "The parts between separators, with so many cuts.";
    RSplit (Str, Str, Word) -> List "The same, cut from the end.";
    SplitSpace (Str, Word) -> List "The parts between white space, with so many cuts.";
    RSplitSpace (Str, Word) -> List "The same, cut from the end.";
    SplitLines (Str, Word) -> List "The lines, with their ends if asked for.";
    ListRemove (List, Word, Word) -> Nothing "Takes the items of a slice out.";
    ListOpen (List, Word) -> Word "Makes a gap of zeros at a bound of a slice; gives the index of the gap.";
    ListExtend (List, List) -> Nothing "Appends the items of another list.";
    ListReverse (List) -> Nothing "Puts the items in the opposite order.";
    ListPart (List, Word, Word, Word) -> List "The items of a slice with a step.";
    ListReplace (List, Word, Word, List) -> Nothing "Puts the items of another list in the place of a slice.";
    ListSetStride (List, Word, Word, Word, List) -> Bool "Puts the items of another list in the places of a slice with a step; tells whether there are as many.";
    ListRemoveStride (List, Word, Word, Word) -> Nothing "Takes the items of a slice with a step out.";
    ListFsum (List) -> Float "The sum of float64 items, rounded once; nan of infinities of both signs.";
    ListSumProd (List, List) -> Float "The sum of the products of float64 items of two lists of one length, rounded once.";
    ListNorm (List) -> Float "The length of a vector of float64 items.";
    ListConcat (List, List) -> List "`a + b`.";
    ListRepeat (List, Word) -> List "`a * n`.";
    ListFind (List, Word, Word, Word, Word, Word) -> Word "The first position of a number within bounds: the kind of the items, that of the number, the number; -1 without one.";
    ListFindStr (List, Str, Word, Word) -> Word "The first position of a string within bounds; -1 without one.";
    ListCount (List, Word, Word, Word) -> Word "How often a number occurs: the kind of the items, that of the number, the number.";
    ListCountStr (List, Str) -> Word "How often a string occurs.";
    ListOrder (List, List, Word) -> Word "The order of two lists of one kind of items: negative, 0 or positive; 2 where nothing is said of it.";
    ListSort (List, Str, Word) -> Nothing "Sorts by what each item begins with, of a shape; in the opposite order if the last word is not 0.";
    ListExtreme (List, Word, Word) -> Word "The position of the smallest of items of a kind, or of the largest if the last word is not 0; the first of equal ones.";
}

impl Operation {
    /// The operation of that number.
    pub fn by_number(number: u64) -> Option<Self> {
        Self::ALL.get(usize::try_from(number).ok()?).copied()
    }

    /// How many words its arguments take; of [`Text`](Self::Text) without those of its template's operations.
    pub fn word_count(self) -> usize {
        self.arguments().iter().map(|form| form.words()).sum()
    }

    /// Whether it gives a new string, so that it can be an operation of a [`Template`](crate::Template).
    pub fn makes_str(self) -> bool {
        self.result() == Form::Str && self != Self::Text
    }
}

impl Form {
    /// How many words an argument of this form takes.
    pub const fn words(self) -> usize {
        match self {
            Self::Str | Self::Bytes => 2,
            Self::Word | Self::Bool | Self::Float | Self::List => 1,
            Self::Nothing => 0,
        }
    }
}

/// A method of `str`: its name, its operation, and its parameters behind the string.
#[derive(Clone, Copy, Debug)]
pub struct StrMethod {
    /// Its name in Python.
    pub name: &'static str,
    /// What performs it.
    pub operation: Operation,
    /// Its parameters.
    pub parameters: &'static [Parameter],
}

/// A parameter of a method.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name in Python.
    pub name: &'static str,
    /// What it is if it is not given; without one it is required.
    pub default: Default,
    /// Whether it is a string; an integer otherwise.
    pub is_str: bool,
}

/// What a parameter is that is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// It has to be given.
    Required,
    /// This number.
    Int(i64),
    /// This string.
    Str(&'static str),
}

const fn required(name: &'static str) -> Parameter {
    Parameter { name, default: Default::Required, is_str: true }
}

const fn int(name: &'static str, default: i64) -> Parameter {
    Parameter { name, default: Default::Int(default), is_str: false }
}

const SUB: &[Parameter] = &[required("sub"), int("start", 0), int("end", i64::MAX)];
const FIELD: &[Parameter] = &[
    Parameter { name: "width", default: Default::Required, is_str: false },
    Parameter { name: "fillchar", default: Default::Str(" "), is_str: true },
];

const fn plain(name: &'static str, operation: Operation) -> StrMethod {
    StrMethod { name, operation, parameters: &[] }
}

const fn with(name: &'static str, operation: Operation, parameters: &'static [Parameter]) -> StrMethod {
    StrMethod { name, operation, parameters }
}

/// The methods of `str` that are one operation each. Those of two forms stand with the one that takes more.
pub const STR_METHODS: &[StrMethod] = &[
    with("find", Operation::Find, SUB),
    with("rfind", Operation::RFind, SUB),
    with("index", Operation::Find, SUB),
    with("rindex", Operation::RFind, SUB),
    with("count", Operation::Count, SUB),
    with("startswith", Operation::StartsWith, SUB),
    with("endswith", Operation::EndsWith, SUB),
    plain("isalnum", Operation::IsAlnum),
    plain("isalpha", Operation::IsAlpha),
    plain("isascii", Operation::IsAscii),
    plain("isdecimal", Operation::IsDecimal),
    plain("isdigit", Operation::IsDigit),
    plain("isnumeric", Operation::IsNumeric),
    plain("isidentifier", Operation::IsIdentifier),
    plain("islower", Operation::IsLower),
    plain("isupper", Operation::IsUpper),
    plain("istitle", Operation::IsTitle),
    plain("isspace", Operation::IsSpace),
    plain("isprintable", Operation::IsPrintable),
    plain("upper", Operation::Upper),
    plain("lower", Operation::Lower),
    plain("casefold", Operation::Casefold),
    plain("title", Operation::Title),
    plain("capitalize", Operation::Capitalize),
    plain("swapcase", Operation::SwapCase),
    with("strip", Operation::StripOf, &[required("chars")]),
    with("lstrip", Operation::LStripOf, &[required("chars")]),
    with("rstrip", Operation::RStripOf, &[required("chars")]),
    with("removeprefix", Operation::RemovePrefix, &[required("prefix")]),
    with("removesuffix", Operation::RemoveSuffix, &[required("suffix")]),
    with("replace", Operation::Replace, &[required("old"), required("new"), int("count", -1)]),
    with("center", Operation::Center, FIELD),
    with("ljust", Operation::LJust, FIELD),
    with("rjust", Operation::RJust, FIELD),
    with(
        "zfill",
        Operation::ZFill,
        &[Parameter { name: "width", default: Default::Required, is_str: false }],
    ),
    with("expandtabs", Operation::ExpandTabs, &[int("tabsize", 8)]),
    with("split", Operation::Split, &[required("sep"), int("maxsplit", -1)]),
    with("rsplit", Operation::RSplit, &[required("sep"), int("maxsplit", -1)]),
    with("splitlines", Operation::SplitLines, &[int("keepends", 0)]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_pass_what_their_operations_take() {
        for method in STR_METHODS {
            let taken = &method.operation.arguments()[1..];
            let passed = method.parameters.iter();
            let forms: Vec<Form> =
                passed.map(|parameter| if parameter.is_str { Form::Str } else { Form::Word }).collect();
            assert_eq!(taken, forms, "{}", method.name);
        }
    }
}
