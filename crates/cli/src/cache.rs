//! `hotloop cache`: looks after the folder in which compiled code is kept.

use crate::problem::{Problem, print};
use clap::Subcommand;
use hotloop_driver::{CacheConfig, default_folder, describe_entry};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::SystemTime;

/// Look after the compiled code that is kept on disk.
#[derive(Debug, Subcommand)]
pub(crate) enum Cache {
    /// Print the folder
    Path,
    /// List the entries, most recently used first
    List,
    /// Remove all entries
    Clear,
    /// Read every entry and report those that are damaged
    Verify,
}

impl Cache {
    pub(crate) fn execute(self) -> Result<(), Problem> {
        let folder = folder()?;
        if let Self::Path = self {
            return print(format!("{}\n", folder.display()).as_bytes());
        }
        if !folder.exists() {
            return print(format!("{} does not exist yet: nothing is cached\n", folder.display()).as_bytes());
        }
        let cache = hotloop_driver::Cache::open(CacheConfig::new(folder)).map_err(Problem::new)?;
        match self {
            Self::Path => Ok(()),
            Self::List => list(&cache),
            Self::Clear => {
                let cleared = cache.clear().map_err(Problem::new)?;
                print(
                    format!("{} removed, {}\n", entries(cleared.entries), size(cleared.disk_bytes))
                        .as_bytes(),
                )
            }
            Self::Verify => verify(&cache),
        }
    }
}

fn folder() -> Result<PathBuf, Problem> {
    default_folder().ok_or_else(|| {
        Problem::new("there is no place for a cache: set HOTLOOP_CACHE_DIR, XDG_CACHE_HOME or HOME")
    })
}

fn list(cache: &hotloop_driver::Cache) -> Result<(), Problem> {
    let listed = cache.list().map_err(Problem::new)?;
    let mut text = String::new();
    for entry in &listed {
        let age = SystemTime::now().duration_since(entry.last_used).unwrap_or_default();
        let key = entry.key.to_string();
        let (kind, size, hours) = (entry.kind.as_str(), size(entry.disk_bytes), age.as_secs() / 3600);
        let about = describe_entry(cache, entry).unwrap_or_default();
        let line = format!("{kind:<6}{:<14}{size:>10}{hours:>6} h ago  {about}", &key[..12]);
        text += line.trim_end();
        text.push('\n');
    }
    let total = listed.iter().map(|entry| entry.disk_bytes).sum();
    let _ = writeln!(
        text,
        "{}, {} of at most {}",
        entries(listed.len() as u64),
        size(total),
        size(cache.limit_bytes())
    );
    print(text.as_bytes())
}

fn verify(cache: &hotloop_driver::Cache) -> Result<(), Problem> {
    let verified = cache.verify().map_err(Problem::new)?;
    if verified.damaged.is_empty() {
        return print(format!("{}, all intact\n", entries(verified.intact)).as_bytes());
    }
    let mut text = String::new();
    for entry in &verified.damaged {
        let _ = writeln!(text, "{}: {}", entry.path.display(), entry.damage);
    }
    let damaged = verified.damaged.len() as u64;
    let _ = write!(
        text,
        "error: {} damaged, {} intact; damaged ones are never used, and made anew when they are needed",
        entries(damaged),
        verified.intact
    );
    Err(Problem::told(text))
}

fn entries(count: u64) -> String {
    if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") }
}

fn size(bytes: u64) -> String {
    if bytes < 1 << 20 {
        format!("{} KiB", bytes.div_ceil(1 << 10))
    } else {
        format!("{:.1} MiB", bytes as f64 / 1048576.0)
    }
}
