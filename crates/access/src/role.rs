//! What somebody may do, and where.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// What somebody may do; each may do what those before it may.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Anybody: what cannot be used to watch single persons.
    #[default]
    Public,
    /// Exact counts, comparisons and exports.
    Planner,
    /// How devices, sources and targets are; what is wrong; replays and imports.
    Operator,
    /// Accounts, the tokens of others, the audit trail.
    Admin,
}

impl Role {
    /// All, the least first.
    pub const ALL: [Self; 4] = [Self::Public, Self::Planner, Self::Operator, Self::Admin];

    /// Its name, which stays.
    pub fn code(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Planner => "planner",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|role| role.code() == text);
        found.ok_or_else(|| "give planner, operator or admin".to_owned())
    }
}

/// Zones, by their ids, that somebody is limited to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Zones(pub Option<Vec<String>>);

impl Zones {
    /// No limit.
    pub const ALL: Self = Self(None);

    /// Limited to these.
    pub fn only(ids: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self(Some(ids.into_iter().map(Into::into).collect()))
    }

    /// Limited to these; without any there is no limit.
    pub fn named(ids: Vec<String>) -> Self {
        Self((!ids.is_empty()).then_some(ids))
    }

    /// What is within both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        match (&self.0, &other.0) {
            (None, zones) | (zones, None) => Self(zones.clone()),
            (Some(own), Some(other)) => Self(Some(own.iter().filter(|id| other.contains(id)).cloned().collect())),
        }
    }

    /// Whether all of these are within `other`.
    pub fn are_within(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(other)) => own.iter().all(|id| other.contains(id)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_role_may_do_what_those_before_it_may_and_has_a_name() {
        assert!(Role::ALL.is_sorted());
        for role in Role::ALL {
            assert_eq!(role.code().parse(), Ok(role));
            assert_eq!(serde_json::to_string(&role).unwrap(), format!("\"{role}\""));
        }
        assert!("root".parse::<Role>().is_err());
    }

    fn zones() -> impl Strategy<Value = Zones> {
        prop::option::of(prop::collection::vec("[a-d]", 0..4)).prop_map(Zones)
    }

    proptest! {
        #[test]
        fn two_limits_together_allow_no_more_than_either(a in zones(), b in zones()) {
            let both = a.and(&b);
            prop_assert!(both.are_within(&a) && both.are_within(&b));
            prop_assert!(Zones::ALL.and(&a) == a && a.are_within(&Zones::ALL));
            prop_assert_eq!(both.0.is_none(), a.0.is_none() && b.0.is_none());
        }
    }
}
