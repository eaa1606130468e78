//! What the raising sites of compiled code raise: so that an error can be described from the numbers in its state.

use hotloop_abi::{ErrorArgument, ErrorClass, ErrorState, ErrorValue, ExceptionClass, PAYLOAD_WORDS};

/// What a place in compiled code raises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RaisingSite {
    /// The class; `None` where the runtime says so.
    pub class: Option<ErrorClass>,
    /// The arguments, some of them made from the payload.
    pub arguments: Vec<ErrorArgument>,
    /// How many words of the payload the site sets.
    pub payload_words: u32,
}

/// The raising sites of an image, in the order of their numbers. An image that asks about the errors it catches has the address of one as its
/// `hl_self`, and so has each image whose errors it may catch.
#[derive(Debug)]
pub struct SiteTable {
    sites: Vec<RaisingSite>,
}

impl SiteTable {
    /// A table of these sites.
    pub fn new(sites: Vec<RaisingSite>) -> Self {
        Self { sites }
    }

    /// The sites.
    pub fn sites(&self) -> &[RaisingSite] {
        &self.sites
    }

    /// The site of that number.
    pub fn get(&self, number: u32) -> Option<&RaisingSite> {
        self.sites.get(number as usize)
    }
}

/// The class and the arguments of an error that came from `site`, if it has one, with the strings that it held. Gives the words of its
/// payload, too.
pub fn described<'s>(
    state: &'s ErrorState,
    texts: &[String],
    site: Option<&RaisingSite>,
) -> (ErrorClass, Vec<ErrorValue>, &'s [i64]) {
    // The runtime raises through a site of the compiled code, with a class and payload of its own.
    let builtin = ExceptionClass::by_number(state.class).unwrap_or(ExceptionClass::SystemError);
    let own_class = site.and_then(|site| site.class.clone()).filter(|class| class.number() == state.class);
    let (arguments, words) = match site {
        Some(site) if own_class.is_some() => (&site.arguments, site.payload_words as usize),
        _ => (&ErrorArgument::message(runtime_message(builtin)), 0),
    };
    let payload = &state.payload[..words.min(PAYLOAD_WORDS)];
    let arguments = arguments.iter().map(|argument| argument.value(payload, texts)).collect();
    (own_class.unwrap_or_else(|| builtin.into()), arguments, payload)
}

/// What is said when nobody takes what was printed.
pub const OUTPUT_MESSAGE: &str = "cannot write what was printed";

/// What the runtime's own errors say.
fn runtime_message(class: ExceptionClass) -> &'static str {
    match class {
        ExceptionClass::MemoryError => "cannot allocate memory for an array",
        ExceptionClass::ValueError => "negative dimensions are not allowed",
        ExceptionClass::OSError => OUTPUT_MESSAGE,
        ExceptionClass::RecursionError => "maximum recursion depth exceeded",
        _ => "",
    }
}
