//! Each rule's question to the facts.

use std::collections::BTreeSet;

use smartpole_model::registry::{AlertRule, AlertRules, Battery, CounterJump, LimitValue};

use crate::{
    AlertKind, Cause, CauseKind, DeviceFacts, Facts, Figure, Finding, NextStep, PoleFacts, SourceFacts, Standing,
    StepCode, Traffic,
    power_off::Plan,
    silence::{Ended, Silence, silence},
};

/// A value below this many per cent of its limit is well below it; between both an open alert stays and none opens.
const WELL_BELOW_PERCENT: i64 = 90;

/// With fewer valid hours a pole is not judged by its neighbours.
const LEAST_HOURS: i64 = 6;

/// What all rules find.
pub(crate) fn findings(facts: &Facts, rules: &AlertRules, ended: &Ended) -> Silence {
    let middle = facts.poles.iter().find_map(|pole| pole.position);
    let plan = Plan::new(&rules.power_off, facts.now, middle);
    let mut found = silence(facts, rules, &plan, ended);
    found.findings.extend(facts.devices.iter().flat_map(|device| of_device(facts, rules, device)));
    found.findings.extend(facts.poles.iter().flat_map(|pole| of_pole(rules, pole)));
    found.findings.extend(facts.sources.iter().flat_map(|source| of_source(rules, source)));
    found.findings.extend(of_targets(facts, rules));
    found.findings.extend(of_disk(facts, rules));
    for finding in &mut found.findings {
        if is_maintained(&facts.maintained, &finding.key.cause, &finding.poles) {
            finding.standing = Standing::Unclear;
        }
    }
    found.findings.sort_by(|one, other| one.key.cmp(&other.key));
    found
}

/// What all rules find, in the order of rule and cause; `watch` has what former evaluations found.
pub fn evaluate(facts: &Facts, rules: &AlertRules, watch: &crate::Watch) -> Vec<Finding> {
    findings(facts, rules, watch.ended()).findings
}

/// Whether somebody works, at what is maintained, on all that a cause and its poles are about.
pub fn is_maintained(maintained: &BTreeSet<Cause>, cause: &Cause, poles: &[String]) -> bool {
    let pole = |id: &String| maintained.contains(&Cause::new(CauseKind::Pole, id));
    let all_poles = !poles.is_empty() && poles.iter().all(pole);
    maintained.contains(cause) || (all_poles && cause.kind == CauseKind::Device)
}

/// How a value stands to a limit that it should not reach.
fn against(value: i64, limit: i64) -> Option<Standing> {
    match value {
        _ if value >= limit => Some(Standing::Bad),
        _ if value.saturating_mul(100) >= limit.saturating_mul(WELL_BELOW_PERCENT) => Some(Standing::Unclear),
        _ => None,
    }
}

fn whole(figures: &[(&str, i64)]) -> crate::Figures {
    figures.iter().map(|(name, value)| ((*name).to_owned(), Figure::Whole(*value))).collect()
}

fn of_device<'a>(facts: &'a Facts, rules: &'a AlertRules, device: &'a DeviceFacts) -> Vec<Finding> {
    let cause = || Cause::new(CauseKind::Device, &device.id);
    let part = device.spare_part.as_deref();
    let stuck = rules.stuck.as_ref().filter(|_| !device.stuck.is_empty()).map(|rule| {
        let step = NextStep::new(StepCode::ReplaceSensor, false).with(part);
        let found = Finding::new(rule, AlertKind::Stuck, cause(), Standing::Bad, step);
        let named = device.stuck.iter().map(|id| Figure::Word(id.clone())).map(|id| ("property".to_owned(), id));
        Finding { figures: named.collect(), ..found }
    });
    let flood = rules.flood.as_ref().zip(device.messages).and_then(|(rule, messages)| {
        let expected = (600 / device.interval_s.max(1)).max(1);
        let standing = against(messages, expected.saturating_mul(rule.when.times).max(rule.when.least))?;
        let found = Finding::new(rule, AlertKind::Flood, cause(), standing, NextStep::new(StepCode::Watch, false));
        Some(Finding { figures: whole(&[("messages", messages), ("expected", expected), ("of_s", 600)]), ..found })
    });
    let clock = rules.clock.as_ref().zip(device.clock_offset_s).and_then(|(rule, offset_s)| {
        let standing = against(offset_s.saturating_abs(), rule.when.offset_s)?;
        let found = Finding::new(rule, AlertKind::Clock, cause(), standing, NextStep::new(StepCode::FixClock, false));
        Some(Finding { figures: whole(&[("offset_s", offset_s)]), ..found })
    });
    let share = share(rules, device.today, cause());
    let batteries = rules.battery.iter().flat_map(|rule| battery(rule, device));
    let jumps = rules.counter_jump.iter().flat_map(|rule| jumps(rule, device));
    let all = [stuck, flood, clock, share].into_iter().flatten().chain(batteries).chain(jumps);
    all.map(|finding| finding.of_devices(facts, [device])).collect()
}

fn share(rules: &AlertRules, traffic: Traffic, cause: Cause) -> Option<Finding> {
    let rule = rules.quarantine_share.as_ref().filter(|rule| traffic.messages >= rule.when.least.max(1))?;
    let share_permille = traffic.refused.saturating_mul(1_000) / traffic.messages.max(1);
    let standing = against(share_permille, rule.when.percent * 10)?;
    let step = NextStep::new(StepCode::FixMapping, false);
    let found = Finding::new(rule, AlertKind::QuarantineShare, cause, standing, step);
    let figures = [("share_permille", share_permille), ("refused", traffic.refused), ("messages", traffic.messages)];
    Some(Finding { figures: whole(&figures), ..found })
}

fn jumps(rule: &AlertRule<CounterJump>, device: &DeviceFacts) -> Vec<Finding> {
    let found = device.jumps.iter().map(|jump| {
        let cause = Cause::new(CauseKind::Device, &device.id);
        let step = NextStep::new(StepCode::CheckCounter, false);
        let mut found = Finding::new(rule, AlertKind::CounterJump, cause, Standing::Bad, step);
        found.key.property = jump.property.clone();
        found.since = Some(jump.at);
        found.figures = whole(&[("left_out", jump.left_out), ("jumps", jump.jumps)]);
        found.figures.insert("jumped_at".to_owned(), Figure::Time(jump.at));
        found.figures.insert("property".to_owned(), Figure::Word(jump.property.clone()));
        found
    });
    found.collect()
}

/// A battery that lasts for less than half of the days is worth a trip of its own.
fn battery(rule: &AlertRule<Battery>, device: &DeviceFacts) -> Vec<Finding> {
    let wanted = device.batteries.iter().filter(|battery| battery.property == rule.when.property);
    let found = wanted.filter_map(|battery| {
        let (left, limit) = (battery.days_left, rule.when.days_left);
        let standing = match left {
            _ if left <= limit => Standing::Bad,
            _ if left <= limit + limit / 4 + 1 => Standing::Unclear,
            _ => return None,
        };
        let step = NextStep::new(StepCode::ReplaceBattery, left <= limit / 2).with(device.spare_part.as_deref());
        let cause = Cause::new(CauseKind::Device, &device.id);
        let mut found = Finding::new(rule, AlertKind::Battery, cause, standing, step);
        found.key.property = battery.id.clone();
        found.figures = whole(&[("days_left", left)]);
        found.figures.insert("level".to_owned(), Figure::Decimal(battery.level, battery.decimals));
        found.figures.insert("property".to_owned(), Figure::Word(battery.id.clone()));
        Some(found)
    });
    found.collect()
}

fn of_pole(rules: &AlertRules, pole: &PoleFacts) -> Vec<Finding> {
    let drift = rules.drift.iter().flat_map(|rule| {
        let judged = pole.drift.iter().filter(|drift| drift.valid >= LEAST_HOURS);
        judged.filter_map(|drift| {
            let share = drift.marked.saturating_mul(100) / drift.valid.max(1);
            let standing = against(share, rule.when.percent)?;
            let cause = Cause::new(CauseKind::Pole, &pole.id);
            let step = NextStep::new(StepCode::Clean, false);
            let mut found = Finding::new(rule, AlertKind::Drift, cause, standing, step);
            found.key.property = drift.property.clone();
            found.figures = whole(&[("marked_hours", drift.marked), ("valid_hours", drift.valid)]);
            found.figures.insert("property".to_owned(), Figure::Word(drift.property.clone()));
            Some(found)
        })
    });
    let limits = rules.limit_value.iter().flat_map(|rule| limit(rule, pole));
    let all = drift.chain(limits);
    all.map(|finding| Finding { poles: vec![pole.id.clone()], ..finding }).collect()
}

/// The number is what the law says, so there is no band below it.
fn limit(rule: &AlertRule<LimitValue>, pole: &PoleFacts) -> Vec<Finding> {
    let above = |hour: &&crate::HourFacts| hour.property == rule.when.property && hour.value > rule.when.above;
    let found = pole.hours.iter().filter(above).map(|hour| {
        let cause = Cause::new(CauseKind::Pole, &pole.id);
        let step = NextStep::new(StepCode::Watch, false);
        let mut found = Finding::new(rule, AlertKind::LimitValue, cause, Standing::Bad, step);
        found.key.property = hour.id.clone();
        found.since = Some(hour.start);
        found.figures = [
            ("value".to_owned(), Figure::Decimal(hour.value, hour.decimals)),
            ("above".to_owned(), Figure::Decimal(rule.when.above, hour.decimals)),
            ("hour".to_owned(), Figure::Time(hour.start)),
            ("property".to_owned(), Figure::Word(hour.id.clone())),
        ]
        .into();
        found
    });
    found.collect()
}

fn of_source(rules: &AlertRules, source: &SourceFacts) -> Vec<Finding> {
    let cause = Cause::new(CauseKind::Source, &source.name);
    let lost = rules.source_lost.as_ref().filter(|_| !source.connected).map(|rule| {
        let step = NextStep::new(StepCode::CheckNetwork, false);
        let found = Finding::new(rule, AlertKind::SourceLost, cause.clone(), Standing::Bad, step);
        Finding { since: Some(source.since), ..found }
    });
    lost.into_iter().chain(share(rules, source.traffic, cause)).collect()
}

fn of_targets(facts: &Facts, rules: &AlertRules) -> Vec<Finding> {
    let Some(rule) = &rules.target_lag else { return Vec::new() };
    let found = facts.targets.iter().filter_map(|target| {
        let standing = against(target.lag_s, rule.when.lag_s)?;
        let cause = Cause::new(CauseKind::Target, &target.name);
        let step = NextStep::new(StepCode::CheckNetwork, false);
        let found = Finding::new(rule, AlertKind::TargetLag, cause, standing, step);
        let figures = whole(&[("lag_s", target.lag_s), ("pending_messages", target.pending_messages)]);
        Some(Finding { figures, since: Some(facts.now.plus(-target.lag_s.saturating_mul(1_000))), ..found })
    });
    found.collect()
}

fn of_disk(facts: &Facts, rules: &AlertRules) -> Option<Finding> {
    const MIB: u64 = 1 << 20;
    let (rule, disk) = (rules.disk.as_ref()?, facts.disk?);
    let free_mib = i64::try_from(disk.free / MIB).unwrap_or(i64::MAX);
    let of_disk = i64::try_from(u128::from(disk.free) * 1_000 / u128::from(disk.size.max(1))).unwrap_or(1_000);
    let (percent, mib) = (rule.when.free_percent.saturating_mul(10), rule.when.free_mib);
    let below = |free: i64, limit: i64, more: i64| free.saturating_mul(100) < limit.saturating_mul(more);
    let is_below = |more| below(of_disk, percent, more) || below(free_mib, mib, more);
    let standing = match (is_below(100), is_below(110)) {
        (true, _) => Standing::Bad,
        (false, true) => Standing::Unclear,
        (false, false) => return None,
    };
    let cause = Cause::new(CauseKind::Service, "disk");
    let found = Finding::new(rule, AlertKind::Disk, cause, standing, NextStep::new(StepCode::MakeRoom, false));
    Some(Finding { figures: whole(&[("free_mib", free_mib), ("free_permille", of_disk)]), ..found })
}
