//! `alerts.toml`.

use expect_test::expect;
use smartpole_model::registry::{AlertRules, AlertSeverity, DayTime, EmailTls, SecretPlace};

use crate::fixture::{check, files, parse};

const POLES: &str =
    "id,name,place,lat,lon,switch_point\nAM-01,,Am Markt,51.5476,7.3115,S-1\nAM-02,,Am Markt,51.5478,7.3118,\n";

fn rules(text: &str) -> AlertRules {
    parse(&files(&[("poles.csv", POLES), ("alerts.toml", text)])).registry.alerts
}

#[test]
fn what_a_file_does_not_say_is_as_without_one() {
    let without = parse(&files(&[("poles.csv", POLES)])).registry.alerts;
    assert_eq!(rules("# nothing\n"), without);
    let mut changed = rules("[silent]\nintervals = 6\nseverity = \"note\"\n[flood]\nenabled = false\n");
    let silent = changed.silent.as_mut().unwrap();
    assert_eq!((silent.when.intervals, silent.when.least_s, silent.severity), (6, 900, AlertSeverity::Note));
    assert_eq!(changed.flood.take(), None);
    (changed.silent, changed.flood) = (without.silent.clone(), without.flood.clone());
    assert_eq!(changed, without);
}

#[test]
fn hours_without_power_are_of_the_clock_or_of_the_sun() {
    let text = "[[power_off]]\nfrom = \"sunrise\"\nto = \"sunset\"\nswitch_points = [\"S-1\"]\n[[power_off]]\nfrom = \"22:30\"\nto = \"05:00\"\nmargin_min = 5\n";
    let off = rules(text).power_off;
    assert_eq!((off[0].from, off[0].to, off[0].margin_min), (DayTime::Sunrise, DayTime::Sunset, 30));
    assert_eq!((off[1].from, off[1].to, off[1].margin_min), (DayTime::Minute(1_350), DayTime::Minute(300), 5));
}

#[test]
fn every_mistake_is_named_at_once() {
    let text = r#"
[silent]
intervals = 1
severity = "urgent"
[batery]
[[battery]]
property = "pm2_5"
[[limit_value]]
property = "pm25"
above = 50
[[limit_value]]
property = "pm2_5"
above = 50.001
[[power_off]]
switch_points = ["S-2"]
from = "noon"
to = "sunset"
[disk]
free = 3
"#;
    check(
        &[("poles.csv", POLES), ("alerts.toml", text)],
        &expect![[r#"
        alerts.toml:3: intervals: 1 is out of bounds
          hint: use 2 to 1000
        alerts.toml:4: severity: unknown severity `urgent`
          hint: use one of act, watch, note
        alerts.toml:5: batery: unknown key `batery`
          hint: did you mean `battery`?
        alerts.toml:6: empty: `empty` is missing
          hint: add `empty = 0.5`
        alerts.toml:9: property: unknown property `pm25`
          hint: did you mean `pm2_5`?
        alerts.toml:13: above: 50.001 does not fit `pm2_5`, which has 2 decimals
          hint: use fewer decimals or a smaller number
        alerts.toml:15: switch_points: no pole hangs on the switch point `S-2`
          hint: did you mean `S-1`?
        alerts.toml:16: from: `noon` is no time of day
          hint: write "sunrise", "sunset", or hours and minutes of the local day like "07:30"
        alerts.toml:19: free: unknown key `free`
          hint: remove it
    "#]],
    );
}

#[test]
fn a_mail_server_and_webhooks_need_little_and_have_the_usual_ports() {
    let targets = |text: &str| rules(text).targets;
    let by_tls = |more: &str| {
        let text =
            format!("[email]\nserver = \"localhost\"\nfrom = \"s@example.org\"\nto = [\"a@example.org\"]\n{more}");
        let email = targets(&text).email.unwrap();
        (email.tls, email.port, email.login.map(|login| login.password))
    };
    assert_eq!(by_tls(""), (EmailTls::StartTls, 587, None));
    assert_eq!(by_tls("tls = \"implicit\""), (EmailTls::Implicit, 465, None));
    let login = "tls = \"none\"\nport = 2525\nuser = \"u\"\npassword_env = \"MAIL\"";
    assert_eq!(by_tls(login), (EmailTls::None, 2_525, Some(SecretPlace::Variable("MAIL".to_owned()))));

    let hooks = targets(
        "[[webhook]]\nurl = \"http://10.0.0.7:9000/a?b=c\"\nsecret_file = \"s\"\n[[webhook]]\nname = \"on call\"\nurl = \"https://[::1]/\"\nsecret_env = \"S\"\nseverity = \"act\"\n",
    );
    let told: Vec<_> = hooks.all().map(|(target, severity)| (target.name, severity)).collect();
    assert_eq!(
        told,
        [("10.0.0.7:9000".to_owned(), AlertSeverity::Watch), ("on call".to_owned(), AlertSeverity::Act)],
        "private addresses are an operator's own matter"
    );
}

#[test]
fn severities_reach_those_who_hear_of_them_and_of_less_urgent_ones() {
    use AlertSeverity::{Act, Note, Watch};
    let reaches = |severity: AlertSeverity| [Act, Watch, Note].map(|least| severity.reaches(least));
    assert_eq!([Act, Watch, Note].map(reaches), [[true; 3], [false, true, true], [false, false, true]]);
}

#[test]
fn every_mistake_of_a_mail_server_is_named_at_once() {
    let text = r#"
[email]
server = "mail.example.org:25"
tls = "ssl"
from = "Smartpole <s@example.org>"
to = ["a@example.org", "b@", "A@example.org", "x\r\nBcc: y@example.org"]
user = "u"
severity = "urgent"
"#;
    check(
        &[("poles.csv", POLES), ("alerts.toml", text)],
        &expect![[r#"
        alerts.toml:3: server: it is no name of a host
          hint: write it like "mail.example.org", without port
        alerts.toml:4: tls: unknown word `ssl`
          hint: use one of starttls, implicit, none
        alerts.toml:5: from: "Smartpole <s@example.org>" is no mail address
          hint: write it like "betrieb@example.org", without a name beside it
        alerts.toml:6: to: "b@" is no mail address
          hint: write it like "betrieb@example.org", without a name beside it
        alerts.toml:6: to: "x\r\nBcc: y@example.org" is no mail address
          hint: write it like "betrieb@example.org", without a name beside it
        alerts.toml:6: to: `A@example.org` is named twice
          hint: remove one of them
        alerts.toml:7: user: it has no password
          hint: add `password_file = "…"` or `password_env = "…"`
        alerts.toml:8: severity: unknown severity `urgent`
          hint: use one of act, watch, note
    "#]],
    );
    let plain = "[email]\nserver = \"mail.example.org\"\ntls = \"none\"\nfrom = \"s@example.org\"\nto = []\npassword_file = \"p\"\n";
    check(
        &[("poles.csv", POLES), ("alerts.toml", plain)],
        &expect![[r#"
        alerts.toml:1: user: there is a password, but no user
          hint: add `user = "…"`, or remove the password
        alerts.toml:3: tls: mail would go over the network for everybody to read
          hint: use "starttls" or "implicit"; "none" is for a mail server on this machine
        alerts.toml:5: to: nobody is named
          hint: write it like `to = ["betrieb@example.org"]`
    "#]],
    );
}

#[test]
fn every_mistake_of_webhooks_is_named_at_once() {
    let text = r#"
[[webhook]]
url = "ftp://example.org"
[[webhook]]
url = "https://user:password@example.org/"
secret_file = "a"
secret_env = "B"
[[webhook]]
name = "x"
url = "https://example.org/1"
secret_file = ""
[[webhook]]
name = "x"
url = "https://example.org/2"
secret = "hush"
"#;
    check(
        &[("poles.csv", POLES), ("alerts.toml", text)],
        &expect![[r#"
        alerts.toml:2: secret_file: `secret_file` is missing
          hint: add `secret_file = "…"`, a file whose first line is known to the receiver, too: it signs what is sent
        alerts.toml:3: url: it is no address of the web
          hint: write it like "https://alarm.example.org/hook", without user, password and #
        alerts.toml:5: url: it is no address of the web
          hint: write it like "https://alarm.example.org/hook", without user, password and #
        alerts.toml:7: secret_env: `secret_file` is there as well
          hint: remove one of them
        alerts.toml:11: secret_file: it names nothing
          hint: give the path of a file, or the name of a variable
        alerts.toml:12: secret_file: `secret_file` is missing
          hint: add `secret_file = "…"`, a file whose first line is known to the receiver, too: it signs what is sent
        alerts.toml:13: name: another webhook is called so
          hint: give each webhook a `name` of its own
        alerts.toml:15: secret: unknown key `secret`
          hint: remove it
    "#]],
    );
}
