//! Makes what a target's points go to, or mends its retention.

#[cfg(feature = "influx-admin")]
mod bucket;
mod database;

use std::io::{self, Write};

use smartpole_influx::{Options, Retention, Version};

use super::Error;

/// What has to be done about a bucket or a retention policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Nothing,
    Make,
    Keep { former: Retention },
}

impl Step {
    /// From what is there to what is wanted.
    fn new(found: Option<Retention>, wanted: Retention) -> Self {
        match found {
            None => Self::Make,
            Some(former) if former == wanted => Self::Nothing,
            Some(former) => Self::Keep { former },
        }
    }
}

/// Says what is there, and does what is missing unless it is a dry run.
pub(super) async fn init(target: &Options, dry_run: bool) -> Result<(), Error> {
    match target.version {
        Version::V1 => database::init(target, dry_run).await,
        #[cfg(feature = "influx-admin")]
        Version::V2 => bucket::init(target, dry_run).await,
        #[cfg(not(feature = "influx-admin"))]
        Version::V2 => Err(Error::NoAdmin),
        Version::V3 => Ok(writeln!(io::stdout(), "{}", nothing_to_make(target))?),
    }
}

fn nothing_to_make(target: &Options) -> String {
    let Options { name, database, .. } = target;
    format!(
        "target {name}: InfluxDB 3 makes the database {database} itself with the first lines, and keeps them for ever\n\
         to keep them for a while make it before: influxdb3 create database --retention-period 730d {database}"
    )
}

fn words(step: Step, wanted: Retention, dry_run: bool) -> String {
    let would = if dry_run { "would be " } else { "" };
    match step {
        Step::Nothing => format!("already there, kept {wanted}"),
        Step::Make => format!("{would}made, kept {wanted}"),
        Step::Keep { former } => {
            let loses = if former.is_longer_than(wanted) { "; InfluxDB drops what is older" } else { "" };
            format!("already there, kept {former}; {would}kept {wanted} from now on{loses}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_and_what_would_be_done_read_differently() {
        let [month, week] = [30, 7].map(Retention::days);
        assert_eq!(words(Step::Make, month, false), "made, kept for 30 days");
        assert_eq!(words(Step::Make, month, true), "would be made, kept for 30 days");
        assert_eq!(words(Step::Nothing, month, true), "already there, kept for 30 days");
        assert_eq!(
            words(Step::Keep { former: month }, week, true),
            "already there, kept for 30 days; would be kept for 7 days from now on; InfluxDB drops what is older"
        );
        assert_eq!(
            words(Step::Keep { former: week }, month, false),
            "already there, kept for 7 days; kept for 30 days from now on"
        );
    }
}
