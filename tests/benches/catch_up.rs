//! What catching up after a day's outage of InfluxDB does to those who send meanwhile.
//!
//! `cargo build --release -p smartpole && cargo bench -p smartpole-tests --bench catch_up`.
//! 200 devices send 100 messages a second, each at its time, which two cores do beside an InfluxDB: first while it is there, then once it has
//! come back after a day of 100 other ones (144,000 messages, one a minute each) had come without it, until hardly anything waits for it any
//! more. It prints how long a message waits for its acknowledgement, from when it was due, and by how much that is longer while the service
//! catches up; the limit is twice. Before and meanwhile are minutes of one run, so that whatever else the machine does is in both.
//! `-- 1000` is a day of a thousand other ones.

use std::{
    ops::Range,
    sync::{Arc, Mutex},
    time::{Duration, Instant, SystemTime},
};

use firmware_sim::{Broker, Fleet, Pace, Spec, Transmission, publish::publish, synthetic};
use serde_json::Value;
use smartpole_model::Inputs;
use smartpole_tests::{Config, InfluxDb, Listener, Service, now};
use tokio::task::JoinSet;

/// Two devices each.
const POLES: usize = 1_000;
/// Those that send live; the day of some of the others is caught up with.
const LIVE: usize = 200;
/// How many others, if nothing is said.
const OTHERS: usize = 100;
const EACH_S: u32 = 2;
const CONNECTIONS: usize = 8;
const DAY: i64 = 86_400_000;
/// How long it is measured before.
const BEFORE: Duration = Duration::from_secs(60);
/// The live load outlasts everything.
const AN_HOUR: i64 = 3_600_000;

/// Waits of messages, in milliseconds, since they were taken last.
#[derive(Clone, Default)]
struct Waits(Arc<Mutex<Vec<f64>>>);

impl Waits {
    fn take(&self) -> Vec<f64> {
        std::mem::take(&mut *self.0.lock().expect("nobody panics with it"))
    }
}

#[tokio::main]
async fn main() {
    let (mut influxdb, listener) = (InfluxDb::start().await, Listener::new());
    let files = synthetic(POLES, 1);
    let config = Config::new().listener(listener).influx(&influxdb).whole_registry(&files);
    let inputs = Inputs::parse(&files).expect("the registry is sound");
    let service = Service::start(config).await;
    let fleet = |from, to, step| Fleet::new(&inputs, Spec { step_s: Some(step), ..Spec::new(1, from, to) });
    let (start, broker) = (now(), listener.broker());
    let waits = live(fleet(start, start.plus(AN_HOUR), EACH_S), broker.clone());
    tokio::time::sleep(Duration::from_secs(20)).await;
    waits.take();
    tokio::time::sleep(BEFORE).await;
    let before = waits.take();

    influxdb.stop().await;
    let others = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(OTHERS);
    let others = LIVE..(LIVE + others).min(2 * POLES);
    let messages = send(&fleet(start.plus(-DAY), start, 60), &broker, others, Pace::Max, |_| {}).await;
    folded(&service).await;
    let owed = target(&service).await;
    influxdb.start_again().await;
    while number(&target(&service).await, "pending") >= number(&owed, "pending") {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    waits.take();
    let begun = Instant::now();
    while number(&target(&service).await, "pending_messages") > 2_000 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let (during, seconds) = (waits.take(), begun.elapsed().as_secs_f64());
    let readings = number(&owed, "pending");
    println!("a day of {messages} messages, with {readings} readings, was caught up with in {seconds:.0} s");
    let (former, latter) = (shares(before), shares(during));
    for (name, former, latter) in [("p50", former.1, latter.1), ("p99", former.2, latter.2)] {
        let times = latter / former;
        println!(
            "acknowledged after ({name}): {former:.1} ms before, {latter:.1} ms meanwhile: {times:.2} times; limit 2"
        );
    }
    println!("of {} and {} messages, {} a second", former.0, latter.0, LIVE as u32 / EACH_S);
}

/// Sends each message at its time, for as long as the process lives.
fn live(fleet: Fleet, broker: Broker) -> Waits {
    let waits = Waits::default();
    let noted = waits.clone();
    let note = move |transmission: &Transmission| {
        let since_1970 = SystemTime::UNIX_EPOCH.elapsed().expect("after 1970");
        let wait = since_1970.as_secs_f64() * 1e3 - transmission.at.0 as f64;
        noted.0.lock().expect("nobody panics with it").push(wait);
    };
    let broker = Broker { client: "live".to_owned(), ..broker };
    tokio::spawn(async move { send(&fleet, &broker, 0..LIVE, Pace::OnTime, note).await });
    waits
}

/// Sends what some devices of a fleet send, and tells how many messages that were.
async fn send(
    fleet: &Fleet,
    broker: &Broker,
    devices: Range<usize>,
    pace: Pace,
    note: impl Fn(&Transmission) + Clone + Send + 'static,
) -> u64 {
    let mut tasks = JoinSet::new();
    for number in 0..CONNECTIONS {
        let (fleet, broker, note) = (fleet.clone(), broker.clone(), note.clone());
        let own = (devices.start + number..devices.end).step_by(CONNECTIONS);
        tasks.spawn(async move { publish(&broker, number, pace, fleet.merged(own), note).await });
    }
    let sent = tasks.join_all().await;
    sent.into_iter().map(|sent| sent.expect("all is acknowledged").acknowledged).sum()
}

async fn target(service: &Service) -> Value {
    let ledger = service.api().get("/api/v1/ledger").await;
    ledger["targets"][0].clone()
}

fn number(target: &Value, key: &str) -> u64 {
    target[key].as_u64().expect(key)
}

/// Waits until all that was journalled is folded, but for what came just now.
async fn folded(service: &Service) {
    while service.api().metric("smartpole_fold_lag_messages").await.expect("it is measured") > 2_000.0 {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// How many, the median, and what one of a hundred exceeds.
fn shares(mut waits: Vec<f64>) -> (usize, f64, f64) {
    waits.sort_by(f64::total_cmp);
    let at = |percent: usize| waits[(waits.len() * percent / 100).min(waits.len() - 1)];
    (waits.len(), at(50), at(99))
}
