//! Targets.

use expect_test::expect;

use super::{SOUND, mistakes, read};

#[test]
fn a_target_is_read_with_paths_that_begin_at_the_file() {
    let text = format!(
        "{SOUND}[[influx]]\norg = \"town\"\nbucket = \"poles\"\ntoken_file = \"token\"\nresolution = [\"raw\", \"1d\"]\n"
    );
    let (config, found) = read(&text, &[("SMARTPOLE__INFLUX__0__NAME", "city")]);
    assert_eq!(found, "");
    let [target] = &config.influx[..] else { panic!("{:?}", config.influx) };
    let base = config.registry.parent().unwrap();
    assert_eq!((target.name.as_str(), &target.token_file), ("city", &base.join("token")));
    assert_eq!(target.resolution, [smartpole_influx::Resolution::Raw, smartpole_influx::Resolution::Day]);
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
token_file = "smartpole.toml"
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
windows = false
resolution = ["15m", "1w"]
"#
        ),
        &expect![[r#"
            smartpole.toml:5: influx.0.bucket: is empty
              hint: give the name of the bucket
            smartpole.toml:7: influx.0.url: holds a user or password
              hint: remove them: a token goes into token_file, a password into password_file
            smartpole.toml:8: influx.0.token_file: its first line is no token
              hint: let its first line be the token
            smartpole.toml:9: influx.0.ca_file: no file nowhere.pem
              hint: give the path of a readable file
            smartpole.toml:10: influx.0.token: unknown key `token`
              hint: a token stands in a file of its own: name it by `token_file`
            smartpole.toml:11: influx.0.batch_lines: 0 is not within 1 and 50000
              hint: 5000 suits most
            smartpole.toml:13: influx.1.name: another target is called `influx`
              hint: give each target a name of its own: what it has is remembered by it
            smartpole.toml:13: influx.1.token_file: is missing
              hint: write the token to a file of its own, readable by the service alone
            smartpole.toml:17: influx.1.ca_file: has no effect without https
              hint: give an https url, or remove it
            smartpole.toml:18: influx.1.themes: expected a list, found string "air_quality"
              hint: write it in brackets: ["one", "two"]
            smartpole.toml:19: influx.1.timeout_s: 0 is not within 1 and 600
              hint: 20 suits most
            smartpole.toml:20: influx.1.retention_days: 99999 is more than 24855
              hint: that is 68 years; 0 is for ever
            smartpole.toml:21: influx.1.windows: unknown key `windows`
              hint: write resolution = ["raw"] for windows = false; true is the default, remove it
            smartpole.toml:22: influx.1.resolution: unknown word `1w`
              hint: did you mean `1h`?
            14 mistakes"#]],
    );
}

#[test]
fn one_target_is_written_as_a_list_too() {
    mistakes(
        &format!("{SOUND}[influx]\norg = \"town\"\n"),
        &expect![[r#"
        smartpole.toml:4: influx: expected a list of tables
          hint: write each entry as `[[influx]]`
        1 mistake"#]],
    );
}

#[test]
fn mistakes_that_hang_on_the_version_are_named_together() {
    mistakes(
        &format!(
            "{SOUND}{}",
            r#"
[[influx]]
name = "old"
version = 1
org = "town"
database = "poles"
username = "city"
password_file = "blank"
token_file = "token"

[[influx]]
name = "new"
version = 3
bucket = "poles"
retention_days = 30
token_file = "token"

[[influx]]
name = "next"
version = 4
org = "town"
bucket = "poles"
token_file = "token"
"#
        ),
        &expect![[r#"
            smartpole.toml:8: influx.0.org: has no effect with version 1
              hint: remove it, or give version = 2: the others have a database
            smartpole.toml:11: influx.0.password_file: no file blank
              hint: give the path of a readable file
            smartpole.toml:12: influx.0.token_file: has no effect with version 1
              hint: remove it: version 1 has username and password_file
            smartpole.toml:14: influx.1.database: is empty
              hint: give the name of the database
            smartpole.toml:17: influx.1.bucket: has no effect with version 3
              hint: remove it, or give version = 2: the others have a database
            smartpole.toml:18: influx.1.retention_days: has no effect with version 3
              hint: remove it: InfluxDB 3 is told by `influxdb3 create database --retention-period`
            smartpole.toml:23: influx.2.version: 4 is no generation of InfluxDB: there are 1, 2 and 3
              hint: write it like `version = …`
            7 mistakes"#]],
    );
}

#[test]
fn a_target_of_version_1_needs_a_database_only_and_its_password_begins_at_the_file() {
    let text = format!(
        "{SOUND}[[influx]]\nversion = 1\ndatabase = \"poles\"\nusername = \"city\"\npassword_file = \"token\"\n"
    );
    let (config, found) = read(&text, &[]);
    assert_eq!(found, "");
    let base = config.registry.parent().unwrap();
    assert_eq!(config.influx[0].password_file, Some(base.join("token")));
    assert_eq!(read(&format!("{SOUND}[[influx]]\nversion = 1\ndatabase = \"poles\"\n"), &[]).1, "");
}

#[test]
fn older_readings_are_read_from_a_target_that_has_them_all() {
    let target =
        |name: &str, more: &str| format!("[[influx]]\nname = \"{name}\"\nversion = 1\ndatabase = \"poles\"\n{more}");
    let two = [target("some", "resolution = [\"1h\"]\n"), target("all", "")].concat();
    let (config, found) = read(&format!("history = \"influxdb\"\nhistory_target = \"all\"\n{SOUND}{two}"), &[]);
    assert_eq!((config.history.map(|target| target.name).as_deref(), found.as_str()), (Some("all"), ""));
    let (config, _) = read(&format!("history = \"local\"\n{SOUND}{two}"), &[]);
    assert_eq!(config.history, None);
    mistakes(
        &format!("history = \"influxdb\"\n{SOUND}{two}"),
        &expect![[r#"
        smartpole.toml:1: history: target some does not get all readings
          hint: remove its themes, properties and zones, let its resolution have "raw", or name another target by `history_target`
        1 mistake"#]],
    );
    mistakes(
        &format!("history = \"influxdb\"\nhistory_target = \"al\"\n{SOUND}{two}"),
        &expect![[r#"
        smartpole.toml:2: history_target: there is no target `al`
          hint: did you mean `all`?
        1 mistake"#]],
    );
    mistakes(
        &format!("history_target = \"all\"\n{SOUND}{two}"),
        &expect![[r#"
        smartpole.toml:1: history_target: has no effect without history
          hint: add `history = "influxdb"`, or remove it
        1 mistake"#]],
    );
    mistakes(
        &format!("history = \"influxdb\"\n{SOUND}"),
        &expect![[r#"
        smartpole.toml:1: history: there is no target
          hint: add [[influx]], or give the name of one
        1 mistake"#]],
    );
    let new = "[[influx]]\nversion = 3\ndatabase = \"poles\"\ntoken_file = \"token\"\n";
    mistakes(
        &format!("history = \"influxdb\"\n{SOUND}{new}"),
        &expect![[r#"
        smartpole.toml:1: history: target influx cannot be asked for readings
          hint: name a target of version 1 or 2 by `history_target`
        1 mistake"#]],
    );
}
