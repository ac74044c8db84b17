//! A small town: poles A and B on switch point S1, C on S2; a1, a2, b1 and c1 behind two gateways, b2 speaks MQTT.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::collections::BTreeMap;

use proptest::{prelude::*, test_runner::TestRunner};
use smartpole_alert::{Change, DeviceFacts, Facts, Finding, GatewayFacts, PoleFacts, Watch, evaluate};
use smartpole_model::{Position, UtcMillis, registry::AlertRules};

pub(crate) struct Town {
    pub(crate) facts: Facts,
}

pub(crate) fn at(text: &str) -> UtcMillis {
    text.parse().unwrap()
}

fn pole(id: &str, switch_point: &str) -> PoleFacts {
    let position = Some(Position { lat: 51.55, lon: 7.31 });
    PoleFacts { id: id.to_owned(), switch_point: Some(switch_point.to_owned()), position, ..PoleFacts::default() }
}

impl Town {
    pub(crate) fn new() -> Self {
        let now = at("2026-11-29T21:00:00Z");
        let device = |id: &str, pole: usize, gateway: Option<usize>| DeviceFacts {
            id: id.to_owned(),
            pole,
            gateway,
            interval_s: 60,
            last_received_at: Some(now),
            connected_s: i64::MAX,
            ..DeviceFacts::default()
        };
        let gateway = |id: &str| GatewayFacts {
            id: id.to_owned(),
            last_received_at: Some(now),
            connected_s: i64::MAX,
            ..GatewayFacts::default()
        };
        let facts = Facts {
            now,
            poles: vec![pole("A", "S1"), pole("B", "S1"), pole("C", "S2")],
            devices: vec![
                device("a1", 0, Some(0)),
                device("a2", 0, Some(0)),
                device("b1", 1, Some(0)),
                device("b2", 1, None),
                device("c1", 2, Some(1)),
            ],
            gateways: vec![gateway("g0"), gateway("g1")],
            ..Facts::default()
        };
        Self { facts }
    }

    pub(crate) fn device(&mut self, id: &str) -> &mut DeviceFacts {
        self.facts.devices.iter_mut().find(|device| device.id == id).unwrap()
    }

    pub(crate) fn silent(&mut self, id: &str, for_s: i64) {
        let last = self.facts.now.plus(-for_s * 1_000);
        let device = self.device(id);
        (device.silent_s, device.last_received_at) = (for_s, Some(last));
    }

    pub(crate) fn gateways_heard(&mut self) {
        for gateway in &mut self.facts.gateways {
            gateway.last_received_at = Some(self.facts.now);
        }
    }

    pub(crate) fn gateway_silent(&mut self, gateway: usize, for_s: i64) {
        self.facts.gateways[gateway].last_received_at = Some(self.facts.now.plus(-for_s * 1_000));
    }
}

/// The word that interfaces use.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

/// All findings, a line each.
pub(crate) fn found(facts: &Facts, rules: &AlertRules) -> String {
    let line = |finding: &Finding| {
        let Finding { key, standing, devices, poles, next_step, .. } = finding;
        let (rule, kind, code) = (word(key.rule), word(key.cause.kind), word(next_step.code));
        let (devices, poles) = (devices.join(" "), poles.join(" "));
        format!("{rule} {kind} {} {standing:?}: {devices} at {poles}, {code}", key.cause.id)
    };
    evaluate(facts, rules, &Watch::default()).iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Some evaluations, a minute apart: what opened and closed.
pub(crate) fn run(watch: &mut Watch, facts: &mut Facts, rules: &AlertRules, minutes: usize) -> Vec<String> {
    let mut told = Vec::new();
    for _ in 0..minutes {
        told.extend(watch.step(facts, rules).iter().filter_map(line));
        facts.now = facts.now.plus(60_000);
    }
    told
}

fn line(change: &Change) -> Option<String> {
    match change {
        Change::Opened(finding) => Some(format!("opened {} {}", word(finding.key.rule), finding.key.cause.id)),
        Change::GoesOn(_) => None,
        Change::Closed { key, part_of: None } => Some(format!("closed {} {}", word(key.rule), key.cause.id)),
        Change::Closed { key, part_of: Some(cause) } => {
            Some(format!("closed {} {} as part of {}", word(key.rule), key.cause.id, cause.id))
        }
    }
}

/// Towns in which anything may be silent, for any time.
pub(crate) fn for_random_towns(check: impl Fn(&Town)) {
    let devices =
        proptest::collection::vec((0usize..4, proptest::option::of(0usize..3), 0i64..4_000, any::<bool>()), 0..24);
    let gateways = proptest::collection::vec((0i64..2_000, proptest::option::of(0usize..3)), 3);
    let result = TestRunner::default().run(&(devices, gateways), |(devices, gateways)| {
        let mut town = Town::new();
        let now = town.facts.now;
        town.facts.poles = (0..4).map(|at| pole(&format!("P{at}"), &format!("S{}", at / 2))).collect();
        let gateway = |(at, (for_s, point)): (usize, (i64, Option<usize>))| GatewayFacts {
            id: format!("g{at}"),
            switch_point: point.map(|point| format!("S{point}")),
            last_received_at: Some(now.plus(-for_s * 1_000)),
            connected_s: i64::MAX,
        };
        town.facts.gateways = gateways.into_iter().enumerate().map(gateway).collect();
        let device = |(at, (pole, gateway, silent_s, known)): (usize, (usize, Option<usize>, i64, bool))| DeviceFacts {
            id: format!("d{at}"),
            pole,
            gateway,
            interval_s: 60,
            last_received_at: Some(now.plus(-silent_s * 1_000)),
            silent_s,
            connected_s: if known { i64::MAX } else { 300 },
            ..DeviceFacts::default()
        };
        town.facts.devices = devices.into_iter().enumerate().map(device).collect();
        check(&town);
        Ok(())
    });
    result.unwrap();
}

pub(crate) fn assert_one_cause(facts: &Facts) {
    let mut causes: BTreeMap<String, usize> = BTreeMap::new();
    for finding in evaluate(facts, &AlertRules::default(), &Watch::default()) {
        for device in finding.devices {
            *causes.entry(device).or_default() += 1;
        }
    }
    let silent = facts.devices.iter().filter(|device| device.silent_s >= 900).map(|device| (device.id.clone(), 1));
    assert_eq!(causes, silent.collect(), "each silent device has exactly one, and no other has any");
}
