//! What a misspelt name may have meant.

/// The first of these names that is one edit away.
pub(crate) fn similar<'n>(name: &str, mut known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    known.find(|known| name.len() > 2 && is_one_edit(name, known))
}

/// Whether one insertion, deletion, substitution or swap of neighbours makes the names equal.
fn is_one_edit(left: &str, right: &str) -> bool {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let (short, long) = if left.len() <= right.len() { (&left, &right) } else { (&right, &left) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(a, b)| a == b).count();
    if short.len() == long.len() && short.len() > same + 1 {
        let (mut swapped, long) = (short.clone(), long);
        swapped.swap(same, same + 1);
        if swapped == *long {
            return true;
        }
    }
    let behind = if short.len() == long.len() { same + 1 } else { same };
    short.get(behind.min(short.len())..) == long.get(same + 1..)
}

/// If Python has a builtin of that name, the way round it.
pub(crate) fn python_builtin(name: &str) -> Option<&'static str> {
    Some(match name {
        "iter" | "next" | "map" | "filter" => {
            "count with `range` and index, as in `for i in range(len(x)): value = x[i]`"
        }
        "sorted" => "write a loop over the elements",
        "list" | "dict" | "set" | "frozenset" | "bytearray" => "keep the data in arrays",
        "input" | "open" => {
            "return what is to be shown, or store it in an array, and do this outside the kernel"
        }
        "hasattr" | "getattr" | "setattr" | "vars" | "dir" | "id" | "super" | "object" => {
            "write one kernel for each type"
        }
        "bytes" => "make texts outside the kernel",
        "classmethod" | "staticmethod" | "property" => "define it in a class, outside the kernel",
        "globals" | "locals" | "compile" | "__import__" | "help" | "breakpoint" | "exit" | "quit"
        | "delattr" | "aiter" | "anext" => "call it in Python, before or behind the call of the kernel",
        "eval" | "exec" => "write the expression into the kernel, or choose between kernels in Python",
        "memoryview" => "pass an array",
        "slice" => {
            "write the slice where it is used, as in `x[start:stop]`, and keep its bounds in variables"
        }
        "complex" | "hash" => "call it in Python, and pass the result to the kernel as an argument",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_edit_is_a_character_more_less_or_other() {
        for (left, right) in [
            ("total", "totl"),
            ("totl", "total"),
            ("total", "tutal"),
            ("total", "totals"),
            ("total", "otal"),
            ("counter", "countre"),
        ] {
            assert!(is_one_edit(left, right), "{left} {right}");
        }
        for (left, right) in [("total", "toal_"), ("total", "ttl"), ("abc", "xyz")] {
            assert!(!is_one_edit(left, right), "{left} {right}");
        }
    }
}
