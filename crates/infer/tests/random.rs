//! Random programs: whatever inference makes of them is sound by the verifier, or is refused with a diagnostic; nothing panics.

mod world;

use proptest::prelude::*;
use world::World;

const NAMES: [&str; 5] = ["a", "b", "c", "i", "n"];

fn atom() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => proptest::sample::select(&NAMES[..]).prop_map(str::to_owned),
        2 => (0..4_i32).prop_map(|value| value.to_string()),
        2 => Just("1.5".to_owned()),
        1 => Just("True".to_owned()),
        1 => Just("x[i]".to_owned()),
        1 => Just("x.shape[0]".to_owned()),
        1 => Just("K".to_owned()),
    ]
}

/// A number, mostly.
fn expression() -> impl Strategy<Value = String> {
    let operators = vec!["+", "-", "*", "/", "//", "%", "**"];
    let functions = vec!["abs", "-", "not ", "math.sqrt", "int", "float", "np.int8", "g", "round"];
    atom().prop_recursive(3, 12, 3, move |inner| {
        let strange = vec!["None", "(1, 2)", "len(x)", "x", "~a", "a << n", "(a, b)[i]", "b is None", "x[0, 1]", "z"];
        prop_oneof![
            4 => (inner.clone(), proptest::sample::select(operators.clone()), inner.clone())
                .prop_map(|(left, op, right)| format!("({left} {op} {right})")),
            2 => (inner.clone(), proptest::sample::select(vec!["<", "==", "!="]), inner.clone(), inner.clone())
                .prop_map(|(a, op, b, c)| format!("({a} {op} {b} < {c})")),
            2 => (inner.clone(), proptest::sample::select(vec!["and", "or"]), inner.clone())
                .prop_map(|(left, op, right)| format!("({left} {op} {right})")),
            2 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(condition, then, otherwise)| format!("({then} if {condition} else {otherwise})")),
            2 => (proptest::sample::select(functions.clone()), inner.clone())
                .prop_map(|(function, value)| format!("({function}({value}))")),
            1 => (inner.clone(), inner.clone()).prop_map(|(left, right)| format!("min({left}, {right})")),
            1 => (inner.clone(), 0..2_i32).prop_map(|(value, index)| format!("(2, {value})[{index}]")),
            1 => (inner.clone(), inner).prop_map(|(value, other)| format!("({value} in (1, {other}))")),
            1 => proptest::sample::select(strange).prop_map(str::to_owned),
        ]
    })
}

/// The lines of a block, without their first indentation.
fn block() -> impl Strategy<Value = Vec<String>> {
    let simple = prop_oneof![
        5 => (proptest::sample::select(&NAMES[..]), expression()).prop_map(|(name, value)| vec![format!("{name} = {value}")]),
        3 => (proptest::sample::select(&NAMES[..]), proptest::sample::select(vec!["+=", "*=", "-=", "|="]), expression())
            .prop_map(|(name, op, value)| vec![format!("{name} {op} {value}")]),
        1 => (expression(), expression()).prop_map(|(a, b)| vec![format!("a, b = {a}, {b}")]),
        1 => (expression(), expression()).prop_map(|(index, value)| vec![format!("x[int({index})] = {value}")]),
        1 => (expression(), expression()).prop_map(|(index, value)| vec![format!("x[int({index})] += {value}")]),
        1 => Just(vec!["break".to_owned()]),
        1 => Just(vec!["continue".to_owned()]),
        1 => Just(vec!["if a < b: break".to_owned()]),
        1 => expression().prop_map(|value| vec![format!("return {value}")]),
        1 => Just(vec!["raise ValueError('x')".to_owned()]),
        1 => expression().prop_map(|value| vec![format!("assert {value}, 'x'")]),
    ];
    let lines = simple.prop_recursive(4, 30, 4, |inner| {
        let body =
            || proptest::collection::vec(inner.clone(), 1..4).prop_map(|parts| indented(&parts.concat()));
        prop_oneof![
            (expression(), body(), proptest::option::of(body())).prop_map(|(condition, then, otherwise)| {
                compound(format!("if {condition}:"), then, otherwise)
            }),
            (expression(), body(), proptest::option::of(body())).prop_map(|(condition, body, otherwise)| {
                compound(format!("while {condition}:"), body, otherwise)
            }),
            (
                proptest::sample::select(&NAMES[..]),
                proptest::sample::select(vec!["range", "prange"]),
                atom(),
                body(),
                proptest::option::of(body())
            )
                .prop_map(|(name, range, stop, body, otherwise)| {
                    compound(format!("for {name} in {range}({stop}):"), body, otherwise)
                }),
        ]
    });
    proptest::collection::vec(lines, 1..6).prop_map(|parts| parts.concat())
}

fn indented(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| format!(" {line}")).collect()
}

fn compound(head: String, body: Vec<String>, otherwise: Option<Vec<String>>) -> Vec<String> {
    let otherwise = otherwise.into_iter().flat_map(|lines| std::iter::once("else:".to_owned()).chain(lines));
    std::iter::once(head).chain(body).chain(otherwise).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_typed_is_sound(lines in block(), parallel in any::<bool>(), starts in 0..3_usize) {
        let head = ["", " a = 0\n b = 0.5\n c = 1\n i = 0\n", " a = b = c = i = n\n"][starts];
        let body: String = lines.iter().map(|line| format!("  {line}\n")).collect();
        let text = format!(
            "K = 3\ndef g(v):\n return v * 2\ndef f(n, x):\n{head} for q in range(9):\n{body} return n\n"
        );
        let mut world = World::new(&text);
        world.options.parallel = parallel;
        for types in ["(int64, float64[:])", "(float32, readonly uint64[::1])"] {
            if let Err(diagnostics) = world.infer("f", types) {
                prop_assert!(!diagnostics.is_empty());
                world.render(&diagnostics);
            }
        }
    }
}
