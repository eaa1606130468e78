//! Where an operator's value on scalars is not NumPy's, and why.
//!
//! A case belongs to the first rule that covers it. A rule whose value is Numba's says so by asking for it; the others are the exceptions of
//! the design.

use crate::peers::{Case, Group, Outcome};
use hotloop_driver::{Dtype, DtypeKind, Number};
use hotloop_tests::oracle::root;
use std::collections::BTreeMap;

/// A reason to differ from NumPy.
pub(crate) struct Rule {
    /// What stands in the page.
    pub(crate) name: &'static str,
    /// Whether it is the reason for this outcome.
    pub(crate) covers: fn(&Group, &Case, &Outcome) -> bool,
}

/// The rules, in order.
pub(crate) static RULES: &[Rule] = &[
    Rule {
        name: "a truth value to the power of an int32 is an integer",
        covers: |group, case, outcome| {
            has_type_of_its_own(group) && outcome.text == case.numpy && outcome.ty.as_deref() == Some("int64")
        },
    },
    Rule {
        name: "division by zero raises",
        covers: |group, case, outcome| {
            outcome.text == "eZeroDivisionError"
                && (outcome.text == case.numba || outcome.text == case.python)
                && matches!(&*group.operator, "truediv" | "floordiv" | "mod")
        },
    },
    Rule {
        name: "zero has no negative or complex power",
        covers: |group, case, outcome| {
            outcome.text == "eZeroDivisionError" && outcome.text == case.python && group.operator == "pow"
        },
    },
    Rule {
        name: "complex numbers have no order",
        covers: |group, case, outcome| {
            as_numba(case, outcome)
                && has(group, DtypeKind::Complex)
                && matches!(&*group.operator, "lt" | "le" | "gt" | "ge")
        },
    },
    Rule {
        name: "complex division is CPython's",
        covers: |group, case, outcome| {
            as_numba(case, outcome) && has(group, DtypeKind::Complex) && group.operator == "truediv"
        },
    },
    Rule {
        name: "complex powers are CPython's",
        covers: |group, case, outcome| {
            let is_peers = as_numba(case, outcome) || outcome.text == case.python || is_single(group);
            // Where CPython raises, the parts are what it computes before it does.
            has(group, DtypeKind::Complex)
                && group.operator == "pow"
                && (is_peers || case.python == "eOverflowError")
        },
    },
    Rule {
        name: "negative shift counts raise",
        covers: |group, case, outcome| {
            is_shift(group) && outcome.text == "eValueError" && is_negative(case.operands[1])
        },
    },
    Rule {
        name: "shifts by 64 and more are exact modulo 2^64",
        covers: |group, case, outcome| {
            is_shift(group) && integer(case.operands[1]) >= 64 && is_shifted_out(case, outcome)
        },
    },
    Rule {
        name: "negative integer powers raise",
        covers: |group, case, outcome| {
            group.operator == "pow" && outcome.text == "eValueError" && is_negative(case.operands[1])
        },
    },
    Rule {
        name: "integer powers wrap, however large the exponent",
        covers: |group, case, outcome| {
            group.operator == "pow" && are_integers(group) && same_modulo_64_bits(&outcome.text, &case.python)
        },
    },
    Rule {
        name: "the minimum divided by -1 wraps",
        covers: |group, case, outcome| {
            group.operator == "floordiv"
                && outcome.text == "i-9223372036854775808"
                && integer(case.operands[0]) == i128::from(i64::MIN)
        },
    },
    Rule {
        name: "a shift has the type of its left operand",
        covers: |group, case, outcome| as_numba(case, outcome) && is_shift(group),
    },
    Rule {
        name: "signed and unsigned integers give int64",
        covers: |group, case, outcome| {
            as_numba(case, outcome)
                && are_integers(group)
                && has(group, DtypeKind::Unsigned)
                && (has(group, DtypeKind::Signed) || has(group, DtypeKind::Bool))
        },
    },
    Rule {
        name: "truth values count as integers",
        covers: |group, case, outcome| as_numba(case, outcome) && has(group, DtypeKind::Bool),
    },
    Rule {
        name: "integer results have 64 bits",
        covers: |group, case, outcome| {
            as_numba(case, outcome) && are_integers(group) && outcome.text.starts_with('i')
        },
    },
    Rule {
        name: "float32 with uint16 is float64",
        covers: |group, case, outcome| {
            as_numba(case, outcome)
                && group.dtypes.contains(&Dtype::UInt16)
                && (group.dtypes.contains(&Dtype::Float32) || group.dtypes.contains(&Dtype::Complex64))
        },
    },
    Rule {
        name: "a float32 to the power of an integer is float32",
        covers: |group, _, outcome| {
            group.operator == "pow"
                && group.dtypes[0] == Dtype::Float32
                && group.dtypes[1].is_integral()
                && outcome.ty.as_deref() == Some("float32")
        },
    },
];

/// Whether the type of the result is not Numba's: of an int32, and of no other integer, that makes a float32 here.
pub(crate) fn has_type_of_its_own(group: &Group) -> bool {
    group.operator == "pow" && group.dtypes == [Dtype::Bool, Dtype::Int32]
}

fn as_numba(case: &Case, outcome: &Outcome) -> bool {
    outcome.text == case.numba
}

fn has(group: &Group, kind: DtypeKind) -> bool {
    group.dtypes.iter().any(|dtype| dtype.kind() == kind)
}

fn is_single(group: &Group) -> bool {
    group.result == "complex64"
}

fn are_integers(group: &Group) -> bool {
    group.dtypes.iter().all(|dtype| dtype.is_integral())
}

fn is_shift(group: &Group) -> bool {
    matches!(&*group.operator, "lshift" | "rshift")
}

/// The value of an integer or truth value; of another number 0.
fn integer(number: Number) -> i128 {
    match number {
        Number::Bool(value) => i128::from(value),
        Number::Int(_, value) => i128::from(value),
        Number::UInt(_, value) => i128::from(value),
        Number::Float(..) | Number::Complex(..) => 0,
    }
}

fn is_negative(number: Number) -> bool {
    integer(number) < 0
}

/// Whether nothing is left but copies of the sign, or of a shift to the left nothing.
fn is_shifted_out(case: &Case, outcome: &Outcome) -> bool {
    let sign = if is_negative(case.operands[0]) { "i-1" } else { "i0" };
    outcome.text == "i0" || outcome.text == sign
}

/// Whether two integers have the same low 64 bits.
fn same_modulo_64_bits(one: &str, other: &str) -> bool {
    let bits = |text: &str| text.strip_prefix('i')?.parse::<i128>().ok().map(|value| value as u64);
    bits(one).is_some() && bits(one) == bits(other)
}

/// Compares the counts with those of `tests/lang/operators.md`, or writes them there under `HOTLOOP_BLESS`.
pub(crate) fn check_page(by_rule: &BTreeMap<usize, usize>, count: usize) {
    assert!(RULES.len() <= 25, "the list of deviations is to be read by people");
    let unused: Vec<&str> =
        (0..RULES.len()).filter(|rule| !by_rule.contains_key(rule)).map(|rule| RULES[rule].name).collect();
    assert!(unused.is_empty(), "these rules cover no case: {unused:?}");
    let path = root().join("tests/lang/operators.md");
    let page = std::fs::read_to_string(&path).expect("the page exists");
    let mut updated: Vec<String> = page.lines().map(str::to_owned).collect();
    for line in &mut updated {
        let Some(cells) = line.strip_prefix("| ").map(|row| row.split(" | ").collect::<Vec<_>>()) else {
            continue;
        };
        if let Some(rule) = RULES.iter().position(|rule| rule.name == cells[0]) {
            *line = format!("| {} | {} | {} |", cells[0], cells[1], by_rule[&rule]);
        }
    }
    for rule in RULES {
        let row = format!("| {} |", rule.name);
        assert!(updated.iter().any(|line| line.starts_with(&row)), "operators.md has no row `{}`", rule.name);
    }
    let total = format!("In all {count} cases are compared.");
    for line in &mut updated {
        if line.starts_with("In all ") {
            line.clone_from(&total);
        }
    }
    let updated = updated.join("\n") + "\n";
    if std::env::var_os("HOTLOOP_BLESS").is_some() {
        std::fs::write(&path, updated).expect("the page can be written");
    } else {
        assert!(
            page == updated,
            "the counts in tests/lang/operators.md are not these; `cargo xtask operators --bless` writes them"
        );
    }
}
