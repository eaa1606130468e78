//! Turns `src/grammar.lalrpop` into tables.

fn main() {
    lalrpop::process_src().expect("the grammar has no conflicts");
}
