//! Whom alerts are sent to, as `[email]` and `[[webhook]]` of `alerts.toml` say.

use serde::{Deserialize, Serialize};

use super::AlertSeverity;

/// All of them. Secrets are named, never held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlertTargets {
    /// The mail server, and who gets mail by it.
    pub email: Option<Email>,
    /// Addresses that are told by HTTP.
    pub webhooks: Vec<Webhook>,
}

/// How mail is sent, and to whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// Host of the mail server.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub tls: EmailTls,
    /// PEM file of authorities that are trusted instead of the system's.
    pub ca_file: Option<String>,
    /// The sender's address.
    pub from: String,
    /// Who gets it; each is a target of its own.
    pub to: Vec<String>,
    /// How the service logs in there, if it does.
    pub login: Option<Login>,
    /// Alerts less urgent than this are not sent.
    pub severity: AlertSeverity,
}

/// How a connection to a mail server is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EmailTls {
    /// By STARTTLS (RFC 3207), without which nothing is sent.
    StartTls,
    /// From the first byte on (RFC 8314).
    Implicit,
    /// Not at all: on this machine only.
    None,
}

/// A user and the place of the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Who logs in.
    pub user: String,
    /// Where the password is.
    pub password: SecretPlace,
}

/// Where a secret is read each time that it is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretPlace {
    /// The first line of a file; a relative path begins at the registry's folder.
    File(String),
    /// A variable of the service's environment.
    Variable(String),
}

/// An address that is told by HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Names it; its address may hold what nobody else should know.
    pub name: String,
    /// Where JSON is posted to.
    pub url: String,
    /// What signs it.
    pub secret: SecretPlace,
    /// Alerts less urgent than this are not sent.
    pub severity: AlertSeverity,
}

/// By what somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertTargetKind {
    /// By mail.
    Email,
    /// By HTTP.
    Webhook,
}

/// Somebody who is told of alerts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AlertTarget {
    /// By what.
    pub kind: AlertTargetKind,
    /// The mail address, or the webhook's name.
    pub name: String,
}

impl AlertTargets {
    /// Each of them, with the least urgent severity that it is told of.
    pub fn all(&self) -> impl Iterator<Item = (AlertTarget, AlertSeverity)> {
        let target = |kind, name: &String| AlertTarget { kind, name: name.clone() };
        let mailboxes = self
            .email
            .iter()
            .flat_map(move |email| email.to.iter().map(move |to| (target(AlertTargetKind::Email, to), email.severity)));
        let hooks = self.webhooks.iter();
        mailboxes.chain(hooks.map(move |hook| (target(AlertTargetKind::Webhook, &hook.name), hook.severity)))
    }
}

impl AlertTargetKind {
    /// As it stands in files, metrics and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Webhook => "webhook",
        }
    }
}

impl AlertSeverity {
    /// Whether an alert is told to somebody who hears of this severity and of more urgent ones.
    pub fn reaches(self, least: Self) -> bool {
        self <= least // the most urgent one comes first
    }
}
