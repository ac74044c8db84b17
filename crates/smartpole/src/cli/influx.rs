//! `smartpole influx …`.

use std::{path::PathBuf, str::FromStr};

use clap::{Args, Subcommand};
use smartpole_model::UtcMillis;

/// Prepare the bucket or database of an InfluxDB, compare it with what is kept here, or send to it again.
///
/// The service itself sends what is committed to each [[influx]] of its configuration; these commands are for what goes
/// before and after. They may run beside the service.
#[derive(Debug, Args)]
pub(crate) struct Influx {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(Init),
    Verify(Verify),
    Backfill(Backfill),
}

/// Which target.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// The configuration
    #[arg(long, value_name = "FILE")]
    pub(crate) config: PathBuf,
    /// Name of one [[influx]] [default: all of them]
    #[arg(long, value_name = "NAME")]
    pub(crate) target: Option<String>,
}

/// Make the bucket or database, or bring its retention to what is configured; a second time it changes nothing.
///
/// With version 2 the organisation must be there, and the token must be allowed to read organisations and to read and write
/// buckets; with version 1 the user must be an administrator. An InfluxDB 3 makes the database itself.
#[derive(Debug, Args)]
pub(crate) struct Init {
    #[command(flatten)]
    pub(crate) of: Of,
    /// Only say what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
}

/// Compare counts and sums of each day and series, both ways; exits 1 if they differ.
///
/// Both the readings that are kept here and the windows of these days are compared. Points of other programs in the bucket do
/// not matter, as long as their measurements have other names. Versions 1 and 2 only.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) of: Of,
    /// First day, UTC [default: the first that is kept here]
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Option<Day>,
    /// Last day, UTC, included [default: the last that is kept here]
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Option<Day>,
}

/// Send readings and windows of some days again; what is there already is overwritten by the same.
///
/// For what a target missed: days before it was configured, a bucket that was deleted, lines that were refused and would not be
/// now. It can be stopped and goes on where it was when it is called again with the same days.
#[derive(Debug, Args)]
pub(crate) struct Backfill {
    #[command(flatten)]
    pub(crate) of: Of,
    /// First day, UTC, as 2026-11-01
    #[arg(long, value_name = "DAY")]
    pub(crate) from: Day,
    /// Last day, UTC, included
    #[arg(long, value_name = "DAY")]
    pub(crate) to: Day,
    /// Delete each day's points of our measurements in the bucket before they are sent
    ///
    /// For points that are wrong since the registry was corrected: a pole or zone is part of what identifies a point. Versions 1
    /// and 2 only; with version 1 from all retention policies of the database.
    #[arg(long)]
    pub(crate) replace: bool,
}

/// A UTC day, by its number since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(pub(crate) i32);

impl Day {
    const MILLIS: i64 = 86_400_000;

    pub(crate) fn of(time: UtcMillis) -> Self {
        Self(time.utc_day())
    }

    pub(crate) fn start(self) -> UtcMillis {
        UtcMillis(i64::from(self.0) * Self::MILLIS)
    }

    pub(crate) fn end(self) -> UtcMillis {
        self.start().plus(Self::MILLIS)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.start().to_string().get(..10).unwrap_or_default())
    }
}

impl FromStr for Day {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let time: Result<UtcMillis, _> = format!("{text}T00:00:00Z").parse();
        time.map(Self::of).map_err(|_| "write it as 2026-11-01".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_written_as_a_date_and_ends_where_the_next_begins() {
        let day: Day = "2026-11-29".parse().unwrap();
        assert_eq!((day.to_string().as_str(), day.end()), ("2026-11-29", Day(day.0 + 1).start()));
        assert_eq!(Day::of("2026-11-29T23:59:59Z".parse().unwrap()), day);
        for wrong in ["29.11.2026", "2026-13-01", "yesterday", "2026-11-29T00:00:00Z"] {
            assert!(wrong.parse::<Day>().is_err(), "{wrong}");
        }
    }
}
