//! What an account is called.

use std::fmt;

use crate::Refusal;

/// A name that fits; how large letters are does not tell two apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    const MOST: usize = 64;

    /// The name, without the space around it.
    ///
    /// # Errors
    /// [`Refusal::Name`].
    pub fn new(text: &str) -> Result<Self, Refusal> {
        let text = text.trim();
        let fits = (1..=Self::MOST).contains(&text.chars().count()) && !text.contains(char::is_control);
        if fits { Ok(Self(text.to_owned())) } else { Err(Refusal::Name) }
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
