//! Gives the crate a digest of the compiler's sources, which is part of every cache key: no build runs what another one compiled.

#[path = "build/sources.rs"]
mod sources;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let crates = Path::new("..");
    for folder in sources::source_folders(crates)? {
        println!("cargo:rerun-if-changed={}", folder.display());
    }
    println!("cargo:rustc-env=HOTLOOP_SOURCES={}", sources::digest(crates)?);
    Ok(())
}
