//! The repository as the commands see it: its root, its packages and their place in the house.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::failure::{Context, Failure, Result};

/// The workspace, read once per command from `cargo metadata`.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Where cargo builds; follows `CARGO_TARGET_DIR`.
    pub(crate) target: PathBuf,
    /// By package name.
    pub(crate) packages: BTreeMap<String, Package>,
    /// External crates that more than one package may own, with those packages' short names.
    pub(crate) shared: BTreeMap<String, Vec<String>>,
}

/// A member of the workspace.
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// From `[package.metadata.hotloop]`; `None` when the manifest does not say.
    pub(crate) layer: Option<u64>,
    /// The external crates this package may use, from the same table.
    pub(crate) owns: Vec<String>,
    pub(crate) dependencies: Vec<Dependency>,
}

/// One dependency of a package.
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Whether it is needed by tests only.
    pub(crate) development: bool,
}

impl Package {
    /// The folder's name, such as `parser` for `hotloop-parser`.
    pub(crate) fn short_name(&self) -> &str {
        self.name.strip_prefix("hotloop-").unwrap_or(&self.name)
    }
}

impl Workspace {
    pub(crate) fn load() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the root");
        let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["metadata", "--format-version", "1", "--no-deps"])
            .current_dir(root)
            .output()
            .context("cargo metadata")?;
        if !output.status.success() {
            return Err(Failure::new(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr))));
        }
        let metadata: Value = serde_json::from_slice(&output.stdout).context("cargo metadata")?;
        Ok(Self::from_metadata(root.to_owned(), &metadata))
    }

    fn from_metadata(root: PathBuf, metadata: &Value) -> Self {
        let packages = elements(&metadata["packages"])
            .map(package)
            .map(|package| (package.name.clone(), package))
            .collect();
        let shared = metadata["metadata"]["hotloop"]["shared"].as_object();
        let shared =
            shared.into_iter().flatten().map(|(name, owners)| (name.clone(), strings(owners))).collect();
        let target = PathBuf::from(metadata["target_directory"].as_str().unwrap_or("target"));
        Self { root, target, packages, shared }
    }

    /// Every file below `folder` (relative to the root) with the extension, in order; none when the folder is missing.
    /// Hidden folders and `target` are left out.
    pub(crate) fn files(&self, folder: &str, extension: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        collect(&self.root.join(folder), extension, &mut found);
        found.sort();
        found
    }

    /// A path as it is shown: relative to the root, with forward slashes.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

/// Reads a file of the repository.
pub(crate) fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).context(path.display())
}

fn collect(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') || name == "target" || name == "__pycache__" {
            continue;
        }
        if path.is_dir() {
            collect(&path, extension, found);
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
}

fn package(value: &Value) -> Package {
    let manifest = PathBuf::from(text(&value["manifest_path"]));
    let table = &value["metadata"]["hotloop"];
    Package {
        name: text(&value["name"]),
        folder: manifest.parent().map(Path::to_owned).unwrap_or_default(),
        layer: table["layer"].as_u64(),
        owns: strings(&table["owns"]),
        dependencies: elements(&value["dependencies"]).map(dependency).collect(),
    }
}

fn dependency(value: &Value) -> Dependency {
    Dependency { name: text(&value["name"]), development: value["kind"].as_str() == Some("dev") }
}

fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn strings(value: &Value) -> Vec<String> {
    elements(value).map(text).collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_carry_layer_owners_and_kinds_of_dependencies() {
        let metadata = serde_json::json!({
            "target_directory": "/t",
            "metadata": {"hotloop": {"shared": {"libc": ["runtime", "loader"]}}},
            "packages": [{
                "name": "hotloop-parser",
                "manifest_path": "/r/crates/parser/Cargo.toml",
                "metadata": {"hotloop": {"layer": 3, "owns": ["logos"]}},
                "dependencies": [{"name": "logos", "kind": null}, {"name": "proptest", "kind": "dev"}],
            }, {"name": "bare", "manifest_path": "/r/bare/Cargo.toml", "metadata": null, "dependencies": []}],
        });
        let workspace = Workspace::from_metadata("/r".into(), &metadata);
        let parser = &workspace.packages["hotloop-parser"];
        assert_eq!((parser.layer, parser.short_name()), (Some(3), "parser"));
        assert_eq!(parser.owns, ["logos"]);
        assert!(!parser.dependencies[0].development && parser.dependencies[1].development);
        assert_eq!(workspace.packages["bare"].layer, None);
        assert_eq!(workspace.shared["libc"], ["runtime", "loader"]);
        assert_eq!(workspace.target, Path::new("/t"));
    }
}
