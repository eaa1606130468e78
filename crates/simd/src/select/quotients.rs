//! Quotients and quotients by roots, where the function's float flags allow approximations: an estimate of the reciprocal, made better by Newton's steps.
//!
//! AVX-512 estimates with 14 bits. A step doubles them: `r' = r - r * (x * r - 1)`, and for roots `r' = r - r * (x * r * r / 2 - 1 / 2)`; one makes a binary32, two a binary64. The reciprocal is then less
//! than one unit in the last place from the exact one, that of a root less than two, and the product with the dividend adds half a unit. Where the number is zero, infinite or a nan the estimate is right, and a step would make it a nan:
//! what it would change tells those lanes, which are left out. The reciprocal of a subnormal number may be infinite, which the flag `arcp` allows.

use super::fusions::Uses;
use super::{Lanes, Selector};
use crate::Level;
use crate::code::{Class, Part};
use crate::opcodes;
use hotloop_mir::{
    BinaryOp, Constant, FloatCompare, FloatFlags, Inst, InstKind, MachineType, TernaryOp, UnaryOp, Value,
};
use regalloc2::VReg;

/// A quotient that may be a product with an approximated reciprocal.
#[derive(Clone, Copy)]
pub(super) struct Quotient {
    dividend: Value,
    divisor: Divisor,
}

/// What is divided by.
#[derive(Clone, Copy)]
enum Divisor {
    Number(Value),
    RootOf(Value),
}

impl Selector<'_> {
    /// Notes a quotient whose divisor is another one in every iteration.
    pub(super) fn find_quotient(&mut self, uses: &Uses, inst: Inst) {
        let is_allowed = [FloatFlags::ARCP, FloatFlags::AFN]
            .into_iter()
            .all(|flag| self.function.float_flags.contains(flag));
        let InstKind::Binary(BinaryOp::Fdiv, dividend, divisor) = self.function.insts[inst].kind else {
            return;
        };
        if self.level != Level::Avx512 || !is_allowed || !self.plan.moving.contains(&divisor) {
            return;
        }
        let root = self.function.defining_inst(divisor).filter(|_| uses.is_one(divisor));
        let divisor = match root.map(|root| (root, &self.function.insts[root].kind)) {
            Some((root, InstKind::Unary(UnaryOp::Fsqrt, number))) => {
                self.fusions.gone.insert(root);
                Divisor::RootOf(*number)
            }
            _ => Divisor::Number(divisor),
        };
        self.fusions.quotients.insert(inst, Quotient { dividend, divisor });
    }

    pub(super) fn quotient(&mut self, lanes: &Lanes, quotient: Quotient) -> Option<VReg> {
        let Quotient { dividend, divisor } = quotient;
        let ty = self.function.value_type(dividend);
        let reciprocal = match divisor {
            Divisor::Number(number) => {
                let number = self.lane(lanes, number)?;
                self.reciprocal(ty, number)?
            }
            Divisor::RootOf(number) => {
                let number = self.lane(lanes, number)?;
                self.reciprocal_of_root(ty, number)?
            }
        };
        if self.function.constant(dividend) == Some(float(ty, 1.0)) {
            return Some(reciprocal);
        }
        let dividend = self.lane(lanes, dividend)?;
        self.simple(BinaryOp::Fmul, ty, dividend, reciprocal)
    }

    fn reciprocal(&mut self, ty: MachineType, x: VReg) -> Option<VReg> {
        let one = self.repeated(float(ty, 1.0).bits(), ty.size_bytes());
        let mut estimate = self.vector(opcodes::reciprocal(ty)?, vec![Part::Use(x)]);
        let mut are_usual = None;
        for _ in 0..steps(ty) {
            let excess = self.difference(ty, [x, estimate], one)?;
            estimate = self.stepped(ty, estimate, excess, one, &mut are_usual)?;
        }
        Some(estimate)
    }

    fn reciprocal_of_root(&mut self, ty: MachineType, x: VReg) -> Option<VReg> {
        let half = self.repeated(float(ty, 0.5).bits(), ty.size_bytes());
        let mut estimate = self.vector(opcodes::reciprocal_of_root(ty)?, vec![Part::Use(x)]);
        let mut are_usual = None;
        for _ in 0..steps(ty) {
            let root = self.simple(BinaryOp::Fmul, ty, x, estimate)?;
            let halved = self.simple(BinaryOp::Fmul, ty, estimate, half)?;
            let excess = self.difference(ty, [root, halved], half)?;
            estimate = self.stepped(ty, estimate, excess, half, &mut are_usual)?;
        }
        Some(estimate)
    }

    /// The product of two numbers without a third one.
    fn difference(&mut self, ty: MachineType, [x, y]: [VReg; 2], third: VReg) -> Option<VReg> {
        let code = opcodes::fused(self.level, TernaryOp::Fmsub, ty)?;
        let vreg = self.code.vreg(Class::Vector);
        self.code.op(code, vec![Part::Change(x, vreg), Part::Use(y), Part::Use(third)]);
        Some(vreg)
    }

    /// An estimate without its part that is in excess, where that is small: nowhere else is it a number of use. The first step finds where.
    fn stepped(
        &mut self,
        ty: MachineType,
        estimate: VReg,
        excess: VReg,
        large: VReg,
        are_usual: &mut Option<VReg>,
    ) -> Option<VReg> {
        let mask = match *are_usual {
            Some(known) => known,
            None => {
                let (code, how) = opcodes::float_compare(self.level, FloatCompare::Lt, ty)?;
                self.truth(code, vec![Part::Use(excess), Part::Use(large), Part::Byte(how)])
            }
        };
        *are_usual = Some(mask);
        let vreg = self.code.vreg(Class::Vector);
        let parts = vec![Part::Change(estimate, vreg), Part::Use(excess), Part::Use(estimate)];
        self.code.masked(opcodes::without_product(ty)?, parts, Some(mask), false);
        Some(vreg)
    }
}

/// How many steps make an estimate as good as the type is.
fn steps(ty: MachineType) -> usize {
    if ty == MachineType::F32 { 1 } else { 2 }
}

fn float(ty: MachineType, value: f64) -> Constant {
    if ty == MachineType::F32 { Constant::f32(value as f32) } else { Constant::f64(value) }
}
