//! `smartpole alerts test`.

use std::{
    io::{self, Write},
    path::PathBuf,
};

use smartpole_model::Inputs;
use smartpole_notify::{Notice, send};

use crate::{clock, config::Config, inputs};

/// Why it failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("cannot read the folder {dir}", dir = dir.display())]
    Folder { dir: PathBuf, source: io::Error },
    #[error("the registry in {dir} has {n} problems; `smartpole check` names them", dir = dir.display())]
    Registry { dir: PathBuf, n: usize },
    #[error("alerts.toml of {dir} names nobody: add [email] or [[webhook]]", dir = dir.display())]
    Nobody { dir: PathBuf },
    #[error("{failed} of {all} could not be reached")]
    Unreached { failed: usize, all: usize },
    #[error("cannot print")]
    Print(#[source] io::Error),
}

/// Sends a test to all who are told of alerts, one after the other, and prints what each said.
pub(crate) async fn test(config: &Config) -> Result<(), Error> {
    let dir = || config.registry.clone();
    let files = inputs::read(&config.registry).map_err(|source| Error::Folder { dir: dir(), source })?;
    let parsed = Inputs::parse(&files).map_err(|problems| Error::Registry { dir: dir(), n: problems.len() })?;
    let targets = &parsed.registry.alerts.targets;
    let base = &config.publish.base_url;
    let page = if base.is_empty() { format!("http://{}", config.http.listen) } else { base.clone() };
    let (mut all, mut failed) = (0, 0);
    for (target, _) in targets.all() {
        let now = clock::now();
        let sent = send(targets, &target, &config.registry, &Notice::test(now, &page), now).await;
        let (mark, words) = match sent {
            Ok(words) => ("ok", words),
            Err(error) => ("FAILED", error.reason()),
        };
        (all, failed) = (all + 1, failed + usize::from(mark != "ok"));
        writeln!(io::stdout(), "{mark}: {} {}: {words}", target.kind.word(), target.name).map_err(Error::Print)?;
    }
    match (all, failed) {
        (0, _) => Err(Error::Nobody { dir: dir() }),
        (_, 0) => Ok(()),
        _ => Err(Error::Unreached { failed, all }),
    }
}
