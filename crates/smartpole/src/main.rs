//! `smartpole`: the service and its commands.

mod access;
mod alerts;
mod backup;
mod began_anew;
mod check;
mod cli;
mod client;
mod clock;
mod commands;
mod config;
mod demo;
mod downlinks;
mod export;
mod fold_loop;
mod health;
mod history;
mod import;
mod influx;
mod inputs;
mod ledger;
mod ledger_check;
mod ledger_verify;
mod registries;
mod registry_watch;
mod replay;
mod service;
mod sources;
mod targets;
mod telemetry;
mod ticks;
mod trace;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    cli::{Cli, Command},
    telemetry::Chain,
};

/// A fleet's open blocks come and go in all sizes between what stays: the system's allocator looks for room among them, message by message,
/// and leaves holes.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let Cli { command, log_format } = Cli::parse();
    let done = match command {
        Command::Demo(demo) => commands::demo(&demo, log_format),
        Command::Run(run) => commands::run(&run, log_format),
        Command::Check(check) => return check::check(&check),
        Command::Ledger(ledger) => commands::ledger(&ledger),
        Command::Replay(asked) => commands::replay(&asked),
        Command::Trace(asked) => trace::run(&asked).map_err(commands::Error::Trace),
        Command::Export(asked) => export::run(&asked).map_err(commands::Error::Export),
        Command::Import(asked) => import::run(&asked).map_err(commands::Error::Import),
        Command::Influx(of) => influx::run(&of, log_format).map_err(commands::Error::Influx),
        Command::Alerts(asked) => commands::alerts(&asked),
        Command::Backup(asked) => commands::backup(&asked),
        Command::Restore(asked) => commands::restore(&asked),
        Command::Compact(asked) => commands::compact(&asked),
        Command::Accounts(asked) => commands::accounts(&asked),
        Command::Tokens(asked) => commands::tokens(&asked),
        Command::Audit(asked) => commands::audit(&asked),
        Command::Openapi => commands::openapi(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", Chain(&error));
            ExitCode::FAILURE
        }
    }
}
