//! The token of a target.

use std::{fmt, fs, path::Path};

use reqwest::header::HeaderValue;

use crate::Error;

/// Lets a service in; never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// Reads the first line of a file.
    ///
    /// # Errors
    /// [`Error::ReadFile`]; [`Error::Unusable`] if it is empty or holds what cannot be in a header.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = fs::read_to_string(path).map_err(|source| Error::ReadFile { path: path.to_owned(), source })?;
        let line = text.lines().next().unwrap_or_default().trim();
        let reason = match line {
            "" => "its first line is empty",
            _ if !line.bytes().all(|byte| byte.is_ascii_graphic()) => "its first line is no token",
            _ => return Ok(Self(line.to_owned())),
        };
        Err(Error::Unusable { path: path.to_owned(), reason: reason.to_owned() })
    }

    /// The value of the header `Authorization`, marked so that it is never logged.
    pub fn header(&self) -> HeaderValue {
        // A token is of graphic ASCII, all of which a header may hold.
        let mut value =
            HeaderValue::from_str(&format!("Token {}", self.0)).unwrap_or(HeaderValue::from_static("Token"));
        value.set_sensitive(true);
        value
    }

    /// `text` without the token, should a server or proxy have repeated it.
    pub fn redact(&self, text: &str) -> String {
        text.replace(&self.0, "…")
    }
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
    fn a_missing_empty_or_binary_file_is_named() {
        assert!(matches!(Token::read(Path::new("/nowhere")), Err(Error::ReadFile { .. })));
        for text in ["", "\nsecond", "two words", "tök"] {
            assert!(matches!(token(text), Err(Error::Unusable { .. })), "{text:?}");
        }
    }
}
