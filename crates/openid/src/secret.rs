//! What the provider knows this service by: read when it is needed, never shown.

use std::{env, fmt, fs};

use smartpole_model::registry::SecretPlace;

/// A secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The first line of a file, or a variable of the environment.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(place: &SecretPlace) -> Result<Self, String> {
        let text = match place {
            SecretPlace::File(path) => {
                fs::read_to_string(path).map_err(|error| format!("{path} cannot be read: {error}"))?
            }
            SecretPlace::Variable(name) => {
                env::var(name).map_err(|_| format!("the environment has no variable {name} of text"))?
            }
        };
        match text.lines().next().unwrap_or_default() {
            line if line.trim().is_empty() => Err("its first line is empty".to_owned()),
            line if line.contains(char::is_control) => Err("its first line holds control characters".to_owned()),
            line => Ok(Self(line.to_owned())),
        }
    }

    pub(crate) fn reveal(self) -> String {
        self.0
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
        let path = folder.path().join("s").display().to_string();
        let read = |text: &str| {
            fs::write(&path, text).unwrap();
            Secret::read(&SecretPlace::File(path.clone()))
        };
        let secret = read("schön leise\r\nsecond").unwrap();
        assert_eq!((format!("{secret:?}").as_str(), secret.reveal().as_str()), ("Secret(…)", "schön leise"));
        assert!(read("\nx").is_err() && read("a\tb").is_err());
        let missing = Secret::read(&SecretPlace::Variable("SMARTPOLE_NO_SUCH".to_owned())).unwrap_err();
        assert_eq!(missing, "the environment has no variable SMARTPOLE_NO_SUCH of text");
    }
}
