//! What a misspelt name may have meant.

use hotloop_ast::Name;

/// The local whose name is one edit away.
pub(crate) fn suggestion<'n>(name: &str, locals: &'n [Name]) -> Option<&'n str> {
    locals.iter().map(|local| &**local).find(|local| name.len() > 2 && is_one_edit(name, local))
}

/// Whether one insertion, deletion or substitution makes the names equal.
fn is_one_edit(left: &str, right: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let (short, long) = if left.len() <= right.len() { (&left, &right) } else { (&right, &left) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    let behind = if short.len() == long.len() { same + 1 } else { same };
    short.get(behind.min(short.len())..) == long.get(same + 1..)
}

/// Whether Python has a builtin of that name: then the name is known, only not supported.
pub(crate) fn is_python_builtin(name: &str) -> bool {
    matches!(
        name,
        "all"
            | "any"
            | "ascii"
            | "bin"
            | "bytearray"
            | "bytes"
            | "callable"
            | "chr"
            | "complex"
            | "dict"
            | "enumerate"
            | "eval"
            | "exec"
            | "filter"
            | "format"
            | "frozenset"
            | "getattr"
            | "hasattr"
            | "hash"
            | "hex"
            | "id"
            | "input"
            | "isinstance"
            | "iter"
            | "list"
            | "map"
            | "memoryview"
            | "next"
            | "object"
            | "oct"
            | "open"
            | "ord"
            | "print"
            | "repr"
            | "reversed"
            | "set"
            | "setattr"
            | "slice"
            | "sorted"
            | "str"
            | "sum"
            | "super"
            | "tuple"
            | "type"
            | "vars"
            | "zip"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit_is_a_character_more_less_or_other() {
        for (left, right) in
            [("total", "totl"), ("totl", "total"), ("total", "tutal"), ("total", "totals"), ("total", "otal")]
        {
            assert!(is_one_edit(left, right), "{left} {right}");
        }
        for (left, right) in [("total", "toal_"), ("total", "ttl"), ("abc", "xyz")] {
            assert!(!is_one_edit(left, right), "{left} {right}");
        }
    }
}
