//! Runs a function in the interpreter instead of compiled code: the oracle for tests, and a way out where machine code cannot be made.
