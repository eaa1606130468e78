//! Functions that nobody has vectors for: each lane's arguments are passed to a call of its own, and the results make up a vector again.
//!
//! All that is in vectors waits in the frame meanwhile, since a function may change every vector register. That is worth it where a loop does more than to call; which
//! loops do, the pass says that marks them.

use super::{Lanes, Selector, Turn};
use crate::code::{Call, Class};
use hotloop_mir::{RuntimeFunction, Value, VectorInput};
use regalloc2::VReg;

impl Selector<'_> {
    /// Loads the address of a function at the start.
    pub(super) fn load_callee(&mut self, callee: RuntimeFunction) {
        let input = VectorInput::Function(callee);
        let number = self.input(input);
        let address = self.load_word(number);
        self.known.insert(input, address);
    }

    /// A call for each lane that is there; the other lanes hold anything.
    pub(super) fn call_lanes(
        &mut self,
        turn: Turn,
        lanes: &Lanes,
        callee: RuntimeFunction,
        arguments: &[Value],
    ) -> Option<VReg> {
        if !callee.is_of_floats() {
            return None;
        }
        let size_bytes = callee.result()?.size_bytes();
        let address = *self.known.get(&VectorInput::Function(callee))?;
        let arguments: Option<Vec<VReg>> = arguments.iter().map(|value| self.lane(lanes, *value)).collect();
        let result = self.code.vreg(Class::Vector);
        self.code.call(Call {
            callee: address,
            arguments: arguments?,
            result,
            size_bytes,
            lanes: self.lane_count(),
            // The last lanes are the first iterations where lanes are mirrored.
            left: turn.left.filter(|_| !self.groups.is_mirrored),
        });
        Some(result)
    }
}
