//! `smartpole replay`: orders, watches and says what came of it.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Deserialize;
use serde_json::{Value, json};
use smartpole_pipeline::Effect;
use smartpole_store::Store;

use super::{
    dry::{DryError, dry_run},
    words::sentence,
};
use crate::{
    cli,
    client::{Client, ClientError},
    inputs::InputLibrary,
    ledger_verify,
};

const PATH: &str = "/api/v1/replays";
const LOOK: Duration = Duration::from_millis(200);

/// Why nothing is replayed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("no service answers at {url}: start it with `smartpole run`, or ask by --dry-run what would change")]
    Nobody { url: String },
    #[error("no service answers at {url}, and there is no store in {dir}", dir = dir.display())]
    NoStore { url: String, dir: PathBuf },
    #[error("cannot read the journal")]
    Journal(#[from] smartpole_journal::Error),
    #[error(transparent)]
    Dry(#[from] DryError),
    #[error("cannot print")]
    Print(#[from] io::Error),
}

/// What is read of the service's answer.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    id: u64,
    #[serde(default)]
    state: String,
    #[serde(default)]
    share: f64,
    effect: Told,
}

#[derive(Deserialize)]
struct Told {
    messages: u64,
    missing: u64,
    recovered: u64,
    readings: u64,
    replaced: u64,
    conflicts: u64,
    windows: u64,
    /// A service of a former version does not tell.
    #[serde(default)]
    superseded: u64,
    #[serde(default)]
    expired: u64,
}

impl From<Told> for Effect {
    fn from(told: Told) -> Self {
        let Told { messages, missing, recovered, readings, replaced, conflicts, windows, superseded, expired } = told;
        Self { messages, missing, recovered, readings, replaced, conflicts, windows, superseded, expired }
    }
}

/// Does what was asked, and prints what changed or would. `data` is the data folder and the file of the sealing key, if they are known.
pub(crate) fn run(asked: &cli::replay::Replay, data: Option<(PathBuf, Option<PathBuf>)>) -> Result<(), Error> {
    let client = Client::at(&asked.at)?;
    let order = json!({ "selection": asked.selection(), "dry_run": asked.dry_run });
    let effect = match client.post(PATH, &order) {
        Ok(answer) if asked.dry_run => read(&client, answer)?.effect.into(),
        Ok(answer) => watch(&client, &read(&client, answer)?)?,
        Err(ClientError::Nobody { url, .. }) => match data {
            Some((data, key_file)) if asked.dry_run => beside(asked, &url, &data, key_file)?,
            _ => return Err(Error::Nobody { url }),
        },
        Err(error) => return Err(error.into()),
    };
    let would = if asked.dry_run { "would be: " } else { "" };
    Ok(writeln!(io::stdout(), "{would}{}", sentence(&effect))?)
}

fn read(client: &Client, answer: Value) -> Result<Answer, ClientError> {
    serde_json::from_value(answer).map_err(|_| client.foreign())
}

/// Shows how far a replay is until it is done.
fn watch(client: &Client, ordered: &Answer) -> Result<Effect, Error> {
    let bar = ProgressBar::new(1_000);
    let style = ProgressStyle::with_template("replaying {bar:40} {percent} % {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    loop {
        let now = read(client, client.get(&format!("{PATH}/{}", ordered.id))?)?;
        bar.set_position((now.share * 1_000.0) as u64);
        bar.set_message(format!("{} messages", now.effect.messages));
        if now.state == "done" {
            bar.finish_and_clear();
            return Ok(now.effect.into());
        }
        std::thread::sleep(LOOK);
    }
}

/// Tries out beside the store of a service that does not run.
fn beside(asked: &cli::replay::Replay, url: &str, data: &Path, key_file: Option<PathBuf>) -> Result<Effect, Error> {
    if !data.join(smartpole_store::FILE).is_file() {
        return Err(Error::NoStore { url: url.to_owned(), dir: data.to_owned() });
    }
    writeln!(io::stderr(), "no service answers at {url}: tried out beside the store")?;
    let store = Store::open(data).map_err(DryError::Store)?;
    let journal = ledger_verify::journal::open(&data.join("journal"))?;
    Ok(dry_run(&store, &journal, &InputLibrary::new(data, key_file), &asked.selection())?)
}
