//! What a server of each generation is told, and by which credentials.

use std::path::Path;

use smartpole_model::Mistakes;

use super::Options;

/// Generation of a server, by its interface for writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub enum Version {
    /// `/write`: database and retention policy; a user with a password, or nobody.
    V1,
    /// `/api/v2/write`: organisation and bucket; a token.
    #[default]
    V2,
    /// `/api/v3/write_lp`: database; a token.
    V3,
}

impl TryFrom<u8> for Version {
    type Error = String;

    fn try_from(number: u8) -> Result<Self, String> {
        match number {
            1 => Ok(Self::V1),
            2 => Ok(Self::V2),
            3 => Ok(Self::V3),
            other => Err(format!("{other} is no generation of InfluxDB: there are 1, 2 and 3")),
        }
    }
}

impl From<Version> for u8 {
    fn from(version: Version) -> Self {
        match version {
            Version::V1 => 1,
            Version::V2 => 2,
            Version::V3 => 3,
        }
    }
}

impl Options {
    /// Names of the place that points go to, by the parameters of the version's write interface. The precision is fixed: servers
    /// that guess it by magnitude can be wrong.
    pub(crate) fn place(&self) -> Vec<(&'static str, &str)> {
        match self.version {
            Version::V1 => {
                let policy = Some(("rp", self.retention_policy.as_str())).filter(|(_, name)| !name.is_empty());
                [Some(("db", self.database.as_str())), policy, Some(("precision", "ms"))]
                    .into_iter()
                    .flatten()
                    .collect()
            }
            Version::V2 => vec![("org", &self.org), ("bucket", &self.bucket), ("precision", "ms")],
            Version::V3 => vec![("db", &self.database), ("precision", "millisecond"), ("accept_partial", "true")],
        }
    }

    /// What InfluxQL takes for a database: the database, or the bucket.
    pub fn holder(&self) -> &str {
        if self.version == Version::V2 { &self.bucket } else { &self.database }
    }

    /// Mistakes of names: those that the version lacks and those that it does not know.
    pub(super) fn validate_version(&self, mistakes: &mut Mistakes) {
        let Self { org, bucket, database, retention_policy, .. } = self;
        match self.version {
            Version::V2 => {
                mistakes.unless(!org.is_empty(), "org", "is empty", "give the name of the organisation");
                mistakes.unless(!bucket.is_empty(), "bucket", "is empty", "give the name of the bucket");
                self.unused(mistakes, database.is_empty(), "database", "remove it, or give version = 1 or 3");
            }
            Version::V1 | Version::V3 => {
                mistakes.unless(!database.is_empty(), "database", "is empty", "give the name of the database");
                let hint = "remove it, or give version = 2: the others have a database";
                self.unused(mistakes, org.is_empty(), "org", hint);
                self.unused(mistakes, bucket.is_empty(), "bucket", hint);
            }
        }
        if self.version != Version::V1 {
            let hint = "remove it, or give version = 1";
            self.unused(mistakes, retention_policy.is_empty(), "retention_policy", hint);
        }
        if self.version == Version::V3 {
            let hint = "remove it: InfluxDB 3 is told by `influxdb3 create database --retention-period`";
            self.unused(mistakes, self.retention_days == 0, "retention_days", hint);
        }
    }

    /// Mistakes of what lets the service in.
    pub(super) fn validate_access(&self, mistakes: &mut Mistakes) {
        let (username, password) = (self.username.is_some(), self.password_file.is_some());
        let named = !self.token_file.as_os_str().is_empty();
        if self.version == Version::V1 {
            let hint = "remove it: version 1 has username and password_file";
            self.unused(mistakes, !named, "token_file", hint);
            let hint = "give both username and password_file, or neither";
            mistakes.unless(username || !password, "username", "is missing", hint);
            mistakes.unless(password || !username, "password_file", "is missing", hint);
            let plain = self.username.as_ref().is_none_or(|name| !name.is_empty() && !name.contains(is_no_user));
            mistakes.unless(plain, "username", "is no user", "no colon and no control characters stand in it");
            return mistakes.file("password_file", self.password_file.as_deref(), Path::is_file);
        }
        let hint = "remove it: this version has token_file";
        self.unused(mistakes, !username, "username", hint);
        self.unused(mistakes, !password, "password_file", hint);
        let hint = "write the token to a file of its own, readable by the service alone";
        mistakes.unless(named, "token_file", "is missing", hint);
        mistakes.file("token_file", named.then_some(&*self.token_file), Path::is_file);
    }

    fn unused(&self, mistakes: &mut Mistakes, is_unset: bool, key: &'static str, hint: &'static str) {
        mistakes.unless(is_unset, key, format!("has no effect with version {}", u8::from(self.version)), hint);
    }
}

/// What a user's name cannot hold in HTTP's basic scheme (RFC 7617, §2).
fn is_no_user(character: char) -> bool {
    character == ':' || character.is_control()
}
