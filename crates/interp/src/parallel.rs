//! Parallel loops: cut into pieces that run one after the other, whose results are combined in index order.
//!
//! With reductions the pieces are the chunks of `hotloop_abi`. Of several errors the one of the lowest index counts: after
//! an error the pieces below still run, those above do not.

use crate::frame::Frame;
use crate::interpreter::{End, Interpreter};
use crate::options::IterationOrder;
use crate::outcome::{Exception, Outcome, Stop, TrapKind};
use crate::{Scalar, evaluate};
use hotloop_abi::{MAX_CHUNKS, chunk_bounds};
use hotloop_mir::{ExceptionClass, ParFor};

/// Into how many pieces at most a shuffled loop without reductions is cut.
const MOST_SHUFFLED_PIECES: i64 = 4096;

/// Iterations that run one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    /// Its number in index order.
    number: usize,
    start: i64,
    end: i64,
}

impl<'p> Interpreter<'p> {
    /// Runs a loop; returns the results of its reductions.
    pub(crate) fn parallel_loop(
        &mut self,
        frame: &mut Frame<'p>,
        region: &ParFor,
    ) -> Result<Vec<Scalar>, Stop> {
        let count = frame.int(region.count)?;
        let initial: Result<Vec<Scalar>, Stop> =
            region.reductions.iter().map(|reduction| frame.get(reduction.initial)).collect();
        let mut totals = initial?;
        let identities: Vec<Scalar> = region
            .reductions
            .iter()
            .zip(&totals)
            .map(|(reduction, initial)| reduction.op.identity(initial.ty()))
            .collect();
        let chunks = region.chunks.map(|chunks| frame.int(chunks)).transpose()?;
        let pieces = self.pieces(count, chunks)?;
        let mut partials = vec![identities; pieces.len()];
        self.run_pieces(&pieces, |interpreter, piece| {
            interpreter.iterations(frame, region, piece, &mut partials[piece.number])
        })?;
        for partial in partials {
            for ((total, partial), reduction) in totals.iter_mut().zip(partial).zip(&region.reductions) {
                *total = evaluate::reduce(reduction.op, *total, partial);
            }
        }
        Ok(totals)
    }

    fn iterations(
        &mut self,
        frame: &mut Frame<'p>,
        region: &ParFor,
        piece: Piece,
        accumulators: &mut Vec<Scalar>,
    ) -> Result<(), Stop> {
        for index in piece.start..piece.end {
            let index = std::iter::once(Scalar::i64(index));
            frame.enter(region.body, index.chain(accumulators.drain(..)));
            match self.run(frame, region.body)? {
                End::Yielded(values) => *accumulators = values,
                End::Returned(_) => unreachable!("V22: a body does not return"),
            }
        }
        Ok(())
    }

    /// The runtime's `hl_parallel_for`: the same with an outlined body, which keeps its partial results in memory.
    pub(crate) fn outlined_loop(&mut self, arguments: &[Scalar]) -> Result<(), Stop> {
        let [count, body, captures, partials, row_words, chunks, _cost] = arguments else {
            return Err(Stop::Trap(TrapKind::BadArguments));
        };
        let body = self.symbol_at(evaluate::bits(*body))?;
        if !self.function(&body)?.is_parallel_body {
            return Err(Stop::Trap(TrapKind::NotABody(self.address_of(&body))));
        }
        let (rows, row_words) = (evaluate::bits(*partials), evaluate::signed(*row_words));
        let chunks = evaluate::signed(*chunks);
        let pieces = self.pieces(evaluate::signed(*count), (chunks != 0).then_some(chunks))?;
        self.run_pieces(&pieces, |interpreter, piece| {
            let row = rows.wrapping_add_signed(8 * row_words * piece.number as i64);
            let bounds = [Scalar::i64(piece.start), Scalar::i64(piece.end)];
            interpreter.invoke(&body, &[bounds[0], bounds[1], *captures, Scalar::ptr(row)])?;
            Ok(())
        })
    }

    /// Cuts the iterations, in index order: into that many chunks, or as it likes.
    fn pieces(&self, count: i64, chunks: Option<i64>) -> Result<Vec<Piece>, Stop> {
        let pieces = match chunks {
            Some(chunks) if count <= 0 || (1..=MAX_CHUNKS.min(count)).contains(&chunks) => chunks,
            Some(_) => return Err(Stop::Trap(TrapKind::BadArguments)),
            None if self.options.order == IterationOrder::Ascending => 1,
            None => count.min(MOST_SHUFFLED_PIECES),
        };
        let pieces = if count > 0 { pieces } else { 0 };
        let bounds = |number: i64| match chunks {
            Some(chunks) => chunk_bounds(count, chunks, number),
            None => even_bounds(count, pieces, number),
        };
        Ok((0..pieces)
            .map(|number| {
                let (start, end) = bounds(number);
                Piece { number: number as usize, start, end }
            })
            .collect())
    }

    /// Runs the pieces in the order of the options; returns the error of the lowest.
    fn run_pieces(
        &mut self,
        pieces: &[Piece],
        mut run: impl FnMut(&mut Self, Piece) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        self.races.begin_region();
        let outcome = self.run_pieces_in_order(pieces, &mut run);
        self.races.end_region();
        outcome
    }

    fn run_pieces_in_order(
        &mut self,
        pieces: &[Piece],
        run: &mut impl FnMut(&mut Self, Piece) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let mut order = pieces.to_vec();
        if self.options.order != IterationOrder::Ascending {
            self.shuffle(&mut order);
        }
        let mut lowest: Option<(usize, Box<Exception>)> = None;
        for piece in order {
            if lowest.as_ref().is_some_and(|(number, _)| *number < piece.number) {
                continue;
            }
            match run(self, piece) {
                Ok(()) => {}
                Err(Stop::Outcome(Outcome::Raised(exception))) => {
                    let is_interrupt = exception.class == ExceptionClass::KeyboardInterrupt;
                    lowest = Some((piece.number, exception));
                    if is_interrupt {
                        break;
                    }
                }
                Err(other) => return Err(other),
            }
        }
        match lowest {
            Some((_, exception)) => Err(Stop::Outcome(Outcome::Raised(exception))),
            None => Ok(()),
        }
    }

    /// Fisher and Yates' shuffle.
    fn shuffle(&mut self, pieces: &mut [Piece]) {
        for last in (1..pieces.len()).rev() {
            let other = self.random_number() % (last as u64 + 1);
            pieces.swap(last, other as usize);
        }
    }

    /// Steele, Lea and Flood's SplitMix64.
    fn random_number(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.random;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

/// The bounds of a piece out of `pieces` of nearly equal length.
fn even_bounds(count: i64, pieces: i64, number: i64) -> (i64, i64) {
    let bound = |number: i64| (i128::from(count) * i128::from(number) / i128::from(pieces)) as i64;
    (bound(number), bound(number + 1))
}
