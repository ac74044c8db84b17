//! What an answer to a write means. Only InfluxDB's own words settle lines: 204, or a refusal in its JSON form. All else is
//! a reason to wait: a proxy, a portal or half an answer must neither lose lines nor take them for written.
//!
//! The forms are those of
//! - InfluxDB 1, as 1.6.7 gave them: `{"error":…}`, with 400 for lines;
//! - InfluxDB 2.9.1 (`http/write_handler.go`, `tsdb/shard.go`, `v1/coordinator/points_writer.go`): `{"code":…,"message":…}`;
//! - InfluxDB 3 (docs.influxdata.com/influxdb3/core/write-data/http-api/v3-write-lp, "partial writes"; its `http.rs` sends most of
//!   them without a content type): `{"error":…,"data":[{"line_number":…,"error_message":…}]}`, with 400 for lines.

mod headers;
mod words;

use std::time::Duration;

use reqwest::{StatusCode, header::HeaderMap};
use smartpole_model::UtcMillis;

use self::words::Said;
pub(crate) use self::words::{Column, Conflict, Words};
use crate::Version;

/// Most of an answer that is read.
pub(crate) const LARGEST: usize = 64 << 10;

/// Clocks that differ by more make a refusal by age doubtful.
const CLOCKS_DIFFER_MS: i64 = 5 * 60_000;

/// What a request came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// All lines are written.
    Written,
    /// Lines were refused, maybe not all; the others are written or not.
    Refused(Words),
    /// The request is too large; nothing is said about its lines.
    TooLarge(String),
    /// Nothing is settled: the same again later.
    Wait(Wait),
}

/// Why to wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wait {
    pub(crate) trouble: Trouble,
    /// For people.
    pub(crate) reason: String,
    /// What the server asked for, an hour at most.
    pub(crate) retry_after: Option<Duration>,
}

/// What kind of trouble a target is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// The server refuses the token or the user: wrong, revoked, or may not write this bucket or database.
    Token,
    /// There is no such organisation, bucket, database or retention policy.
    Bucket,
    /// The server is busy, overloaded or broken.
    Server,
    /// There is no connection, or it failed; TLS counts as one.
    Network,
    /// Something else than InfluxDB answers.
    NotInfluxdb,
    /// The server's clock and ours differ, and it refuses lines for their age.
    Clock,
}

impl Trouble {
    /// Its code on page and in the ledger.
    pub fn code(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Bucket => "bucket",
            Self::Server => "server",
            Self::Network => "network",
            Self::NotInfluxdb => "not_influxdb",
            Self::Clock => "clock",
        }
    }
}

impl Answer {
    /// The same with other words.
    pub(crate) fn map_words(self, map: impl Fn(&str) -> String) -> Self {
        match self {
            Self::Written => self,
            Self::Refused(words) => Self::Refused(Words { text: map(&words.text), ..words }),
            Self::TooLarge(text) => Self::TooLarge(map(&text)),
            Self::Wait(wait) => Self::Wait(Wait { reason: map(&wait.reason), ..wait }),
        }
    }
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Received<'a> {
    /// Generation of the server that was asked.
    pub(crate) version: Version,
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
    /// At most [`LARGEST`] bytes of it.
    pub(crate) body: &'a [u8],
    /// When it came, by our clock.
    pub(crate) at: UtcMillis,
}

impl Received<'_> {
    pub(crate) fn answer(&self) -> Answer {
        let said = self.said();
        match (self.status.as_u16(), said) {
            (204, _) => Answer::Written,
            (413, said) => Answer::TooLarge(said.map_or_else(|| self.outline(), |said| said.message)),
            (300..=399, _) => self.wait(Trouble::NotInfluxdb, &headers::redirection(self.headers)),
            (400 | 422, Some(said)) => self.refusal(&said),
            (401 | 403, Some(said)) => self.said_by(Trouble::Token, &said.message),
            (404, Some(said)) => self.said_by(Trouble::Bucket, &said.message),
            (500, Some(said)) if said.is_about_policy() => self.said_by(Trouble::Bucket, &said.message),
            (408 | 429 | 499 | 500..=599, Some(said)) => self.said_by(Trouble::Server, &said.message),
            (408 | 429 | 500..=599, None) => self.wait(Trouble::Server, &self.outline()),
            (401 | 403, None) if self.is_bare() => self.wait(Trouble::Token, &self.outline()),
            (404, None) if self.is_bare() => self.wait(Trouble::Bucket, &self.outline()),
            _ => self.wait(Trouble::NotInfluxdb, &format!("the answer is not InfluxDB's: {}", self.outline())),
        }
    }

    /// Whether it has no content type, as InfluxDB 3 leaves it out.
    fn is_bare(&self) -> bool {
        self.version == Version::V3 && headers::content_type(self.headers).is_none()
    }

    /// What it says, if it is InfluxDB that speaks.
    fn said(&self) -> Option<Said> {
        let may_be = headers::is_json(self.headers) || self.is_bare();
        may_be.then(|| Said::read(self.version, &headers::unpacked(self.headers, self.body)?)).flatten()
    }

    fn refusal(&self, said: &Said) -> Answer {
        if !said.is_about_lines(self.version) {
            let code = said.code.clone().unwrap_or_else(|| self.status.to_string());
            return self.wait(Trouble::Server, &format!("{code}: {}", said.message));
        }
        let words = Words::new(said);
        let behind = headers::date(self.headers).map_or(0, |date| self.at.since(date));
        if words.is_about_age() && behind.abs() > CLOCKS_DIFFER_MS {
            let (way, by) = (if behind > 0 { "behind" } else { "ahead of" }, behind.abs() / 1000);
            return self.wait(Trouble::Clock, &format!("the server's clock is {by} s {way} ours, and {}", words.text));
        }
        Answer::Refused(words)
    }

    fn said_by(&self, trouble: Trouble, message: &str) -> Answer {
        self.wait(trouble, &format!("{}: {message}", self.status))
    }

    fn wait(&self, trouble: Trouble, reason: &str) -> Answer {
        let retry_after = headers::retry_after(self.headers, self.at);
        Answer::Wait(Wait { trouble, reason: words::bounded(reason, 300), retry_after })
    }

    /// Status and type, without a word of the body: a page may hold anything.
    fn outline(&self) -> String {
        let kind = headers::content_type(self.headers).unwrap_or("no content type");
        let flaw = match headers::unpacked(self.headers, self.body) {
            None => ", its gzip is broken",
            Some(_) => "",
        };
        format!("{}, {kind}{flaw}", self.status)
    }
}

#[cfg(test)]
mod tests;
