//! The way of one reading, asked of the running service and printed.

mod answer;
mod shown;

use std::io::{self, Write};

use crate::{
    cli,
    client::{Client, ClientError, escaped},
};
use answer::Answer;

/// Why nothing is shown.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error("cannot print")]
    Print(#[from] io::Error),
}

/// Asks for a reading and prints its way.
pub(crate) fn run(asked: &cli::trace::Trace) -> Result<(), Error> {
    let client = Client::at(&asked.at)?;
    let answer = client.get(&path(asked))?;
    let answer: Answer = serde_json::from_value(answer).map_err(|_| client.foreign())?;
    Ok(io::stdout().write_all(answer.to_string().as_bytes())?)
}

fn path(asked: &cli::trace::Trace) -> String {
    let (device, property) = (escaped(&asked.device), escaped(&asked.property.id));
    format!("/api/v1/trace?device={device}&property={property}&channel={}&time={}", asked.property.channel, asked.time)
}
