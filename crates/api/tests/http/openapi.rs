use std::collections::BTreeSet;

use expect_test::expect_file;

/// Stale? `UPDATE_EXPECT=1 cargo test -p smartpole-api openapi`
#[test]
fn the_description_in_the_repository_is_the_one_that_is_served() {
    expect_file!["../openapi.json"].assert_eq(&smartpole_api::openapi());
}

#[test]
fn all_that_is_referred_to_is_described() {
    let description: serde_json::Value = serde_json::from_str(&smartpole_api::openapi()).unwrap();
    let text = description.to_string();
    let referred = text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap());
    let schemas = description["components"]["schemas"].as_object().unwrap();
    let missing: BTreeSet<&str> = referred.filter(|name| !schemas.contains_key(*name)).collect();
    assert_eq!(missing, BTreeSet::new());
}
