//! Passwords and signing keys: read when they are needed, never shown.

use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
};

use smartpole_model::registry::{AlertTargets, SecretPlace};

use crate::Error;

/// Files of secrets that targets name, by their keys in `alerts.toml`.
pub fn files(targets: &AlertTargets, folder: &Path) -> Vec<(&'static str, PathBuf)> {
    places(targets).filter_map(|(key, place)| Some((key, folder.join(path(place)?)))).collect()
}

/// What is wrong with these files and with that of the mail server's authority, by the same keys; what the environment holds is known to
/// the service alone.
pub fn unusable(targets: &AlertTargets, folder: &Path) -> Vec<(&'static str, Error)> {
    let in_files = places(targets).filter(|(_, place)| path(place).is_some());
    let secrets = in_files.filter_map(|(key, place)| Some((key, Secret::read(place, folder).err()?)));
    let authority = targets.email.iter().filter_map(|email| email.ca_file.as_ref());
    let authority = authority.filter_map(|file| smartpole_tls::client(Some(&folder.join(file)), None).err());
    secrets.chain(authority.map(|error| ("ca_file", error.into()))).collect()
}

fn places(targets: &AlertTargets) -> impl Iterator<Item = (&'static str, &SecretPlace)> {
    let password = targets.email.iter().filter_map(|email| email.login.as_ref());
    let password = password.map(|login| ("password_file", &login.password));
    password.chain(targets.webhooks.iter().map(|hook| ("secret_file", &hook.secret)))
}

fn path(place: &SecretPlace) -> Option<&str> {
    match place {
        SecretPlace::File(path) => Some(path),
        SecretPlace::Variable(_) => None,
    }
}

/// A secret.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    /// The first line of a file, or a variable of the environment.
    pub(crate) fn read(place: &SecretPlace, folder: &Path) -> Result<Self, Error> {
        let (name, text) = match place {
            SecretPlace::File(path) => {
                let path = folder.join(path);
                let text = fs::read_to_string(&path).map_err(|source| Error::File { path: path.clone(), source })?;
                (path.display().to_string(), text)
            }
            SecretPlace::Variable(name) => {
                let text = env::var(name);
                let missing = |_| Error::Secret { place: name.clone(), reason: "the environment has no such variable" };
                (name.clone(), text.map_err(missing)?)
            }
        };
        let line = text.lines().next().unwrap_or_default();
        match line {
            _ if line.trim().is_empty() => Err(Error::Secret { place: name, reason: "its first line is empty" }),
            _ if line.contains(char::is_control) => {
                Err(Error::Secret { place: name, reason: "its first line holds control characters" })
            }
            _ => Ok(Self(line.to_owned())),
        }
    }

    /// What is to be handed to whoever asks for it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// `text` without the secret, should the other side have repeated it.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(&self.0, "…")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_counts_and_is_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let read = |text: &str| {
            fs::write(folder.path().join("s"), text).unwrap();
            Secret::read(&SecretPlace::File("s".to_owned()), folder.path())
        };
        let secret = read("schön leise\r\nsecond").unwrap();
        assert_eq!((secret.reveal(), format!("{secret:?}").as_str()), ("schön leise", "Secret(…)"));
        assert_eq!(secret.redact("you said schön leise!"), "you said …!");
        assert!(read("\nx").unwrap_err().reason().ends_with("its first line is empty"));
        assert!(read("a\tb").is_err());
        let missing = Secret::read(&SecretPlace::Variable("SMARTPOLE_NO_SUCH".to_owned()), folder.path()).unwrap_err();
        assert_eq!(missing.reason(), "SMARTPOLE_NO_SUCH: the environment has no such variable");
    }
}
