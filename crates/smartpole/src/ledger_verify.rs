//! `smartpole ledger verify`: folds the kept journal again, into a store beside, and compares.
//!
//! ```text
//! journal (only read) ──► Fold ──► scratch store ──► compare ◄── city.db, as of one commit
//! ```
//! The service may go on: the fold follows it until little is left, and only then a commit is chosen to compare with.

pub(crate) mod journal;
mod replay;
mod room;
mod start;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
};

use indicatif::{ProgressBar, ProgressStyle};
use smartpole_model::{Seq, UtcMillis};
use smartpole_pipeline::{FOLD_VERSION, LoadError, Restore};
use smartpole_store::{Begin, Compared, Difference, Scratch, Store, compare};

pub(crate) use self::room::NAME as SCRATCH;
use self::{
    replay::Replay,
    room::ScratchFolder,
    start::{Start, start},
};
use crate::{cli::ledger::Verify, inputs::InputLibrary};

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
        "record {seq} changed what was received before the checkpoints that are kept, by a replay, a registry that changes the past or a program with other rules, and the journal's beginning is not folded: begin at the next checkpoint, which the service makes at the first record of a day (UTC)"
    )]
    PastChanged { seq: Seq },
    #[error(
        "nothing is compared: what is stored was folded by {former} of the rules, this program has version {FOLD_VERSION}, whose results differ, and no checkpoint is of its rules yet: run the service with this program, which makes one at the first record of a day (UTC), and verify from there"
    )]
    OtherRules { former: String },
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
    let Start { restore: start, former } = start(&store, &journal, &library, asked.from_checkpoint)?;
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
    summary(&start, former.as_deref(), &replay, compared, asked.limit)?;
    if compared.differences > 0 { Err(Error::Differs { n: compared.differences }) } else { Ok(()) }
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

fn summary(
    start: &Restore,
    former: Option<&str>,
    replay: &Replay<'_>,
    compared: Compared,
    limit: u64,
) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let Compared { blocks, rows, differences } = compared;
    if let Some(more) = differences.checked_sub(limit).filter(|more| *more > 0) {
        writeln!(out, "and {more} more")?;
    }
    let (from, what) = match start.cursor {
        Seq(0) => (replay.first().unwrap_or(UtcMillis(0)), "the journal's beginning"),
        _ => (start.received_at, "a checkpoint"),
    };
    if let Some(former) = former {
        writeln!(
            out,
            "left out: the journal's beginning, which was folded by {former} of the rules; this program has version {FOLD_VERSION}"
        )?;
    }
    let (to, messages) = (replay.fold().position(), replay.messages());
    writeln!(
        out,
        "verified from {from} ({what}) to {}, record {}: {messages} messages, {blocks} blocks, {rows} rows, {differences} differences",
        to.1, to.0
    )
}
