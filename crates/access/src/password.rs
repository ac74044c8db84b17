//! Passwords, hashed by Argon2id (RFC 9106).

use std::fmt;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString},
};

use crate::{Error, Refusal, secret::random};

/// Fewest characters. NIST SP 800-63B, 5.1.1.2, asks for eight at least and against rules of composition.
const LEAST: usize = 12;
/// Most bytes, so that hashing one takes no more than another.
const MOST: usize = 1_024;

/// A password that fits; never printed.
pub struct Password(String);

impl Password {
    /// One that is to be used from now on.
    ///
    /// # Errors
    /// [`Refusal::ShortPassword`], [`Refusal::LongPassword`].
    pub fn new(text: &str) -> Result<Self, Refusal> {
        match text {
            _ if text.chars().count() < LEAST => Err(Refusal::ShortPassword),
            _ if text.len() > MOST => Err(Refusal::LongPassword),
            text => Ok(Self(text.to_owned())),
        }
    }

    /// Its hash as a PHC string, which names the cost that it was made with.
    ///
    /// # Errors
    /// [`Error::Hash`], [`Error::Random`].
    pub(crate) fn hash(&self, cost: Cost) -> Result<String, Error> {
        let salt = SaltString::encode_b64(&random::<16>()?).map_err(|_| Error::Hash)?;
        let params = Params::new(cost.memory_kib, cost.passes, 1, None).map_err(|_| Error::Hash)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon2.hash_password(self.0.as_bytes(), &salt).map_err(|_| Error::Hash)?;
        Ok(hash.to_string())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// Whether `given` is the password of this hash; compared in constant time.
pub(crate) fn is_it(given: &str, hash: &str) -> Result<bool, Error> {
    if given.len() > MOST {
        return Ok(false);
    }
    let hash = PasswordHash::new(hash).map_err(|_| Error::Hash)?;
    Ok(Argon2::default().verify_password(given.as_bytes(), &hash).is_ok())
}

/// What hashing a password costs whoever tries many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory, KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for Cost {
    /// OWASP's Password Storage Cheat Sheet for Argon2id: 19 MiB, two passes, one lane.
    fn default() -> Self {
        Self { memory_kib: 19 * 1_024, passes: 2 }
    }
}

impl Cost {
    /// As little as Argon2 knows: for tests, which hash what is no secret.
    pub const LEAST: Self = Self { memory_kib: Params::MIN_M_COST, passes: Params::MIN_T_COST };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_has_twelve_characters_and_no_rules_beside() {
        assert_eq!(Password::new("äöüäöüäöüäö").unwrap_err(), Refusal::ShortPassword);
        assert!(Password::new("äöüäöüäöüäöü").is_ok() && Password::new("            ").is_ok());
        assert_eq!(Password::new(&"x".repeat(MOST + 1)).unwrap_err(), Refusal::LongPassword);
        assert_eq!(format!("{:?}", Password::new("a long enough one").unwrap()), "Password(…)");
    }

    #[test]
    fn a_hash_says_how_it_was_made_and_fits_its_password_alone() {
        let password = Password::new("lamps see the street").unwrap();
        let hash = password.hash(Cost::default()).unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, password.hash(Cost::default()).unwrap(), "each has a salt of its own");
        assert!(is_it("lamps see the street", &hash).unwrap());
        assert!(!is_it("lamps see the Street", &hash).unwrap() && !is_it(&"x".repeat(MOST + 1), &hash).unwrap());
        assert!(is_it("lamps see the street", "no hash").is_err());
    }
}
