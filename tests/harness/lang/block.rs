//! Checks one block: every claim, and that exactly the diagnostics announced are given.

use crate::agree;
use crate::call::Way;
use crate::page::{Block, Claim, Outcome};
use hotloop_driver::{Engine, Failure, Refusal};
use hotloop_tests::answer::Answer;
use hotloop_tests::oracle::{Case, Program};
use std::path::Path;

/// What is wrong with the block, if anything.
pub(crate) fn check(block: &Block, program: &Program, engine: &Engine, ways: &[Way]) -> Result<(), String> {
    let mut given: Vec<(u32, String)> = Vec::new();
    for claim in &block.claims {
        let place = |text: String| format!("line {}: {text}", block.page_line(claim.line));
        match check_claim(claim, program, engine, ways).map_err(place)? {
            Verdict::Holds => {}
            Verdict::Refused(refusal) => given.extend(diagnostics(&refusal, block)),
        }
    }
    given.extend(declared_kernels(block, program, engine)?);
    compare(block, &block.announced, &given, "is announced, but not given")?;
    compare(block, &given, &block.announced, "is given, but not announced")
}

enum Verdict {
    Holds,
    Refused(Refusal),
}

fn check_claim(claim: &Claim, program: &Program, engine: &Engine, ways: &[Way]) -> Result<Verdict, String> {
    let kernel = match engine.load_function(&program.source, &claim.kernel) {
        Ok(kernel) => kernel,
        Err(failure) => return refused(failure),
    };
    let compiled = match kernel.compile(&[]) {
        Ok(compilation) => compilation.compiled,
        Err(failure) => return refused(failure),
    };
    match &claim.outcome {
        Outcome::Refused => return Err(format!("it compiles, and gives {}", compiled.result())),
        Outcome::Revealed(ty) => {
            let found = compiled.result().to_string();
            if *ty != found {
                return Err(format!("the type revealed is {found}, not {ty}"));
            }
        }
        Outcome::Gives(value) => {
            let case = run(claim, program, ways)?;
            let expected = find(program, &format!("expected_{}", claim.line));
            expected
                .answer
                .compare(&case.answer, None)
                .map_err(|difference| format!("CPython does not give {value}: {difference}"))?;
        }
        Outcome::Raises(class, message) => {
            let case = run(claim, program, ways)?;
            let Answer::Exception(raised) = &case.answer else {
                return Err(format!("CPython raises nothing, but gives {:?}", case.answer));
            };
            let same_message = message.is_none() || raised.message == *message;
            if raised.class != *class || !same_message {
                return Err(format!("CPython raises {}: {:?}", raised.class, raised.message));
            }
        }
    }
    Ok(Verdict::Holds)
}

fn refused(failure: Failure) -> Result<Verdict, String> {
    match failure {
        Failure::Refused(refusal) => Ok(Verdict::Refused(refusal)),
        failure => Err(failure.to_string()),
    }
}

/// Runs a claim's kernel in every way and gives its case.
fn run<'p>(claim: &Claim, program: &'p Program, ways: &[Way]) -> Result<&'p Case, String> {
    let case = find(program, &claim.kernel);
    agree::check(ways, &program.source, case)?;
    Ok(case)
}

fn find<'p>(program: &'p Program, kernel: &str) -> &'p Case {
    program.cases.iter().find(|case| case.function == kernel).expect("the program has a case for each claim")
}

/// Kernels with signatures of their own are compiled for them, since an error may be announced within.
fn declared_kernels(block: &Block, program: &Program, engine: &Engine) -> Result<Vec<(u32, String)>, String> {
    match engine.check_file(Path::new(&program.source)) {
        Ok(report) => Ok(report.refusal.map(|refusal| diagnostics(&refusal, block)).unwrap_or_default()),
        Err(failure) => Err(failure.to_string()),
    }
}

/// The codes of a refusal with their lines in the program, as its text tells them.
fn diagnostics(refusal: &Refusal, block: &Block) -> Vec<(u32, String)> {
    let text = refusal.to_string();
    let mut found = Vec::new();
    let mut code = None;
    for line in text.lines() {
        if let Some((name, _)) = line.strip_prefix("error[").and_then(|rest| rest.split_once(']')) {
            code = Some(name.to_owned());
        } else if let Some((_, place)) = line.split_once("--> ")
            && let Some(code) = code.take()
        {
            let number = place.rsplit(':').nth(1).and_then(|number| number.parse().ok());
            found.push((block.written_line(number.expect("a place has a line")), code));
        }
    }
    found
}

fn compare(
    block: &Block,
    some: &[(u32, String)],
    others: &[(u32, String)],
    complaint: &str,
) -> Result<(), String> {
    match some.iter().find(|one| !others.contains(one)) {
        None => Ok(()),
        Some((line, code)) => Err(format!("line {}: {code} {complaint}", block.page_line(*line))),
    }
}
