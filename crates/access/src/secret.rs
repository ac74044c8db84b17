//! What only its bearer knows.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::rand::{SecureRandom, SystemRandom};
use sha2::{Digest, Sha256};

use crate::Error;

/// Bits of chance, in bytes: as many as nobody guesses.
const BYTES: usize = 32;

/// A secret, which is shown once and never printed by accident.
pub struct Secret(String);

impl Secret {
    /// A new one with something before it.
    ///
    /// # Errors
    /// [`Error::Random`].
    pub(crate) fn random(prefix: &str) -> Result<Self, Error> {
        Ok(Self(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(random::<BYTES>()?))))
    }

    /// The secret itself, for whom it is.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept of it. It has 256 bits of chance, so that a fast hash does.
    pub(crate) fn hash(text: &str) -> [u8; 32] {
        Sha256::digest(text.as_bytes()).into()
    }

    /// What is kept of this one.
    pub(crate) fn hashed(&self) -> [u8; 32] {
        Self::hash(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Bytes by chance.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| Error::Random)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_have_256_bits_and_are_not_printed() {
        let (one, other) = (Secret::random("sp_").unwrap(), Secret::random("sp_").unwrap());
        assert_ne!(one.reveal(), other.reveal());
        let bits = URL_SAFE_NO_PAD.decode(one.reveal().strip_prefix("sp_").unwrap()).unwrap();
        assert_eq!(bits.len(), 32);
        assert_eq!(format!("{one:?}"), "Secret(…)");
    }
}
