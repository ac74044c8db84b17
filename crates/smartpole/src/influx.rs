//! `smartpole influx init`, `verify` and `backfill`.

mod backfill;
mod init;
mod kept;
mod place;
mod sums;
mod verify;

use std::{io, path::PathBuf};

use smartpole_influx::{Options, QueryError, Version};
use tokio::runtime::Runtime;

use crate::{
    cli::influx::{Command, Influx, Of},
    config::{Config, LogFormat, Mistakes},
    telemetry::{self, TelemetryError},
};

/// Why a command about a target failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("the configuration has mistakes\n{0}")]
    Config(Mistakes),
    #[error("the configuration has no [[influx]]: add one, with url and what its version asks for")]
    NoTarget,
    #[error("no [[influx]] is named {name}; there is {}", known.join(", "))]
    UnknownTarget { name: String, known: Vec<String> },
    #[error("there is no store in {}: run the service with this configuration first", dir.display())]
    NoStore { dir: PathBuf },
    #[error(transparent)]
    Store(#[from] smartpole_store::Error),
    #[error(transparent)]
    Fold(#[from] crate::fold_loop::Error),
    #[error("target {name}")]
    Target { name: String, source: smartpole_influx::Error },
    #[cfg(feature = "influx-admin")]
    #[error("target {name}")]
    Admin { name: String, source: smartpole_influx::AdminError },
    #[cfg(not(feature = "influx-admin"))]
    #[error("this program was built without the feature influx-admin: make the bucket by hand")]
    NoAdmin,
    #[error(
        "target {name}: InfluxDB 3 can be neither compared nor cleared by this program; pick another one by --target"
    )]
    Version3 { name: String },
    #[cfg(feature = "influx-admin")]
    #[error(
        "target {name}: the database {database} of InfluxQL is mapped to another bucket ({bucket}), so nothing would be read back; give the bucket another name, or remove that mapping (influx v1 dbrp delete)"
    )]
    Mapped { name: String, database: String, bucket: String },
    #[error("cannot ask target {name}")]
    Query { name: String, source: QueryError },
    #[error("target {name} differs from city.db in {n} places")]
    Differs { name: String, n: u64 },
    #[error("target {name} refused {n} lines")]
    Refused { name: String, n: usize },
    #[error("--from {from} is after --to {to}")]
    Days { from: String, to: String },
    #[error(
        "readings of {from} are not kept here any more, and a target may still have them: begin with {first} by --from (how long readings are kept, fold.toml of the registry says)"
    )]
    Gone { from: String, first: String },
    #[error("cannot remember how far it came, in {}", file.display())]
    Place { file: PathBuf, source: io::Error },
    #[error("a thread of this command failed")]
    Thread(#[source] tokio::task::JoinError),
    #[error("stopped; call it again to go on")]
    Stopped,
    #[error("cannot start the runtime")]
    Runtime(#[source] io::Error),
    #[error("cannot print")]
    Print(#[from] io::Error),
    #[error(transparent)]
    Telemetry(#[from] TelemetryError),
}

/// Runs a command.
pub(crate) fn run(influx: &Influx, log: Option<LogFormat>) -> Result<(), Error> {
    let of = match &influx.command {
        Command::Init(init) => &init.of,
        Command::Verify(verify) => &verify.of,
        Command::Backfill(backfill) => &backfill.of,
    };
    let config = Config::load(&of.config).map_err(Error::Config)?;
    telemetry::start(log.unwrap_or(config.log.format))?;
    let runtime = Runtime::new().map_err(Error::Runtime)?;
    let done = runtime.block_on(async {
        for target in targets(&config, of)? {
            match &influx.command {
                Command::Init(asked) => init::init(target, asked.dry_run).await?,
                Command::Verify(asked) => verify::verify(&config, target, asked).await?,
                Command::Backfill(asked) => backfill::backfill(&config, target, asked).await?,
            }
        }
        Ok(())
    });
    runtime.shutdown_background();
    done
}

/// That a target can be asked about its points, and told to delete some: InfluxDB 3 deletes no points by time.
fn readable(target: &Options) -> Result<(), Error> {
    if target.version == Version::V3 { Err(Error::Version3 { name: target.name.clone() }) } else { Ok(()) }
}

/// The targets that are meant.
fn targets<'a>(config: &'a Config, of: &Of) -> Result<Vec<&'a Options>, Error> {
    let known = || config.influx.iter().map(|target| target.name.clone()).collect();
    match &of.target {
        _ if config.influx.is_empty() => Err(Error::NoTarget),
        None => Ok(config.influx.iter().collect()),
        Some(name) => match config.influx.iter().find(|target| target.name == *name) {
            Some(target) => Ok(vec![target]),
            None => Err(Error::UnknownTarget { name: name.clone(), known: known() }),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_1_and_2_can_be_compared_and_cleared_and_version_3_says_that_it_cannot() {
        let target = |version| Options { name: "city".to_owned(), version, ..Options::default() };
        assert!(readable(&target(Version::V1)).is_ok() && readable(&target(Version::V2)).is_ok());
        let refused = readable(&target(Version::V3)).unwrap_err().to_string();
        assert!(refused.starts_with("target city: InfluxDB 3 can be neither compared nor cleared"), "{refused}");
    }
}
