//! What is looked after at a server before points go there: its health, the organisation, the bucket.
//!
//! By the crate `influxdb2` 0.5.2, of which nothing else is used: its write path has no gzip and loses `Retry-After`, its query
//! path panics on nulls. Beneath it are reqwest 0.11, hyper 0.14 and rustls 0.21; so it speaks HTTP/1 only, trusts whom delivery
//! trusts, follows no redirect, and each call runs in a task of its own, so that a panic is an error.

mod connect;
mod error;
#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use influxdb2::{
    Client, RequestError,
    api::{buckets::ListBucketsRequest, organization::ListOrganizationRequest},
    models::{self, PostBucketRequest, RetentionRule, Status, retention_rule},
};
use reqwest_0_11::StatusCode;

pub use self::error::AdminError;
use crate::{Options, Retention, Token};

/// Most organisations that are named when one is not found.
const ORGANISATIONS: i64 = 100;

/// An organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Its name.
    pub name: String,
    id: String,
}

/// A bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// InfluxDB's identifier of it.
    pub id: String,
    /// How long it keeps points.
    pub retention: Retention,
}

/// Administration of one server.
#[derive(Debug)]
pub struct Admin {
    client: Arc<Client>,
    token: Token,
    timeout: Duration,
}

impl Admin {
    /// A client for the server of these options; nothing is connected to.
    ///
    /// # Errors
    /// [`AdminError::Options`] if token or certificates cannot be read, [`AdminError::Path`].
    pub fn new(options: &Options) -> Result<Self, AdminError> {
        let token = Token::read(&options.token_file)?;
        let timeout = Duration::from_secs(options.timeout_s);
        let client = Arc::new(connect::client(options, &token, timeout)?);
        Ok(Self { client, token, timeout })
    }

    /// The server's version, if it is healthy.
    ///
    /// # Errors
    /// [`AdminError::Unhealthy`], and what any call can give.
    pub async fn health(&self) -> Result<String, AdminError> {
        let health = self.call("health", |client| async move { client.health().await }).await?;
        match health.status {
            Status::Pass => Ok(health.version.unwrap_or_else(|| "of unknown version".to_owned())),
            Status::Fail => Err(AdminError::Unhealthy(self.token.redact(&health.message.unwrap_or_default()))),
        }
    }

    /// The organisation of a name.
    ///
    /// # Errors
    /// [`AdminError::NoOrganisation`], and what any call can give.
    pub async fn organisation(&self, name: &str) -> Result<Organisation, AdminError> {
        let wanted = ListOrganizationRequest { org: Some(name.to_owned()), ..ListOrganizationRequest::new() };
        let found = or_none(self.organisations(wanted).await)?.unwrap_or_default();
        let found = found.into_iter().find(|found| found.name == name).and_then(|found| found.id);
        match found {
            Some(id) => Ok(Organisation { name: name.to_owned(), id }),
            None => {
                let all = ListOrganizationRequest { limit: Some(ORGANISATIONS), ..ListOrganizationRequest::new() };
                let visible = self.organisations(all).await?.into_iter().map(|found| found.name).collect();
                Err(AdminError::NoOrganisation { name: name.to_owned(), visible })
            }
        }
    }

    async fn organisations(&self, wanted: ListOrganizationRequest) -> Result<Vec<models::Organization>, AdminError> {
        let list = |client: Arc<Client>| async move { client.list_organizations(wanted).await };
        Ok(self.call("list of organisations", list).await?.orgs)
    }

    /// The bucket of a name, if it is there and the token may see it.
    ///
    /// # Errors
    /// What any call can give.
    pub async fn bucket(&self, of: &Organisation, name: &str) -> Result<Option<Bucket>, AdminError> {
        let (org_id, name) = (Some(of.id.clone()), Some(name.to_owned()));
        let wanted = Some(ListBucketsRequest { org_id, name, ..ListBucketsRequest::default() });
        let list = |client: Arc<Client>| async move { client.list_buckets(wanted).await };
        let found = or_none(self.call("search for the bucket", list).await)?.unwrap_or_default().buckets;
        let bucket = |found: models::Bucket| Some(Bucket { id: found.id?, retention: kept(&found.retention_rules) });
        Ok(found.into_iter().next().and_then(bucket))
    }

    /// Makes a bucket.
    ///
    /// # Errors
    /// What any call can give.
    pub async fn make_bucket(&self, of: &Organisation, name: &str, retention: Retention) -> Result<(), AdminError> {
        let wanted = PostBucketRequest {
            retention_rules: rules(retention),
            ..PostBucketRequest::new(of.id.clone(), name.to_owned())
        };
        self.call("making the bucket", |client| async move { client.create_bucket(Some(wanted)).await }).await
    }

    async fn call<T, C, F>(&self, what: &'static str, call: C) -> Result<T, AdminError>
    where
        T: Send + 'static,
        C: FnOnce(Arc<Client>) -> F,
        F: Future<Output = Result<T, RequestError>> + Send + 'static,
    {
        let task = tokio::spawn(call(Arc::clone(&self.client)));
        let abort = task.abort_handle();
        match tokio::time::timeout(self.timeout, task).await {
            Ok(Ok(answer)) => answer.map_err(|error| AdminError::of(what, error, &self.token)),
            Ok(Err(_)) => Err(AdminError::Panicked { what }),
            Err(_) => {
                abort.abort();
                Err(AdminError::Timeout { what, seconds: self.timeout.as_secs() })
            }
        }
    }
}

/// InfluxDB answers some questions for what is not there by an empty list, some by 404.
fn or_none<T>(answer: Result<T, AdminError>) -> Result<Option<T>, AdminError> {
    match answer {
        Err(AdminError::Refused { status, .. }) if status == StatusCode::NOT_FOUND.as_u16() => Ok(None),
        answer => answer.map(Some),
    }
}

fn kept(rules: &[RetentionRule]) -> Retention {
    let seconds = rules.iter().map(|rule| rule.every_seconds).max().unwrap_or_default();
    Retention { seconds: u64::try_from(seconds).unwrap_or_default() }
}

fn rules(retention: Retention) -> Vec<RetentionRule> {
    match i32::try_from(retention.seconds).unwrap_or(i32::MAX) {
        0 => Vec::new(),
        seconds => vec![RetentionRule::new(retention_rule::Type::Expire, seconds)],
    }
}
