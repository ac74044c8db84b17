//! The token or password of a target.

use std::{fmt, fs, path::Path};

use reqwest::header::HeaderValue;

use crate::{Error, access::basic};

/// Lets a service in; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Reads the first line of a file.
    ///
    /// # Errors
    /// [`Error::ReadFile`]; [`Error::Unusable`] if it is empty or holds what cannot be in a header.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let line = first_line(path)?;
        match line.trim() {
            token if token.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(Self(token.to_owned())),
            _ => Err(unusable(path, "its first line is no token")),
        }
    }

    /// Reads a password: the first line of a file as it is, which may hold spaces and any letters.
    ///
    /// # Errors
    /// [`Error::ReadFile`]; [`Error::Unusable`] if it is empty or holds control characters.
    pub fn read_password(path: &Path) -> Result<Self, Error> {
        let line = first_line(path)?;
        if line.contains(char::is_control) {
            Err(unusable(path, "its first line is no password"))
        } else {
            Ok(Self(line))
        }
    }

    /// The value of the header `Authorization` of InfluxDB 2, marked so that it is never logged.
    pub fn header(&self) -> HeaderValue {
        self.header_of("Token")
    }

    /// The same in another scheme.
    pub(crate) fn header_of(&self, scheme: &str) -> HeaderValue {
        // A token is of graphic ASCII, all of which a header may hold.
        let mut value =
            HeaderValue::from_str(&format!("{scheme} {}", self.0)).unwrap_or(HeaderValue::from_static("Token"));
        value.set_sensitive(true);
        value
    }

    /// A user and this password, as HTTP's basic scheme has them.
    pub(crate) fn in_pair(&self, user: &str) -> Self {
        Self(basic(user, &self.0))
    }

    /// `text` without the token, should a server or proxy have repeated it.
    pub fn redact(&self, text: &str) -> String {
        text.replace(&self.0, "…")
    }
}

fn first_line(path: &Path) -> Result<String, Error> {
    let text = fs::read_to_string(path).map_err(|source| Error::ReadFile { path: path.to_owned(), source })?;
    let line = text.lines().next().unwrap_or_default();
    if line.trim().is_empty() { Err(unusable(path, "its first line is empty")) } else { Ok(line.to_owned()) }
}

fn unusable(path: &Path, reason: &str) -> Error {
    Error::Unusable { path: path.to_owned(), reason: reason.to_owned() }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(text: &str) -> Result<Token, Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        Token::read(file.path())
    }

    #[test]
    fn the_first_line_is_the_token_and_is_never_shown() {
        let token = token(" hush-hush== \r\nsecond\n").unwrap();
        assert_eq!(token.header().as_bytes(), b"Token hush-hush==");
        let shown = format!("{token:?} {:?} {}", token.header(), token.redact("you sent hush-hush==!"));
        assert_eq!(shown, "Token(…) Sensitive you sent …!");
    }

    #[test]
    fn a_password_may_hold_spaces_and_letters_of_any_kind_but_no_control_characters() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let read = |text: &str| {
            fs::write(file.path(), text).unwrap();
            Token::read_password(file.path())
        };
        assert_eq!(read(" schön leise\r\nsecond").unwrap().redact("not  schön leise"), "not …");
        assert!(
            matches!(read("a\tb"), Err(Error::Unusable { .. })) && matches!(read("\n"), Err(Error::Unusable { .. }))
        );
    }

    #[test]
    fn a_missing_empty_or_binary_file_is_named() {
        assert!(matches!(Token::read(Path::new("/nowhere")), Err(Error::ReadFile { .. })));
        for text in ["", "\nsecond", "two words", "tök"] {
            assert!(matches!(token(text), Err(Error::Unusable { .. })), "{text:?}");
        }
    }
}
