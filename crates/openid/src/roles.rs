//! What values of a claim allow.

use std::collections::BTreeMap;

use serde::Deserialize;
use smartpole_access::{Role, Zones};

/// What somebody may do, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct May {
    /// `planner`, `operator` or `admin`.
    pub role: Role,
    /// Ids of the zones of which it sees exact figures; without it, all.
    pub zones: Zones,
}

/// Values of a claim, and what each allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles(pub BTreeMap<String, May>);

impl Roles {
    /// What these values come to: the highest role of any, in all zones of those that give it. Nothing if none is known.
    pub fn of<'a>(&self, values: impl IntoIterator<Item = &'a str>) -> Option<May> {
        let known: Vec<&May> = values.into_iter().filter_map(|value| self.0.get(value)).collect();
        let role = known.iter().map(|may| may.role).max().filter(|role| *role > Role::Public)?;
        let lists = known.iter().filter(|may| may.role == role).map(|may| may.zones.0.clone());
        // one without a list is without a limit
        let ids: Option<Vec<String>> = lists.collect::<Option<Vec<_>>>().map(|lists| lists.concat());
        let zones = Zones(ids.map(|mut ids| {
            ids.sort();
            ids.dedup();
            ids
        }));
        Some(May { role, zones })
    }

    /// All zones that are named.
    pub fn zones(&self) -> impl Iterator<Item = &str> {
        self.0.values().flat_map(|may| may.zones.0.iter().flatten()).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn may(role: Role, zones: Option<&[&str]>) -> May {
        May { role, zones: zones.map_or(Zones::ALL, |ids| Zones::only(ids.iter().copied())) }
    }

    #[test]
    fn the_highest_role_counts_in_all_zones_that_give_it() {
        let roles = Roles(BTreeMap::from([
            ("plan".to_owned(), may(Role::Planner, None)),
            ("run-a".to_owned(), may(Role::Operator, Some(&["a"]))),
            ("run-b".to_owned(), may(Role::Operator, Some(&["b", "a"]))),
            ("run".to_owned(), may(Role::Operator, None)),
        ]));
        assert_eq!(roles.of(["plan", "other"]), Some(may(Role::Planner, None)));
        assert_eq!(roles.of(["run-a", "plan"]), Some(may(Role::Operator, Some(&["a"]))));
        assert_eq!(roles.of(["run-a", "run-b"]), Some(may(Role::Operator, Some(&["a", "b"]))));
        assert_eq!(roles.of(["run-a", "run"]), Some(may(Role::Operator, None)));
        assert_eq!((roles.of(["Plan", "plan ", ""]), roles.of([])), (None, None), "a value is its very text");
    }

    fn any() -> impl Strategy<Value = Roles> {
        let may = (0..4_usize, prop::option::of(prop::collection::vec("[a-c]", 0..3)));
        let may = may.prop_map(|(role, zones)| May { role: Role::ALL[role], zones: Zones(zones) });
        prop::collection::btree_map("[p-s]", may, 0..5).prop_map(Roles)
    }

    proptest! {
        #[test]
        fn nobody_gets_more_than_one_value_gives_or_zones_that_none_gives(roles in any(), values in prop::collection::vec("[p-t]", 0..5)) {
            let given: Vec<&May> = values.iter().filter_map(|value| roles.0.get(value)).collect();
            match roles.of(values.iter().map(String::as_str)) {
                None => prop_assert!(given.iter().all(|may| may.role == Role::Public)),
                Some(May { role, zones }) => {
                    prop_assert!(role > Role::Public);
                    let giving: Vec<&&May> = given.iter().filter(|may| may.role == role).collect();
                    prop_assert!(!giving.is_empty() && given.iter().all(|may| may.role <= role));
                    prop_assert_eq!(zones.0.is_none(), giving.iter().any(|may| may.zones.0.is_none()));
                    for id in zones.0.iter().flatten() {
                        prop_assert!(giving.iter().any(|may| may.zones.0.iter().flatten().any(|own| own == id)));
                    }
                }
            }
        }
    }
}
