//! Who is silent, and because of what: a device by itself, its gateway, or the whole switch point.
//!
//! ```text
//! device: raw (silent for longer than its patience) ──► certain (also since all that could have hindered it is over)
//! gateway: heard, unclear, silent          switch point: all its devices raw, one of them certain and not behind another silent gateway
//!                       raw device ──► its switch point, else its gateway, else itself: one of them
//! ```
//!
//! What was silent long before its gateway or switch point fell silent has a cause of its own.

use std::collections::{BTreeMap, BTreeSet};

use smartpole_model::{
    UtcMillis,
    registry::{AlertRules, Silent},
};

use crate::{
    AlertKind, Cause, CauseKind, DeviceFacts, Facts, GatewayFacts, NextStep, StepCode,
    finding::{Figure, Figures, Finding, Standing},
    power_off::{Plan, Quiet},
};

/// Until when gateways and switch points were seen silent: what hangs on them gets its patience from then on.
pub(crate) type Ended = BTreeMap<Cause, UtcMillis>;

/// Findings of silence, and whose silence is part of another cause's.
#[derive(Debug, Default)]
pub(crate) struct Silence {
    pub(crate) findings: Vec<Finding>,
    pub(crate) explained: BTreeMap<Cause, Cause>,
}

/// How a gateway is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Yes,
    Unclear,
    No,
}

/// A device that says nothing.
struct Mute<'a> {
    device: &'a DeviceFacts,
    last: UtcMillis,
    patience_s: i64,
    /// Whether nothing planned or elsewhere may be the reason.
    certain: bool,
    /// Whether it had its patience as well since its switch point came back.
    alone: bool,
}

/// What is looked at.
struct Look<'a> {
    facts: &'a Facts,
    rules: &'a AlertRules,
    plan: &'a Plan,
    ended: &'a Ended,
    gateways: Vec<Heard>,
    points: BTreeMap<&'a str, Point>,
}

/// What hangs on a switch point and was ever heard.
#[derive(Default)]
struct Point {
    devices: usize,
    newest: UtcMillis,
}

/// Finds who is silent.
pub(crate) fn silence(facts: &Facts, rules: &AlertRules, plan: &Plan, ended: &Ended) -> Silence {
    let mut look = Look { facts, rules, plan, ended, gateways: Vec::new(), points: points(facts) };
    look.gateways = facts.gateways.iter().map(|gateway| look.gateway(gateway)).collect();
    let Some(rule) = &rules.silent else { return look.of_gateways(&BTreeSet::new(), &BTreeMap::new()) };
    let mute: Vec<Mute<'_>> = facts.devices.iter().filter_map(|device| look.mute(device, rule.when)).collect();
    let dark = look.switch_points(&mute);
    let mut by_cause: BTreeMap<Cause, Vec<&Mute<'_>>> = BTreeMap::new();
    for one in &mute {
        by_cause.entry(look.cause(one, &dark)).or_default().push(one);
    }
    let of_devices = by_cause.iter().filter(|(cause, _)| cause.kind == CauseKind::Device);
    let own =
        of_devices.flat_map(|(cause, mute)| mute.iter().filter_map(|one| look.own(cause, one))).collect::<Vec<_>>();
    let mut found = look.of_gateways(&dark, &by_cause);
    found.findings.extend(own);
    found
}

/// A silent gateway, or the switch point that it hangs on.
fn cause_of_gateway(gateway: &GatewayFacts, dark: &BTreeSet<&str>) -> Cause {
    let point = gateway.switch_point.as_deref().filter(|point| dark.contains(point));
    match point {
        Some(point) => Cause::new(CauseKind::SwitchPoint, point),
        None => Cause::new(CauseKind::Gateway, &gateway.id),
    }
}

fn points(facts: &Facts) -> BTreeMap<&str, Point> {
    let mut points: BTreeMap<&str, Point> = BTreeMap::new();
    for device in &facts.devices {
        let pole = facts.poles.get(device.pole).and_then(|pole| pole.switch_point.as_deref());
        if let (Some(point), Some(last)) = (pole, device.last_received_at) {
            let known = points.entry(point).or_default();
            known.devices += 1;
            known.newest = known.newest.max(last);
        }
    }
    points
}

impl Look<'_> {
    fn gateway(&self, gateway: &GatewayFacts) -> Heard {
        let (Some(rule), Some(last)) = (&self.rules.gateway_silent, gateway.last_received_at) else {
            return Heard::Yes;
        };
        let after_s = rule.when.after_s;
        if seconds(self.facts.now, last) < after_s {
            return Heard::Yes;
        }
        let cause = Cause::new(CauseKind::Gateway, &gateway.id);
        let switch_point = gateway.switch_point.as_deref();
        let hindered = self.free_s(switch_point, &[cause]).min(gateway.connected_s);
        if hindered >= after_s { Heard::No } else { Heard::Unclear }
    }

    /// Seconds since nothing planned could be the reason of silence; 0 while something is.
    fn free_s(&self, switch_point: Option<&str>, causes: &[Cause]) -> i64 {
        let of_point = switch_point.map(|name| Cause::new(CauseKind::SwitchPoint, name));
        if causes.iter().chain(&of_point).any(|cause| self.facts.maintained.contains(cause)) {
            return 0;
        }
        match self.plan.of(switch_point) {
            Quiet::Now => 0,
            Quiet::Since(then) => seconds(self.facts.now, then),
        }
    }

    fn mute<'a>(&self, device: &'a DeviceFacts, rule: Silent) -> Option<Mute<'a>> {
        let last = device.last_received_at?;
        let patience_s = device.interval_s.saturating_mul(rule.intervals).max(rule.least_s);
        if device.silent_s < patience_s {
            return None;
        }
        let pole = self.facts.poles.get(device.pole);
        let causes = pole.map(|pole| Cause::new(CauseKind::Pole, &pole.id)).into_iter();
        let causes: Vec<Cause> = causes.chain([Cause::new(CauseKind::Device, &device.id)]).collect();
        let point = self.switch_point(device);
        let gateway = device.gateway.and_then(|at| self.facts.gateways.get(at).zip(self.gateways.get(at)));
        // one that is silent itself explains the device by that, and nothing has come back yet
        let gateway = gateway.filter(|(_, heard)| **heard != Heard::No);
        let back_s = gateway.map(|(gateway, _)| self.back_s(CauseKind::Gateway, &gateway.id));
        let free_s = self.free_s(point, &causes).min(device.connected_s).min(back_s.unwrap_or(i64::MAX));
        let own_s = free_s.min(point.map_or(i64::MAX, |point| self.back_s(CauseKind::SwitchPoint, point)));
        Some(Mute { device, last, patience_s, certain: free_s >= patience_s, alone: own_s >= patience_s })
    }

    /// Seconds since something that devices hang on was silent last.
    fn back_s(&self, kind: CauseKind, id: &str) -> i64 {
        self.ended.get(&Cause::new(kind, id)).map_or(i64::MAX, |then| seconds(self.facts.now, *then))
    }

    fn switch_point(&self, device: &DeviceFacts) -> Option<&str> {
        self.facts.poles.get(device.pole)?.switch_point.as_deref()
    }

    fn silent_gateway(&self, device: &DeviceFacts) -> Option<&GatewayFacts> {
        let at = device.gateway.filter(|at| self.gateways.get(*at) == Some(&Heard::No))?;
        self.facts.gateways.get(at)
    }

    /// Switch points of which nothing is heard any more, with the instant at which the last of it was.
    fn switch_points<'a>(&'a self, mute: &[Mute<'a>]) -> BTreeSet<&'a str> {
        let Some(rule) = &self.rules.switch_point_silent else { return BTreeSet::new() };
        let mut silent: BTreeMap<&str, Vec<&Mute<'_>>> = BTreeMap::new();
        for one in mute {
            if let Some(point) = self.switch_point(one.device) {
                silent.entry(point).or_default().push(one);
            }
        }
        let is_dark = |(point, silent): &(&str, Vec<&Mute<'_>>)| {
            let now: Vec<_> = silent.iter().filter(|one| !one.long_before(self.newest_of(point))).collect();
            let poles: BTreeSet<usize> = now.iter().map(|one| one.device.pole).collect();
            let by_itself = |one: &&&Mute<'_>| {
                let elsewhere = |gateway: &GatewayFacts| gateway.switch_point.as_deref() != Some(*point);
                one.certain && !self.silent_gateway(one.device).is_some_and(elsewhere)
            };
            let all = self.points.get(point).is_some_and(|known| known.devices == silent.len());
            all && poles.len() as i64 >= rule.when.least_poles && now.iter().any(by_itself)
        };
        silent.into_iter().filter(is_dark).map(|(point, _)| point).collect()
    }

    /// Why a device is silent.
    fn cause(&self, one: &Mute<'_>, dark: &BTreeSet<&str>) -> Cause {
        let point = self.switch_point(one.device).filter(|point| dark.contains(point));
        if let Some(point) = point.filter(|point| !one.long_before(self.newest_of(point))) {
            return Cause::new(CauseKind::SwitchPoint, point);
        }
        let gateway = self.silent_gateway(one.device);
        let gateway = gateway.filter(|gateway| !one.long_before(gateway.last_received_at.unwrap_or_default()));
        match gateway {
            Some(gateway) => cause_of_gateway(gateway, dark),
            None => Cause::new(CauseKind::Device, &one.device.id),
        }
    }

    fn newest_of(&self, point: &str) -> UtcMillis {
        self.points.get(point).map_or_else(UtcMillis::default, |known| known.newest)
    }

    /// A device's own silence.
    fn own(&self, cause: &Cause, one: &Mute<'_>) -> Option<Finding> {
        let rule = self.rules.silent.as_ref()?;
        let gateway = one.device.gateway.and_then(|at| self.gateways.get(at));
        let standing = match gateway {
            Some(Heard::Unclear) => Standing::Unclear,
            _ if one.alone => Standing::Bad,
            _ => Standing::Unclear,
        };
        let mut figures = last_received(one.last);
        figures.insert("interval_s".to_owned(), Figure::Whole(one.device.interval_s));
        let part = one.device.spare_part.as_deref();
        let step = NextStep::new(StepCode::Visit, true).with(part);
        let finding = Finding::new(rule, AlertKind::Silent, cause.clone(), standing, step);
        Some(Finding { since: Some(one.last), figures, ..finding }.of_devices(self.facts, [one.device]))
    }

    /// Silence of gateways and switch points, with what is silent because of it.
    fn of_gateways(&self, dark: &BTreeSet<&str>, by_cause: &BTreeMap<Cause, Vec<&Mute<'_>>>) -> Silence {
        let mut found = Silence::default();
        let devices = |cause: &Cause| by_cause.get(cause).into_iter().flatten().map(|one| one.device);
        for (gateway, heard) in self.facts.gateways.iter().zip(&self.gateways) {
            let (Some(rule), Some(last)) = (&self.rules.gateway_silent, gateway.last_received_at) else { continue };
            let (own, cause) = (Cause::new(CauseKind::Gateway, &gateway.id), cause_of_gateway(gateway, dark));
            let standing = match heard {
                Heard::Yes => continue,
                _ if own != cause => {
                    found.explained.insert(own, cause);
                    continue;
                }
                Heard::Unclear => Standing::Unclear,
                Heard::No => Standing::Bad,
            };
            let step = NextStep::new(StepCode::CheckPower, true);
            let finding = Finding::new(rule, AlertKind::GatewaySilent, own.clone(), standing, step);
            let finding = Finding { since: Some(last), figures: last_received(last), ..finding };
            found.findings.push(finding.of_devices(self.facts, devices(&own)));
        }
        for point in dark {
            let Some(rule) = &self.rules.switch_point_silent else { continue };
            let (cause, last) = (Cause::new(CauseKind::SwitchPoint, point), self.newest_of(point));
            let step = NextStep::new(StepCode::CheckPower, true);
            let finding = Finding::new(rule, AlertKind::SwitchPointSilent, cause.clone(), Standing::Bad, step);
            let finding = Finding { since: Some(last), figures: last_received(last), ..finding };
            found.findings.push(finding.of_devices(self.facts, devices(&cause)));
        }
        for (cause, mute) in by_cause.iter().filter(|(cause, _)| cause.kind != CauseKind::Device) {
            let own = mute.iter().map(|one| Cause::new(CauseKind::Device, &one.device.id));
            found.explained.extend(own.map(|own| (own, cause.clone())));
        }
        found
    }
}

impl Mute<'_> {
    /// Whether it was silent already when what it hangs on was last heard.
    fn long_before(&self, last_of_cause: UtcMillis) -> bool {
        seconds(last_of_cause, self.last) > self.patience_s
    }
}

fn last_received(at: UtcMillis) -> Figures {
    Figures::from([("last_received_at".to_owned(), Figure::Time(at))])
}

/// Whole seconds from an earlier instant.
pub(crate) fn seconds(now: UtcMillis, earlier: UtcMillis) -> i64 {
    now.since(earlier).div_euclid(1_000)
}
