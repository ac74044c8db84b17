//! A real mail server that keeps what it gets: aiosmtpd, in the virtual environment of `tests/python`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use serde_json::Value;
use tokio::time::timeout;

use crate::{
    artefacts::{Artefacts, repository},
    free_port,
    process::Process,
};

/// A mail server on a free port, which does not run at first.
#[derive(Debug)]
pub struct MailCatcher {
    files: Artefacts,
    port: u16,
    secured: Vec<String>,
    process: Option<Process>,
}

/// A mail as it came.
#[derive(Clone, Debug)]
pub struct Mail(Value);

impl MailCatcher {
    /// One that asks nothing of its clients.
    pub fn new() -> Self {
        let files = Artefacts::new("mail");
        fs::create_dir(files.path().join("mails")).expect("a temporary folder");
        Self { files, port: free_port(), secured: Vec::new(), process: None }
    }

    /// One that speaks TLS (`starttls` or `implicit`), and then asks for a user and a password. Certificate and key are PEM.
    ///
    /// # Panics
    /// If the files cannot be written.
    #[must_use]
    pub fn secured(mut self, tls: &str, [certificate, key]: [&str; 2], [user, password]: [&str; 2]) -> Self {
        let file = |name: &str, text: &str| {
            let path = self.files.path().join(name);
            fs::write(&path, text).expect("a temporary file");
            path.display().to_string()
        };
        let files = [file("certificate.pem", certificate), file("key.pem", key)];
        self.secured = [tls.to_owned()].into_iter().chain(files).chain([user.into(), password.into()]).collect();
        self
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The folder of its certificate.
    pub fn folder(&self) -> &Path {
        self.files.path()
    }

    /// Starts it, and waits until it takes mail.
    ///
    /// # Panics
    /// If it does not.
    pub async fn start(&mut self) {
        let script = repository().join("tests/python/mail_catcher.py").display().to_string();
        let (port, folder) = (self.port.to_string(), self.files.path().join("mails").display().to_string());
        let mut arguments = vec![script.as_str(), &port, &folder];
        arguments.extend(self.secured.iter().map(String::as_str));
        let log = self.files.path().join("catcher.log");
        let mut process = Process::start(&python(), &arguments, &log);
        let first = timeout(Duration::from_secs(30), process.line()).await;
        assert_eq!(first.ok().flatten().as_deref(), Some("ready"), "{}", fs::read_to_string(&log).unwrap_or_default());
        self.process = Some(process);
    }

    /// What it got, oldest first.
    ///
    /// # Panics
    /// If a file of it cannot be read.
    pub fn mails(&self) -> Vec<Mail> {
        let entries = fs::read_dir(self.files.path().join("mails")).expect("our own folder").flatten();
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        let read = |path: &PathBuf| fs::read(path).expect("a mail");
        paths.iter().map(|path| Mail(serde_json::from_slice(&read(path)).expect("JSON"))).collect()
    }
}

impl Default for MailCatcher {
    fn default() -> Self {
        Self::new()
    }
}

impl Mail {
    /// Whom the envelope names.
    pub fn to(&self) -> &Value {
        &self.0["to"]
    }

    /// A header; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        let headers = self.0["headers"].as_array().into_iter().flatten();
        headers.filter(|header| header[0] == name).find_map(|header| header[1].as_str()).unwrap_or_default()
    }

    /// What it says.
    pub fn text(&self) -> &str {
        self.0["text"].as_str().unwrap_or_default()
    }
}

/// Python of the virtual environment that `tests/run` makes.
fn python() -> PathBuf {
    let cache = env::home_dir().unwrap_or_default().join(".cache/smartpole/venv");
    let venv = env::var_os("SMARTPOLE_VENV").map_or(cache, PathBuf::from);
    let python = venv.join("bin/python");
    assert!(python.exists(), "no {}: tests/run makes it of tests/python/requirements.txt", python.display());
    python
}
