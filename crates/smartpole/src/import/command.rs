//! `smartpole import`: checks, sends, and says what came of it.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::{self, BufReader, Write},
    path::{Path, PathBuf},
};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use serde_json::Number;

use super::{
    fit::check,
    mapping::Mapping,
    mistakes::{Mistake, Mistakes},
    part::Part,
    table::{NoTable, Row, Table},
};
use crate::{
    cli,
    client::{Client, ClientError},
};

const PATH: &str = "/api/v1/imports";

/// What to do about values that are known otherwise.
const CONFLICT: &str = "what came first counts. If the provider corrected it, give the corrected series a device of its own: \
    in devices.csv end the former one's line (`to`) where the correction begins, add a line with a new id from then on, and \
    import the corrected hours into that";

/// Why a file is not imported, or not all of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read {file}", file = file.display())]
    Open { file: PathBuf, source: io::Error },
    #[error("{file} is no mapping: {why}", file = file.display())]
    Mapping { file: PathBuf, why: String },
    #[error("{file} does not fit the mapping", file = file.display())]
    Table { file: PathBuf, source: NoTable },
    #[error("the mapping {name:?} does not fit the service: {why}")]
    Unfit { name: String, why: String },
    #[error("{n} mistakes in {file}: nothing was imported; correct them, or add --skip-bad", file = file.display())]
    Mistakes { n: u64, file: PathBuf },
    #[error("{n} values are known otherwise: {CONFLICT}")]
    Conflicts { n: u64 },
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("cannot print")]
    Print(#[from] io::Error),
}

/// What the service says of a part.
#[derive(Debug, Deserialize)]
struct Answer {
    new: u64,
    known: u64,
    conflicts: Vec<Conflict>,
    refused: Vec<Refused>,
}

#[derive(Debug, Deserialize)]
struct Conflict {
    sample: usize,
    name: String,
    known: Number,
    sent: Number,
}

#[derive(Debug, Deserialize)]
struct Refused {
    sample: usize,
    name: Option<String>,
    detail: String,
    remedy: String,
}

/// What became of a file so far.
#[derive(Debug, Default)]
struct Tally {
    rows: u64,
    new: u64,
    known: u64,
    mistakes: Mistakes,
    conflicts: Mistakes,
}

/// One reading of the file.
struct Pass<'a> {
    client: &'a Client,
    mapping: &'a Mapping,
    /// Whether it only asks what would become of it.
    dry_run: bool,
    skip_bad: bool,
    tally: Tally,
}

/// Does what was asked, and prints what was imported or would be.
pub(crate) fn run(asked: &cli::import::Import) -> Result<(), Error> {
    let client = Client::at(&asked.at)?;
    let text = fs::read_to_string(&asked.mapping);
    let text = text.map_err(|source| Error::Open { file: asked.mapping.clone(), source })?;
    let mapping = Mapping::read(&text).map_err(|why| Error::Mapping { file: asked.mapping.clone(), why })?;
    let warnings = check(&client, &mapping)?;
    warnings.iter().try_for_each(|warning| writeln!(io::stderr(), "warning: {warning}"))?;
    let pass = |dry_run| Pass {
        client: &client,
        mapping: &mapping,
        dry_run,
        skip_bad: asked.skip_bad,
        tally: Tally::default(),
    };
    let mut tally = pass(true).read(&asked.file)?;
    write!(io::stderr(), "{}", tally.mistakes)?;
    if tally.mistakes.len() > 0 && !asked.skip_bad {
        return Err(Error::Mistakes { n: tally.mistakes.len(), file: asked.file.clone() });
    }
    if !asked.dry_run && tally.new > 0 {
        let mistakes = std::mem::take(&mut tally.mistakes);
        tally = Tally { mistakes, ..pass(false).read(&asked.file)? };
    }
    write!(io::stderr(), "{}", tally.conflicts)?;
    let would = if asked.dry_run { "would be: " } else { "" };
    writeln!(io::stdout(), "{would}{}", tally.sentence())?;
    match tally.conflicts.len() {
        0 => Ok(()),
        n => Err(Error::Conflicts { n }),
    }
}

impl Pass<'_> {
    fn read(mut self, file: &Path) -> Result<Tally, Error> {
        let cannot = |source| Error::Open { file: file.to_owned(), source };
        let opened = File::open(file).map_err(cannot)?;
        let bar =
            progress(if self.dry_run { "checking" } else { "importing" }, opened.metadata().map_or(0, |of| of.len()));
        let from = BufReader::new(bar.wrap_read(opened));
        let no_table = |source| Error::Table { file: file.to_owned(), source };
        let mut table = Table::new(from, self.mapping).map_err(no_table)?;
        let mut parts: BTreeMap<&str, Part> = BTreeMap::new();
        while let Some((line, row)) = table.next_row().map_err(cannot)? {
            match row {
                Row::Bad(mistakes) => mistakes.into_iter().for_each(|mistake| self.tally.mistakes.add(mistake)),
                Row::Values(values) => {
                    self.tally.rows += u64::from(!values.is_empty());
                    for value in &values {
                        let Some(series) = self.mapping.series.get(value.series) else { continue };
                        let part = parts.entry(&series.device).or_default();
                        if let Err(mistake) = part.add(self.mapping, line, value) {
                            self.tally.mistakes.add(mistake);
                        }
                        if part.is_full() {
                            let full = std::mem::take(part);
                            self.send(&series.device, full)?;
                        }
                    }
                }
            }
        }
        for (device, part) in parts {
            self.send(device, part)?;
        }
        bar.finish_and_clear();
        Ok(self.tally)
    }

    /// Sends a part, or asks what would become of it.
    fn send(&mut self, device: &str, mut part: Part) -> Result<(), Error> {
        if part.is_empty() {
            return Ok(());
        }
        if !self.dry_run && self.skip_bad {
            let refused = self.post(device, &part, true)?.refused;
            let unfit: Vec<_> = refused.into_iter().map(|refused| (refused.sample, refused.name)).collect();
            part.leave_out(&unfit);
            if part.is_empty() {
                return Ok(());
            }
        }
        let answer = self.post(device, &part, self.dry_run)?;
        self.tally.new += answer.new;
        self.tally.known += answer.known;
        for Refused { sample, name, detail, remedy } in answer.refused {
            let cell = part.cell(sample, name.as_deref());
            let (line, column) = cell.map_or((0, ""), |cell| (cell.line, cell.column.as_str()));
            self.tally.mistakes.add(Mistake::new(line, column, detail, remedy));
        }
        for Conflict { sample, name, known, sent } in answer.conflicts {
            let cell = part.cell(sample, Some(&name));
            let (line, column) = cell.map_or((0, ""), |cell| (cell.line, cell.column.as_str()));
            let message = format!("{name} of {device} is known as {known}, and {sent} here");
            self.tally.conflicts.add(Mistake::new(line, column, message, "the known value stays"));
        }
        Ok(())
    }

    fn post(&self, device: &str, part: &Part, dry_run: bool) -> Result<Answer, ClientError> {
        let foreign = || ClientError::Foreign { url: self.client.url().to_owned() };
        let body = part.body(device, dry_run).and_then(|body| serde_json::to_vec(&body)).map_err(|_| foreign())?;
        serde_json::from_value(self.client.send(PATH, body)?).map_err(|_| foreign())
    }
}

fn progress(doing: &str, bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    let style = ProgressStyle::with_template("{msg} {bar:40} {bytes} of {total_bytes}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(doing.to_owned());
    bar
}

impl Tally {
    fn sentence(&self) -> String {
        let Self { rows, new, known, mistakes, conflicts } = self;
        let bad = if mistakes.len() > 0 { format!(", {} mistakes left out", mistakes.len()) } else { String::new() };
        format!("{rows} rows → {new} values new, {known} known already, {} conflicts{bad}", conflicts.len())
    }
}
