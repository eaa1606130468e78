//! Makes the table of functions from the files in `kernels`: a function added there needs no other change.

#[path = "build/table.rs"]
mod table;

use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=kernels");
    let output = std::env::var_os("OUT_DIR").map(PathBuf::from).unwrap_or_default();
    std::fs::write(output.join("table.rs"), table::generate(Path::new("kernels"))?)
}
