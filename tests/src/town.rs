//! The fleet of the shipped registry, and what must come of what it sends.

use std::collections::BTreeMap;

use firmware_sim::{
    Broker, Faults, Fleet, Pace, Path, PublishError, Sent, Spec, Truth, Window, publish::publish_fleet,
};
use serde_json::Value;
use smartpole_model::{Inputs, Kind, Mean, ObservedProperty, UtcMillis};
use tokio::task::JoinHandle;

use crate::{Api, Config, Ledger, difference, eventually, now};

/// Days before now at which a run ends: what is sent last must not lie in the future.
const DAYS_AGO: i64 = 2;
pub(crate) const DAY: i64 = 86_400_000;

/// So many hours, up to two days ago.
pub(crate) fn spec(hours: i64, faults: Faults) -> Spec {
    let to = UtcMillis((now().0 / DAY - DAYS_AGO) * DAY);
    Spec { faults, ..Spec::new(7, to.plus(-hours * 3_600_000), to) }
}

/// A fleet and its truth.
#[derive(Debug)]
pub struct Town {
    fleet: Fleet,
    inputs: Inputs,
    truth: Truth,
}

impl Town {
    /// All devices of the registry for so many hours, up to two days ago, with these faults.
    pub fn new(config: &Config, path: Path, hours: i64, faults: Faults) -> Self {
        let inputs = config.inputs();
        let spec = spec(hours, faults);
        let fleet = Fleet::new(&inputs, spec);
        let truth = Truth::of(&inputs, path, fleet.transmissions());
        Self { fleet, inputs, truth }
    }

    /// What must come of it.
    pub fn truth(&self) -> &Truth {
        &self.truth
    }

    /// Publishes all of it in the background.
    pub fn publish(&self, broker: Broker, connections: usize, pace: Pace) -> JoinHandle<Result<Sent, PublishError>> {
        let fleet = self.fleet.clone();
        tokio::spawn(async move { publish_fleet(&fleet, &broker, connections, pace, |_| {}).await })
    }

    /// Waits until the ledger says what the truth says. With `redelivered`, messages may have come again.
    ///
    /// # Panics
    /// If it does not, with what differs.
    pub async fn ledger_is_the_truth(&self, api: &Api, redelivered: bool) -> Ledger {
        let must = Ledger::of(&self.truth);
        eventually("the ledger is the truth", async || {
            let ledger = Ledger::ask(api).await?;
            let differs = difference(&ledger, &must, redelivered);
            if differs.is_empty() { Ok(ledger) } else { Err(differs) }
        })
        .await
    }

    /// Compares every quarter of an hour of every series.
    ///
    /// # Panics
    /// If one differs, with the first ones that do.
    pub async fn windows_are_the_truth(&self, api: &Api) {
        compare_windows(api, &self.inputs, self.fleet.spec(), &self.truth.windows).await;
    }
}

/// Compares every quarter of an hour of every series of a run.
///
/// # Panics
/// If one differs, with the first ones that do; if the truth holds hardly anything.
pub(crate) async fn compare_windows(api: &Api, inputs: &Inputs, spec: &Spec, truth: &[Window]) {
    let mut series: BTreeMap<(&str, &str, u8), Vec<&Window>> = BTreeMap::new();
    for window in truth {
        series.entry((&window.device, &window.property, window.channel)).or_default().push(window);
    }
    assert!(series.len() > 100, "the truth holds {} series only", series.len());
    // Clocks may be off by up to 100 s, and shares of counts begin and end with the quarter.
    let (from, to) = (spec.from.plus(-DAY), spec.to.plus(DAY));
    let mut wrong = Vec::new();
    for ((device, property, channel), windows) in series {
        let path = format!(
            "/api/v1/series?device={device}&property={property}&channel={channel}&step=15m&from={from}&to={to}"
        );
        let property = inputs.registry.properties.by_id(property).expect("the truth has no other property");
        let must = windows.iter().map(|window| row(property, window)).collect();
        wrong.extend(differing(device, property, &must, &shown(property, &api.all(&path).await)));
    }
    assert!(wrong.is_empty(), "{} windows differ, first:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

/// What is compared of a window: sum, and of what is no count also count, minimum and maximum, at the property's resolution.
type Row = (i64, Option<[i64; 3]>);

fn row(property: &ObservedProperty, window: &Window) -> (String, Row) {
    let gauge = (property.kind != Kind::IntervalCount).then_some([window.count, window.min, window.max]);
    (window.start.to_string(), (if is_energy(property) { 0 } else { window.sum }, gauge))
}

/// Whether its sum is one of energies, which the interface does not show.
fn is_energy(property: &ObservedProperty) -> bool {
    property.mean == Mean::Energy
}

/// The windows of an answer that hold anything.
fn shown(property: &ObservedProperty, items: &[Value]) -> BTreeMap<String, Row> {
    let scale = 10f64.powi(i32::from(property.decimals));
    let scaled = |value: &Value| value.as_f64().map_or(i64::MIN, |value| (value * scale).round() as i64);
    let row = |item: &Value| {
        let count = item["count"].as_i64().unwrap_or(0);
        let sum = if item["sum"].is_null() || is_energy(property) { 0 } else { scaled(&item["sum"]) };
        let gauge = (property.kind != Kind::IntervalCount).then(|| [count, scaled(&item["min"]), scaled(&item["max"])]);
        let start = item["start"].as_str().unwrap_or_default().to_owned();
        (count != 0 || sum != 0).then_some((start, (sum, gauge)))
    };
    items.iter().filter_map(row).collect()
}

fn differing(
    device: &str,
    property: &ObservedProperty,
    must: &BTreeMap<String, Row>,
    is: &BTreeMap<String, Row>,
) -> Vec<String> {
    let starts: std::collections::BTreeSet<_> = must.keys().chain(is.keys()).collect();
    let nothing = (0, None);
    let line = |start: &String| {
        let (is, must) = (is.get(start).unwrap_or(&nothing), must.get(start).unwrap_or(&nothing));
        // Of counts, a window of zero and none are told apart by coverage, not by the sum.
        let same = is == must || (is.0 == 0 && must.0 == 0 && property.kind == Kind::IntervalCount);
        (!same).then(|| format!("{device} {} {start}: is {is:?}, must be {must:?}", property.id))
    };
    starts.into_iter().filter_map(line).collect()
}
