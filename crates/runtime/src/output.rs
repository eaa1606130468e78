//! What compiled code prints: kept by its call, and handed to the host at the end of the call.
//!
//! Writing from within a call would cost a kernel the host's lock, and only the thread that made the call may wait for that one: it may be the
//! thread that holds it. So threads of a parallel region only add what they print, each `print` as a whole, and the calling thread hands all of it over
//! when the call ends, when it has become much or old, and when it is asked to flush.
#![allow(unsafe_code)] // Called by compiled code.

use crate::call::Frame;
use crate::objects::{Process, characters, stopped};
use crate::raise::raise;
use hotloop_abi::{Context, ExceptionClass, Status};
use hotloop_objects::{Template, text, written};
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// From so many bytes on, the text does not wait for the end of the call.
const MUCH_BYTES: usize = 1 << 16;
/// After so long neither, so that a long call can tell how far it is.
const OLD: Duration = Duration::from_millis(100);

/// What was printed could not be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteFailed;

/// Where printed text goes, and whether it has to be seen at once. Called on the thread that made the call.
pub type OutputSink = fn(text: &str, flush: bool) -> Result<(), WriteFailed>;

static SINK: RwLock<OutputSink> = RwLock::new(to_standard_output);

/// Says where the text goes that compiled code of this process prints; without that it goes to the standard output.
pub fn set_output_sink(sink: OutputSink) {
    *SINK.write().unwrap_or_else(PoisonError::into_inner) = sink;
}

/// Writes a text as compiled code would print it.
///
/// # Errors
/// It could not be written.
pub fn write_output(text: &str, flush: bool) -> Result<(), WriteFailed> {
    if text.is_empty() && !flush {
        return Ok(());
    }
    let sink = *SINK.read().unwrap_or_else(PoisonError::into_inner);
    sink(text, flush)
}

fn to_standard_output(text: &str, flush: bool) -> Result<(), WriteFailed> {
    let mut output = std::io::stdout().lock();
    let written = output.write_all(text.as_bytes());
    let written = if flush { written.and_then(|()| output.flush()) } else { written };
    written.map_err(|_| WriteFailed)
}

/// The text that a call has printed and that was not written yet.
#[derive(Debug)]
pub(crate) struct Output {
    /// Whether there is any: the one thing that a call which prints nothing looks at.
    is_used: AtomicBool,
    waiting: Mutex<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    text: String,
    /// When the first of it was printed.
    since: Option<Instant>,
    flush: bool,
}

impl Output {
    pub(crate) const fn new() -> Self {
        let waiting = Waiting { text: String::new(), since: None, flush: false };
        Self { is_used: AtomicBool::new(false), waiting: Mutex::new(waiting) }
    }

    /// Adds a text. Where this thread may write, it hands over what cannot wait.
    pub(crate) fn print(&self, text: &str, flush: bool, may_write: bool) -> Result<(), WriteFailed> {
        self.is_used.store(true, Ordering::Release);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.text.push_str(text);
        waiting.flush |= flush;
        let since = *waiting.since.get_or_insert_with(Instant::now);
        let cannot_wait = waiting.flush || waiting.text.len() >= MUCH_BYTES || since.elapsed() >= OLD;
        drop(waiting);
        if may_write && cannot_wait { self.hand_over() } else { Ok(()) }
    }

    /// Writes all there is.
    #[inline]
    pub(crate) fn hand_over(&self) -> Result<(), WriteFailed> {
        if self.is_used.load(Ordering::Acquire) { self.write() } else { Ok(()) }
    }

    #[cold]
    fn write(&self) -> Result<(), WriteFailed> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let text = std::mem::take(&mut waiting.text);
        let flush = std::mem::take(&mut waiting.flush);
        waiting.since = None;
        // The host may wait for a lock that a thread holds which wants to print.
        drop(waiting);
        write_output(&text, flush)
    }
}

/// # Safety
/// `context` is valid and exclusive; `template` leads to so many code points and `words` to those that they take, unless that is none.
pub(crate) unsafe extern "C" fn hl_print(
    context: *mut Context,
    template: *const u32,
    length: i64,
    words: *const u64,
    flush: i64,
) -> Status {
    // SAFETY: the caller's promise.
    let template = unsafe { characters(template, length) };
    // SAFETY: the caller's promise.
    let words = unsafe { characters(words, Template::word_count(template) as i64) };
    let text = match written(&mut Process, template, words) {
        Ok(text) => text::to_string(&text),
        // SAFETY: the caller's promise.
        Err(stop) => return unsafe { stopped(context, stop) },
    };
    // SAFETY: the caller's promise.
    let context = unsafe { &mut *context };
    // SAFETY: the caller's promise.
    let printed = match unsafe { Frame::of(context) } {
        Some(frame) => frame.print(&text, flush != 0),
        None => write_output(&text, flush != 0),
    };
    match printed {
        Ok(()) => Status::OK,
        Err(WriteFailed) => raise(context, ExceptionClass::OSError, &[]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    thread_local! {
        static SEEN: RefCell<Vec<(String, bool)>> = const { RefCell::new(Vec::new()) };
    }

    #[test]
    fn text_waits_for_the_end_unless_it_cannot() {
        set_output_sink(|text, flush| {
            SEEN.with_borrow_mut(|seen| seen.push((text.to_owned(), flush)));
            if text == "lost" { Err(WriteFailed) } else { Ok(()) }
        });
        let output = Output::new();
        assert_eq!(output.hand_over(), Ok(()));
        output.print("a", false, true).unwrap();
        output.print("b", true, false).unwrap();
        assert!(SEEN.take().is_empty(), "another thread does not write");
        output.print("c", false, true).unwrap();
        assert_eq!(SEEN.take(), [("abc".to_owned(), true)]);
        output.print(&"x".repeat(MUCH_BYTES), false, true).unwrap();
        assert_eq!(SEEN.take().len(), 1);
        output.print("lost", false, true).unwrap();
        assert_eq!(output.hand_over(), Err(WriteFailed));
        assert_eq!(output.hand_over(), Ok(()));
        set_output_sink(to_standard_output);
    }
}
