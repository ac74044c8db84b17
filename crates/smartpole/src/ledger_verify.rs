//! `smartpole ledger verify`: folds the kept journal again, into a store beside, and compares.
//!
//! ```text
//! journal (only read) ──► Fold ──► scratch store ──► compare ◄── city.db, as of one commit
//! ```
//! The service may go on: the fold follows it until little is left, and only then a commit is chosen to compare with.

pub(crate) mod journal;
mod replay;
mod room;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use indicatif::{ProgressBar, ProgressStyle};
use smartpole_journal::Journal;
use smartpole_model::{Seq, UtcMillis};
use smartpole_pipeline::{LoadError, Restore};
use smartpole_store::{Begin, Compared, Difference, Scratch, Store, compare};

use self::{
    replay::{Replay, STEP_BYTES, STEP_RECORDS},
    room::ScratchFolder,
};
use crate::{cli::ledger::Verify, inputs::InputLibrary, replay::weight};

/// How often the fold follows what was committed meanwhile, before a commit is chosen.
const CATCH_UPS: usize = 3;

/// Why a verification cannot be done, or what it found.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read the journal")]
    Journal(#[from] smartpole_journal::Error),
    #[error(transparent)]
    Store(#[from] smartpole_store::Error),
    #[error("cannot begin to fold")]
    Begin(#[from] Begin),
    #[error("cannot fold the journal")]
    Fold(#[from] LoadError),
    #[error(
        "the journal begins at record {oldest}, and there is no checkpoint from there on: nothing to begin at; the service makes one at the first record of each day (UTC)"
    )]
    NoStart { oldest: Seq },
    #[error(
        "record {seq} changed what was received before the checkpoints that are kept, by a replay or a registry that changes the past, and the journal's beginning is not folded: begin at the next checkpoint, which the service makes at the first record of a day (UTC)"
    )]
    PastChanged { seq: Seq },
    #[error(
        "city.db was folded up to record {cursor}, but the journal ends with {durable}: they do not belong together, or the journal has lost records"
    )]
    OtherJournal { cursor: Seq, durable: Seq },
    #[error(
        "{dir} is there already, of a verification that runs or was killed: delete it, or name another folder by --scratch",
        dir = dir.display()
    )]
    ScratchInUse { dir: PathBuf },
    #[error("cannot use the folder {dir}", dir = dir.display())]
    Scratch { dir: PathBuf, source: io::Error },
    #[error(
        "{dir} has {free} MiB free, and a second store of {needed} MiB would leave less than the service needs; name a folder on another disk by --scratch",
        dir = dir.display()
    )]
    NoRoom { dir: PathBuf, free: u64, needed: u64 },
    #[error("cannot print")]
    Print(#[from] io::Error),
    #[error("city.db differs from a fold of its journal in {n} places")]
    Differs { n: u64 },
}

/// Folds again what the journal of `data` holds, and prints in what the store there differs.
pub(crate) fn run(data: &Path, key_file: Option<PathBuf>, asked: &Verify) -> Result<(), Error> {
    let (store, library) = (Store::open(data)?, InputLibrary::new(data, key_file));
    let dir = data.join("journal");
    let journal = journal::open(&dir)?;
    let start = start(&store, &journal, asked.from_checkpoint)?;
    let folder = ScratchFolder::make(data, asked.scratch.as_deref())?;
    let record = journal.read_one(start.cursor)?; // a checkpoint's own one may be gone
    let scratch = Scratch::begin(folder.path(), &store, &start, record.as_ref(), &library)?;
    let mut replay = Replay::new(dir, journal, &scratch, &library)?;
    let bar = bar(store.cursor()?.since(start.cursor));
    for _ in 0..CATCH_UPS {
        replay.fold_to(store.cursor()?, &bar)?;
    }
    let view = store.view()?;
    replay.fold_to(view.cursor(), &bar)?;
    bar.set_message("comparing");
    let mut lines = Lines { left: asked.limit, bar: &bar };
    let compared = compare(&view, &scratch, replay.fold(), &library, |difference| lines.print(&difference))?;
    bar.finish_and_clear();
    summary(&start, &replay, compared, asked.limit)?;
    if compared.differences > 0 { Err(Error::Differs { n: compared.differences }) } else { Ok(()) }
}

/// Where to begin: before the first record if the journal still has it, else at a checkpoint.
fn start(store: &Store, journal: &Journal, from_checkpoint: bool) -> Result<Restore, Error> {
    let oldest = journal.status().borrow().oldest;
    if oldest <= Seq(1) && !from_checkpoint {
        return Ok(Restore::default());
    }
    let (mut from, mut changed) = (oldest, None);
    while let Some(checkpoint) = store.checkpoint_from(from)? {
        let Some(seq) = last_change_of_the_past(journal, checkpoint.cursor.next())? else { return Ok(checkpoint) };
        (from, changed) = (seq.next(), Some(seq));
    }
    match changed {
        _ if oldest <= Seq(1) => Ok(Restore::default()),
        Some(seq) => Err(Error::PastChanged { seq }),
        None => Err(Error::NoStart { oldest }),
    }
}

/// The last record from `from` on that changes what came before it: a checkpoint does not hold what it finds there.
fn last_change_of_the_past(journal: &Journal, from: Seq) -> Result<Option<Seq>, Error> {
    let (mut reader, mut last) = (journal.reader(from), None);
    loop {
        let batch = reader.next_batch(STEP_RECORDS as usize, STEP_BYTES)?;
        if batch.is_empty() {
            return Ok(last);
        }
        for record in batch.iter() {
            let (seq, record) = record?;
            last = if weight::changes_the_past(&record) { Some(seq) } else { last };
        }
    }
}

fn bar(records: u64) -> ProgressBar {
    let bar = ProgressBar::new(records).with_message("folding");
    let style = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} records, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

/// Prints differences as they are found, up to a limit.
struct Lines<'a> {
    left: u64,
    bar: &'a ProgressBar,
}

impl Lines<'_> {
    fn print(&mut self, difference: &Difference) {
        if self.left > 0 {
            self.left -= 1;
            // the summary says that printing fails
            self.bar.suspend(|| writeln!(io::stdout(), "{difference}").ok());
        }
    }
}

fn summary(start: &Restore, replay: &Replay<'_>, compared: Compared, limit: u64) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let Compared { blocks, rows, differences } = compared;
    if let Some(more) = differences.checked_sub(limit).filter(|more| *more > 0) {
        writeln!(out, "and {more} more")?;
    }
    let (from, what) = match start.cursor {
        Seq(0) => (replay.first().unwrap_or(UtcMillis(0)), "the journal's beginning"),
        _ => (start.received_at, "a checkpoint"),
    };
    let (to, messages) = (replay.fold().position(), replay.messages());
    writeln!(
        out,
        "verified from {from} ({what}) to {}, record {}: {messages} messages, {blocks} blocks, {rows} rows, {differences} differences",
        to.1, to.0
    )
}
