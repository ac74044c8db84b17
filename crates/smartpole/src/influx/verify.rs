//! Compares what a server has with what is kept here, day by day.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressStyle};
use smartpole_influx::{Options, Queries};
use smartpole_store::Standing;
use tokio::task::spawn_blocking;

use super::{
    Error,
    kept::Kept,
    readable,
    sums::{Difference, Sums},
};
use crate::{
    cli::influx::{Day, Verify},
    config::Config,
};

/// Differences that are printed; the rest is counted.
const PRINTED: usize = 50;

/// What was compared.
#[derive(Debug, Default)]
struct Compared {
    days: u64,
    series: usize,
    readings: u64,
    windows: u64,
    differences: Vec<(Day, Difference)>,
}

/// Compares the days asked for, prints what differs and what was compared.
pub(super) async fn verify(config: &Config, target: &Options, asked: &Verify) -> Result<(), Error> {
    readable(target)?;
    let failed = |source| Error::Target { name: target.name.clone(), source };
    let server = Queries::new(target).map_err(failed)?;
    let kept = open(config, target).await?;
    let days = kept.days()?;
    asked.from.map_or(Ok(()), |from| kept.check_whole(from))?;
    let from = asked.from.or(days.map(|(first, _)| first));
    let to = asked.to.or(days.map(|(_, last)| last));
    let compared = match from.zip(to) {
        None => Compared::default(),
        Some((from, to)) if from > to => return Err(Error::Days { from: from.to_string(), to: to.to_string() }),
        Some((from, to)) => compare(config, target, &server, from, to).await?,
    };
    let standing = kept.queries.targets()?.into_iter().find(|standing| standing.target == target.name);
    compared.print(target, standing.as_ref())?;
    match compared.differences.len() as u64 {
        0 => Ok(()),
        n => Err(Error::Differs { name: target.name.clone(), n }),
    }
}

async fn open(config: &Config, target: &Options) -> Result<Kept, Error> {
    let (config, target) = (config.clone(), target.clone());
    spawn_blocking(move || Kept::open(&config, &target)).await.map_err(Error::Thread)?
}

async fn compare(config: &Config, target: &Options, server: &Queries, from: Day, to: Day) -> Result<Compared, Error> {
    let there = server.measurements().await.map_err(|source| asking(target, source))?;
    let bar = ProgressBar::new((i64::from(to.0) - i64::from(from.0) + 1).max(0).unsigned_abs());
    bar.set_style(
        ProgressStyle::with_template("{msg} {bar:40} {pos}/{len} days, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let mut compared = Compared::default();
    for day in (from.0..=to.0).map(Day) {
        bar.set_message(format!("{} {day}", target.name));
        let (mut sums, mut differences) = compare_day(config, target, server, &there, day).await?;
        if !differences.is_empty() {
            // what was committed while the server was asked, and it has already
            (sums, differences) = compare_day(config, target, server, &there, day).await?;
        }
        compared.days += 1;
        compared.series = compared.series.max(sums.series());
        compared.readings += sums.readings;
        compared.windows += sums.windows;
        compared.differences.extend(differences.into_iter().map(|difference| (day, difference)));
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(compared)
}

async fn compare_day(
    config: &Config,
    target: &Options,
    server: &Queries,
    there: &[String],
    day: Day,
) -> Result<(Sums, Vec<Difference>), Error> {
    let mut kept = open(config, target).await?;
    let read = move || {
        let mut sums = Sums::default();
        kept.points(day.start(), day.end(), &mut sums)?;
        Ok::<_, Error>((sums, kept.measurements().to_vec()))
    };
    let (sums, measurements) = spawn_blocking(read).await.map_err(Error::Thread)??;
    let mut tables = Vec::new();
    for measurement in measurements.iter().filter(|measurement| there.contains(measurement)) {
        let (from, to) = (day.start(), day.end());
        let measurement = Queries::quoted(measurement);
        let statement =
            format!("SELECT count(*), sum(*) FROM {measurement} WHERE time >= '{from}' AND time < '{to}' GROUP BY *");
        tables.extend(server.influxql(&statement).await.map_err(|source| asking(target, source))?);
    }
    let differences = sums.differences(tables);
    Ok((sums, differences))
}

fn asking(target: &Options, source: smartpole_influx::QueryError) -> Error {
    Error::Query { name: target.name.clone(), source }
}

impl Compared {
    fn print(&self, target: &Options, standing: Option<&Standing>) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for (day, difference) in self.differences.iter().take(PRINTED) {
            writeln!(out, "{day} {difference}")?;
        }
        if let Some(more) = self.differences.len().checked_sub(PRINTED).filter(|more| *more > 0) {
            writeln!(out, "and {more} more")?;
        }
        let Self { days, series, readings, windows, differences } = self;
        let verdict = if differences.is_empty() { "equal" } else { "NOT EQUAL" };
        writeln!(
            out,
            "target {}: {days} days, {series} series, {readings} readings and {windows} windows: {verdict}",
            target.name
        )?;
        match standing {
            None => writeln!(out, "the service has not run with this target yet: nothing was sent by it"),
            Some(standing) if standing.pending + standing.refused_readings() > 0 => {
                let (pending, refused) = (standing.pending, standing.refused_readings());
                writeln!(
                    out,
                    "{pending} readings are still to be sent, {refused} were refused: differences may be these"
                )
            }
            Some(_) => Ok(()),
        }
    }
}
