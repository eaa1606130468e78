//! What `perf` needs to name loaded functions.

/// The line that tells `perf` about a function, with its line feed.
///
/// `perf` reads such lines from `perf-<process id>.map` in the folder for temporary files. When and whether they are
/// written is the caller's choice.
///
/// ```
/// assert_eq!(hotloop_loader::perf_map_line("l2_norm", 0x7f00_1000, 96), "7f001000 60 l2_norm\n");
/// ```
#[must_use]
pub fn perf_map_line(name: &str, address: usize, size_bytes: usize) -> String {
    // The name is the rest of the line, so only a line feed could end it.
    let name = name.replace(['\n', '\r'], " ");
    format!("{address:x} {size_bytes:x} {name}\n")
}

#[cfg(test)]
mod tests {
    use super::perf_map_line;

    #[test]
    fn a_name_stays_on_its_line() {
        assert_eq!(perf_map_line("f(float64[:], int64)", 1, 2), "1 2 f(float64[:], int64)\n");
        assert_eq!(perf_map_line("a\nb\r", 16, 0), "10 0 a b \n");
    }
}
