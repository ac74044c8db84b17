//! Makes the bucket of a target, or mends its retention.

use std::io::{self, Write};

use smartpole_influx::{Admin, AdminError, Options, Queries, Retention};

use super::Error;

/// What has to be done about a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Nothing,
    Make,
    Keep { former: Retention },
}

/// Says what is there, and does what is missing unless it is a dry run.
pub(super) async fn init(target: &Options, dry_run: bool) -> Result<(), Error> {
    let failed = |source: AdminError| Error::Admin { name: target.name.clone(), source };
    let admin = Admin::new(target).map_err(failed)?;
    let version = admin.health().await.map_err(failed)?;
    let organisation = admin.organisation(&target.org).await.map_err(failed)?;
    let found = admin.bucket(&organisation, &target.bucket).await.map_err(failed)?;
    let wanted = Retention::days(target.retention_days);
    let step = match &found {
        None => Step::Make,
        Some(bucket) if bucket.retention == wanted => Step::Nothing,
        Some(bucket) => Step::Keep { former: bucket.retention },
    };
    if !dry_run {
        match (step, &found) {
            (Step::Make, _) => admin.make_bucket(&organisation, &target.bucket, wanted).await.map_err(failed)?,
            (Step::Keep { .. }, Some(bucket)) => {
                let queries = Queries::new(target).map_err(|source| failed(source.into()))?;
                let set = queries.set_retention(&bucket.id, wanted).await;
                set.map_err(|source| Error::Query { name: target.name.clone(), source })?;
            }
            _ => {}
        }
    }
    let mut out = io::stdout().lock();
    writeln!(out, "target {}: InfluxDB {version}, organisation {}", target.name, target.org)?;
    writeln!(out, "bucket {}: {}", target.bucket, words(step, wanted, dry_run))?;
    Ok(())
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
