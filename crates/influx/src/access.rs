//! What lets the service in at a server.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use reqwest::header::HeaderValue;

use crate::{Error, Options, Token, Version};

/// Nothing, a user with a password, or a token; never shown.
#[derive(Clone, Debug)]
pub(crate) enum Access {
    /// The server asks for nothing.
    Open,
    /// HTTP's basic scheme (RFC 7617): the pair, and as the header has it.
    User {
        /// The password.
        password: Token,
        /// User and password in base64.
        pair: Token,
    },
    /// A token and its scheme.
    Token {
        /// `Token` for InfluxDB 2, `Bearer` for InfluxDB 3.
        scheme: &'static str,
        /// The token.
        token: Token,
    },
}

impl Access {
    /// Reads the files that the options name.
    ///
    /// # Errors
    /// If they cannot be read, or hold nothing of use.
    pub(crate) fn read(options: &Options) -> Result<Self, Error> {
        let scheme = match options.version {
            Version::V1 => return Self::user(options),
            Version::V2 => "Token",
            Version::V3 => "Bearer",
        };
        Ok(Self::Token { scheme, token: Token::read(&options.token_file)? })
    }

    fn user(options: &Options) -> Result<Self, Error> {
        let (Some(name), Some(file)) = (&options.username, &options.password_file) else { return Ok(Self::Open) };
        let password = Token::read_password(file)?;
        let pair = password.in_pair(name);
        Ok(Self::User { password, pair })
    }

    /// The value of the header `Authorization`, marked so that it is never logged; none if the server asks for nothing.
    pub(crate) fn header(&self) -> Option<HeaderValue> {
        match self {
            Self::Open => None,
            Self::User { pair, .. } => Some(pair.header_of("Basic")),
            Self::Token { scheme, token } => Some(token.header_of(scheme)),
        }
    }

    /// `text` without any secret, should a server or proxy have repeated it.
    pub(crate) fn redact(&self, text: &str) -> String {
        match self {
            Self::Open => text.to_owned(),
            Self::User { password, pair } => password.redact(&pair.redact(text)),
            Self::Token { token, .. } => token.redact(text),
        }
    }
}

/// User and password as the basic scheme has them.
pub(crate) fn basic(user: &str, password: &str) -> String {
    BASE64_STANDARD.encode(format!("{user}:{password}"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn access(version: Version, secret: &str) -> Access {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        fs::write(&file, secret).unwrap();
        let (username, password_file) = (Some("Aladdin".to_owned()), Some(file.clone()));
        Access::read(&Options { version, token_file: file, username, password_file, ..Options::default() }).unwrap()
    }

    #[test]
    fn each_version_has_its_scheme() {
        let header = |version, secret| access(version, secret).header().unwrap();
        // RFC 7617, §2
        assert_eq!(header(Version::V1, "open sesame\n").as_bytes(), b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(header(Version::V2, "hush").as_bytes(), b"Token hush");
        assert_eq!(header(Version::V3, "hush").as_bytes(), b"Bearer hush");
        assert!(header(Version::V1, "open sesame").is_sensitive() && header(Version::V3, "hush").is_sensitive());
        assert!(Access::read(&Options { version: Version::V1, ..Options::default() }).unwrap().header().is_none());
    }

    #[test]
    fn a_password_is_taken_out_of_what_is_told_in_either_form() {
        let access = access(Version::V1, "open sesame");
        let told = access.redact("not open sesame, nor QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!((told.as_str(), format!("{access:?}").contains("sesame")), ("not …, nor …", false));
    }
}
