mod influx;
mod openid;
mod sources;

use std::{fs, path::Path};

use expect_test::{Expect, expect};
use smartpole_source::{mqtt_client, mqtt_listener, udp};

use super::*;

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/smartpole.toml");

/// What a file and variables give, in a folder of its own with an empty registry and a token.
fn read(text: &str, variables: &[(&str, &str)]) -> (Config, String) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("registry")).unwrap();
    fs::write(folder.path().join("token"), "secret\n").unwrap();
    let path = folder.path().join("smartpole.toml");
    fs::write(&path, text).unwrap();
    let mut mistakes = Mistakes::new(Path::new("smartpole.toml"));
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let config = Config::read(&path, variables, &mut mistakes);
    let base = format!("{}/", folder.path().display());
    (config, if mistakes.is_empty() { String::new() } else { mistakes.to_string().replace(&base, "") })
}

#[track_caller]
fn mistakes(text: &str, expected: &Expect) {
    expected.assert_eq(&read(text, &[]).1);
}

const SOUND: &str = "registry = \"registry\"\n[[mqtt]]\nclient_id = \"a\"\n";

#[test]
fn the_shipped_file_is_sound() {
    Config::load(Path::new(SHIPPED)).unwrap();
}

#[test]
fn the_shipped_file_shows_every_option_with_its_default() {
    let shown = |line: &str| line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).to_owned();
    let shipped = fs::read_to_string(SHIPPED).unwrap();
    let without_default =
        |line: &String| !["username", "_file"].iter().any(|key| line.split('=').next().unwrap().contains(key));
    let text: String = shipped.lines().map(shown).filter(without_default).map(|line| line + "\n").collect();
    let text = text.replace("castrop-rauxel", "registry").replace("allow_anonymous = false", "allow_anonymous = true");
    let text = text.replace("org = ", "token_file = \"token\"\norg = ");
    let (config, found) = read(&text, &[]);
    assert_eq!(found, "");
    let client = mqtt_client::Options { client_id: "smartpole".to_owned(), ..Default::default() };
    assert_eq!(config.mqtt, [client]);
    assert_eq!(config.listener, Some(mqtt_listener::Options { allow_anonymous: true, ..Default::default() }));
    assert_eq!(config.udp, Some(udp::Options::default()));
    let token_file = config.influx[0].token_file.clone();
    let (org, bucket) = ("registry".to_owned(), "smartpole".to_owned());
    assert_eq!(config.influx, [smartpole_influx::Options { org, bucket, token_file, ..Default::default() }]);
    assert!(config.data.ends_with("smartpole-data"));
    let Config { http, access, publish, legal, journal, retention, log, .. } = config;
    assert_eq!((http, access, publish, legal, journal, retention, log), Default::default());
}

#[test]
fn the_shipped_file_names_every_key() {
    let shipped = fs::read_to_string(SHIPPED).unwrap();
    let written =
        |key: &str| shipped.lines().any(|line| line.trim_start_matches('#').starts_with(&format!("{key} = ")));
    let keys = [
        fields::of::<mqtt_client::Options>(),
        fields::of::<mqtt_listener::Options>(),
        fields::of::<udp::Options>(),
        fields::of::<smartpole_influx::Options>(),
        fields::of::<smartpole_journal::Options>(),
        fields::of::<Http>(),
        fields::of::<smartpole_api::Publish>(),
        fields::of::<smartpole_api::LegalOptions>(),
        fields::of::<Retention>(),
        fields::of::<Log>(),
        &["data", "registry", "inputs_key_file", "history", "history_target"],
    ];
    assert_eq!(keys.concat().into_iter().filter(|key| !written(key)).collect::<Vec<_>>(), [""; 0]);
    assert!(keys.iter().all(|keys| !keys.is_empty()));
}

#[test]
fn a_wrong_key_is_answered_with_the_right_one() {
    mistakes(
        &format!("{SOUND}password = \"secret\"\n[http]\nlissten = \"127.0.0.1:80\"\n"),
        &expect![[r#"
            smartpole.toml:4: mqtt.0.password: unknown key `password`
              hint: a password stands in a file of its own: name it by `password_file`
            smartpole.toml:6: http.lissten: unknown key `lissten`
              hint: did you mean `listen`?
            2 mistakes"#]],
    );
}

#[test]
fn ten_mistakes_are_named_in_one_run() {
    mistakes(
        r#"regsitry = "registry"

[http]
listen = "localhost"

[[mqtt]]
transport = "tsl"
ca_file = "ca.pem"
port = 70000
qos = 2
subscriptions = ["a#"]

[[mqtt]]
client_id = "b"

[journal]
group_records = 0

[log]
format = "xml"
"#,
        &expect![[r#"
            smartpole.toml:1: regsitry: unknown key `regsitry`
              hint: did you mean `registry`?
            smartpole.toml:4: http.listen: expected an address and a port
              hint: write it like `listen = "127.0.0.1:8080"`; 0.0.0.0 stands for every network
            smartpole.toml:6: mqtt.0.client_id: is empty
              hint: choose a name that no other client of the broker has, and keep it
            smartpole.toml:7: mqtt.0.transport: unknown word `tsl`
              hint: did you mean `tls`?
            smartpole.toml:9: mqtt.0.port: expected a whole number from 0 to 65535, found integer `70000`
              hint: write the number without quotes
            smartpole.toml:10: mqtt.0.qos: 2 is not 0 or 1
              hint: 1 loses nothing
            smartpole.toml:11: mqtt.0.subscriptions: "a#" is no topic filter
              hint: + is one whole level, # the last one
            smartpole.toml:13: mqtt.1.name: another source is called `broker`
              hint: give each source a name of its own: the ledger counts by it
            smartpole.toml:17: journal.group_records: is 0
              hint: 1000 is common
            smartpole.toml:20: log.format: unknown word `xml`
              hint: use one of text, json
            10 mistakes"#]],
    );
}

#[test]
fn what_is_no_text_of_the_law_is_named() {
    mistakes(
        &format!("{SOUND}[legal]\nimprint = \"none.md\"\nprivacy = \"ftp://example.org\"\nofficer = \"she\"\n"),
        &expect![[r#"
            smartpole.toml:5: legal.imprint: none.md cannot be read: No such file or directory (os error 2)
              hint: give the address of a page, or a readable Markdown file of 256 KiB at most; a relative path begins at the configuration file
            smartpole.toml:6: legal.privacy: is no address of the web
              hint: write it like "https://www.example.org/impressum", or give a Markdown file
            smartpole.toml:7: legal.officer: is neither an e-mail address nor that of a page
              hint: write it like "office@example.org" or "https://example.org/form?about=air"
            3 mistakes"#]],
    );
}

#[test]
fn what_nobody_can_publish_by_is_named() {
    mistakes(
        &format!(
            "{SOUND}[publish]\nlicence = \"dl-de/by-2-0\"\ncontact = \"the town hall\"\nbase_url = \"luft.example.org\"\n"
        ),
        &expect![[r#"
            smartpole.toml:5: publish.licence: no licence "dl-de/by-2-0"; there are dl-by-de/2.0, dl-zero-de/2.0, cc-by/4.0, cc-by-sa/4.0, cc-zero, geonutz/20130319, odbl, odby, odcpddl
              hint: dl-by-de/2.0 is common for data of German cities
            smartpole.toml:6: publish.contact: is neither an e-mail address nor that of a page
              hint: write it like "opendata@example.org" or "https://example.org/contact"
            smartpole.toml:7: publish.base_url: is no address of the web that a path can follow
              hint: write it like "https://luft.example.org", without user, query and a slash at the end
            3 mistakes"#]],
    );
}

#[test]
fn tables_and_values_are_not_mixed_up() {
    mistakes(
        "http = 1\ndata = 5\nregistry.x = 1\n[mqtt]\n[[listener]]\n[journal]\nsegment_bytes = 99999999999999999999\n",
        &expect![[r#"
            smartpole.toml:1: http: expected a table
              hint: write it as `[http]`
            smartpole.toml:2: data: expected a path, found integer `5`
              hint: write it in quotes
            smartpole.toml:3: registry: is a single value, not a table
              hint: write it like `registry = …`
            smartpole.toml:4: mqtt: expected a list of tables
              hint: write each entry as `[[mqtt]]`
            smartpole.toml:5: listener: expected a table
              hint: write it as `[listener]`
            smartpole.toml:7: journal.segment_bytes: expected any valid TOML value, found integer `99999999999999999999` as i128
              hint: correct the value
            6 mistakes"#]],
    );
}

#[test]
fn syntax_errors_are_all_that_is_said_of_a_file() {
    mistakes(
        "data = \nregistry = \"registry\n[http\n",
        &expect![[r#"
        smartpole.toml:1: string values must be quoted, expected literal string
          hint: mend the TOML syntax of this line
        smartpole.toml:2: invalid basic string, expected `"`
          hint: mend the TOML syntax of this line
        smartpole.toml:3: unclosed table, expected `]`
          hint: mend the TOML syntax of this line
        3 mistakes"#]],
    );
}

#[test]
fn a_file_that_is_not_there_is_a_mistake() {
    let found = Config::load(Path::new("nowhere/smartpole.toml")).unwrap_err().to_string();
    expect![[r#"
        nowhere/smartpole.toml: cannot be read: No such file or directory (os error 2)
          hint: give the path of a readable TOML file in UTF-8
        1 mistake"#]]
    .assert_eq(&found);
}

#[test]
fn relative_paths_begin_at_the_file() {
    let text = "registry = \"registry\"\n[[mqtt]]\nclient_id = \"a\"\nusername = \"u\"\npassword_file = \"registry/../smartpole.toml\"\n";
    let (config, found) = read(text, &[]);
    assert_eq!(found, "");
    let base = config.registry.parent().unwrap().to_owned();
    assert_eq!(config.data, base.join("smartpole-data"));
    assert_eq!(config.mqtt[0].password_file, Some(base.join("registry/../smartpole.toml")));
}

#[test]
fn the_environment_overrides_the_file_and_adds_to_it() {
    let (config, found) = read(
        SOUND,
        &[
            ("SMARTPOLE__DATA", "/var/lib/smartpole"),
            ("SMARTPOLE__HTTP__LISTEN", "127.0.0.1:9000"),
            ("SMARTPOLE__MQTT__0__PORT", "8883"),
            ("SMARTPOLE__MQTT__0__PROTOCOL", "5"),
            ("SMARTPOLE__MQTT__0__SUBSCRIPTIONS", "[\"a/#\", \"b\"]"),
            ("SMARTPOLE__MQTT__1__CLIENT_ID", "007"),
            ("SMARTPOLE__MQTT__1__NAME", "second"),
            ("SMARTPOLE__LISTENER__ALLOW_ANONYMOUS", "true"),
            ("SMARTPOLE_OTHER", "1"),
            ("PATH", "/bin"),
        ],
    );
    assert_eq!(found, "");
    assert_eq!((config.data.to_str(), config.http.listen.port()), (Some("/var/lib/smartpole"), 9000));
    let [first, second] = &config.mqtt[..] else { panic!("{:?}", config.mqtt) };
    assert_eq!((first.port, first.protocol, first.client_id.as_str()), (8883, mqtt_client::Protocol::V5, "a"));
    assert_eq!(first.subscriptions, ["a/#", "b"]);
    assert_eq!((second.client_id.as_str(), second.name.as_str()), ("007", "second"));
    assert!(config.listener.is_some_and(|listener| listener.allow_anonymous));
}

#[test]
fn mistakes_of_the_environment_are_named_by_their_variables() {
    let (_, found) = read(
        SOUND,
        &[
            ("SMARTPOLE__HTP__LISTEN", "127.0.0.1:9000"),
            ("SMARTPOLE__HTTP__LISTEN", ":9000"),
            ("SMARTPOLE__MQTT__0__PORT", "99999"),
            ("SMARTPOLE__MQTT__0__QOS", "one"),
            ("SMARTPOLE__MQTT__5__HOST", "far"),
            ("SMARTPOLE__MQTT__HOST", "near"),
            ("SMARTPOLE__JOURNAL", "big"),
            ("SMARTPOLE__", ""),
        ],
    );
    expect![[r#"
        environment: SMARTPOLE__: leads to no option
          hint: write SMARTPOLE__SECTION__KEY; entries of a list have numbers from 0, without gaps
        environment: SMARTPOLE__HTP__LISTEN: unknown key `htp`
          hint: did you mean `http`?
        environment: SMARTPOLE__HTTP__LISTEN: expected an address and a port
          hint: write it like `listen = "127.0.0.1:8080"`; 0.0.0.0 stands for every network
        environment: SMARTPOLE__JOURNAL: expected a table
          hint: write it as `[journal]`
        environment: SMARTPOLE__MQTT__0__PORT: expected a whole number from 0 to 65535, found integer `99999`
          hint: write the number without quotes
        environment: SMARTPOLE__MQTT__0__QOS: expected a whole number from 0 to 255, found string "one"
          hint: write the number without quotes
        environment: SMARTPOLE__MQTT__5__HOST: leads to no option
          hint: write SMARTPOLE__SECTION__KEY; entries of a list have numbers from 0, without gaps
        environment: SMARTPOLE__MQTT__HOST: leads to no option
          hint: write SMARTPOLE__SECTION__KEY; entries of a list have numbers from 0, without gaps
        8 mistakes"#]]
    .assert_eq(&found);
}

proptest::proptest! {
    #[test]
    fn any_text_gives_a_configuration_or_mistakes(text in r#"([a-z]{1,4}|mqtt|http|listener|[\[\]{}=.,"'#\n]|[0-9]|\PC){0,40}"#) {
        read(&text, &[("SMARTPOLE__HTTP__LISTEN", &text), ("SMARTPOLE__MQTT__0__PORT", &text)]);
    }
}
