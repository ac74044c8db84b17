//! Load and peers: how fast messages of simulated poles go through a real Mosquitto into the service, or into somebody else.
//!
//! ```text
//!           ┌───────── one process, this one ──────────┐
//!  Traffic ─► Fleet ──► Mosquitto ──► Tap ──► Consumer ──► (InfluxDB, or a server that forgets)
//!           │  20 connections          │ PUBLISH, PUBACK: the clock
//!           └───────── Viewer, Audience, Page ◄── live page
//! ```
//!
//! Invariants: a run ends when the consumer has everything, and fails if that is not what was sent; a message's number follows
//! from what it says, so whoever sees it knows when it was due; every process is a child that dies with the run, and what it
//! used is what the kernel says.

mod audience;
mod broker;
mod cli;
mod consumer;
mod error;
mod figures;
mod fleet;
mod influx;
mod latency;
mod measure;
mod mqtt;
mod null_server;
mod page;
mod process;
mod report;
mod subscriber;
mod tap;
mod traffic;
mod viewer;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    cli::{Cli, Command, Measure},
    error::Error,
};

#[tokio::main]
async fn main() -> ExitCode {
    // built together with the service, reqwest has TLS and asks for cryptography, though nothing here speaks it
    rustls::crypto::ring::default_provider().install_default().ok();
    match run(Cli::parse().command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let causes = std::iter::successors(std::error::Error::source(&error), |error| error.source());
            causes.for_each(|cause| eprintln!("  because: {cause}"));
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> Result<(), Error> {
    match command {
        Command::Measure(plan) => measure(&plan).await,
        Command::Report(asked) => report::report(&asked),
        Command::Subscriber { port, messages, journal } => subscriber::run(port, messages, journal).await,
        Command::NullServer { lines } => null_server::run(lines).await,
    }
}

async fn measure(plan: &Measure) -> Result<(), Error> {
    let figures = measure::measure(plan).await?;
    match plan.json {
        true => println!("{}", serde_json::to_string(&figures).map_err(|error| error::io("print")(error.into()))?),
        false => print!("{figures}"),
    }
    Ok(())
}
