//! Under which conditions a block of a loop without inner loops runs: an "or" of "and"s of the conditions of branches.

use hotloop_mir::Value;

/// A mask of more alternatives is not worked with.
const MOST_ALTERNATIVES: usize = 6;

/// A condition of a branch, and whether it holds.
type Literal = (Value, bool);

/// What has to hold for a block to run: all literals of one of the alternatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mask {
    /// Each in the order of the values.
    alternatives: Vec<Vec<Literal>>,
}

impl Mask {
    /// What always runs.
    pub(super) fn always() -> Self {
        Self { alternatives: vec![Vec::new()] }
    }

    /// What never runs.
    pub(super) fn never() -> Self {
        Self { alternatives: Vec::new() }
    }

    /// Whether nothing has to hold.
    pub(super) fn is_always(&self) -> bool {
        self.alternatives.iter().any(Vec::is_empty)
    }

    /// Whether it cannot hold: the branches on the way contradict each other.
    pub(super) fn is_never(&self) -> bool {
        self.alternatives.is_empty()
    }

    /// The alternatives.
    pub(super) fn alternatives(&self) -> &[Vec<Literal>] {
        &self.alternatives
    }

    /// The only literal, if there is one.
    pub(super) fn single(&self) -> Option<Literal> {
        match self.alternatives.as_slice() {
            [only] => match only.as_slice() {
                [literal] => Some(*literal),
                _ => None,
            },
            _ => None,
        }
    }

    /// Where a condition holds, too, or does not.
    pub(super) fn and(&self, condition: Value, holds: bool) -> Self {
        let with = |alternative: &Vec<Literal>| {
            let mut literals = alternative.clone();
            match literals.binary_search_by_key(&condition, |(known, _)| *known) {
                Ok(at) if literals[at].1 == holds => Some(literals),
                Ok(_) => None,
                Err(at) => {
                    literals.insert(at, (condition, holds));
                    Some(literals)
                }
            }
        };
        Self { alternatives: self.alternatives.iter().filter_map(with).collect() }
    }

    /// Where one of two holds; `None` if that has too many alternatives.
    pub(super) fn or(&self, other: &Self) -> Option<Self> {
        let mut alternatives: Vec<_> = self.alternatives.iter().chain(&other.alternatives).cloned().collect();
        while let Some((at, shorter)) = shortened(&alternatives) {
            match shorter {
                Some(shorter) => alternatives[at] = shorter,
                None => drop(alternatives.remove(at)),
            }
        }
        (alternatives.len() <= MOST_ALTERNATIVES).then_some(Self { alternatives })
    }

    /// Whether the two never hold both.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        let differ =
            |a: &[Literal], b: &[Literal]| a.iter().any(|(value, holds)| b.contains(&(*value, !holds)));
        self.alternatives.iter().all(|a| other.alternatives.iter().all(|b| differ(a, b)))
    }

    /// Whether the other one holds wherever this one does.
    pub(super) fn implies(&self, other: &Self) -> bool {
        let holds_in = |a: &[Literal], b: &[Literal]| b.iter().all(|literal| a.contains(literal));
        self.alternatives.iter().all(|a| other.alternatives.iter().any(|b| holds_in(a, b)))
    }

    /// The two without what both of them say: enough to tell one from the other.
    pub(super) fn apart(&self, other: &Self) -> [Self; 2] {
        let all = || self.alternatives.iter().chain(&other.alternatives);
        let is_common = |literal: &Literal| all().all(|alternative| alternative.contains(literal));
        [self, other].map(|mask| Self {
            alternatives: mask
                .alternatives
                .iter()
                .map(|alternative| {
                    alternative.iter().copied().filter(|literal| !is_common(literal)).collect()
                })
                .collect(),
        })
    }
}

/// An alternative that can be shorter, or that nothing is lost without, because of another one.
fn shortened(alternatives: &[Vec<Literal>]) -> Option<(usize, Option<Vec<Literal>>)> {
    for (position, one) in alternatives.iter().enumerate() {
        for (at, other) in alternatives.iter().enumerate().filter(|(at, _)| *at != position) {
            if one.iter().all(|literal| other.contains(literal)) {
                return Some((at, None));
            }
            // Of `x and not c` or `c`, or with more on the second side, `not c` does not matter.
            let opposite = other.iter().copied().find(|(value, holds)| {
                let turned = (*value, !holds);
                one.contains(&turned)
                    && one.iter().all(|literal| *literal == turned || other.contains(literal))
            });
            if let Some(opposite) = opposite {
                let shorter = other.iter().copied().filter(|literal| *literal != opposite).collect();
                return Some((at, Some(shorter)));
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use hotloop_index::Id as _;

    fn mask(alternatives: &[&[i32]]) -> Mask {
        let literal = |number: &i32| (Value::new(number.unsigned_abs() as usize), *number > 0);
        Mask { alternatives: alternatives.iter().map(|all| all.iter().map(literal).collect()).collect() }
    }

    #[test]
    fn both_ways_of_a_branch_are_always() {
        let condition = Value::new(1);
        let (then, otherwise) = (Mask::always().and(condition, true), Mask::always().and(condition, false));
        assert!(then.or(&otherwise).is_some_and(|both| both.is_always()));
        assert!(then.excludes(&otherwise));
        assert!(!then.excludes(&Mask::always()));
    }

    #[test]
    fn a_chain_of_branches_meets_again() {
        let ways = [mask(&[&[1]]), mask(&[&[-1, 2]]), mask(&[&[-1, -2, 3]]), mask(&[&[-1, -2, -3]])];
        let all = ways[1..].iter().try_fold(ways[0].clone(), |all, way| all.or(way));
        assert_eq!(all, Some(Mask::always()));
    }

    #[test]
    fn two_conditions_for_one_way() {
        let otherwise = mask(&[&[-1]]).or(&mask(&[&[1, -2]])).unwrap();
        assert_eq!(otherwise, mask(&[&[-1], &[-2]]));
        let then = mask(&[&[1, 2]]);
        assert!(then.excludes(&otherwise));
        assert_eq!(then.or(&otherwise), Some(Mask::always()));
    }

    #[test]
    fn what_holds_where() {
        assert!(mask(&[&[1, 2]]).implies(&mask(&[&[1], &[3]])));
        assert!(!mask(&[&[1], &[3]]).implies(&mask(&[&[1, 2]])));
        assert_eq!(mask(&[&[1, 2]]).apart(&mask(&[&[1, -2]])), [mask(&[&[2]]), mask(&[&[-2]])]);
    }
}
