//! A bucket that does as its version of InfluxDB does.
//!
//! - InfluxDB 2.9.1 (`tsdb/shard.go`, `v1/coordinator/points_writer.go`): a line that cannot be read refuses the request; lines out of
//!   retention or with a field of another type are dropped and the others kept; of several shards the first one that drops something
//!   speaks, and counts its own lines only.
//! - InfluxDB 1.6.7: the same, but of lines that cannot be read the first is named and the others are kept.
//! - InfluxDB 3: a type holds for all time; each refused line is named by its number, a hundred at most, and the others are kept.

use std::collections::{BTreeMap, BTreeSet};

use influxdb_line_protocol::{FieldValue, ParsedLine, parse_lines};

use smartpole_influx::Version;

use crate::server::{Reply, json, reply, said};

/// Milliseconds of a shard.
const SHARD: i64 = 86_400_000;

#[derive(Debug, Default)]
pub(crate) struct Bucket {
    pub(crate) version: Version,
    /// Series, time and field of what is kept, with its value.
    pub(crate) kept: BTreeMap<(String, i64, String), String>,
    /// Fields of which the bucket has texts: by shard (or all, if none), measurement and field.
    pub(crate) texts: BTreeSet<(Option<i64>, String, String)>,
    /// Lines before are out of retention.
    pub(crate) oldest: Option<i64>,
    /// A line with this in it cannot be read.
    pub(crate) unreadable: Option<String>,
}

impl Bucket {
    pub(crate) fn write(&mut self, body: &str) -> Reply {
        let (unreadable, readable): (Vec<_>, Vec<_>) = body.lines().partition(|line| self.is_unreadable(line));
        match (self.version, unreadable.first()) {
            (Version::V3, _) => self.write_numbered(body),
            (Version::V2, Some(line)) => json("400 Bad Request", "invalid", &unparsable(line)),
            (_, first) => self.write_readable(&readable.join("\n"), first.copied()),
        }
    }

    fn write_readable(&mut self, body: &str, unreadable: Option<&str>) -> Reply {
        let mut dropped: BTreeMap<i64, (String, usize)> = BTreeMap::new();
        let mut old = 0;
        for line in parse_lines(body).map(Result::unwrap) {
            let time = line.timestamp.unwrap();
            if self.is_old(time) {
                old += 1;
            } else if let Some(field) = self.clash(&line) {
                let measurement = line.series.measurement.as_str();
                let reason = format!(
                    "field type conflict: input field {field:?} on measurement {measurement:?} is type float, already exists as type string"
                );
                dropped.entry(time.div_euclid(SHARD)).or_insert((reason, 0)).1 += 1;
            } else {
                self.keep(&line, time);
            }
        }
        match (dropped.into_values().next(), unreadable) {
            (Some((reason, n)), _) => self.partial(&format!("{reason} dropped={n}")),
            (None, _) if old > 0 && self.version == Version::V1 => {
                self.partial(&format!("points beyond retention policy dropped={old}"))
            }
            (None, _) if old > 0 => self.partial(&format!(
                "dropped {old} points outside retention policy of duration 1h0m0s - oldest point m dropped={old} for database: b"
            )),
            (None, Some(line)) if body.is_empty() => said(self.version, "400 Bad Request", &[], &unparsable(line)),
            (None, Some(line)) => self.partial(&format!("{} dropped=0", unparsable(line))),
            (None, None) => reply("204 No Content", &[("X-Influxdb-Version", "v2.9.1")], b""),
        }
    }

    fn write_numbered(&mut self, body: &str) -> Reply {
        let mut refused = Vec::new();
        for (i, text) in body.lines().enumerate() {
            let line = parse_lines(text).next().unwrap().unwrap();
            let time = line.timestamp.unwrap();
            let error = match self.clash(&line) {
                _ if self.is_unreadable(text) => Some("No fields were provided".to_owned()),
                Some(field) => Some(format!(
                    "invalid column type for column '{field}', expected iox::column_type::field::string, got iox::column_type::field::float"
                )),
                None => None,
            };
            match error {
                Some(error) => refused
                    .push(serde_json::json!({ "original_line": text, "line_number": i + 1, "error_message": error })),
                None => self.keep(&line, time),
            }
        }
        refused.truncate(100);
        let body =
            serde_json::json!({ "error": "partial write of line protocol occurred", "data": refused }).to_string();
        match refused.is_empty() {
            true => reply("204 No Content", &[], b""),
            false => reply("400 Bad Request", &[], body.as_bytes()),
        }
    }

    fn clash<'a>(&self, line: &'a ParsedLine<'_>) -> Option<&'a str> {
        line.field_set.iter().map(|(field, _)| field.as_str()).find(|field| self.clashes(line, field))
    }

    fn partial(&self, reason: &str) -> Reply {
        let partial = format!("partial write: {reason}");
        match self.version {
            Version::V2 => json(
                "422 Unprocessable Entity",
                "unprocessable entity",
                &format!("failure writing points to database: {partial}"),
            ),
            version => said(version, "400 Bad Request", &[], &partial),
        }
    }

    /// Whether the bucket takes a field of a line.
    pub(crate) fn takes(&self, text: &str, field: &str) -> bool {
        let line = parse_lines(text).next().unwrap().unwrap();
        !self.is_unreadable(text) && !self.is_old(line.timestamp.unwrap()) && !self.clashes(&line, field)
    }

    fn is_unreadable(&self, line: &str) -> bool {
        self.unreadable.as_ref().is_some_and(|part| line.contains(part))
    }

    fn is_old(&self, time: i64) -> bool {
        self.oldest.is_some_and(|oldest| time < oldest)
    }

    fn clashes(&self, line: &ParsedLine<'_>, field: &str) -> bool {
        let shard = line.timestamp.unwrap().div_euclid(SHARD);
        let named = |shard| (shard, line.series.measurement.as_str().to_owned(), field.to_owned());
        [None, Some(shard)].into_iter().any(|shard| self.texts.contains(&named(shard)))
    }

    fn keep(&mut self, line: &ParsedLine<'_>, time: i64) {
        for (field, value) in &line.field_set {
            let value = match value {
                FieldValue::String(text) => text.as_str().to_owned(),
                other => other.to_string(),
            };
            self.kept.insert((line.series.to_string(), time, field.as_str().to_owned()), value);
        }
    }
}

fn unparsable(line: &str) -> String {
    format!("unable to parse '{line}': invalid number")
}

/// All fields of lines, as a bucket keeps them.
pub(crate) fn all_fields(text: &str) -> BTreeMap<(String, i64, String), String> {
    let mut bucket = Bucket::default();
    bucket.write(text);
    bucket.kept
}
