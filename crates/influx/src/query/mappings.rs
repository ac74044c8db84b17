//! The database that InfluxQL knows a bucket of InfluxDB 2 by (DBRP: database and retention policy).
//!
//! docs.influxdata.com/influxdb/v2/query-data/influxql/dbrp. Newer servers assume one for a bucket that has none; what is written down
//! holds for all.

use reqwest::{Method, header};
use serde::Deserialize;
use serde_json::json;

use super::{Queries, QueryError};

/// The retention policy of the mapping: InfluxQL needs a name, and a bucket has one retention.
const POLICY: &str = "autogen";

/// A list of mappings.
#[derive(Deserialize)]
struct Mappings {
    content: Vec<Mapping>,
}

#[derive(Deserialize)]
struct Mapping {
    database: String,
    default: bool,
    #[serde(rename = "bucketID")]
    bucket_id: String,
    /// Whether the server assumes it.
    #[serde(default, rename = "virtual")]
    assumed: bool,
}

impl Queries {
    /// The bucket that the database of the bucket's name is mapped to; none if nobody did.
    ///
    /// # Errors
    /// Each [`QueryError`].
    pub async fn mapped_bucket(&self) -> Result<Option<String>, QueryError> {
        let (org, database) = (self.options.org.as_str(), self.options.holder());
        let request = self.request(Method::GET, &["api", "v2", "dbrps"], &[("org", org), ("db", database)]);
        let body = self.answer(request.header(header::ACCEPT, "application/json")).await?;
        let found: Mappings = serde_json::from_slice(&body)
            .map_err(|_| QueryError::NotInfluxDb { reason: "no list of mappings of databases".to_owned() })?;
        let is_ours = |mapping: &Mapping| mapping.database == database && mapping.default && !mapping.assumed;
        Ok(found.content.into_iter().find(is_ours).map(|mapping| mapping.bucket_id))
    }

    /// Maps the database of the bucket's name to a bucket.
    ///
    /// # Errors
    /// Each [`QueryError`].
    pub async fn map_bucket(&self, bucket_id: &str) -> Result<(), QueryError> {
        let (org, database) = (self.options.org.as_str(), self.options.holder());
        let body = json!({
            "org": org,
            "bucketID": bucket_id,
            "database": database,
            "retention_policy": POLICY,
            "default": true,
        });
        self.send_json(Method::POST, &["api", "v2", "dbrps"], &[], &body).await
    }
}
