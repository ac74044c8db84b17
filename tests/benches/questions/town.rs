//! A zone of 20 poles with two years of hours, in a city of 10,000 poles.

use std::time::{Duration, Instant};

use firmware_sim::{Fleet, Pace, Spec, publish::publish_fleet, synthetic};
use serde_json::{Value, json};
use smartpole_model::{Inputs, UtcMillis, registry::Files};
use smartpole_tests::{Api, Config, Ledger, Listener, Service, eventually_within, now};
use tokio::task::JoinHandle;

/// The zone's poles.
pub(crate) const POLES: usize = 20;
/// The city's poles, those of the zone included.
const CITY: usize = 10_000;
/// Its id.
pub(crate) const ZONE: &str = "quartier";
pub(crate) const DAY_MS: i64 = 86_400_000;
/// As many days of each weekday as in the year before.
pub(crate) const YEAR_MS: i64 = 364 * DAY_MS;
/// Messages a second.
const LOAD: f64 = 5_000.0;
const CONNECTIONS: usize = 40;

/// The city, and when it is.
pub(crate) struct Town {
    files: Files,
    listener: Listener,
    /// The end of the two years; what comes live is measured two days later.
    pub(crate) end: UtcMillis,
}

impl Town {
    pub(crate) fn new() -> Self {
        let end = UtcMillis((now().0.div_euclid(DAY_MS) - 3) * DAY_MS);
        Self { files: files(), listener: Listener::new(), end }
    }

    /// The service, with all this as its registry.
    pub(crate) fn config(&self) -> Config {
        Config::new().listener(self.listener).whole_registry(&self.files)
    }

    /// Sends the two years, and waits until they are folded.
    pub(crate) async fn tell_history(&self, service: &Service) {
        let inputs = inputs(&synthetic(POLES, 1));
        let spec = Spec { step_s: Some(3_600), ..Spec::new(1, self.end.plus(-2 * YEAR_MS), self.end) };
        let fleet = Fleet::new(&inputs, spec);
        let sent = publish_fleet(&fleet, &self.listener.broker(), CONNECTIONS, Pace::Max, |_| {}).await;
        let sent = sent.expect("the service takes it").acknowledged;
        eventually_within(Duration::from_secs(120), "the history is folded", async || {
            let folded = Ledger::ask(service.api()).await?.messages();
            if folded >= sent { Ok(()) } else { Err(format!("{folded} of {sent} messages")) }
        })
        .await;
    }

    /// Goes on with the whole city, 5,000 messages a second.
    pub(crate) fn load(&self) -> JoinHandle<()> {
        let spec =
            Spec { step_s: Some(60), ..Spec::new(1, self.newest_from(), self.newest_from().plus(2 * 3_600_000)) };
        let (fleet, broker) = (Fleet::new(&inputs(&self.files), spec), self.listener.broker());
        tokio::spawn(async move {
            let sent = publish_fleet(&fleet, &broker, CONNECTIONS, Pace::PerSecond(LOAD), |_| {}).await;
            sent.expect("the service takes it");
        })
    }

    /// Waits until every pole has sent.
    pub(crate) async fn is_loaded(&self, service: &Service) {
        eventually_within(Duration::from_secs(120), "every pole has sent", async || {
            let latest = service.api().try_get("/api/v1/latest?property=pm2_5&limit=10000").await?;
            let known = latest["items"].as_array().map_or(0, Vec::len);
            if known == CITY { Ok(()) } else { Err(format!("{known} poles")) }
        })
        .await;
    }

    /// Where what comes live begins.
    pub(crate) fn newest_from(&self) -> UtcMillis {
        self.end.plus(2 * DAY_MS)
    }

    /// The export of what came live of all poles.
    pub(crate) fn newest_readings(&self, more: &str) -> String {
        let (from, to) = (self.newest_from(), self.newest_from().plus(DAY_MS));
        format!("/api/v1/export?what=readings&format=csv&from={from}&to={to}{more}")
    }

    /// 28 days of the history, so many before the end.
    pub(crate) fn month(&self, before: i64) -> (UtcMillis, UtcMillis) {
        let to = self.end.plus(-28 * DAY_MS * before);
        (to.plus(-28 * DAY_MS), to)
    }

    /// The export of such a month of the zone.
    pub(crate) fn month_readings(&self, before: i64) -> String {
        let (from, to) = self.month(before);
        format!("/api/v1/export?what=readings&format=csv&zone={ZONE}&from={from}&to={to}")
    }
}

/// Whether the fold has caught up.
pub(crate) async fn is_folded(api: &Api) -> Result<(), String> {
    match api.metric("smartpole_fold_lag_messages").await? {
        0.0 => Ok(()),
        lag => Err(format!("{lag} records behind")),
    }
}

/// What comes of something, and how many messages a second came in beside it.
pub(crate) async fn rate<T>(service: &Service, run: impl AsyncFnOnce(&Service) -> T) -> (T, f64) {
    let messages = async || Ledger::ask(service.api()).await.expect("it answers").messages();
    let (start, before) = (Instant::now(), messages().await);
    let done = run(service).await;
    (done, (messages().await - before) as f64 / start.elapsed().as_secs_f64())
}

fn inputs(files: &Files) -> Inputs {
    Inputs::parse(files).expect("the registry is sound")
}

/// The city's registry: the counters of the zone send intervals, which InfluxDB can add up, too.
fn files() -> Files {
    let mut files = synthetic(CITY, 1);
    files.insert("zones.geojson".to_owned(), zones(&files["zones.geojson"]).into_bytes());
    let retention = "[retention]\nraw_days = 1100\nraw_personal_days = 1100\nquarter_days = 3650\n";
    files.insert("fold.toml".to_owned(), format!("city = \"castrop-rauxel\"\n{retention}").into_bytes());
    files
}

fn zones(all: &[u8]) -> String {
    let mut zones: Value = serde_json::from_slice(all).expect("JSON");
    let poles: Vec<String> = (0..POLES).map(|pole| format!("p{pole:06}")).collect();
    let district = zones["features"][1]["geometry"].clone();
    zones["features"].as_array_mut().expect("a collection").push(json!({
        "type": "Feature",
        "properties": {
            "id": ZONE, "name": "Quartier", "kind": "place", "parent": "district-0", "count": "cross_section", "poles": poles
        },
        "geometry": district
    }));
    zones.to_string()
}
