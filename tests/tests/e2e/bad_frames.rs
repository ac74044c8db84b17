//! Frames and datagrams that nobody should send; and where keys must never be.

use std::{collections::BTreeMap, fs, path::Path};

use smartpole_model::{Credentials, Eui};
use smartpole_tests::{Config, DL_PM, Gateway, Ledger, Service, eventually, free_port, join_request, rxpk, uplink};

/// The town hall's gateway, a personalized device with a DL-PM and one that joins, of the shipped registry.
const GATEWAY: Eui = Eui(0x02ca_57ff_feff_0001);
const PERSONALIZED: &str = "02ca57fffe040401";
const JOINING: &str = "02ca57fffe010201";
/// Two devices with one address, told apart by their keys.
const TWINS: [&str; 2] = ["0200000000000001", "0200000000000002"];

fn config(port: u16) -> Config {
    let device = |id: &str| format!("{id},AM-01,decentlab-dl-pm,,,");
    let keys = |id: &str, digit: &str| format!("{id},abp,,,26011bda,{},{},", digit.repeat(32), digit.repeat(31) + "0");
    let header = "device,activation,join_eui,app_key,dev_addr,nwk_s_key,app_s_key,f_cnt_reset";
    let config = Config::new().gateways(port);
    let shipped = fs::read_to_string(config.registry().join("keys.csv")).expect("the shipped keys");
    assert!(shipped.starts_with(header), "{shipped}");
    config
        .registry_line("devices.csv", &TWINS.map(device).join("\n"))
        .registry_line("keys.csv", &format!("{}\n{}", keys(TWINS[0], "a"), keys(TWINS[1], "b")))
}

fn credentials(config: &Config, device: &str) -> Credentials {
    let inputs = config.inputs();
    let index = inputs.registry.device_index(device).expect("the registry has it");
    inputs.registry.devices[index].credentials.expect("it has keys")
}

/// Bodies of PUSH_DATA, and what becomes of each: an outcome, or a reason.
fn bodies(config: &Config) -> Vec<(&'static str, &'static str, String)> {
    let (personalized, joining) = (credentials(config, PERSONALIZED), credentials(config, JOINING));
    let eui = JOINING.parse().expect("an EUI");
    let good = uplink(&personalized, 900_000, DL_PM);
    let with = |change: fn(&mut Vec<u8>)| {
        let mut frame = good.clone();
        change(&mut frame);
        rxpk(1, &[frame])
    };
    let json = |object: &str| format!("{{\"rxpk\":[{object}]}}");
    let old = rxpk(1, &[uplink(&personalized, 900_001, DL_PM)])
        .replace("\"tmst\"", "\"time\":\"1970-01-02T00:00:00Z\",\"tmst\"");
    vec![
        ("a good frame", "uplink", rxpk(1, std::slice::from_ref(&good))),
        ("the same again", "duplicate", rxpk(1, std::slice::from_ref(&good))),
        ("one whose gateway has a clock of 1970", "uplink", old),
        ("a truncated frame", "decode_failed", with(|frame| frame.truncate(7))),
        ("nothing but a type", "decode_failed", with(|frame| frame.truncate(1))),
        ("no bytes", "decode_failed", with(Vec::clear)),
        ("300 bytes", "decode_failed", with(|frame| frame.resize(300, 0))),
        ("FOpts beside FPort 0", "decode_failed", rxpk(1, &[vec![0x40, 1, 0x57, 0xca, 0, 1, 0, 0, 2, 0, 9, 9, 9, 9]])),
        ("a changed payload", "wrong_mic", with(|frame| frame[10] ^= 1)),
        ("an address of nobody", "unknown_dev_addr", with(|frame| frame[1] ^= 0x40)),
        ("a proprietary frame", "unsupported_frame", rxpk(1, &[vec![0xe0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]])),
        ("a downlink", "unsupported_frame", with(|frame| frame[0] = 0x60)),
        ("noise", "bad_crc", rxpk(1, std::slice::from_ref(&good)).replace("\"stat\":1", "\"stat\":-1")),
        ("a request to join", "control", rxpk(1, &[join_request(eui, &joining, 1)])),
        ("another one", "control", rxpk(2, &[join_request(eui, &joining, 2)])),
        ("the first one, replayed", "dev_nonce_used", rxpk(3, &[join_request(eui, &joining, 1)])),
        ("a join of a stranger", "unknown_device", rxpk(1, &[join_request(Eui(0xdead), &joining, 1)])),
        ("wrong types", "decode_failed", json("{\"tmst\":\"soon\",\"data\":7,\"freq\":[]}")),
        ("no base64", "decode_failed", rxpk(1, std::slice::from_ref(&good)).replace("\"data\":\"", "\"data\":\"!")),
        ("no object", "decode_failed", json("7")),
        ("a status of nulls", "control", "{\"stat\":{\"time\":null,\"rxnb\":null}}".to_owned()),
    ]
}

/// Datagrams that are none; each is kept as one message.
fn strange_datagrams() -> Vec<Vec<u8>> {
    let head = [&[2, 0, 9, 0][..], &GATEWAY.0.to_be_bytes()].concat();
    let with = |body: &[u8]| [&head, body].concat();
    vec![
        Vec::new(),
        vec![2, 0, 9],
        vec![1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        with(b"no JSON"),
        with(b"{\"rxpk\":7}"),
        with(&[b"{\"rxpk\":".as_slice(), &[b'['; 10_000]].concat()),
        with(&[0xff; 60_000]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_frame_has_its_outcome_and_stops_nobody() {
    let port = free_port();
    let config = config(port);
    let (bodies, strange) = (bodies(&config), strange_datagrams());
    let twins = TWINS.map(|device| credentials(&config, device));
    let mut service = Service::start(config).await;
    let before = service.resident_bytes();
    let gateway = Gateway::new(GATEWAY, port).await;
    let mut wanted: BTreeMap<String, u64> = BTreeMap::new();
    for (number, (what, outcome, body)) in bodies.iter().enumerate() {
        gateway.push_until_acknowledged(number as u16, body).await;
        let kind = if ["uplink", "duplicate", "control"].contains(outcome) { "" } else { "quarantined " };
        *wanted.entry(format!("messages {kind}{outcome}")).or_default() += 1;
        is(&service, &wanted, what).await;
    }
    for datagram in &strange {
        gateway.send(datagram).await;
        *wanted.entry("messages quarantined decode_failed".to_owned()).or_default() += 1;
        is(&service, &wanted, &format!("{} strange bytes", datagram.len())).await;
    }
    // In the name of no gateway of ours; pulls from many addresses, which get no answer.
    Gateway::new(Eui(0xbad), port).await.push_until_acknowledged(7, &bodies[0].2).await;
    *wanted.entry("messages quarantined unknown_gateway".to_owned()).or_default() += 1;
    for host in 2..=200 {
        let stranger = Gateway::at(&format!("127.0.0.{host}"), Eui(host), port).await;
        for token in 0..5 {
            stranger.pull(token).await;
        }
    }
    // Two devices with one address, each by its own key.
    let frames = twins.map(|twin| uplink(&twin, 5, DL_PM));
    gateway.push_until_acknowledged(1_000, &rxpk(9, &frames)).await;
    *wanted.entry("messages uplink".to_owned()).or_default() += 2;
    is(&service, &wanted, "two devices with one address").await;
    for device in TWINS {
        let radio = service.api().get(&format!("/api/v1/devices/{device}")).await;
        assert_eq!((&radio["lorawan"]["received"], &radio["state"]), (&1.into(), &"reporting".into()), "{radio}");
    }
    assert!(service.is_alive());
    let grown = service.resident_bytes().saturating_sub(before);
    assert!(grown < 32 << 20, "{} MB more than before", grown >> 20);
}

/// Waits until the ledger's messages are these.
async fn is(service: &Service, wanted: &BTreeMap<String, u64>, what: &str) {
    eventually(what, async || {
        let ledger = Ledger::ask(service.api()).await?;
        let mut terms = ledger.terms.clone();
        terms.retain(|name, n| name.starts_with("messages") && *n > 0);
        if &terms == wanted && ledger.balanced { Ok(()) } else { Err(format!("is {terms:#?}, must be {wanted:#?}")) }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_requests_to_join_leaves_the_service_small_and_the_device_joins() {
    let port = free_port();
    let config = config(port);
    let (eui, joining) = (JOINING.parse().expect("an EUI"), credentials(&config, JOINING));
    let service = Service::start(config).await;
    let before = service.resident_bytes();
    let gateway = Gateway::new(GATEWAY, port).await;
    let forged = |nonce: u16| {
        let mut frame = join_request(eui, &joining, nonce);
        *frame.last_mut().expect("a MIC") ^= 1;
        frame
    };
    for batch in 0..40u16 {
        let frames: Vec<_> = (0..250).map(|n| forged(batch * 250 + n)).collect();
        gateway.push_until_acknowledged(batch, &rxpk(batch.into(), &frames)).await;
    }
    gateway.pull_until_acknowledged().await;
    gateway.push_until_acknowledged(100, &rxpk(7_000_000, &[join_request(eui, &joining, 77)])).await;
    let (accept, tmst) =
        eventually("the device is answered", async || gateway.pull_resp().await.ok_or("nothing yet".to_owned())).await;
    assert_eq!((accept.len(), accept[0], tmst), (33, 0x20, 12_000_000), "a join accept after 5 s");
    let device = service.api().get(&format!("/api/v1/devices/{JOINING}")).await;
    assert_eq!(
        (&device["lorawan"]["joins"], &device["lorawan"]["join_pending"]),
        (&1.into(), &true.into()),
        "{device}"
    );
    let grown = service.resident_bytes().saturating_sub(before);
    assert!(grown < 32 << 20, "{} MB more than before", grown >> 20);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_nowhere_but_in_the_registry() {
    let port = free_port();
    let config = config(port);
    let personalized = credentials(&config, PERSONALIZED);
    let keys: Vec<String> = fs::read_to_string(config.registry().join("keys.csv"))
        .expect("the keys")
        .split([',', '\n'])
        .filter(|cell| cell.len() == 32)
        .map(str::to_owned)
        .collect();
    assert!(keys.len() > 40, "{} keys", keys.len());
    let mut service = Service::start(config).await;
    let gateway = Gateway::new(GATEWAY, port).await;
    gateway.push_until_acknowledged(1, &rxpk(1, &[uplink(&personalized, 900_000, DL_PM)])).await;
    eventually("it is folded", async || {
        let uplinks = Ledger::ask(service.api()).await?.term("messages uplink");
        if uplinks == 1 { Ok(()) } else { Err(format!("{uplinks} uplinks")) }
    })
    .await;
    // Keys with a mistake are complained of, in the log and by the interface, and are not quoted.
    let broken = fs::read_to_string(service.config().registry().join("keys.csv"))
        .expect("the keys")
        .replace(",otaa,", ",ottaa,");
    fs::write(service.config().registry().join("keys.csv"), broken).expect("our own copy");
    eventually("the mistake is told", async || {
        let (_, text) = service.api().ask("/readyz").await?;
        if text.contains("keys.csv") { Ok(()) } else { Err(text) }
    })
    .await;
    let mut told = service.log();
    for path in ["/readyz", "/metrics", "/api/v1/devices", "/api/v1/gateways", "/api/v1/quarantine", "/api/v1/ledger"] {
        told += &service.api().ask(path).await.expect("it answers").1;
    }
    service.kill().await;
    let kept = everything(&service.config().data_folder());
    for key in &keys {
        let raw: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&key[2 * at..2 * at + 2], 16).expect("hex")).collect();
        assert!(!told.to_lowercase().contains(&key.to_lowercase()), "a key is told");
        let held = kept.iter().find(|(_, bytes)| holds(bytes, key.as_bytes()) || holds(bytes, &raw));
        assert!(held.is_none(), "a key is in {:?}", held.map(|(name, _)| name));
    }
}

/// All files in a folder, with their bytes.
fn everything(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let read = |entry: fs::DirEntry| match entry.path() {
        path if path.is_dir() => everything(&path),
        path => vec![(path.display().to_string(), fs::read(&path).expect("a file"))],
    };
    entries.flat_map(read).collect()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
