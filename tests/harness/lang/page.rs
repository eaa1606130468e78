//! Pages, their blocks and the claims in them, and the test program that a block becomes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What every block begins with.
pub(crate) const HEAD: &str = "\
import cmath
import enum
import functools
import math
import operator
import random
from collections import namedtuple
from typing import NamedTuple
import numpy as np
from hotloop import jit, literal_unroll, njit, prange, register_jitable
";

/// A page of the reference.
pub(crate) struct Page {
    pub(crate) blocks: Vec<Block>,
}

/// A piece of Python in a page.
pub(crate) struct Block {
    /// The page and the line where the block begins, such as `integers_12`.
    pub(crate) name: String,
    /// Its lines, with that of each in the page.
    lines: Vec<String>,
    /// The line of the page that holds the first of them, counted from 1.
    first_line: usize,
    pub(crate) claims: Vec<Claim>,
    /// The codes announced, by line of the program.
    pub(crate) announced: Vec<(u32, String)>,
}

/// An expression and what comes of it.
pub(crate) struct Claim {
    /// The kernel without parameters that it became.
    pub(crate) kernel: String,
    /// Where it stands, counted from 1 in the block's program.
    pub(crate) line: u32,
    expression: String,
    pub(crate) outcome: Outcome,
}

/// What comes of a claim.
pub(crate) enum Outcome {
    /// This value, in Python.
    Gives(String),
    /// The expression has this type.
    Revealed(String),
    /// This exception: its class and perhaps its message.
    Raises(String, Option<String>),
    /// Diagnostics, here or in what it calls; their codes are announced on their lines.
    Refused,
}

impl Page {
    pub(crate) fn read(path: &Path) -> Self {
        let name = path.file_stem().expect("a page is a file").to_string_lossy();
        let text =
            std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let mut blocks = Vec::new();
        let mut lines = text.lines().enumerate();
        while let Some((number, line)) = lines.next() {
            if line == "```py" {
                let inside = lines.by_ref().map(|(_, line)| line.to_owned()).take_while(|line| line != "```");
                blocks.push(Block::new(&name, number + 2, inside.collect()));
            }
        }
        Self { blocks }
    }
}

impl Block {
    fn new(page: &str, first_line: usize, lines: Vec<String>) -> Self {
        let mut block = Self {
            name: format!("{page}_{first_line}"),
            lines,
            first_line,
            claims: Vec::new(),
            announced: Vec::new(),
        };
        for index in 0..block.lines.len() {
            block.read_line(index);
        }
        block
    }

    fn read_line(&mut self, index: usize) {
        let line = self.lines[index].clone();
        let program_line = u32::try_from(HEAD.lines().count() + index + 1).expect("a page is short");
        let codes = line.split_once("# error: [").and_then(|(_, rest)| rest.split_once(']'));
        for code in codes.into_iter().flat_map(|(codes, _)| codes.split(", ")) {
            self.announced.push((program_line, code.to_owned()));
        }
        if line.starts_with(' ') {
            return;
        }
        let Some((expression, outcome)) = read_claim(&line) else { return };
        let kernel = format!("claim_{program_line}");
        self.claims.push(Claim { kernel, line: program_line, expression, outcome });
        self.lines[index] = String::new();
    }

    /// The line of the page for a line of the program.
    pub(crate) fn page_line(&self, program_line: u32) -> usize {
        (program_line as usize + self.first_line).saturating_sub(HEAD.lines().count() + 1)
    }

    /// Writes the block's program and says where.
    pub(crate) fn write(&self, folder: &Path) -> PathBuf {
        let path = folder.join(format!("{}.py", self.name));
        std::fs::write(&path, self.program()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    }

    /// The block with a kernel a claim behind it, and the cases for CPython.
    fn program(&self) -> String {
        let mut text = format!("{HEAD}{}\n", self.lines.join("\n"));
        let mut cases = String::new();
        for claim in &self.claims {
            // Comments end where the line does, so a claim's kernel may be one line: what is refused in it lies there.
            _ = writeln!(text, "@njit\ndef {}(): return {}", claim.kernel, claim.expression);
            match &claim.outcome {
                Outcome::Gives(value) => {
                    _ = writeln!(text, "@njit\ndef expected_{}(): return {value}", claim.line);
                    _ = write!(cases, "({:?}, []), (\"expected_{}\", []), ", claim.kernel, claim.line);
                }
                Outcome::Raises(..) => _ = write!(cases, "({:?}, []), ", claim.kernel),
                Outcome::Revealed(_) | Outcome::Refused => {}
            }
        }
        text + &format!("CASES = [{cases}]\n")
    }

    /// The line that stands for a line of the program: a claim's own for one of its kernel.
    pub(crate) fn written_line(&self, program_line: u32) -> u32 {
        let program = self.program();
        let text = program.lines().nth(program_line as usize - 1).unwrap_or_default();
        let of_claim = |claim: &&Claim| text.starts_with(&format!("def {}()", claim.kernel));
        self.claims.iter().find(of_claim).map_or(program_line, |claim| claim.line)
    }
}

/// The expression of a claim and its outcome.
fn read_claim(line: &str) -> Option<(String, Outcome)> {
    let part = |mark: &str| {
        let (code, rest) = line.split_once(mark)?;
        Some((code.trim_end().to_owned(), rest.trim().to_owned()))
    };
    if let Some((code, value)) = part("# gives: ") {
        return Some((code, Outcome::Gives(value)));
    }
    if let Some((code, ty)) = part("# revealed: ") {
        let inner = code.strip_prefix("reveal_type(").and_then(|code| code.strip_suffix(')'));
        let inner = inner.unwrap_or_else(|| panic!("`reveal_type(...)` is wanted: {line}"));
        return Some((inner.to_owned(), Outcome::Revealed(ty)));
    }
    if let Some((code, raised)) = part("# raises: ") {
        let (class, message) = match raised.split_once(": ") {
            Some((class, message)) => (class.to_owned(), Some(message.to_owned())),
            None => (raised, None),
        };
        return Some((code, Outcome::Raises(class, message)));
    }
    part("# error").map(|(code, _)| (code, Outcome::Refused))
}
