//! Delivery: lines go out until each is settled, written or refused.
//!
//! ```text
//! lines ─► cut ─► work ─► gzip ─► request ─► 204: written
//!                  ▲                ├─ refusal: taken apart ─► refused, or back to work in smaller parts
//!                  │                ├─ 413: halved, or refused if it is one line
//!                  └── after a pause ┴─ all else: the same again
//! ```
//! One request is in flight. What is taken apart stays in its order, so of two lines about one point the later wins.
//!
//! # What a refusal costs
//! InfluxDB 1 and 2 name one reason and count, and for several shards of time count those of one only. InfluxDB 3 lists lines, but
//! no more than fit into what is read of an answer, and names a column without its table, which the line tells. So a line counts as
//! refused when it was refused by itself, or in a request all of whose lines were. Per chunk (`batch_lines`) that takes, beside the
//! request that was refused,
//! - two for a field whose type conflicts; that is remembered for ten minutes, so from the next chunk on it takes two in all. Where
//!   days differ, shards may: then it is two for each day;
//! - two for lines that are out of retention: they are the oldest, and their number is told;
//! - 2 log₂ n for each line that is refused for another reason, and as much again for its fields;
//! - twice the lines and their fields at most, whatever the server says.

mod apart;
mod conflicts;

use std::{io::Write, ops::Range, time::Duration};

use flate2::{Compression, write::GzEncoder};
use metrics::Counter;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use self::{apart::Apart, conflicts::Conflicts};
use crate::{
    Circuit, Clock, Error, Lines, Options, Refusal, RefusedReason, Trouble,
    answer::{Answer, Wait, Words},
    backoff::Backoff,
    circuit::Board,
    client::Client,
    limits::Limits,
    part::Part,
};

/// Lines of one request, or of what will be one.
type Group<'a> = Vec<Part<'a>>;

/// Delivers lines to one target.
#[derive(Debug)]
pub struct Delivery {
    client: Client,
    limits: Limits,
    backoff: Backoff,
    conflicts: Conflicts,
    board: Board,
    counters: Counters,
}

impl Delivery {
    /// A delivery that has sent nothing yet. `now` is the wall clock.
    ///
    /// # Errors
    /// If the address is none, or token or certificates cannot be read.
    pub fn new(options: &Options, now: Clock) -> Result<Self, Error> {
        Ok(Self {
            client: Client::new(options, now)?,
            limits: Limits::new(options),
            backoff: Backoff::default(),
            conflicts: Conflicts::default(),
            board: Board::new(&options.name, now),
            counters: Counters::new(&options.name),
        })
    }

    /// How the target is, to watch.
    pub fn circuit(&self) -> watch::Receiver<Circuit> {
        self.board.watch()
    }

    /// Sends lines until each is written or refused, however long that takes; tells those that were refused, in the order in
    /// which they were found. None if it was stopped before: then some may be written, and all are to be sent again.
    pub async fn deliver(
        &mut self,
        lines: &Lines,
        range: Range<usize>,
        stop: &CancellationToken,
    ) -> Option<Vec<Refusal>> {
        let mut refusals = Vec::new();
        let end = range.end.min(lines.len());
        let mut next = range.start;
        while next < end {
            let lengths = (next..end).map(|line| lines.line(line).len());
            let chunk = next..next + self.limits.take(!self.board.is_closed(), lengths);
            next = chunk.end;
            let parts = chunk.map(|line| Part::of(lines, line)).collect();
            self.settle(lines, self.conflicts.apart(parts), &mut refusals, stop).await?;
        }
        Some(refusals)
    }

    /// Sends groups, the last one first, until nothing is left of them.
    async fn settle<'a>(
        &mut self,
        lines: &'a Lines,
        mut work: Vec<Group<'a>>,
        refusals: &mut Vec<Refusal>,
        stop: &CancellationToken,
    ) -> Option<()> {
        while let Some(mut group) = work.pop() {
            let fits = self.limits.take(!self.board.is_closed(), group.iter().map(|part| part.text.len()));
            push(&mut work, group.split_off(fits.min(group.len())));
            match stop.run_until_cancelled(self.attempt(&group)).await? {
                Answer::Written => {}
                Answer::Refused(words) => self.take_apart(lines, group, words, &mut work, refusals),
                Answer::TooLarge(detail) => self.halve(lines, group, &detail, &mut work, refusals),
                Answer::Wait(wait) => {
                    work.push(group);
                    stop.run_until_cancelled(self.wait(wait)).await?;
                }
            }
        }
        Some(())
    }

    /// One request.
    async fn attempt(&mut self, group: &[Part<'_>]) -> Answer {
        let body = gzip(group).await;
        self.counters.requests.increment(1);
        self.counters.bytes.increment(body.len() as u64);
        let answer = self.client.write(body).await;
        if !matches!(answer, Answer::Wait(_)) {
            self.backoff.reset();
            self.board.close();
        }
        if matches!(answer, Answer::Written) {
            self.limits.grow(size(group));
        }
        answer
    }

    /// Pauses; then the next request is a trial, with the token or password that is in its file by now.
    async fn wait(&mut self, wait: Wait) {
        let pause = self.backoff.next(&wait);
        self.counters.retries.increment(1);
        self.board.open(&wait, pause);
        tokio::time::sleep(pause).await;
        if wait.trouble == Trouble::Token {
            self.refresh_access();
        }
        self.board.half_open();
    }

    fn refresh_access(&mut self) {
        if let Err(error) = self.client.refresh_access() {
            let reason = format!("{error}: what is in use was refused");
            self.board.open(&Wait { trouble: Trouble::Token, reason, retry_after: None }, Duration::ZERO);
        }
    }

    fn take_apart<'a>(
        &mut self,
        lines: &'a Lines,
        group: Group<'a>,
        mut words: Words,
        work: &mut Vec<Group<'a>>,
        refusals: &mut Vec<Refusal>,
    ) {
        words.conflict = words.conflict.or_else(|| apart::conflict_of(&group, words.column.as_ref()));
        if let Some(conflict) = &words.conflict {
            self.conflicts.note(conflict);
        }
        match apart::take_apart(group, &words) {
            Apart::Refused(group) => refuse(lines, &group, words.reason, &words.text, refusals),
            Apart::Again(groups) => groups.into_iter().rev().for_each(|group| push(work, group)),
        }
    }

    fn halve<'a>(
        &mut self,
        lines: &'a Lines,
        mut group: Group<'a>,
        detail: &str,
        work: &mut Vec<Group<'a>>,
        refusals: &mut Vec<Refusal>,
    ) {
        if group.len() == 1 {
            return refuse(lines, &group, RefusedReason::TooLarge, detail, refusals);
        }
        self.limits.shrink(size(&group));
        push(work, group.split_off(group.len() / 2));
        push(work, group);
    }
}

fn push<'a>(work: &mut Vec<Group<'a>>, group: Group<'a>) {
    if !group.is_empty() {
        work.push(group);
    }
}

/// Bytes of a request before compression.
fn size(group: &[Part<'_>]) -> usize {
    group.iter().map(|part| part.text.len() + 1).sum()
}

fn refuse(lines: &Lines, group: &[Part<'_>], reason: RefusedReason, detail: &str, refusals: &mut Vec<Refusal>) {
    refusals.extend(group.iter().map(|part| Refusal {
        line: part.line,
        field: part.only_field(),
        readings: part.readings(lines),
        reason,
        detail: detail.chars().take(300).collect(),
        text: String::from_utf8_lossy(lines.line(part.line)).chars().take(1000).collect(),
    }));
}

/// The body of a request; others on this thread have their turn after each 64 KiB, about half a millisecond.
async fn gzip(group: &[Part<'_>]) -> Vec<u8> {
    const TURN: usize = 64 << 10;
    let mut encoder = GzEncoder::new(Vec::with_capacity(size(group) / 4), Compression::fast());
    let mut turn = Vec::with_capacity(TURN + 1024);
    for (i, part) in group.iter().enumerate() {
        turn.extend_from_slice(&part.text);
        turn.push(b'\n');
        if turn.len() >= TURN || i + 1 == group.len() {
            // A vector takes whatever is written to it.
            encoder.write_all(&turn).unwrap_or_default();
            turn.clear();
            tokio::task::yield_now().await;
        }
    }
    encoder.finish().unwrap_or_default()
}

/// What delivery counts for `/metrics`, by the target's name.
#[derive(Debug)]
struct Counters {
    /// Requests sent.
    requests: Counter,
    /// Bytes of their bodies, compressed.
    bytes: Counter,
    /// Requests that settled nothing and were sent again.
    retries: Counter,
}

impl Counters {
    fn new(target: &str) -> Self {
        let counter = |name| metrics::counter!(name, "target" => target.to_owned());
        Self {
            requests: counter("smartpole_influx_requests_total"),
            bytes: counter("smartpole_influx_sent_bytes_total"),
            retries: counter("smartpole_influx_retries_total"),
        }
    }
}
