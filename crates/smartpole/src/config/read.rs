//! From sections to the configuration.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::{Deserialize, de::DeserializeOwned};

use super::{
    AccessOptions, Config, Http, Mistakes,
    history::{self, History},
    influx, openid, overrides,
    section::Section,
    sources,
};

/// What stands before the first table.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Head {
    data: PathBuf,
    registry: Option<PathBuf>,
    inputs_key_file: Option<PathBuf>,
    history: History,
    history_target: String,
}

impl Default for Head {
    fn default() -> Self {
        let data = PathBuf::from("smartpole-data");
        Self { data, registry: None, inputs_key_file: None, history: History::Local, history_target: String::new() }
    }
}

const TABLES: [&str; 11] =
    ["http", "access", "publish", "legal", "mqtt", "listener", "udp", "influx", "journal", "retention", "log"];

impl Config {
    /// As [`Config::load`], with the variables of the environment as a value, and with as much of the configuration as
    /// can be read in spite of mistakes. A registry that is not named is the empty path.
    pub(crate) fn read(path: &Path, variables: Vec<(String, String)>, mistakes: &mut Mistakes) -> Self {
        let text = fs::read_to_string(path).map_err(|error| {
            mistakes.of_file(format!("cannot be read: {error}"), "give the path of a readable TOML file in UTF-8");
        });
        let Some(mut root) = text.ok().and_then(|text| Section::parse(&text, mistakes)) else { return Self::default() };
        overrides::apply(&mut root, variables, mistakes);
        let base = path.parent().unwrap_or(Path::new(""));
        let (http, publish) = (http(&mut root, base, mistakes), publish(&mut root, mistakes));
        let legal = legal(&mut root, base, mistakes);
        let (access, openid) = access(&mut root, base, &publish, mistakes);
        let (journal, retention) = (journal(&mut root, mistakes), part(&mut root, "retention", mistakes));
        let log = part(&mut root, "log", mistakes);
        let sources::Sources { mqtt, listener, udp } = sources::read(&mut root, base, &http, mistakes);
        let influx = influx::read(&mut root, base, mistakes);
        let head: Head = root.read(&TABLES, mistakes);
        let history = history::target(
            head.history,
            Some(head.history_target.as_str()).filter(|name| !name.is_empty()),
            &influx,
            &mut root,
            mistakes,
        );
        if mqtt.is_empty() && listener.is_none() && udp.is_none() && !root.has_flaws() {
            let hint = "add `[[mqtt]]` for your broker, `[listener]` for poles that connect directly, or `[udp]` for LoRaWAN gateways";
            mistakes.of_file("no messages can come in", hint);
        }
        let registry = registry(head.registry, base, &mut root, mistakes);
        let (data, inputs_key_file) = (base.join(head.data), head.inputs_key_file.map(|file| base.join(file)));
        Self {
            data,
            registry,
            inputs_key_file,
            http,
            access,
            openid,
            publish,
            legal,
            mqtt,
            listener,
            udp,
            influx,
            history,
            journal,
            retention,
            log,
        }
    }
}

/// A table of its own.
fn part<T: Default + DeserializeOwned>(root: &mut Section, key: &str, mistakes: &mut Mistakes) -> T {
    root.take_section(key, mistakes).map(|mut section| section.read(&[], mistakes)).unwrap_or_default()
}

fn http(root: &mut Section, base: &Path, mistakes: &mut Mistakes) -> Http {
    let Some(mut section) = root.take_section("http", mistakes) else { return Http::default() };
    let mut http: Http = section.read(&[], mistakes);
    let Http { cert_file, key_file, .. } = &mut http;
    for (key, file) in [("cert_file", &mut *cert_file), ("key_file", &mut *key_file)] {
        sources::begin_at(base, file);
        if let Some(file) = file.as_deref().filter(|file| !file.is_file()) {
            section.mistake(key, &format!("no file {}", file.display()), "give the path of a readable file", mistakes);
        }
    }
    for (given, key, missing) in [(&*cert_file, "key_file", &*key_file), (&*key_file, "cert_file", &*cert_file)] {
        if given.is_some() && missing.is_none() {
            section.mistake(key, "is missing", "HTTPS needs both cert_file and key_file", mistakes);
        }
    }
    if !(60..=1_000_000).contains(&http.requests_per_minute) {
        let hint = "give 60 to 1000000: a page that is opened asks for about 150 files";
        section.mistake("requests_per_minute", "is too little or too much", hint, mistakes);
    }
    http
}

fn access(
    root: &mut Section,
    base: &Path,
    publish: &smartpole_api::Publish,
    mistakes: &mut Mistakes,
) -> (AccessOptions, Option<smartpole_openid::Options>) {
    let Some(mut section) = root.take_section("access", mistakes) else { return Default::default() };
    let openid = openid::read(&mut section, base, publish, mistakes);
    let options: AccessOptions = section.read(&["openid"], mistakes);
    if !(1..=3_660).contains(&options.audit_days) {
        let hint = "give 1 to 3660 days, as your rules of data protection say; 365 is common";
        section.mistake("audit_days", "is too short or too long", hint, mistakes);
    }
    (options, openid)
}

fn publish(root: &mut Section, mistakes: &mut Mistakes) -> smartpole_api::Publish {
    let Some(mut section) = root.take_section("publish", mistakes) else { return Default::default() };
    let options: smartpole_api::Publish = section.read(&[], mistakes);
    sources::note(options.validate(), &mut section, mistakes);
    options
}

fn legal(root: &mut Section, base: &Path, mistakes: &mut Mistakes) -> smartpole_api::Legal {
    let mut section = root.take_section("legal", mistakes);
    let options = section.as_mut().map(|section| section.read(&[], mistakes)).unwrap_or_default();
    let (legal, found) = smartpole_api::Legal::load(&options, base);
    if let Some(section) = &mut section {
        sources::note(found, section, mistakes);
    }
    legal
}

fn journal(root: &mut Section, mistakes: &mut Mistakes) -> smartpole_journal::Options {
    let Some(mut section) = root.take_section("journal", mistakes) else { return Default::default() };
    let options: smartpole_journal::Options = section.read(&[], mistakes);
    for (key, is_zero, hint) in [
        ("segment_bytes", options.segment_bytes == 0, "67108864 is common"),
        ("group_records", options.group_records == 0, "1000 is common"),
        ("waiting_bytes", options.waiting_bytes == 0, "16777216 is common"),
        ("full_poll_ms", options.full_poll_ms == 0, "250 is common"),
    ] {
        if is_zero {
            section.mistake(key, "is 0", hint, mistakes);
        }
    }
    options
}

fn registry(given: Option<PathBuf>, base: &Path, root: &mut Section, mistakes: &mut Mistakes) -> PathBuf {
    let Some(given) = given else {
        let hint = "add `registry = \"…\"` before the first table: the folder that holds poles.csv";
        root.mistake("registry", "is missing", hint, mistakes);
        return PathBuf::new();
    };
    let folder = base.join(given);
    if !folder.is_dir() {
        let message = format!("no folder {}", folder.display());
        let hint = "give the folder that holds poles.csv; a relative path begins at the configuration file";
        root.mistake("registry", &message, hint, mistakes);
    }
    folder
}
