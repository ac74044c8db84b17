//! Databases of InfluxDB 1 and their retention policies, which take the place of buckets.
//!
//! docs.influxdata.com/influxdb/v1/query_language/manage-database.

use reqwest::Method;

use super::{Cell, Queries, QueryError, Table};
use crate::Retention;

/// A retention policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// How long it keeps points.
    pub retention: Retention,
    /// Whether points go there that name none.
    pub is_default: bool,
}

impl Queries {
    /// The version of a server of InfluxDB 1, as it tells in a header of `/ping`.
    ///
    /// # Errors
    /// [`QueryError::NotInfluxDb`] if it tells none, and what any question can give.
    pub async fn server_version(&self) -> Result<String, QueryError> {
        let response = self.request(Method::GET, &["ping"], &[]).send().await.map_err(|error| self.failed(error, 0))?;
        let version = response.headers().get("x-influxdb-version").and_then(|value| value.to_str().ok());
        let untold = || QueryError::NotInfluxDb { reason: format!("{} to /ping tells no version", response.status()) };
        version.map(|version| version.chars().take(40).collect()).ok_or_else(untold)
    }

    /// The retention policies of the database; none if there is no such database.
    ///
    /// # Errors
    /// Each [`QueryError`].
    pub async fn policies(&self) -> Result<Option<Vec<Policy>>, QueryError> {
        let statement = format!("SHOW RETENTION POLICIES ON {}", self.database());
        match self.influxql(&statement).await {
            Ok(tables) => Ok(Some(tables.iter().flat_map(policies_of).collect())),
            Err(QueryError::Statement { message }) if message.starts_with("database not found") => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes the database with a retention policy of this name as its default; takes an administrator.
    ///
    /// # Errors
    /// Each [`QueryError`].
    pub async fn make_database(&self, policy: &str, retention: Retention) -> Result<(), QueryError> {
        let (database, kept) = (self.database(), kept(retention, true));
        self.change(&format!("CREATE DATABASE {database} WITH {kept} NAME {}", Self::quoted(policy))).await
    }

    /// Makes a retention policy; takes an administrator.
    ///
    /// # Errors
    /// Each [`QueryError`].
    pub async fn make_policy(&self, policy: &str, retention: Retention) -> Result<(), QueryError> {
        let (policy, database, kept) = (Self::quoted(policy), self.database(), kept(retention, true));
        self.change(&format!("CREATE RETENTION POLICY {policy} ON {database} {kept}")).await
    }

    /// Changes how long a retention policy keeps points; takes an administrator. InfluxDB drops what is older.
    ///
    /// # Errors
    /// Each [`QueryError`].
    pub async fn change_policy(&self, policy: &str, retention: Retention) -> Result<(), QueryError> {
        let (policy, database, kept) = (Self::quoted(policy), self.database(), kept(retention, false));
        self.change(&format!("ALTER RETENTION POLICY {policy} ON {database} {kept}")).await
    }

    fn database(&self) -> String {
        Self::quoted(self.options.holder())
    }

    async fn change(&self, statement: &str) -> Result<(), QueryError> {
        self.statement(Method::POST, statement).await.map(drop)
    }
}

/// How long points are kept, as statements say it: a retention shorter than its shards is refused, so they are named, too.
fn kept(retention: Retention, is_new: bool) -> String {
    let duration = if retention.seconds == 0 { "INF".to_owned() } else { format!("{}s", retention.seconds) };
    let replication = if is_new { " REPLICATION 1" } else { "" };
    format!("DURATION {duration}{replication} SHARD DURATION {}s", retention.shard_seconds())
}

fn policies_of(table: &Table) -> Vec<Policy> {
    let at = |name: &str| table.columns.iter().position(|column| column == name);
    let (Some(name), Some(duration), Some(default)) = (at("name"), at("duration"), at("default")) else {
        return Vec::new();
    };
    let policy = |row: &Vec<Cell>| match (row.get(name)?, row.get(duration)?, row.get(default)?) {
        (Cell::Text(name), Cell::Text(duration), Cell::Bool(is_default)) => Some(Policy {
            name: name.clone(),
            retention: Retention { seconds: seconds(duration)? },
            is_default: *is_default,
        }),
        _ => None,
    };
    table.rows.iter().filter_map(policy).collect()
}

/// Seconds of a duration as Go writes it, `168h0m0s`.
fn seconds(duration: &str) -> Option<u64> {
    let mut total = 0u64;
    for part in duration.split_inclusive(['h', 'm', 's']) {
        let (number, factor) = match part.split_at_checked(part.len() - 1)? {
            (number, "h") => (number, 3_600),
            (number, "m") => (number, 60),
            (number, "s") => (number, 1),
            _ => return None,
        };
        total = total.checked_add(number.parse::<u64>().ok()?.checked_mul(factor)?)?;
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        let all =
            ["0s", "1h0m0s", "168h0m0s", "30s", "1m30s", "", "5", "h", "ü", "99999999999999999999h0m0s"].map(seconds);
        let hour = 3_600;
        let none = [Some(0), None, None, None, None];
        assert_eq!(all[..5], [Some(0), Some(hour), Some(168 * hour), Some(30), Some(90)]);
        assert_eq!(all[5..], none);
    }

    #[test]
    fn a_retention_is_told_with_shards_that_are_no_longer() {
        let [ever, day, year] = [0, 1, 365].map(Retention::days);
        assert_eq!(kept(ever, true), "DURATION INF REPLICATION 1 SHARD DURATION 604800s");
        assert_eq!(kept(day, false), "DURATION 86400s SHARD DURATION 3600s");
        assert_eq!(kept(year, true), "DURATION 31536000s REPLICATION 1 SHARD DURATION 604800s");
    }
}
