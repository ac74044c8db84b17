//! What a provider says of somebody beside whom it means.

use openidconnect::AdditionalClaims;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Claims that no standard names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Others(pub(crate) Map<String, Value>);

impl AdditionalClaims for Others {}

impl Others {
    /// Texts of a claim, which is one or a list of them; a name with dots leads into objects unless a claim is called just so. `None` if
    /// there is no such claim.
    pub(crate) fn texts(&self, claim: &str) -> Option<Vec<&str>> {
        match self.find(claim)? {
            Value::String(text) => Some(vec![text]),
            Value::Array(values) => Some(values.iter().filter_map(Value::as_str).collect()),
            _ => None,
        }
    }

    fn find(&self, claim: &str) -> Option<&Value> {
        if let Some(value) = self.0.get(claim) {
            return Some(value);
        }
        let mut parts = claim.split('.');
        let first = self.0.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(claims: Value, claim: &str) -> Option<Vec<String>> {
        let others: Others = serde_json::from_value(claims).unwrap();
        others.texts(claim).map(|texts| texts.into_iter().map(str::to_owned).collect())
    }

    #[test]
    fn roles_stand_in_a_text_a_list_or_deep_in_objects() {
        let found = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        assert_eq!(texts(json!({"groups": "a"}), "groups"), found(&["a"]));
        assert_eq!(texts(json!({"groups": ["a", 1, null, ["c"], "b"]}), "groups"), found(&["a", "b"]));
        assert_eq!(texts(json!({"realm_access": {"roles": ["a"]}}), "realm_access.roles"), found(&["a"]));
        assert_eq!(texts(json!({"https://city.example/roles": ["a"]}), "https://city.example/roles"), found(&["a"]));
        for claims in [json!({}), json!({"groups": {"a": "b"}}), json!({"groups": null}), json!({"groups": 7})] {
            assert_eq!(texts(claims, "groups"), None);
        }
        assert_eq!(texts(json!({"realm_access": []}), "realm_access.roles"), None);
    }
}
