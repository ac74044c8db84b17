//! Alerts reach people: by a real mail server and by HTTP, at least once, over failures and a kill.

use std::{collections::BTreeSet, fs, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::hmac;
use serde_json::{Value, json};
use smartpole_tests::{
    Api, Config, Hook, HookRequest, Listener, MailCatcher, RadioTown, Service, UdpRelay, eventually_within, free_port,
    smartpole,
};

const SECRET: &str = "a secret that both sides know";

/// Rules that need no patience: an outage is told within two or three minutes.
const RULES: &str =
    "[silent]\nintervals = 2\nleast_s = 60\n[gateway_silent]\nafter_s = 60\nopen_after = 1\nclose_after = 1\n";

/// Evaluations are a minute apart, and mails, too.
const MINUTES: Duration = Duration::from_secs(300);

/// A town whose lamps hang on one gateway, with sensors that report often.
fn config(gateways: u16, catcher: &MailCatcher, hook: &Hook) -> Config {
    let email = format!(
        "[email]\nserver = \"127.0.0.1\"\ntls = \"none\"\nport = {}\nfrom = \"smartpole@example.org\"\nto = [\"betrieb@example.org\"]\n",
        catcher.port()
    );
    let webhook = format!("[[webhook]]\nname = \"on call\"\nurl = \"{}\"\nsecret_file = \"hook-secret\"\n", hook.url());
    let config = Config::new().gateways(gateways);
    let read = |name: &str| fs::read_to_string(config.registry().join(name)).expect("a file of the registry");
    let is_far =
        |line: &&str| ["4", "5", "6", "7"].iter().any(|place| line.starts_with(&format!("02ca57fffe0{place}")));
    let near = |name: &str| {
        let lines: Vec<String> = read(name).lines().filter(|line| !is_far(line)).map(str::to_owned).collect();
        lines.join("\n") + "\n"
    };
    let (devices, keys) = (near("devices.csv"), near("keys.csv"));
    let gateway: Vec<String> = read("gateways.csv")
        .lines()
        .filter(|line| !line.contains("000") || line.contains("0002,"))
        .map(str::to_owned)
        .collect();
    let often = ["decentlab-dl-pm", "imbuildings-people-counter", "milesight-vs133"].map(|profile| {
        let name = format!("profiles/{profile}.toml");
        let text = read(&name).replace("interval_s = 600", "interval_s = 20");
        (name, text)
    });
    let config = config
        .registry_file("devices.csv", &devices)
        .registry_file("keys.csv", &keys)
        .registry_file("gateways.csv", &(gateway.join("\n") + "\n"))
        .registry_file("hook-secret", &format!("{SECRET}\n"))
        .registry_file("alerts.toml", &format!("{RULES}{email}{webhook}"));
    often.into_iter().fold(config, |config, (name, text)| config.registry_file(&name, &text))
}

/// Poles whose LoRaWAN devices all report.
async fn reporting(api: &Api) -> Result<BTreeSet<String>, String> {
    let devices = api.try_get("/api/v1/devices").await?;
    let devices = devices["items"].as_array().cloned().unwrap_or_default();
    let radio: Vec<&Value> = devices.iter().filter(|device| !device["lorawan"].is_null()).collect();
    match radio.iter().find(|device| device["state"] != "reporting" || device["lorawan"]["gateways"] == json!([])) {
        _ if radio.is_empty() => Err("no device".to_owned()),
        Some(late) => Err(late.to_string()),
        None => Ok(radio.iter().filter_map(|device| device["pole"].as_str().map(str::to_owned)).collect()),
    }
}

/// The one alert that there is.
async fn alert(api: &Api) -> Result<Value, String> {
    let answer = api.try_get("/api/v1/alerts?state=all").await?;
    match answer["items"].as_array().map(Vec::as_slice) {
        Some([one]) => Ok(one.clone()),
        _ => Err(answer.to_string()),
    }
}

/// What became of telling somebody of an event.
fn delivery<'a>(alert: &'a Value, event: &str, kind: &str) -> &'a Value {
    let all = alert["deliveries"].as_array().into_iter().flatten();
    let mut fitting = all.filter(|one| one["event"] == event && one["target"]["kind"] == kind);
    fitting.next().unwrap_or(&Value::Null)
}

/// Waits until a delivery is as it should be.
async fn delivered(api: &Api, event: &str, kind: &str, fits: impl Fn(&Value) -> bool) {
    eventually_within(MINUTES, &format!("{event} by {kind}"), async || {
        let alert = alert(api).await?;
        let delivery = delivery(&alert, event, kind);
        if fits(delivery) { Ok(()) } else { Err(alert.to_string()) }
    })
    .await;
}

/// Whether a request is signed as Standard Webhooks says.
fn is_signed(request: &HookRequest) -> bool {
    let signed = format!("{}.{}.{}", request.header("webhook-id"), request.header("webhook-timestamp"), request.body);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()), signed.as_bytes());
    request.header("webhook-signature") == format!("v1,{}", STANDARD.encode(tag))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_dies_is_one_mail_over_failures_and_a_kill_and_one_more_when_it_is_back() {
    let (port, mut catcher, hook) = (free_port(), MailCatcher::new(), Hook::new(&[500, 503]).await);
    let config = config(port, &catcher, &hook);
    let (town, relay) = (RadioTown::without_past(&config), UdpRelay::before(port).await);
    let mut service = Service::start(config).await;
    let _playing = town.live(relay.port());
    let poles = eventually_within(MINUTES, "all report", async || reporting(service.api()).await).await;
    assert!(poles.len() > 5, "{poles:?}");

    relay.cut();
    let told = eventually_within(MINUTES, "one alert with all poles", async || {
        let alert = alert(service.api()).await?;
        let named: BTreeSet<&str> =
            alert["poles"].as_array().into_iter().flatten().filter_map(|pole| pole["id"].as_str()).collect();
        let all = named.len() == poles.len() && alert["rule"] == "gateway_silent" && alert["state"] == "active";
        if all { Ok(alert) } else { Err(alert.to_string()) }
    })
    .await;

    // nobody takes mail; the webhook fails twice, and is sent the same again
    delivered(service.api(), "opened", "webhook", |one| one["state"] == "sent" && one["attempts"] == 3).await;
    delivered(service.api(), "opened", "email", |one| {
        one["state"] == "waiting" && one["error"].as_str().is_some_and(|error| error.starts_with("cannot send mail"))
    })
    .await;
    let requests = hook.requests();
    let ids: BTreeSet<&str> = requests.iter().map(|request| request.header("webhook-id")).collect();
    assert!(ids.len() == 1 && requests.iter().all(is_signed), "{requests:#?}");
    assert_eq!(requests.iter().map(|request| request.status).collect::<Vec<_>>(), [500, 503, 200]);
    let body: Value = serde_json::from_str(&requests[0].body).expect("JSON");
    assert_eq!(body["data"]["alerts"][0]["cause"]["name"], "Altstadt", "{body}");

    // muted before it was told, it waits until it is not
    let path = |order: &str| format!("/api/v1/alerts/{}/{order}", told["id"].as_str().expect("an id"));
    service.api().post(&path("acknowledge"), &json!({ "note": "Stadtwerke angerufen" })).await;
    service.api().post(&path("mute"), &json!({ "until": "2099-01-01T00:00:00Z" })).await;
    delivered(service.api(), "opened", "email", |one| one["state"] == "waiting" && one["attempts"] == 0).await;
    service.kill().await;
    catcher.start().await;
    service.start_again().await;
    delivered(service.api(), "opened", "email", |one| one["state"] == "waiting" && one["attempts"] == 0).await;
    assert!(catcher.mails().is_empty());
    service.api().post(&path("mute"), &json!({ "until": null })).await;
    delivered(service.api(), "opened", "email", |one| one["state"] == "sent").await;
    let [mail] = &catcher.mails()[..] else { panic!("{:?}", catcher.mails()) };
    assert_eq!(mail.to(), &json!(["betrieb@example.org"]));
    assert!(mail.header("Subject").starts_with("[smartpole] Handeln: Gateway Altstadt schweigt ("), "{mail:?}");
    assert!(mail.text().contains("Gesehen von: 127.0.0.1") && mail.text().contains("Stadtwerke angerufen"), "{mail:?}");
    for lamp in told["poles"].as_array().into_iter().flatten().filter_map(|pole| pole["lamp"].as_str()) {
        assert!(mail.text().contains(lamp), "{lamp}: {mail:?}");
    }

    relay.mend();
    delivered(service.api(), "closed", "email", |one| one["state"] == "sent").await;
    delivered(service.api(), "closed", "webhook", |one| one["state"] == "sent").await;
    let [first, second] = &catcher.mails()[..] else { panic!("{:?}", catcher.mails()) };
    assert!(second.header("Subject").starts_with("[smartpole] Erledigt: Gateway Altstadt schweigt"), "{second:?}");
    assert_ne!(first.header("Message-ID"), second.header("Message-ID"));
    let all = alert(service.api()).await.expect("no other alert was ever there");
    assert_eq!(all["state"], "closed");
    assert_eq!(service.api().metric("smartpole_alert_messages_total{target=\"email\",result=\"sent\"}").await, Ok(2.0));
}

/// A mail server with TLS and login, and `[email]` by which it is reached with a password of this file.
async fn secured(tls: &str) -> (MailCatcher, impl Fn(&str) -> String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let pem = [made.cert.pem(), made.signing_key.serialize_pem()];
    let mut catcher = MailCatcher::new().secured(tls, [&pem[0], &pem[1]], ["smartpole", "pass word"]);
    catcher.start().await;
    let (port, folder, tls) = (catcher.port(), catcher.folder().display().to_string(), tls.to_owned());
    let email = move |password: &str| {
        let server =
            format!("server = \"localhost\"\nport = {port}\ntls = \"{tls}\"\nca_file = \"{folder}/certificate.pem\"");
        let login = format!("user = \"smartpole\"\npassword_file = \"{password}\"");
        let to = "from = \"smartpole@example.org\"\nto = [\"betrieb@example.org\", \"planung@example.org\"]";
        format!("[email]\n{server}\n{login}\n{to}\n")
    };
    (catcher, email)
}

/// `smartpole alerts test`: its exit code, and what it said.
fn test_of(config: &Config) -> (Option<i32>, String) {
    let path = config.write();
    let run = || smartpole(&["alerts", "test", "--config", path.to_str().expect("our folder's name is UTF-8")]);
    tokio::task::block_in_place(run)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_reaches_mail_servers_with_tls_of_both_kinds_and_a_login() {
    for tls in ["starttls", "implicit"] {
        let (catcher, email) = secured(tls).await;
        let config = Config::new().registry_file("right", "pass word\n").registry_file("alerts.toml", &email("right"));
        let (code, said) = test_of(&config.listener(Listener::new()));
        assert!(code == Some(0) && said.contains("ok: email betrieb@example.org: 250 kept"), "{tls}: {said}");
        let to: Vec<Value> = catcher.mails().iter().map(|mail| mail.to().clone()).collect();
        assert_eq!(to, [json!(["betrieb@example.org"]), json!(["planung@example.org"])]);
        assert!(catcher.mails()[0].text().starts_with("Das ist ein Test"), "{:?}", catcher.mails());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_says_who_could_not_be_reached_and_why_without_secrets() {
    let (catcher, email) = secured("starttls").await;
    let nobody = format!("http://127.0.0.1:{}/key-that-nobody-should-see", free_port());
    let hook = Hook::new(&[302]).await;
    let webhook =
        |name: &str, url: &str| format!("[[webhook]]\nname = \"{name}\"\nurl = \"{url}\"\nsecret_file = \"wrong\"\n");
    let text = email("wrong") + &webhook("on call", &nobody) + &webhook("elsewhere", &hook.url());
    let config = Config::new().registry_file("wrong", "hush-hush\n").registry_file("alerts.toml", &text);
    let (code, said) = test_of(&config.listener(Listener::new()));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("FAILED: email betrieb@example.org: cannot send mail: permanent error (535)"), "{said}");
    assert!(said.contains("FAILED: webhook on call: no answer"), "{said}");
    assert!(said.contains("FAILED: webhook elsewhere: 302 Found: words"), "{said}");
    assert_eq!(hook.requests().len(), 1, "nobody is followed elsewhere");
    assert!(said.contains("4 of 4 could not be reached"), "{said}");
    assert!(!said.contains("hush") && !said.contains("nobody-should-see"), "{said}");
    assert!(catcher.mails().is_empty());
}
