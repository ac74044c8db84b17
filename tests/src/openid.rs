//! A real OpenID provider.

use std::{env, path::PathBuf};

use reqwest::redirect::Policy;
use serde_json::json;

use crate::{
    artefacts::{Artefacts, repository},
    free_port,
    http::client,
    process::{Process, program},
};

/// A provider of its own on a free port (oidc-provider, from npm), where whoever asks is logged in as the person named last.
#[derive(Debug)]
pub struct OpenIdProvider {
    files: Artefacts,
    port: u16,
    redirect: String,
    process: Process,
}

impl OpenIdProvider {
    /// What it knows the service by.
    pub const CLIENT: &str = "smartpole";
    /// What the service proves that with.
    pub const SECRET: &str = "a secret of the service at its provider";

    /// Starts one that leads back to `redirect`, and waits until it listens.
    ///
    /// # Panics
    /// If there is no `node`, or its modules are not there.
    pub async fn start(redirect: &str) -> Self {
        let (files, port) = (Artefacts::new("openid"), free_port());
        let process = launch(&files, port, redirect).await;
        Self { files, port, redirect: redirect.to_owned(), process }
    }

    /// Its issuer identifier.
    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// `kill -9`.
    pub async fn kill(&mut self) {
        self.process.kill().await;
    }

    /// Starts again what was killed, with another key.
    pub async fn start_again(&mut self) {
        self.process = launch(&self.files, self.port, &self.redirect).await;
    }

    /// Names who logs in from now on.
    pub async fn person(&self, sub: &str, name: &str, groups: &[&str]) {
        self.tell("person", json!({ "sub": sub, "name": name, "groups": groups }).to_string()).await;
    }

    /// Signs by another key from now on.
    pub async fn new_key(&self) {
        self.tell("keys", String::new()).await;
    }

    async fn tell(&self, what: &str, text: String) {
        let told = client(Policy::default()).post(format!("{}/test/{what}", self.issuer())).body(text).send().await;
        assert_eq!(told.expect("the provider answers").status(), 204);
    }
}

async fn launch(files: &Artefacts, port: u16, redirect: &str) -> Process {
    let cache = env::home_dir().unwrap_or_default().join(".cache/smartpole/openid");
    let modules = env::var_os("SMARTPOLE_OPENID").map_or(cache, PathBuf::from);
    let is_there = modules.join("node_modules/oidc-provider").is_dir();
    assert!(is_there, "no oidc-provider in {}: tests/run installs tests/openid/package.json", modules.display());
    let (script, port) = (repository().join("tests/openid/provider.mjs"), port.to_string());
    let script = script.to_str().expect("our folder's name is UTF-8");
    let (modules, log) = (modules.to_str().expect("our folder's name is UTF-8"), files.path().join("provider.log"));
    let arguments = [script, modules, &port, OpenIdProvider::CLIENT, OpenIdProvider::SECRET, redirect];
    let mut process = Process::start(&program("node", "nodejs"), &arguments, &log);
    assert_eq!(process.line().await.as_deref(), Some("listens"), "see {}", log.display());
    process.drain(&log);
    process
}
