//! Names of files, and who may do what with which.

use std::fmt;

use smartpole_access::Role;
use smartpole_model::registry::{FOLD, INPUT_FILES, KEYS, PROFILES, PROPERTIES, is_input};

use super::PATH;
use crate::{
    asker::Asker,
    problem::{Named, Problem},
};

/// What stands for `/` in an address: proxies treat an escaped one in many ways.
const SLASH: char = ':';

/// A file that the registry may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FileName(String);

impl FileName {
    /// By its part of an address.
    pub(super) fn read(asked: &str) -> Result<Self, Problem> {
        let name = asked.replacen(SLASH, "/", 1);
        if is_input(&name) && !name.contains('\0') {
            return Ok(Self(name));
        }
        Err(Problem::unknown(&Named::REGISTRY_FILE, &name, INPUT_FILES.into_iter()))
    }

    /// Of a file that is there.
    pub(super) fn of(name: &str) -> Self {
        Self(name.to_owned())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// Where it is.
    pub(super) fn address(&self) -> String {
        format!("{PATH}/{}", self.0.replacen('/', &SLASH.to_string(), 1))
    }

    /// Whether it holds secrets: such a file is neither shown nor taken.
    pub(super) fn is_secret(&self) -> bool {
        self.0 == KEYS
    }

    /// Refuses one that holds secrets.
    pub(super) fn shown(self) -> Result<Self, Problem> {
        if self.is_secret() { Err(Problem::secret_file(&self.0)) } else { Ok(self) }
    }

    /// Who may change it: what is for everybody to see, and for how long things are kept, is a matter of admins.
    pub(super) fn written_by(&self) -> Option<Role> {
        match self.0.as_str() {
            KEYS => None,
            FOLD | PROPERTIES => Some(Role::Admin),
            _ => Some(Role::Operator),
        }
    }

    /// Refuses whoever may not change it.
    pub(super) fn written(self, method: &str, asker: &Asker) -> Result<Self, Problem> {
        match self.written_by() {
            None => Err(Problem::secret_file(&self.0)),
            Some(role) if asker.role < role => Err(Problem::for_role(&format!("{method} of {self}"), role)),
            Some(_) => Ok(self),
        }
    }

    pub(super) fn media_type(&self) -> &'static str {
        match self.0.rsplit('.').next() {
            Some("csv") => "text/csv; charset=utf-8",
            Some("geojson") => "application/geo+json",
            _ => "application/toml",
        }
    }

    pub(super) fn is_profile(&self) -> bool {
        self.0.starts_with(PROFILES)
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
