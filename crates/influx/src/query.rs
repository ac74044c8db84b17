//! Questions to a server of version 1 or 2 in InfluxQL, and what else is asked of a bucket's or database's data.

mod error;
mod mappings;
mod policies;
mod table;
#[cfg(test)]
mod tests;

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url, header};
use serde_json::json;
use smartpole_model::UtcMillis;

pub use self::error::QueryError;
pub use self::policies::Policy;
pub use self::table::{Cell, Table};
use crate::{Error, Options, Retention, Version, access::Access, client};

/// Largest answer that is read.
const LARGEST: usize = 256 << 20;
/// Largest answer that is read if it says what went wrong.
const LARGEST_REFUSAL: usize = 64 << 10;

/// A bucket or database, as it is asked about and cleared.
#[derive(Debug)]
pub struct Queries {
    http: Client,
    base: Url,
    options: Options,
    access: Access,
    largest: usize,
}

impl Queries {
    /// A client for the bucket or database of these options; nothing is connected to.
    ///
    /// # Errors
    /// If token, password or certificates cannot be read.
    pub fn new(options: &Options) -> Result<Self, Error> {
        Ok(Self {
            http: client::http(options)?,
            base: options.server()?,
            options: options.clone(),
            access: Access::read(options)?,
            largest: LARGEST,
        })
    }

    /// What one statement of InfluxQL yields; times are milliseconds.
    ///
    /// # Errors
    /// Each [`QueryError`].
    pub async fn influxql(&self, statement: &str) -> Result<Vec<Table>, QueryError> {
        self.statement(Method::GET, statement).await
    }

    /// A statement; what changes something InfluxDB 1 takes by POST only.
    async fn statement(&self, method: Method, statement: &str) -> Result<Vec<Table>, QueryError> {
        let mut query = vec![("db", self.options.holder()), ("epoch", "ms"), ("q", statement)];
        if !self.options.retention_policy.is_empty() {
            query.push(("rp", &self.options.retention_policy));
        }
        let request = self.request(method, &["query"], &query).header(header::ACCEPT, "application/json");
        let body = self.answer(request).await?;
        table::read(&body).map_err(|error| error.about(&body, &self.access))
    }

    /// A name as InfluxQL takes it, in quotation marks.
    pub fn quoted(name: &str) -> String {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }

    /// A text as InfluxQL takes it, in quotation marks.
    pub(crate) fn text(text: &str) -> String {
        format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"))
    }

    /// The measurements of the bucket or database.
    ///
    /// # Errors
    /// [`QueryError::NoBucket`], and each other.
    pub async fn measurements(&self) -> Result<Vec<String>, QueryError> {
        let measurements = self.names("SHOW MEASUREMENTS").await?;
        // of a bucket that is not there it has none, either
        if measurements.is_empty()
            && !self.names("SHOW DATABASES").await?.iter().any(|name| name == self.options.holder())
        {
            return Err(QueryError::NoBucket { name: self.options.holder().to_owned() });
        }
        Ok(measurements)
    }

    /// The first column of a list.
    async fn names(&self, statement: &str) -> Result<Vec<String>, QueryError> {
        let tables = self.influxql(statement).await?;
        let cells = tables.into_iter().flat_map(|table| table.rows).filter_map(|row| row.into_iter().next());
        Ok(cells.filter_map(|cell| if let Cell::Text(name) = cell { Some(name) } else { None }).collect())
    }

    /// Deletes the points of a measurement from `from` on and before `to`; with version 1 in all retention policies of the database.
    ///
    /// # Errors
    /// Each [`QueryError`].
    pub async fn delete(&self, measurement: &str, from: UtcMillis, to: UtcMillis) -> Result<(), QueryError> {
        let measurement = Self::quoted(measurement);
        if self.options.version == Version::V1 {
            let statement = format!("DELETE FROM {measurement} WHERE time >= '{from}' AND time < '{to}'");
            return self.statement(Method::POST, &statement).await.map(drop);
        }
        // InfluxDB deletes points at `stop`, too; ours have whole milliseconds
        let body = json!({
            "start": from.to_string(),
            "stop": to.plus(-1).to_string(),
            "predicate": format!("_measurement={measurement}"),
        });
        let query = [("org", self.options.org.as_str()), ("bucket", self.options.bucket.as_str())];
        self.send_json(Method::POST, &["api", "v2", "delete"], &query, &body).await
    }

    /// Changes how long a bucket keeps points. InfluxDB drops what is older.
    ///
    /// # Errors
    /// Each [`QueryError`].
    pub async fn set_retention(&self, bucket_id: &str, retention: Retention) -> Result<(), QueryError> {
        // InfluxDB refuses a retention that is shorter than its shards, and keeps their length if it is not told another
        let rule = json!({
            "type": "expire",
            "everySeconds": retention.seconds,
            "shardGroupDurationSeconds": retention.shard_seconds(),
        });
        let body = json!({ "retentionRules": [rule] });
        self.send_json(Method::PATCH, &["api", "v2", "buckets", bucket_id], &[], &body).await
    }

    async fn send_json(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: &serde_json::Value,
    ) -> Result<(), QueryError> {
        let request = self.request(method, path, query).header(header::CONTENT_TYPE, "application/json");
        self.answer(request.body(body.to_string())).await.map(drop)
    }

    fn request(&self, method: Method, path: &[&str], query: &[(&str, &str)]) -> RequestBuilder {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let request = self.http.request(method, url);
        match self.access.header() {
            Some(access) => request.header(header::AUTHORIZATION, access),
            None => request,
        }
    }

    /// The body of an answer that says yes.
    async fn answer(&self, request: RequestBuilder) -> Result<Vec<u8>, QueryError> {
        let mut response = request.send().await.map_err(|error| self.failed(error, 0))?;
        let status = response.status();
        let body = self.read(&mut response, if status.is_success() { self.largest } else { LARGEST_REFUSAL }).await;
        match status {
            StatusCode::NO_CONTENT => Ok(Vec::new()),
            status if status.is_success() => body,
            status => Err(error::refused(status, &body?, &self.access)),
        }
    }

    async fn read(&self, response: &mut Response, largest: usize) -> Result<Vec<u8>, QueryError> {
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| self.failed(error, body.len()))? {
            if body.len() + chunk.len() > largest {
                return Err(QueryError::TooLarge { bytes: largest });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn failed(&self, error: reqwest::Error, bytes: usize) -> QueryError {
        match bytes {
            _ if error.is_timeout() => QueryError::Timeout { seconds: self.options.timeout_s },
            0 => QueryError::Connection(error.without_url()),
            bytes => QueryError::CutOff { bytes },
        }
    }
}
