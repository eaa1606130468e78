//! Arrays whose elements are written out: `array:[1.5, 2.0]`, `array:[[1, 2], [3, 4]]:int32`.

use hotloop_driver::{Array, Dtype, Number};

/// How deep lists may be nested: as many dimensions an array has at most.
const MAX_NDIM: usize = 32;

/// Reads an array; `None` for a text that does not start like one.
pub(crate) fn read(text: &str) -> Result<Option<Array>, String> {
    let Some(rest) = text.trim().strip_prefix("array:") else { return Ok(None) };
    let (list, dtype) = match rest.rsplit_once("]:") {
        Some((list, dtype)) => {
            let dtype =
                Dtype::by_name(dtype.trim()).ok_or_else(|| format!("`{dtype}` is not a known dtype"))?;
            (format!("{list}]"), Some(dtype))
        }
        None => (rest.to_owned(), None),
    };
    let mut reader = Reader { rest: &list, elements: Vec::new(), shape: Vec::new() };
    reader.list(0)?;
    if !reader.rest.trim().is_empty() {
        return Err(format!("`{}` is left over behind the array", reader.rest.trim()));
    }
    let Reader { elements, shape, .. } = reader;
    let dtype = dtype.unwrap_or_else(|| dtype_of(&elements));
    let mut array = Array::zeros(dtype, &shape).ok_or("there is not enough memory for the array")?;
    array.fill_with(|position| elements[position]);
    Ok(Some(array))
}

/// As NumPy chooses it: float64 where one is a float.
fn dtype_of(elements: &[Number]) -> Dtype {
    let all_integers = elements.iter().all(|element| matches!(element, Number::Int(..)));
    let all_bools = elements.iter().all(|element| matches!(element, Number::Bool(_)));
    match (elements.is_empty(), all_integers, all_bools) {
        (false, true, _) => Dtype::Int64,
        (false, _, true) => Dtype::Bool,
        _ => Dtype::Float64,
    }
}

struct Reader<'t> {
    rest: &'t str,
    elements: Vec<Number>,
    /// The lengths found so far, the outermost first.
    shape: Vec<usize>,
}

impl Reader<'_> {
    fn eat(&mut self, token: char) -> bool {
        self.rest = self.rest.trim_start();
        let rest = self.rest.strip_prefix(token);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// A list of numbers, or of lists of equal lengths.
    fn list(&mut self, depth: usize) -> Result<(), String> {
        if !self.eat('[') {
            return Err("a `[` was expected".to_owned());
        }
        if depth >= MAX_NDIM {
            return Err(format!("an array has at most {MAX_NDIM} dimensions"));
        }
        let is_first = self.shape.len() == depth;
        if is_first {
            if !self.elements.is_empty() {
                return Err("lists and numbers stand side by side".to_owned());
            }
            self.shape.push(0);
        }
        let mut count = 0;
        while !self.eat(']') {
            if self.rest.trim_start().starts_with('[') {
                self.list(depth + 1)?;
            } else if self.shape.len() > depth + 1 {
                return Err("lists and numbers stand side by side".to_owned());
            } else {
                self.number()?;
            }
            count += 1;
            if !self.eat(',') && !self.rest.trim_start().starts_with(']') {
                return Err("a `,` or `]` was expected behind an element".to_owned());
            }
        }
        if is_first {
            self.shape[depth] = count;
        } else if self.shape[depth] != count {
            return Err(format!("a list has {count} elements, and one before it {}", self.shape[depth]));
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), String> {
        self.rest = self.rest.trim_start();
        let end = self.rest.find([',', ']', '[']).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        let word = word.trim();
        let number = match word {
            "True" => Number::Bool(true),
            "False" => Number::Bool(false),
            _ => match word.replace('_', "").parse::<i64>() {
                Ok(value) => Number::Int(Dtype::Int64, value),
                Err(_) => match word.parse::<f64>() {
                    Ok(value) => Number::Float(Dtype::Float64, value),
                    Err(_) => return Err(format!("`{word}` is not a number")),
                },
            },
        };
        self.elements.push(number);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape_and_dtype(text: &str) -> Result<(Vec<i64>, Dtype), String> {
        let array = read(text)?.expect("it starts like an array");
        Ok((array.shape().to_vec(), array.dtype()))
    }

    #[test]
    fn arrays_have_the_shape_and_the_dtype_of_what_is_written() {
        assert_eq!(shape_and_dtype("array:[1, 2,3]"), Ok((vec![3], Dtype::Int64)));
        assert_eq!(shape_and_dtype("array:[[1, 2.5], [-inf, nan]]"), Ok((vec![2, 2], Dtype::Float64)));
        assert_eq!(shape_and_dtype("array:[True]:uint8"), Ok((vec![1], Dtype::UInt8)));
        assert_eq!(shape_and_dtype("array:[]"), Ok((vec![0], Dtype::Float64)));
    }

    #[test]
    fn what_is_no_array_is_told() {
        for text in [
            "array:1",
            "array:[1",
            "array:[1]]",
            "array:[[1], 2]",
            "array:[1, [2]]",
            "array:[[1], [2, 3]]",
            "array:[x]",
            "array:[1]:int7",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert!(read("arange:3").is_ok_and(|read| read.is_none()));
    }
}
