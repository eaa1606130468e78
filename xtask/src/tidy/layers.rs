//! The house of DESIGN section 1: who may depend on whom, and who owns which external crate.
//!
//! Every manifest declares `[package.metadata.hotloop] layer = N, owns = [...]`. A dependency points to a strictly
//! lower layer, so crates of one layer never know each other. An external crate stands in the `owns` list of one
//! package; the few that several may use stand, with those packages, in the root's
//! `[workspace.metadata.hotloop.shared]` instead. Dependencies of tests are free in both respects.

use std::collections::BTreeMap;

use crate::failure::Result;
use crate::workspace::{Package, Workspace};

pub(super) fn edges(workspace: &Workspace) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    for package in workspace.packages.values() {
        let Some(layer) = package.layer else {
            violations.push(format!("{}: no `layer` in [package.metadata.hotloop]", package.name));
            continue;
        };
        for dependency in internal(workspace, package) {
            if dependency.layer.is_some_and(|lower| lower >= layer) {
                violations.push(format!(
                    "{} (layer {layer}) depends on {} (layer {})",
                    package.name,
                    dependency.name,
                    dependency.layer.unwrap_or_default()
                ));
            }
        }
    }
    Ok(violations)
}

pub(super) fn owners(workspace: &Workspace) -> Result<Vec<String>> {
    let mut violations = Vec::new();
    let mut owner_of: BTreeMap<&str, &Package> = BTreeMap::new();
    for package in workspace.packages.values() {
        violations.extend(undeclared(workspace, package));
        violations.extend(unused(package));
        for external in package.owns.iter().filter(|external| !is_shared(workspace, package, external)) {
            if let Some(other) = owner_of.insert(external, package) {
                violations.push(format!("`{external}` is owned by {} and {}", other.name, package.name));
            }
        }
    }
    Ok(violations)
}

fn internal<'a>(workspace: &'a Workspace, package: &'a Package) -> impl Iterator<Item = &'a Package> {
    let needed = package.dependencies.iter().filter(|dependency| !dependency.development);
    needed.filter_map(|dependency| workspace.packages.get(&dependency.name))
}

fn undeclared(workspace: &Workspace, package: &Package) -> Vec<String> {
    let needed = package.dependencies.iter().filter(|dependency| !dependency.development);
    let external =
        needed.map(|dependency| &dependency.name).filter(|name| !workspace.packages.contains_key(*name));
    external
        .filter(|name| !package.owns.contains(name) && !is_shared(workspace, package, name))
        .map(|name| format!("{} uses `{name}` without owning it", package.name))
        .collect()
}

/// Whether the root's table names the package among the users of the external crate.
fn is_shared(workspace: &Workspace, package: &Package, external: &str) -> bool {
    workspace.shared.get(external).is_some_and(|users| users.iter().any(|user| user == package.short_name()))
}

fn unused(package: &Package) -> Vec<String> {
    let is_used =
        |external: &&String| package.dependencies.iter().any(|dependency| dependency.name == **external);
    let idle = package.owns.iter().filter(|external| !is_used(external));
    idle.map(|external| format!("{} owns `{external}` without depending on it", package.name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn package(name: &str, layer: u64, owns: &[&str], dependencies: &[(&str, bool)]) -> (String, Package) {
        let dependencies = dependencies
            .iter()
            .map(|&(name, development)| Dependency { name: name.to_owned(), development })
            .collect();
        let owns = owns.iter().map(|&external| external.to_owned()).collect();
        let name = format!("hotloop-{name}");
        (name.clone(), Package { name, folder: "".into(), layer: Some(layer), owns, dependencies })
    }

    fn workspace(packages: impl IntoIterator<Item = (String, Package)>) -> Workspace {
        let shared = BTreeMap::from([("libc".to_owned(), vec!["runtime".to_owned(), "loader".to_owned()])]);
        Workspace { root: "".into(), target: "".into(), packages: packages.into_iter().collect(), shared }
    }

    #[test]
    fn an_edge_to_the_same_layer_is_a_violation_and_a_test_edge_is_not() {
        let house = workspace([
            package("mir", 3, &[], &[]),
            package("lower", 4, &[], &[("hotloop-mir", false), ("hotloop-passes", false)]),
            package("passes", 4, &[], &[("hotloop-mir", false), ("hotloop-lower", true)]),
        ]);
        assert_eq!(edges(&house).unwrap(), ["hotloop-lower (layer 4) depends on hotloop-passes (layer 4)"]);
    }

    #[test]
    fn an_external_crate_has_one_owner_unless_shared() {
        let house = workspace([
            package("loader", 2, &["object"], &[("libc", false), ("object", false)]),
            package(
                "runtime",
                2,
                &["libc", "object"],
                &[("libc", false), ("object", false), ("rayon", false)],
            ),
            package("cli", 6, &["clap"], &[("proptest", true), ("libc", false)]),
        ]);
        assert_eq!(
            owners(&house).unwrap(),
            [
                "hotloop-cli uses `libc` without owning it",
                "hotloop-cli owns `clap` without depending on it",
                "hotloop-runtime uses `rayon` without owning it",
                "`object` is owned by hotloop-loader and hotloop-runtime",
            ]
        );
    }
}
