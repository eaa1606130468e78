//! The pages of the codes tell the truth: the first block of a page gives its code and no other, the others give none.

mod world;

use hotloop_infer::read_decorators;
use std::path::Path;
use world::World;

/// The codes found when every kernel of a text that has signatures is typed for them.
fn codes(text: &str) -> Vec<&'static str> {
    let mut world = World::of(text);
    let mut decorations = Vec::new();
    let mut codes = Vec::new();
    for function in world.module.functions() {
        match read_decorators(function, &world.scope) {
            Ok(decoration) => {
                decorations.extend(decoration.map(|found| (function.name.name.to_string(), found)))
            }
            Err(diagnostics) => codes.extend(diagnostics.iter().map(|diagnostic| diagnostic.code.name())),
        }
    }
    for (name, decoration) in &decorations {
        if let Some((signature, _)) = decoration.signatures.first() {
            world.declared.insert(name.clone(), signature.clone());
        }
    }
    for (name, decoration) in &decorations {
        world.options = decoration.options;
        for (signature, _) in &decoration.signatures {
            let found = world.infer(name, &signature.to_string()).err().into_iter().flatten();
            codes.extend(found.map(|diagnostic| diagnostic.code.name()));
        }
    }
    codes
}

#[test]
fn every_page_shows_its_code_and_a_way_out() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    let mut pages = 0;
    for entry in std::fs::read_dir(folder).expect("the folder of the pages").flatten() {
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        let ours = |code: &&str| ["HL02", "HL03", "HL04"].iter().any(|family| code.starts_with(family));
        let Some(code) = name.strip_suffix(".md").filter(ours) else { continue };
        let page = std::fs::read_to_string(entry.path()).expect("a page");
        assert!(page.starts_with(&format!("# {code}: ")), "{name}");
        let blocks: Vec<&str> =
            page.split("```py\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert!(blocks.len() >= 2, "{name} has no way out");
        assert_eq!(codes(blocks[0]), [code], "{name}");
        for block in &blocks[1..] {
            assert!(codes(block).is_empty(), "{name}: {:?}", codes(block));
        }
        pages += 1;
    }
    assert!(pages >= 45, "a page for each code");
}
