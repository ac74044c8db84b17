//! Settings of one InfluxDB target.

mod resolution;
mod version;

use std::path::{Path, PathBuf};

use reqwest::Url;
use smartpole_model::{Mistake, Mistakes};

pub use self::{resolution::Resolution, version::Version};
use crate::Error;

/// Settings of one target, a table `[[influx]]`.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// Name of the target in the ledger, in metrics and on the page: unique, of the characters `a-z 0-9 _ -`. What was sent is
    /// remembered by it: a new name is a new target, which gets all that is still kept.
    pub name: String,
    /// Where the server is, for example `http://127.0.0.1:8086`; a path before the interface's own is allowed. No user, password or
    /// token stands in it. It is asked directly: a proxy that the environment names is not used.
    pub url: String,
    /// The generation of the server: 1, 2 or 3.
    pub version: Version,
    /// The organisation; of version 2.
    pub org: String,
    /// The bucket; of version 2.
    pub bucket: String,
    /// The database; of versions 1 and 3.
    pub database: String,
    /// The retention policy, of version 1; empty is the database's default.
    pub retention_policy: String,
    /// File whose first line is the token, of versions 2 and 3. It is read again whenever the server refuses the token.
    pub token_file: PathBuf,
    /// The user, of a server of version 1 that asks for one.
    pub username: Option<String>,
    /// File whose first line is the user's password. It is read again whenever the server refuses it.
    pub password_file: Option<PathBuf>,
    /// Days that the bucket or retention policy keeps points, as `smartpole influx init` makes it, up to 24,855 (a bucket's seconds
    /// have 31 bits); 0 is for ever.
    pub retention_days: u32,
    /// Themes that are sent; none stands for all. A reading or window is sent if this and the next three let it pass; readings
    /// that are not sent are counted as filtered.
    pub themes: Vec<String>,
    /// Ids of properties that are sent; none stands for all.
    pub properties: Vec<String>,
    /// Ids of zones whose poles are sent, and what lies within them; none stands for all, also for what hangs on no pole.
    pub zones: Vec<String>,
    /// How finely: readings, windows; none stands for all.
    pub resolution: Vec<Resolution>,
    /// Most lines of a request, 1 to 50,000.
    pub batch_lines: usize,
    /// Most bytes of a request before compression, 1,000 to 50,000,000; a single line may be longer.
    pub batch_bytes: usize,
    /// Seconds that a request may take, 1 to 600.
    pub timeout_s: u64,
    /// PEM file of the certificate authorities that are trusted; without it those of the system.
    pub ca_file: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            name: "influx".to_owned(),
            url: "http://127.0.0.1:8086".to_owned(),
            version: Version::V2,
            org: String::new(),
            bucket: String::new(),
            database: String::new(),
            retention_policy: String::new(),
            token_file: PathBuf::new(),
            username: None,
            password_file: None,
            retention_days: 0,
            themes: Vec::new(),
            properties: Vec::new(),
            zones: Vec::new(),
            resolution: Vec::new(),
            batch_lines: 5000,
            batch_bytes: 1_000_000,
            timeout_s: 20,
            ca_file: None,
        }
    }
}

impl Options {
    /// All that is wrong with the settings; empty if they are right. Looks whether named files exist.
    pub fn validate(&self) -> Vec<Mistake> {
        let mut mistakes = Mistakes::default();
        self.validate_target(&mut mistakes);
        self.validate_files(&mut mistakes);
        self.validate_limits(&mut mistakes);
        mistakes.0
    }

    /// Where the server is.
    ///
    /// # Errors
    /// [`Error::Options`] if `url` is none of ours; it is not quoted, as it may hold a secret.
    pub fn server(&self) -> Result<Url, Error> {
        url_of(&self.url).map_err(|(message, hint)| {
            let mistakes = vec![Mistake { key: "url", message: message.to_owned(), hint }];
            Error::Options { name: self.name.clone(), mistakes }
        })
    }

    fn validate_target(&self, mistakes: &mut Mistakes) {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
        let named = (1..=64).contains(&self.name.len()) && self.name.bytes().all(plain);
        mistakes.unless(named, "name", "is no name", "1 to 64 of a-z, 0-9, _ and -, for example city");
        if let Err((message, hint)) = url_of(&self.url) {
            mistakes.unless(false, "url", message, hint);
        }
        self.validate_version(mistakes);
    }

    fn validate_files(&self, mistakes: &mut Mistakes) {
        self.validate_access(mistakes);
        let encrypted = url_of(&self.url).map_or(true, |url| url.scheme() == "https");
        let used = encrypted || self.ca_file.is_none();
        mistakes.unless(used, "ca_file", "has no effect without https", "give an https url, or remove it");
        mistakes.file("ca_file", self.ca_file.as_deref(), Path::is_file);
    }

    fn validate_limits(&self, mistakes: &mut Mistakes) {
        let message = format!("{} is more than 24855", self.retention_days);
        mistakes.unless(self.retention_days <= 24_855, "retention_days", message, "that is 68 years; 0 is for ever");
        let message = format!("{} is not within 1 and 50000", self.batch_lines);
        mistakes.unless((1..=50_000).contains(&self.batch_lines), "batch_lines", message, "5000 suits most");
        let message = format!("{} is not within 1000 and 50000000", self.batch_bytes);
        let fits = (1_000..=50_000_000).contains(&self.batch_bytes);
        mistakes.unless(fits, "batch_bytes", message, "1000000 suits most");
        let message = format!("{} is not within 1 and 600", self.timeout_s);
        mistakes.unless((1..=600).contains(&self.timeout_s), "timeout_s", message, "20 suits most");
    }
}

/// The address, or what is wrong with it and the remedy; neither quotes it.
fn url_of(text: &str) -> Result<Url, (&'static str, &'static str)> {
    let url = Url::parse(text).map_err(|_| ("is no URL", "for example http://127.0.0.1:8086"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(("is no http or https URL", "for example http://127.0.0.1:8086"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err((
            "holds a user or password",
            "remove them: a token goes into token_file, a password into password_file",
        ));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err((
            "holds a query or fragment",
            "end it before ? or #: org, bucket, database and token_file are keys of their own",
        ));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[track_caller]
    fn check(text: &str, wanted: &expect_test::Expect) {
        let options: Options = toml::from_str(text).unwrap();
        let lines: Vec<String> = options.validate().iter().map(ToString::to_string).collect();
        wanted.assert_eq(&lines.join("\n"));
    }

    #[test]
    fn every_mistake_is_named_with_its_remedy() {
        let text = r#"
            name = "Our City"
            url = "influx"
            token_file = "/nowhere/token"
            ca_file = "/nowhere/ca.pem"
            retention_days = 30000
            batch_lines = 0
            batch_bytes = 10
            timeout_s = 0
        "#;
        check(
            text,
            &expect![[r#"
                name: is no name (1 to 64 of a-z, 0-9, _ and -, for example city)
                url: is no URL (for example http://127.0.0.1:8086)
                org: is empty (give the name of the organisation)
                bucket: is empty (give the name of the bucket)
                token_file: no file /nowhere/token (give the path of a readable file)
                ca_file: no file /nowhere/ca.pem (give the path of a readable file)
                retention_days: 30000 is more than 24855 (that is 68 years; 0 is for ever)
                batch_lines: 0 is not within 1 and 50000 (5000 suits most)
                batch_bytes: 10 is not within 1000 and 50000000 (1000000 suits most)
                timeout_s: 0 is not within 1 and 600 (20 suits most)"#]],
        );
    }

    #[test]
    fn the_defaults_lack_what_only_the_city_knows() {
        check(
            "",
            &expect![[r#"
                org: is empty (give the name of the organisation)
                bucket: is empty (give the name of the bucket)
                token_file: is missing (write the token to a file of its own, readable by the service alone)"#]],
        );
    }

    #[test]
    fn a_url_with_a_secret_is_refused_and_not_quoted() {
        for url in
            ["http://me:hush@host", "http://me@host", "http://host/?token=hush", "http://host/#hush", "hush://host"]
        {
            let options = Options { url: url.to_owned(), ..Options::default() };
            let refused = options.server().unwrap_err().to_string();
            assert!(!refused.contains("hush") && !refused.contains("host"), "{refused}");
        }
        let prefixed = Options { url: "https://host/influx".to_owned(), ..Options::default() };
        assert_eq!(prefixed.server().unwrap().path(), "/influx");
    }

    #[test]
    fn own_authorities_without_https_and_unknown_keys_are_mistakes() {
        let options = Options { ca_file: Some(PathBuf::from("Cargo.toml")), ..Options::default() };
        assert!(options.validate().iter().any(|mistake| mistake.message == "has no effect without https"));
        assert!(toml::from_str::<Options>("token = \"a\"").is_err());
    }

    #[test]
    fn each_version_names_what_it_lacks_and_what_it_does_not_know() {
        let text = r#"
            version = 1
            org = "town"
            bucket = "poles"
            token_file = "Cargo.toml"
            username = "me:you"
        "#;
        check(
            text,
            &expect![[r#"
            database: is empty (give the name of the database)
            org: has no effect with version 1 (remove it, or give version = 2: the others have a database)
            bucket: has no effect with version 1 (remove it, or give version = 2: the others have a database)
            token_file: has no effect with version 1 (remove it: version 1 has username and password_file)
            password_file: is missing (give both username and password_file, or neither)
            username: is no user (no colon and no control characters stand in it)"#]],
        );
        check(
            "version = 1\ndatabase = \"poles\"\npassword_file = \"/nowhere\"",
            &expect![[r#"
            username: is missing (give both username and password_file, or neither)
            password_file: no file /nowhere (give the path of a readable file)"#]],
        );
        let text = r#"
            version = 2
            org = "town"
            bucket = "poles"
            token_file = "Cargo.toml"
            database = "poles"
            retention_policy = "kept"
            username = "me"
            password_file = "Cargo.toml"
        "#;
        check(
            text,
            &expect![[r#"
            database: has no effect with version 2 (remove it, or give version = 1 or 3)
            retention_policy: has no effect with version 2 (remove it, or give version = 1)
            username: has no effect with version 2 (remove it: this version has token_file)
            password_file: has no effect with version 2 (remove it: this version has token_file)"#]],
        );
        check(
            "version = 3\nbucket = \"poles\"\nretention_policy = \"kept\"\nretention_days = 9",
            &expect![[r#"
            database: is empty (give the name of the database)
            bucket: has no effect with version 3 (remove it, or give version = 2: the others have a database)
            retention_policy: has no effect with version 3 (remove it, or give version = 1)
            retention_days: has no effect with version 3 (remove it: InfluxDB 3 is told by `influxdb3 create database --retention-period`)
            token_file: is missing (write the token to a file of its own, readable by the service alone)"#]],
        );
        let unknown = toml::from_str::<Options>("version = 4").unwrap_err().to_string();
        assert!(unknown.contains("4 is no generation of InfluxDB: there are 1, 2 and 3"), "{unknown}");
    }

    #[test]
    fn a_version_1_needs_a_database_and_a_version_3_a_token_besides() {
        check("version = 1\ndatabase = \"poles\"", &expect![""]);
        let text = "version = 1\ndatabase = \"poles\"\nusername = \"me\"\npassword_file = \"Cargo.toml\"\nretention_policy = \"kept\"";
        check(text, &expect![""]);
        check("version = 3\ndatabase = \"poles\"\ntoken_file = \"Cargo.toml\"", &expect![""]);
    }
}
