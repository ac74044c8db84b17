//! The bucket of an InfluxDB 2, and the database that InfluxQL knows it by.

use std::io::{self, Write};

use smartpole_influx::{Admin, AdminError, Options, Organisation, Queries, Retention};

use super::{Step, words};
use crate::influx::Error;

pub(super) async fn init(target: &Options, dry_run: bool) -> Result<(), Error> {
    let failed = |source: AdminError| Error::Admin { name: target.name.clone(), source };
    let admin = Admin::new(target).map_err(failed)?;
    let queries = Queries::new(target).map_err(|source| failed(source.into()))?;
    let version = admin.health().await.map_err(failed)?;
    let organisation = admin.organisation(&target.org).await.map_err(failed)?;
    writeln!(io::stdout(), "target {}: InfluxDB {version}, organisation {}", target.name, target.org)?;
    let bucket = bucket(target, &admin, &organisation, &queries, dry_run).await?;
    map(target, bucket.as_deref(), &queries, dry_run).await
}

/// Makes the bucket or mends its retention, and tells its identifier, if it is there.
async fn bucket(
    target: &Options,
    admin: &Admin,
    organisation: &Organisation,
    queries: &Queries,
    dry_run: bool,
) -> Result<Option<String>, Error> {
    let failed = |source: AdminError| Error::Admin { name: target.name.clone(), source };
    let find = async || admin.bucket(organisation, &target.bucket).await.map_err(failed);
    let mut found = find().await?;
    let wanted = Retention::days(target.retention_days);
    let step = Step::new(found.as_ref().map(|bucket| bucket.retention), wanted);
    match (step, &found) {
        _ if dry_run => {}
        (Step::Make, _) => {
            admin.make_bucket(organisation, &target.bucket, wanted).await.map_err(failed)?;
            found = find().await?;
        }
        (Step::Keep { .. }, Some(bucket)) => {
            let set = queries.set_retention(&bucket.id, wanted).await;
            set.map_err(|source| Error::Query { name: target.name.clone(), source })?;
        }
        _ => {}
    }
    writeln!(io::stdout(), "bucket {}: {}", target.bucket, words(step, wanted, dry_run))?;
    Ok(found.map(|bucket| bucket.id))
}

/// Maps the database of the bucket's name to it: by that name readings are compared and read back.
async fn map(target: &Options, bucket: Option<&str>, queries: &Queries, dry_run: bool) -> Result<(), Error> {
    let failed = |source| Error::Query { name: target.name.clone(), source };
    let mapped = queries.mapped_bucket().await.map_err(failed)?;
    let done = match (mapped.as_deref(), bucket) {
        (Some(mapped), Some(bucket)) if mapped == bucket => "already mapped to it",
        (Some(mapped), _) => {
            let (name, database, bucket) = (target.name.clone(), target.bucket.clone(), mapped.to_owned());
            return Err(Error::Mapped { name, database, bucket });
        }
        (None, Some(bucket)) if !dry_run => {
            queries.map_bucket(bucket).await.map_err(failed)?;
            "mapped to it"
        }
        (None, _) => "would be mapped to it",
    };
    Ok(writeln!(io::stdout(), "database {} of InfluxQL: {done}", target.bucket)?)
}
