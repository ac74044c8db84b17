//! What is configured.

use std::path::{Path, PathBuf};

use openidconnect::IssuerUrl;
use serde::Deserialize;
use smartpole_model::{Mistake, Mistakes, registry::SecretPlace};

use crate::Roles;

/// The section `[access.openid]`: a provider by which people log in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// The provider's issuer identifier, exactly as its `/.well-known/openid-configuration` says it.
    pub issuer: String,
    /// What the provider calls this service.
    pub client_id: String,
    /// A file whose first line is the secret that the provider gave this service …
    pub client_secret_file: Option<PathBuf>,
    /// … or a variable of the environment that holds it.
    pub client_secret_env: String,
    /// What stands on the button of the page `/login`; empty: "Mit OpenID Connect anmelden", or "Log in by OpenID Connect".
    pub label: String,
    /// The claim that roles are taken from: a text, or a list of texts; dots lead into objects (`realm_access.roles`).
    pub role_claim: String,
    /// What is asked for beside `openid`, as far as the provider needs to be asked for `role_claim`.
    pub scopes: Vec<String>,
    /// Authorities that are trusted instead of the system's, in PEM.
    pub ca_file: Option<PathBuf>,
    /// `[access.openid.roles]`: which value of the claim gives which role.
    #[serde(skip)]
    pub roles: Roles,
}

impl Default for Options {
    fn default() -> Self {
        let [issuer, client_id, client_secret_env, label] = Default::default();
        Self {
            issuer,
            client_id,
            client_secret_file: None,
            client_secret_env,
            label,
            role_claim: "groups".to_owned(),
            scopes: Vec::new(),
            ca_file: None,
            roles: Roles::default(),
        }
    }
}

/// Longest text on the button, in characters.
const MOST_LABEL: usize = 60;

impl Options {
    /// Every mistake in it, but for those in `roles`.
    pub fn validate(&self) -> Vec<Mistake> {
        let mut mistakes = Mistakes::default();
        let hint =
            "write it like \"https://login.example.org/realms/city\", as its /.well-known/openid-configuration does";
        mistakes.unless(is_issuer(&self.issuer), "issuer", "is missing or no address by https", hint);
        let hint = "give the name under which the provider knows this service";
        mistakes.unless(is_word(&self.client_id), "client_id", "is missing or has control characters", hint);
        let hint = "add `client_secret_file = \"…\"` or `client_secret_env = \"…\"`";
        mistakes.unless(self.secret_place().is_some(), "client_secret_file", "is missing", hint);
        let both = self.client_secret_file.is_some() && !self.client_secret_env.is_empty();
        mistakes.unless(!both, "client_secret_env", "`client_secret_file` is there as well", "remove one of them");
        let named = !self.client_secret_env.contains(['\0', '=', '\n']);
        mistakes.unless(named, "client_secret_env", "it names nothing", "give the name of a variable");
        mistakes.file("client_secret_file", self.client_secret_file.as_deref(), Path::is_file);
        mistakes.file("ca_file", self.ca_file.as_deref(), Path::is_file);
        let fits = self.label.chars().count() <= MOST_LABEL && !self.label.contains(char::is_control);
        mistakes.unless(fits, "label", "is too long for a button", "give 60 characters at most");
        let hint = "give the name of a claim, as \"groups\" or \"realm_access.roles\"";
        mistakes.unless(is_word(&self.role_claim), "role_claim", "names no claim", hint);
        let are_scopes = self.scopes.iter().all(|scope| is_scope(scope));
        mistakes.unless(
            are_scopes,
            "scopes",
            "has something that is no scope",
            "write them like [\"groups\", \"profile\"]",
        );
        mistakes.0
    }

    /// Where the secret is, if that is said.
    pub fn secret_place(&self) -> Option<SecretPlace> {
        let file = self.client_secret_file.as_ref().map(|path| SecretPlace::File(path.display().to_string()));
        let variable = || Some(self.client_secret_env.clone()).filter(|name| !name.is_empty());
        file.or_else(|| variable().map(SecretPlace::Variable))
    }

    /// What stands on the button, if that is given.
    pub fn label(&self) -> Option<&str> {
        Some(self.label.as_str()).filter(|label| !label.is_empty())
    }
}

/// An address by https or of this machine, without query and fragment (OpenID Connect Discovery 1.0, 3).
fn is_issuer(text: &str) -> bool {
    let Ok(issuer) = IssuerUrl::new(text.to_owned()) else { return false };
    let url = issuer.url();
    let is_plain = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    is_plain
        && url.host_str().is_some()
        && (url.scheme() == "https" || url.scheme() == "http" && is_here(url.host_str()))
}

/// Whether a host is this machine, where nobody listens in.
pub(crate) fn is_here(host: Option<&str>) -> bool {
    matches!(host, Some("localhost" | "127.0.0.1" | "[::1]" | "::1"))
}

fn is_word(text: &str) -> bool {
    !text.trim().is_empty() && !text.contains(char::is_control)
}

/// RFC 6749, 3.3.
fn is_scope(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound() -> Options {
        Options {
            issuer: "https://login.example.org/realms/city".to_owned(),
            client_id: "smartpole".to_owned(),
            client_secret_env: "CITY_SECRET".to_owned(),
            ..Options::default()
        }
    }

    fn keys(options: &Options) -> Vec<&'static str> {
        options.validate().into_iter().map(|mistake| mistake.key).collect()
    }

    #[test]
    fn all_that_is_missing_is_said_at_once() {
        assert_eq!(keys(&sound()), [""; 0]);
        assert_eq!(keys(&Options::default()), ["issuer", "client_id", "client_secret_file"]);
        let wrong = Options {
            client_secret_file: Some("/nowhere/secret".into()),
            ca_file: Some("/nowhere/ca.pem".into()),
            label: "x".repeat(61),
            role_claim: " ".to_owned(),
            scopes: vec!["two words".to_owned()],
            ..sound()
        };
        let expected = ["client_secret_env", "client_secret_file", "ca_file", "label", "role_claim", "scopes"];
        assert_eq!(keys(&wrong), expected);
    }

    #[test]
    fn an_issuer_is_asked_by_https_or_on_this_machine() {
        for (issuer, fits) in [
            ("https://login.example.org", true),
            ("https://login.example.org/", true),
            ("http://127.0.0.1:4711", true),
            ("http://[::1]:4711", true),
            ("http://localhost:4711/a", true),
            ("http://login.example.org", false),
            ("http://127.0.0.1.example.org", false),
            ("ftp://login.example.org", false),
            ("https://login.example.org?a=b", false),
            ("https://login.example.org#a", false),
            ("https://eva@login.example.org", false),
            ("login.example.org", false),
            ("", false),
        ] {
            let options = Options { issuer: issuer.to_owned(), ..sound() };
            assert_eq!(keys(&options).is_empty(), fits, "{issuer}");
        }
    }
}
