//! A real InfluxDB behind the service.

mod arrives;
mod commands;
mod corrected;
mod grafana;
mod hold;
mod kills;
mod names;
mod outage;
mod past;
mod readme;
mod refused;
mod secrets;
mod several;
mod truth;
mod v1;

use std::time::Duration;

use firmware_sim::{Broker, Faults, Pace, Path, publish::publish};
use serde_json::Value;
use smartpole_model::UtcMillis;
use smartpole_tests::{
    Config, InfluxDb, Ledger, Listener, Service, Town, eventually, eventually_within, json_at, message, now, smartpole,
    up,
};

/// The service waits up to a minute before it tries a server again that was away.
const LIMIT: Duration = Duration::from_secs(90);

/// A service that takes messages itself and sends them to an InfluxDB, and the fleet of a day.
struct Scene<S = InfluxDb> {
    influxdb: S,
    listener: Listener,
    service: Service,
    town: Town,
}

impl Scene<InfluxDb> {
    /// With so many hours of the fleet, nothing of it sent yet.
    async fn new(hours: i64, faults: Faults) -> Self {
        let influxdb = InfluxDb::start().await;
        let listener = Listener::new();
        let config = Config::new().listener(listener).influx(&influxdb);
        Self::of(influxdb, listener, config, hours, faults).await
    }
}

impl<S> Scene<S> {
    async fn of(influxdb: S, listener: Listener, config: Config, hours: i64, faults: Faults) -> Self {
        let town = Town::new(&config, Path::Direct, hours, faults);
        let service = Service::start(config).await;
        Self { influxdb, listener, service, town }
    }

    fn broker(&self) -> Broker {
        self.listener.broker()
    }

    /// Sends all of the fleet's messages, and waits until they count.
    async fn send_all(&self) {
        let sent = self.town.publish(self.broker(), 32, Pace::Max).await.expect("no panic");
        assert_eq!(sent.expect("all is acknowledged").acknowledged, self.town.truth().sent);
        self.town.ledger_is_the_truth(self.service.api(), true).await;
    }

    /// Sends values of `pm2_5` by one device, a minute apart, and waits until they count.
    async fn send_some(&self, from: UtcMillis, count: u64) {
        let before = Ledger::ask(self.service.api()).await.expect("it answers").term("readings accepted");
        self.publish_some(from, count).await;
        self.count_is(before + count).await;
    }

    async fn publish_some(&self, from: UtcMillis, count: u64) {
        let topic = up("AM-01", "am-01-air");
        let value = |n: u64| json_at(from.plus(n as i64 * 60_000), "pm2_5", &format!("{}.25", 3 + n % 7));
        let messages: Vec<_> = (0..count).map(|n| message(&topic, value(n))).collect();
        let sent = publish(&self.broker(), 99, Pace::Max, messages.into_iter(), |_| {}).await;
        assert_eq!(sent.expect("all is acknowledged").acknowledged, count);
    }

    /// Waits until so many readings were accepted.
    async fn count_is(&self, readings: u64) {
        eventually("all count", async || {
            let accepted = Ledger::ask(self.service.api()).await?.term("readings accepted");
            if accepted == readings { Ok(()) } else { Err(format!("{accepted} of {readings}")) }
        })
        .await;
    }

    /// Runs `smartpole influx …` with the service's configuration: its exit code, and what it printed.
    async fn influx(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let config = self.service.config().write();
        let mut all: Vec<String> = vec!["influx".to_owned()];
        all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
        all.extend(["--config".to_owned(), config.to_str().expect("our folder's name is UTF-8").to_owned()]);
        let run = move || smartpole(&all.iter().map(String::as_str).collect::<Vec<_>>());
        tokio::task::spawn_blocking(run).await.expect("no panic")
    }

    /// Sends all of so many days, and today's, again.
    async fn backfill(&self, days: i64) {
        let day = |days: i64| now().plus(-days * 86_400_000).to_string()[..10].to_owned();
        let (code, printed) = self.influx(&["backfill", "--from", &day(days), "--to", &day(0)]).await;
        assert_eq!(code, Some(0), "{printed}");
    }

    /// Waits until everything was sent, and has it compared.
    async fn all_arrives(&self) -> Value {
        let target = all_is_sent(&self.service).await;
        let (code, printed) = self.influx(&["verify"]).await;
        assert_eq!(code, Some(0), "{printed}");
        target
    }

    /// Waits until the target's line is in this state, and says why.
    async fn circuit(&self, state: &str) -> Value {
        self.circuit_of("city", state).await
    }

    async fn circuit_of(&self, name: &str, state: &str) -> Value {
        eventually_within(LIMIT, &format!("the circuit of {name} is {state}"), async || {
            let circuit = target_named(&self.service, name).await?["circuit"].clone();
            if circuit["state"] == state { Ok(circuit) } else { Err(circuit.to_string()) }
        })
        .await
    }
}

/// A little ago, at a full hour.
fn lately() -> UtcMillis {
    let two_hours_ago = now().plus(-7_200_000);
    UtcMillis(two_hours_ago.0 - two_hours_ago.0.rem_euclid(3_600_000))
}

/// What the ledger says about the target `city`.
async fn target(service: &Service) -> Result<Value, String> {
    target_named(service, "city").await
}

async fn target_named(service: &Service, name: &str) -> Result<Value, String> {
    let ledger = service.api().try_get("/api/v1/ledger").await?;
    let targets = ledger["targets"].as_array().cloned().unwrap_or_default();
    targets.into_iter().find(|target| target["name"] == name).ok_or_else(|| ledger.to_string())
}

fn number(target: &Value, key: &str) -> u64 {
    target[key].as_u64().expect(key)
}

fn refused(target: &Value) -> u64 {
    target["refused"].as_array().expect("a list").iter().map(|term| number(term, "value")).sum()
}

/// Waits until all that was accepted was committed, and nothing of it is pending. What was accepted is the sum of what became
/// of it, always.
async fn all_is_sent(service: &Service) -> Value {
    all_is_sent_to(service, "city").await
}

async fn all_is_sent_to(service: &Service, name: &str) -> Value {
    let accepted = Ledger::ask(service.api()).await.expect("it answers").term("readings accepted");
    let sent = eventually_within(LIMIT, "all is sent", async || {
        let target = target_named(service, name).await?;
        assert_eq!(target["balanced"], true, "{target}");
        let waits = number(&target, "pending") + number(&target, "pending_messages");
        if waits == 0 && number(&target, "accepted") == accepted { Ok(target) } else { Err(target.to_string()) }
    })
    .await;
    let became = ["filtered", "forwarded", "pending"].map(|term| number(&sent, term)).iter().sum::<u64>();
    assert_eq!(accepted, became + refused(&sent), "{sent}");
    sent
}
