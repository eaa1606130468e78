//! Runs what is compiled: every instruction against the values that MIR's specification gives, on the machine.
#![allow(unsafe_code)] // Calling the code that was just made is the point of these tests.

mod calls;
mod errors;
mod floats;
mod harness;
mod integers;
mod memory;
mod shapes;
