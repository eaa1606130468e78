//! Chooses among the signatures that a kernel declares, as Numba does.

use hotloop_types::{Dtype, DtypeKind, Signature, Type};

/// Which signature accepts the arguments best.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selected {
    /// This one, by its position.
    One(usize),
    /// None of them.
    None,
    /// These equally well.
    Ambiguous(Vec<usize>),
}

/// How much a conversion loses, from nothing to perhaps all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Loss {
    Exact,
    /// To a wider type of the same kind.
    Promotion,
    /// To another kind that holds all values, nearly.
    Safe,
    Unsafe,
}

/// Chooses the signature with the fewest unsafe conversions, of these the one with the fewest safe ones, then the fewest promotions.
///
/// ```
/// use hotloop_infer::{Selected, select_signature};
/// use hotloop_types::{Type, parse_signatures};
///
/// let signatures = parse_signatures("[int64(int64), float64(float64)]").unwrap();
/// assert_eq!(select_signature(&signatures, &["int32".parse().unwrap()]), Selected::One(0));
/// assert_eq!(select_signature(&signatures, &["float32".parse().unwrap()]), Selected::One(1));
/// assert_eq!(select_signature(&signatures, &["float64[:]".parse().unwrap()]), Selected::None);
/// ```
pub fn select_signature(signatures: &[Signature], arguments: &[Type]) -> Selected {
    let mut best: Option<[usize; 3]> = None;
    let mut chosen = Vec::new();
    for (position, signature) in signatures.iter().enumerate() {
        let Some(cost) = cost(&signature.parameters, arguments) else { continue };
        if best.is_none_or(|best| cost < best) {
            best = Some(cost);
            chosen.clear();
        }
        if best == Some(cost) {
            chosen.push(position);
        }
    }
    match chosen[..] {
        [] => Selected::None,
        [only] => Selected::One(only),
        // Signatures written twice are the same function.
        [first, ..]
            if chosen.iter().all(|other| signatures[*other].parameters == signatures[first].parameters) =>
        {
            Selected::One(first)
        }
        _ => Selected::Ambiguous(chosen),
    }
}

/// The numbers of unsafe and safe conversions and of promotions.
fn cost(parameters: &[Type], arguments: &[Type]) -> Option<[usize; 3]> {
    if parameters.len() != arguments.len() {
        return None;
    }
    let losses: Vec<Loss> =
        arguments.iter().zip(parameters).map(|(from, to)| loss(from, to)).collect::<Option<_>>()?;
    let count = |wanted| losses.iter().filter(|loss| **loss == wanted).count();
    Some([count(Loss::Unsafe), count(Loss::Safe), count(Loss::Promotion)])
}

fn loss(from: &Type, to: &Type) -> Option<Loss> {
    match (from, to) {
        _ if from == to => Some(Loss::Exact),
        (Type::Scalar(from), Type::Scalar(to)) if from.is_complex() && !to.is_complex() => None,
        (Type::Scalar(from), Type::Scalar(to)) => Some(scalar_loss(*from, *to)),
        (Type::Array(from), Type::Array(to)) => from.fits(*to).then_some(Loss::Safe),
        (Type::Tuple(from), Type::Tuple(to)) if from.len() == to.len() && from.class() == to.class() => {
            let losses = from.iter().zip(to.iter()).map(|(from, to)| loss(from, to));
            losses.collect::<Option<Vec<_>>>()?.into_iter().max()
        }
        (Type::None, Type::Optional(_)) => Some(Loss::Promotion),
        (Type::Optional(from), Type::Optional(to)) => loss(from, to),
        (from, Type::Optional(to)) => Some(loss(from, to)?.max(Loss::Promotion)),
        (Type::Optional(from), to) => Some(loss(from, to)?.max(Loss::Safe)),
        (
            Type::Scalar(_)
            | Type::Array(_)
            | Type::Tuple(_)
            | Type::None
            | Type::Range
            | Type::Dtype(_)
            | Type::Str
            | Type::Bytes
            | Type::List(_)
            | Type::Generator(_)
            | Type::RandomGenerator
            | Type::Enum(_)
            | Type::Undefined
            | Type::Function(_),
            _,
        ) => None,
    }
}

fn scalar_loss(from: Dtype, to: Dtype) -> Loss {
    use DtypeKind::{Bool, Complex, Float, Signed, Unsigned};
    let widens = from.size_bytes() < to.size_bytes();
    let safe_if = |condition| if condition { Loss::Safe } else { Loss::Unsafe };
    match (from.kind(), to.kind()) {
        (Bool, _) => Loss::Safe,
        (Signed, Signed) | (Unsigned, Unsigned) | (Float, Float) => {
            if widens {
                Loss::Promotion
            } else {
                Loss::Unsafe
            }
        }
        (Unsigned, Signed) => safe_if(widens),
        // A float64 counts as holding all integers; a float32 those of 8 bits and the signed ones of 16.
        (Signed | Unsigned, Float) => {
            safe_if(to == Dtype::Float64 || from.size_bytes() == 1 || from == Dtype::Int16)
        }
        // As the conversion to the float that the real part is.
        (Signed | Unsigned | Float, Complex) => match scalar_loss(from, to.part()) {
            Loss::Exact | Loss::Promotion => Loss::Safe,
            loss @ (Loss::Safe | Loss::Unsafe) => loss,
        },
        (Complex, Complex) if widens => Loss::Promotion,
        (Complex, _) | (_, Bool) | (Signed, Unsigned) | (Float, Signed | Unsigned) => Loss::Unsafe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows and columns: bool, int8..int64, uint8..uint64, float32, float64; 1 exact, 2 promotion, 3 safe, 4 unsafe, as Numba 0.68.1
    /// answers.
    const TABLE: &str = "
        1 3 3 3 3 3 3 3 3 3 3
        4 1 2 2 2 4 4 4 4 3 3
        4 4 1 2 2 4 4 4 4 3 3
        4 4 4 1 2 4 4 4 4 4 3
        4 4 4 4 1 4 4 4 4 4 3
        4 4 3 3 3 1 2 2 2 3 3
        4 4 4 3 3 4 1 2 2 4 3
        4 4 4 4 3 4 4 1 2 4 3
        4 4 4 4 4 4 4 4 1 4 3
        4 4 4 4 4 4 4 4 4 1 2
        4 4 4 4 4 4 4 4 4 4 1";

    #[test]
    fn conversions_are_ranked_as_by_numba() {
        let rows = TABLE.trim().lines().map(|line| line.split_whitespace());
        for (row, from) in rows.zip(Dtype::ALL) {
            for (cell, to) in row.zip(Dtype::ALL) {
                let loss = loss(&Type::Scalar(*from), &Type::Scalar(*to)).unwrap();
                assert_eq!((loss as usize + 1).to_string(), cell, "{from} to {to}");
            }
        }
    }

    #[test]
    fn the_least_loss_wins_and_a_draw_is_ambiguous() {
        let signatures = hotloop_types::parse_signatures("[f8(f8, i8), f8(i8, f8), f8(f8[:])]").unwrap();
        let select = |types: &[Type]| select_signature(&signatures, types);
        assert_eq!(select(&[Type::INT64, Type::INT64]), Selected::Ambiguous(vec![0, 1]));
        assert_eq!(select(&[Type::INT64, Type::FLOAT64]), Selected::One(1));
        assert_eq!(select(&["readonly float64[:]".parse().unwrap()]), Selected::None);
        assert_eq!(select(&["float64[::1]".parse().unwrap()]), Selected::One(2));
        assert_eq!(select(&[]), Selected::None);
    }
}
