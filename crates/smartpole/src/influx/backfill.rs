//! Sends what is kept of some days again, hour by hour.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressStyle};
use smartpole_influx::{Delivery, Lines, Options, Queries};
use smartpole_model::UtcMillis;
use tokio::task::spawn_blocking;
use tokio_util::sync::CancellationToken;

use super::{Error, kept::Kept, place::PlaceFile, readable};
use crate::{
    cli::influx::{Backfill, Day},
    clock,
    config::Config,
};

const HOUR: i64 = 3_600_000;
/// Refused lines that are printed; the rest is counted.
const PRINTED: usize = 20;

/// Sends the days asked for; what the target refuses is printed, and an error at the end.
pub(super) async fn backfill(config: &Config, target: &Options, asked: &Backfill) -> Result<(), Error> {
    if asked.from > asked.to {
        return Err(Error::Days { from: asked.from.to_string(), to: asked.to.to_string() });
    }
    if asked.replace {
        readable(target)?;
        open(config, target).await?.check_whole(asked.from)?;
    }
    let failed = |source| Error::Target { name: target.name.clone(), source };
    let mut delivery = Delivery::new(target, clock::now).map_err(failed)?;
    let server = Queries::new(target).map_err(failed)?;
    let mut place = PlaceFile::open(&config.data, &target.name, asked);
    let stop = stopped_by_ctrl_c();
    let bar = bar(target, asked);
    let mut totals = Totals::default();
    while place.next() < asked.to.end() {
        let day = Day::of(place.next());
        bar.set_message(format!("{} {day}", target.name));
        if asked.replace && place.next() == day.start() {
            delete(config, target, &server, day).await?;
        }
        // opened after the deletion, so that what was sent before it is among what is sent now
        let mut kept = Some(open(config, target).await?);
        while place.next() < day.end() {
            bar.set_position((place.next().since(asked.from.start()) / HOUR).unsigned_abs());
            let Some(of) = kept.take() else { break };
            let (of, lines) = encode(of, place.next()).await?;
            kept = Some(of);
            let refused = delivery.deliver(&lines, 0..lines.len(), &stop).await.ok_or(Error::Stopped)?;
            totals.add(&lines, &refused)?;
            place.set(place.next().plus(HOUR))?;
        }
    }
    bar.finish_and_clear();
    place.done()?;
    totals.print(target)
}

fn bar(target: &Options, asked: &Backfill) -> ProgressBar {
    let hours = (asked.to.end().since(asked.from.start()) / HOUR).unsigned_abs();
    let bar = ProgressBar::new(hours).with_message(target.name.clone());
    let style = ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} hours, {eta} left");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}

fn stopped_by_ctrl_c() -> CancellationToken {
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopped.cancel();
        }
    });
    stop
}

async fn open(config: &Config, target: &Options) -> Result<Kept, Error> {
    let (config, target) = (config.clone(), target.clone());
    spawn_blocking(move || Kept::open(&config, &target)).await.map_err(Error::Thread)?
}

/// Deletes a day's points of our measurements.
async fn delete(config: &Config, target: &Options, server: &Queries, day: Day) -> Result<(), Error> {
    let kept = open(config, target).await?;
    for measurement in kept.measurements() {
        let deleted = server.delete(measurement, day.start(), day.end()).await;
        deleted.map_err(|source| Error::Query { name: target.name.clone(), source })?;
    }
    Ok(())
}

/// Lines of an hour.
async fn encode(mut kept: Kept, from: UtcMillis) -> Result<(Kept, Lines), Error> {
    let work = move || {
        let mut lines = Lines::default();
        kept.points(from, from.plus(HOUR), &mut lines)?;
        Ok((kept, lines))
    };
    spawn_blocking(work).await.map_err(Error::Thread)?
}

/// What was sent.
#[derive(Debug, Default)]
struct Totals {
    lines: u64,
    readings: u64,
    refused: usize,
}

impl Totals {
    fn add(&mut self, lines: &Lines, refused: &[smartpole_influx::Refusal]) -> io::Result<()> {
        self.lines += lines.len() as u64;
        self.readings += lines.readings_total();
        let room = PRINTED.saturating_sub(self.refused);
        self.refused += refused.len();
        let mut out = io::stdout().lock();
        refused.iter().take(room).try_for_each(|refusal| {
            writeln!(out, "refused ({}): {}\n  {}", refusal.reason.code(), refusal.detail, refusal.text)
        })
    }

    fn print(&self, target: &Options) -> Result<(), Error> {
        let Self { lines, readings, refused } = self;
        let name = target.name.clone();
        writeln!(io::stdout(), "target {name}: {lines} lines sent with {readings} readings, {refused} lines refused")?;
        if *refused == 0 { Ok(()) } else { Err(Error::Refused { name, n: *refused }) }
    }
}
