mod counters;
mod meant;

use std::{fs, fs::Permissions, os::unix::fs::PermissionsExt};

use expect_test::{Expect, expect};
use smartpole_model::{RecordRef, Seq};

use super::*;

const DEPLOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy");

/// A folder with a copy of the shipped configuration and registry.
struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        for (name, bytes) in inputs::read(&Path::new(DEPLOY).join("castrop-rauxel")).unwrap() {
            copy.write(&format!("castrop-rauxel/{name}"), &String::from_utf8(bytes).unwrap());
        }
        copy.write("smartpole.toml", &fs::read_to_string(Path::new(DEPLOY).join("smartpole.toml")).unwrap());
        copy
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    }

    fn replace(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.0.path().join(name)).unwrap();
        assert!(text.contains(from), "{from}");
        self.write(name, &text.replacen(from, to, 1));
    }

    #[track_caller]
    fn reports(&self, variables: &[(&str, &str)], expected: &Expect) {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let report = Report::of_config(&self.0.path().join("smartpole.toml"), variables).to_string();
        expected.assert_eq(&report.replace(&format!("{}/", self.0.path().display()), ""));
    }
}

#[test]
fn the_shipped_configuration_and_registry_are_sound() {
    Copy::new().reports(
        &[],
        &expect![
            "ok: 42 poles, 93 devices, 13 zones, 13 profiles, 56 properties, 5 routes, 4 gateways, 42 devices with keys"
        ],
    );
    assert!(Report::of_registry(&Path::new(DEPLOY).join("castrop-rauxel")).mistakes.is_empty());
}

#[test]
fn mistakes_of_configuration_and_registry_are_listed_together() {
    let copy = Copy::new();
    copy.replace("smartpole.toml", "#listen =", "lissten =");
    copy.replace("castrop-rauxel/devices.csv", "am-01-air,AM-01,", "am-01-air,AM-99,");
    copy.write(
        "castrop-rauxel/fold.toml",
        "[[routes]]\nfilter = \"a/#\"\nformat = \"smartpole\"\n[[routes]]\nfilter = \"a#\"\nformat = \"smartpole\"\n",
    );
    copy.reports(
        &[("SMARTPOLE__DATA", "smartpole.toml/data")],
        &expect![[r#"
            smartpole.toml:30: http.lissten: unknown key `lissten`
              hint: did you mean `listen`?
            castrop-rauxel/devices.csv:2: pole: unknown pole `AM-99`
              hint: add it to poles.csv, or correct the id
            castrop-rauxel/fold.toml:5: filter: "a#" is no topic filter
              hint: `+` is one whole level and `#` the whole last one: smartpole/+/+/+/up, sensors/#
            smartpole.toml/data: smartpole.toml is no folder
              hint: let the service's user write there, or choose another folder by `data`
            4 mistakes"#]],
    );
}

#[test]
fn what_is_no_mistake_but_worth_knowing_is_a_note() {
    let copy = Copy::new();
    copy.replace("castrop-rauxel/profiles/noise-meter.toml", "payload_time = true", "payload_time = false");
    copy.reports(&[("SMARTPOLE__HTTP__LISTEN", "0.0.0.0:8080")], &expect![[r#"
        note: no identity: profile noise-meter has payload_time = false, so a message delivered twice counts twice (am-03-noise, ep-03-noise, lg-04-noise and 1 more)
        note: http.listen: the service will listen on 127.0.0.1:8080, not on 0.0.0.0:8080, until imprint, privacy, accessibility are given in the section [legal]
        note: http.listen: passwords and exact figures would go in the clear: give cert_file and key_file, or name the proxy that speaks TLS in proxies
        ok: 42 poles, 93 devices, 13 zones, 13 profiles, 56 properties, 5 routes, 4 gateways, 42 devices with keys"#]]);
}

/// The shipped registry with these zones, by id, kind, parent and poles, without outlines.
fn with_zones(zones: &[(&str, &str, &str, &str)]) -> Copy {
    let copy = Copy::new();
    let zone = |(id, kind, parent, poles): &(&str, &str, &str, &str)| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}","name":"-","kind":"{kind}","parent":{parent},"count":"none","poles":[{poles}]}},"geometry":null}}"#
        )
    };
    let zones: Vec<String> = zones.iter().map(zone).collect();
    let zones = format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}]}}", zones.join(",\n"));
    copy.write("castrop-rauxel/zones.geojson", &zones);
    copy.write("castrop-rauxel/events.csv", "id,name,kind,from,to,weekdays,zones,note\n"); // no events in zones that are gone
    copy
}

/// Ids of all poles but the first, for the `poles` of a zone.
fn others(copy: &Copy) -> String {
    let poles = fs::read_to_string(copy.0.path().join("castrop-rauxel/poles.csv")).unwrap();
    let ids = poles.lines().skip(2).map(|row| format!("\"{}\"", row.split(',').next().unwrap()));
    ids.collect::<Vec<_>>().join(",")
}

#[test]
fn poles_that_a_zone_holds_and_not_the_one_around_are_a_note() {
    let others = others(&Copy::new());
    let zones = [("stadt", "city", "null", &*others), ("markt", "place", r#""stadt""#, r#""AM-01","AM-02""#)];
    with_zones(&zones).reports(
        &[],
        &expect![[r#"
        note: in zone markt but not in the zone stadt around it: AM-01 (zones.geojson)
        ok: 42 poles, 93 devices, 2 zones, 13 profiles, 56 properties, 5 routes, 4 gateways, 42 devices with keys"#]],
    );
}

#[test]
fn poles_in_no_zone_and_in_two_of_a_kind_are_mistakes() {
    let others = others(&Copy::new());
    let zones = [
        ("stadt", "city", "null", &*others),
        ("markt", "place", r#""stadt""#, r#""AM-02","AM-03""#),
        ("altstadt", "place", r#""stadt""#, r#""AM-04","AM-03""#),
    ];
    with_zones(&zones).reports(
        &[],
        &expect![[r#"
        castrop-rauxel/poles.csv:2: id: `AM-01` is in no zone, so in no figure of an area
          hint: let a border of zones.geojson go around it, or name it in the `poles` of a zone
        castrop-rauxel/zones.geojson:4: poles: `altstadt` holds the pole `AM-03`, as the place `markt` of line 3 does
          hint: let one of them hold it: a pole cannot count in two zones of the kind place
        2 mistakes"#]],
    );
}

#[test]
fn a_registry_that_is_not_there_is_one_mistake() {
    expect![[r#"
        nowhere: cannot be read: No such file or directory (os error 2)
          hint: give the folder of poles.csv
        1 mistake"#]]
    .assert_eq(&Report::of_registry(Path::new("nowhere")).to_string());
}

#[test]
fn wildcards_stand_alone_in_their_level() {
    let [right, wrong] = [
        ["#", "+", "a", "/", "a/#", "+/+/up", "a//b", "$SYS/#"],
        ["", "a#", "#/a", "a/#/b", "a+/b", "+a", "$share/g/a", "a\0"],
    ];
    assert_eq!(right.map(is_filter), [true; 8]);
    assert_eq!(wrong.map(is_filter), [false; 8]);
}

#[test]
fn keys_that_others_can_read_are_a_note_and_keys_that_cannot_be_used_a_mistake() {
    let copy = Copy::new();
    copy.write("castrop-rauxel/gateways.csv", "id,name\n0016c001ff10235d,Rathaus\n");
    let key = "5ec2e700112233445566778899aabbcc";
    let keys = format!("device,activation,app_key\n70b3d57ba0001b50,otaa,{key}\n");
    copy.write("castrop-rauxel/keys.csv", &keys);
    copy.write("smartpole-data/inputs.key", "");
    for file in ["castrop-rauxel/keys.csv", "smartpole-data/inputs.key"] {
        fs::set_permissions(copy.0.path().join(file), Permissions::from_mode(0o640)).unwrap();
    }
    copy.reports(&[], &expect![[r#"
        note: smartpole-data/inputs.key holds keys that others of this machine can read: chmod 600 smartpole-data/inputs.key
        note: castrop-rauxel/keys.csv holds keys that others of this machine can read: chmod 600 castrop-rauxel/keys.csv
        ok: 42 poles, 93 devices, 13 zones, 13 profiles, 56 properties, 5 routes, 1 gateway, 1 device with keys"#]]);
    copy.write("castrop-rauxel/keys.csv", &keys.replace("5ec2", "5ec"));
    copy.replace("castrop-rauxel/profiles/decentlab-dl-pm.toml", "decentlab_dl_pm", "smartpole");
    copy.reports(&[], &expect![[r#"
        note: smartpole-data/inputs.key holds keys that others of this machine can read: chmod 600 smartpole-data/inputs.key
        castrop-rauxel/keys.csv:2: app_key: expected 32 hex digits
          hint: copy it from the device's papers, most significant byte first
        castrop-rauxel/keys.csv:2: device: its profile in devices.csv cannot read frames: profiles/decentlab-dl-pm.toml
          hint: for `codec` use one of cayenne_lpp, decentlab_dl_pm, imbuildings_people_counter, milesight_vs121, milesight_vs133; or remove this line if a network server reads its frames
        2 mistakes"#]]);
}

#[test]
fn a_target_that_asks_for_what_is_not_there_and_a_token_that_others_can_read_are_named() {
    let copy = Copy::new();
    copy.replace(
        "smartpole.toml",
        "\n[journal]\n",
        "\n[[influx]]\nname = \"city\"\norg = \"o\"\nbucket = \"b\"\ntoken_file = \"token\"\nthemes = [\"air_qualty\", \"noise\", \"x\"]\nproperties = [\"pm2_5\", \"pm25\"]\nzones = [\"alstadt\"]\n\n[journal]\n",
    );
    copy.write("token", "5ec2e7\n");
    fs::set_permissions(copy.0.path().join("token"), Permissions::from_mode(0o644)).unwrap();
    copy.reports(
        &[],
        &expect![[r#"
            note: token holds a token that others of this machine can read: chmod 600 token
            smartpole.toml: influx.properties: target city: there is no property `pm25`
              hint: did you mean `pm2_5`?
            smartpole.toml: influx.themes: target city: no property has the theme `air_qualty`
              hint: did you mean `air_quality`?
            smartpole.toml: influx.themes: target city: no property has the theme `x`
              hint: use some of air_quality, charging, connectivity, device, energy, footfall, noise, parking, soil, traffic, water, weather
            smartpole.toml: influx.zones: target city: there is no zone `alstadt`
              hint: did you mean `altstadt`?
            4 mistakes"#]],
    );
}

#[test]
fn a_catalogue_that_does_not_fit_what_is_stored_is_a_mistake() {
    let copy = Copy::new();
    let data = copy.0.path().join("data");
    fs::create_dir(&data).unwrap();
    let (store, library) = (smartpole_store::Store::open(&data).unwrap(), inputs::InputLibrary::new(&data, None));
    let files = inputs::read(&copy.0.path().join("castrop-rauxel")).unwrap();
    let hash = library.keep(&files, |_| Vec::new()).unwrap().unwrap();
    let mut fold = crate::fold_loop::restore(&store, &library).unwrap();
    let env = smartpole_pipeline::Env { stored: &store, inputs: &library };
    let received_at = "2026-11-25T10:00:00Z".parse().unwrap();
    let message = smartpole_model::RawMessageRef {
        source: "mqtt",
        topic: "smartpole/castrop-rauxel/AM-01/am-01-air/up",
        payload: br#"{"time":"2026-11-25T10:00:00Z","values":{"pm2_5":7.3}}"#,
        received_at,
        principal: "",
        peer: "",
        qos: 1,
        retained: false,
    };
    let records = [RecordRef::Inputs { received_at, hash: &hash }, RecordRef::Message(message)];
    for (record, seq) in records.iter().zip(1..) {
        fold.apply(Seq(seq), record, false, &env).unwrap();
    }
    store.commit(&fold.take_changes()).unwrap();

    copy.reports(
        &[("SMARTPOLE__DATA", "data")],
        &expect![
            "ok: 42 poles, 93 devices, 13 zones, 13 profiles, 56 properties, 5 routes, 4 gateways, 42 devices with keys"
        ],
    );
    copy.replace("castrop-rauxel/properties.toml", "id = \"pm2_5\"\nnumber = ", "id = \"pm2_5\"\nnumber = 99");
    copy.reports(&[("SMARTPOLE__DATA", "data")], &expect![[r#"
        castrop-rauxel/properties.toml: pm2_5: readings of it are stored under the number 2, which is 992 now
          hint: put the entry back as it was (number 2), and give what is new an id and a number of its own; a property that is no longer measured stays in the catalogue
        1 mistake"#]]);
}

#[test]
fn messages_that_outlive_the_readings_of_persons_in_them_are_noted() {
    let note = |journal_days: &str| {
        let copy = Copy::new();
        copy.replace("smartpole.toml", "#journal_days = 14", &format!("journal_days = {journal_days}"));
        let report = Report::of_config(&copy.0.path().join("smartpole.toml"), Vec::new());
        report.notes.into_iter().find(|note| note.starts_with("retention.journal_days"))
    };
    assert_eq!(note("14"), None);
    let longer = note("15").unwrap();
    assert!(longer.contains("15 days in the journal, readings of persons 14 days"), "{longer}");
}

#[test]
fn secrets_of_those_who_are_told_of_alerts_have_to_be_there_and_for_the_service_alone() {
    let copy = Copy::new();
    let text = "[email]\nserver = \"mail.example.org\"\nfrom = \"s@example.org\"\nto = [\"a@example.org\"]\nuser = \"s\"\npassword_file = \"mail-password\"\nca_file = \"ca.pem\"\n\
                [[webhook]]\nurl = \"https://example.org/\"\nsecret_file = \"hook-secret\"\n[[webhook]]\nurl = \"https://example.com/\"\nsecret_env = \"NOT_HERE\"\n";
    copy.write("castrop-rauxel/alerts.toml", text);
    copy.write("castrop-rauxel/mail-password", "\n");
    copy.write("castrop-rauxel/ca.pem", "not a certificate\n");
    copy.reports(&[], &expect![[r#"
        castrop-rauxel/alerts.toml: ca_file: castrop-rauxel/ca.pem cannot be used: it holds no PEM section of a certificate
          hint: let it hold the certificate of the mail server's authority, as PEM
        castrop-rauxel/alerts.toml: password_file: castrop-rauxel/mail-password: its first line is empty
          hint: let its first line be the secret, readable by the service alone (chmod 600)
        castrop-rauxel/alerts.toml: secret_file: cannot read castrop-rauxel/hook-secret: No such file or directory (os error 2)
          hint: let its first line be the secret, readable by the service alone (chmod 600)
        3 mistakes"#]]);
    copy.write("castrop-rauxel/mail-password", "hush-hush\n");
    copy.write("castrop-rauxel/alerts.toml", &text.replace("ca_file = \"ca.pem\"\n", ""));
    copy.write("castrop-rauxel/hook-secret", "hush-hush\n");
    fs::set_permissions(copy.0.path().join("castrop-rauxel/hook-secret"), Permissions::from_mode(0o644)).unwrap();
    copy.reports(&[], &expect![[r#"
        note: castrop-rauxel/hook-secret holds a secret that others of this machine can read: chmod 600 castrop-rauxel/hook-secret
        ok: 42 poles, 93 devices, 13 zones, 13 profiles, 56 properties, 5 routes, 4 gateways, 42 devices with keys"#]]);
}

#[test]
fn zones_that_claims_lead_to_have_to_be_there() {
    let copy = Copy::new();
    copy.write("secret", "x");
    let openid = "[access.openid]\nissuer = \"https://login.example.org\"\nclient_id = \"smartpole\"\nclient_secret_file = \"secret\"\n\
        [access.openid.roles]\na = { role = \"planner\", zones = [\"altstad\"] }\n\n[publish]\nbase_url = \"https://luft.example.org\"\n";
    copy.replace("smartpole.toml", "[publish]\n", openid);
    copy.reports(
        &[],
        &expect![[r#"
        smartpole.toml: access.openid.roles: there is no zone `altstad`
          hint: did you mean `altstadt`?
        1 mistake"#]],
    );
}
