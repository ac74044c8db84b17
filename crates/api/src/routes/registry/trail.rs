//! Who changed which file, by the audit trail.

use std::{collections::HashMap, fmt};

use serde::Serialize;
use smartpole_access::{AuditEntry, AuditOutcome, What};
use smartpole_model::UtcMillis;
use utoipa::ToSchema;

use crate::{ApiState, problem::Problem};

/// Most changes that are looked through.
const CHANGES: usize = 2_000;
/// Stands for the hash of a file that is not there.
const ABSENT: &str = "-";

/// A change, as the audit trail tells it: the name of the file, the hash of what it was, the hash of what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deed<'a> {
    pub(super) file: &'a str,
    pub(super) former: Option<&'a str>,
    pub(super) hash: Option<&'a str>,
}

impl fmt::Display for Deed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.file, self.former.unwrap_or(ABSENT), self.hash.unwrap_or(ABSENT))
    }
}

impl<'a> Deed<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let mut words = text.rsplitn(3, ' ');
        let mut hash = || words.next().map(|word| (word != ABSENT).then_some(word));
        let (hash, former) = (hash()?, hash()?);
        Some(Self { file: words.next()?, former, hash })
    }
}

/// Who changed something, and when.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RegistryChangedBy)]
pub(crate) struct ChangedBy {
    /// The pseudonym of an account; `local`: the service's own machine or a network of operators.
    who: String,
    /// The name of the account, if there still is one.
    name: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: UtcMillis,
}

/// The newest change to each text of each file.
pub(super) struct Trail(HashMap<(String, String), ChangedBy>);

impl Trail {
    pub(super) async fn read(state: &ApiState) -> Result<Self, Problem> {
        let read = state.access(|access| Ok((access.audit_of(What::RegistryChanged, CHANGES)?, access.accounts()?)));
        let (entries, accounts) = read.await?;
        let names: HashMap<String, String> = accounts.into_iter().map(|of| (of.id.to_string(), of.name)).collect();
        let done = entries.into_iter().rev().filter(|entry| entry.outcome == AuditOutcome::Done);
        Ok(Self(done.filter_map(|entry| noted(&entry, &names)).collect()))
    }

    /// Who gave a file the text with this hash.
    pub(super) fn by(&self, file: &str, hash: &str) -> Option<ChangedBy> {
        self.0.get(&(file.to_owned(), hash.to_owned())).cloned()
    }
}

fn noted(entry: &AuditEntry, names: &HashMap<String, String>) -> Option<((String, String), ChangedBy)> {
    let Deed { file, hash, .. } = Deed::read(&entry.about)?;
    let who = entry.who.as_str().to_owned();
    let by = ChangedBy { name: names.get(&who).cloned(), who, at: entry.at };
    Some(((file.to_owned(), hash?.to_owned()), by))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_read_as_it_was_written_whatever_the_file_is_called() {
        for deed in [
            Deed { file: "poles.csv", former: Some("a1"), hash: Some("b2") },
            Deed { file: "profiles/a b.toml", former: None, hash: Some("b2") },
            Deed { file: "counts.csv", former: Some("a1"), hash: None },
        ] {
            assert_eq!(Deed::read(&deed.to_string()), Some(deed));
        }
        assert_eq!(Deed::read("/api/v1/registry/poles.csv"), None);
    }
}
