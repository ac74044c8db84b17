//! Targets.

use expect_test::expect;

use super::{SOUND, mistakes, read};

#[test]
fn a_target_is_read_with_paths_that_begin_at_the_file() {
    let text = format!(
        "{SOUND}[[influx]]\norg = \"town\"\nbucket = \"poles\"\ntoken_file = \"smartpole.toml\"\nwindows = false\n"
    );
    let (config, found) = read(&text, &[("SMARTPOLE__INFLUX__0__NAME", "city")]);
    // the first line of the configuration is no token: it has spaces
    expect![[r#"
        smartpole.toml:7: influx.0.token_file: its first line is no token
          hint: let its first line be the token
        1 mistake"#]]
    .assert_eq(&found);
    let [target] = &config.influx[..] else { panic!("{:?}", config.influx) };
    let base = config.registry.parent().unwrap();
    assert_eq!(
        (target.name.as_str(), target.windows, &target.token_file),
        ("city", false, &base.join("smartpole.toml"))
    );
}

#[test]
fn mistakes_about_targets_are_named_together() {
    mistakes(
        &format!(
            "{SOUND}{}",
            r#"
[[influx]]
org = "town"
url = "http://me:hush@localhost:8086"
token_file = "token"
ca_file = "nowhere.pem"
token = "hush"
batch_lines = 0

[[influx]]
org = "town"
bucket = "poles"
url = "http://localhost:8086"
ca_file = "smartpole.toml"
themes = "air_quality"
timeout_s = 0
retention_days = 99999
"#
        ),
        &expect![[r#""#]],
    );
}

#[test]
fn one_target_is_written_as_a_list_too() {
    mistakes(&format!("{SOUND}[influx]\norg = \"town\"\n"), &expect![[r#""#]]);
}
