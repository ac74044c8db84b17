//! The database of an InfluxDB 1 and its retention policy.

use std::io::{self, Write};

use smartpole_influx::{Options, Policy, Queries, QueryError, Retention};

use super::{Step, words};
use crate::influx::Error;

/// Name of the policy that InfluxDB 1 gives a database by itself.
const AUTOGEN: &str = "autogen";

pub(super) async fn init(target: &Options, dry_run: bool) -> Result<(), Error> {
    let server = Queries::new(target).map_err(|source| Error::Target { name: target.name.clone(), source })?;
    let failed = |source: QueryError| Error::Query { name: target.name.clone(), source };
    let version = server.server_version().await.map_err(failed)?;
    let found = server.policies().await.map_err(failed)?;
    let policy = policy(target, found.as_deref());
    let retention = found.iter().flatten().find(|known| known.name == policy).map(|known| known.retention);
    let wanted = Retention::days(target.retention_days);
    let step = Step::new(retention, wanted);
    if !dry_run {
        let done = match step {
            Step::Nothing => Ok(()),
            Step::Make if found.is_none() => server.make_database(&policy, wanted).await,
            Step::Make => server.make_policy(&policy, wanted).await,
            Step::Keep { .. } => server.change_policy(&policy, wanted).await,
        };
        done.map_err(failed)?;
    }
    let mut out = io::stdout().lock();
    writeln!(out, "target {}: InfluxDB {version}", target.name)?;
    let database = &target.database;
    writeln!(out, "database {database}, retention policy {policy}: {}", words(step, wanted, dry_run))?;
    Ok(())
}

/// The policy that points go to: the one that is configured, or the default.
fn policy(target: &Options, found: Option<&[Policy]>) -> String {
    if !target.retention_policy.is_empty() {
        return target.retention_policy.clone();
    }
    let default = found.unwrap_or_default().iter().find(|known| known.is_default);
    default.map_or_else(|| AUTOGEN.to_owned(), |known| known.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_go_to_the_policy_that_is_configured_or_to_the_default() {
        let known =
            |name: &str, is_default| Policy { name: name.to_owned(), retention: Retention::days(0), is_default };
        let found = [known("week", false), known("year", true)];
        let (unnamed, named) =
            (Options::default(), Options { retention_policy: "week".to_owned(), ..Options::default() });
        assert_eq!(policy(&unnamed, Some(&found)), "year");
        assert_eq!(policy(&named, Some(&found)), "week");
        assert_eq!(policy(&unnamed, None), "autogen");
    }
}
