//! The bucket of an InfluxDB 2.

use std::io::{self, Write};

use smartpole_influx::{Admin, AdminError, Options, Queries, Retention};

use super::{Step, words};
use crate::influx::Error;

pub(super) async fn init(target: &Options, dry_run: bool) -> Result<(), Error> {
    let failed = |source: AdminError| Error::Admin { name: target.name.clone(), source };
    let admin = Admin::new(target).map_err(failed)?;
    let version = admin.health().await.map_err(failed)?;
    let organisation = admin.organisation(&target.org).await.map_err(failed)?;
    let found = admin.bucket(&organisation, &target.bucket).await.map_err(failed)?;
    let wanted = Retention::days(target.retention_days);
    let step = Step::new(found.as_ref().map(|bucket| bucket.retention), wanted);
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
