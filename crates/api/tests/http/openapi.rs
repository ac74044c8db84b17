use expect_test::expect_file;

/// Stale? `UPDATE_EXPECT=1 cargo test -p smartpole-api openapi`
#[test]
fn the_description_in_the_repository_is_the_one_that_is_served() {
    expect_file!["../openapi.json"].assert_eq(&smartpole_api::openapi());
}
