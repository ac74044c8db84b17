//! `alerts.toml`: what an operator is told of. What a file does not say is as it is without one.

use std::collections::BTreeSet;

use super::{
    AlertRule, AlertRules, AlertSeverity, Battery, DayTime, LimitValue, Pole, PowerOff, Problem, alert_sending,
    names::{self, did_you_mean},
    profiles::minute_of_day,
    properties::Properties,
    toml_section::{Document, Section},
};
use crate::{Decimal, Kind, ObservedProperty};

/// The file's name.
pub(super) const FILE: &str = "alerts.toml";

const SEVERITIES: [(&str, AlertSeverity); 3] =
    [("act", AlertSeverity::Act), ("watch", AlertSeverity::Watch), ("note", AlertSeverity::Note)];

/// Most evaluations in a row that are waited for: a day of them.
const MOST_MINUTES: i64 = 1_440;

/// What tells of a battery in most catalogues, and when it counts as empty, in its unit.
const BATTERY: (&str, i64) = ("battery_level", 5);

/// Limit values that hold unless the file names its own: the information threshold of ozone and the hourly limit of nitrogen dioxide
/// (39. BImSchV, § 9 (2) and § 3 (1)), µg/m³.
const LIMITS: [(&str, i64); 2] = [("o3", 180), ("no2", 200)];

/// What holds without a file.
pub(super) fn defaults(properties: &Properties) -> AlertRules {
    AlertRules { battery: battery(properties), limit_value: limits(properties), ..AlertRules::default() }
}

fn battery(properties: &Properties) -> Vec<AlertRule<Battery>> {
    let (id, empty) = BATTERY;
    let rule = properties.catalogue.by_id(id).and_then(|property| {
        let empty = Decimal { mantissa: empty, decimals: 0 }.at(property.decimals).ok()?;
        let when = Battery { property: property.number, empty, days_left: 30, weeks: 4 };
        Some(AlertRule { severity: AlertSeverity::Watch, open_after: 2, close_after: 60, when })
    });
    rule.into_iter().collect()
}

fn limits(properties: &Properties) -> Vec<AlertRule<LimitValue>> {
    let rule = |(id, above): (&str, i64)| {
        let property = properties.catalogue.by_id(id)?;
        let above = Decimal { mantissa: above, decimals: 0 }.at(property.decimals).ok()?;
        let when = LimitValue { property: property.number, above };
        Some(AlertRule { severity: AlertSeverity::Note, open_after: 1, close_after: 1, when })
    };
    LIMITS.into_iter().filter_map(rule).collect()
}

/// Reads the rules.
pub(super) fn read(text: &str, properties: &Properties, poles: &[Pole], problems: &mut Vec<Problem>) -> AlertRules {
    let mut rules = defaults(properties);
    let Some(document) = Document::parse(FILE, text, problems) else { return rules };
    let mut root = document.section();
    one(&mut root, "silent", &mut rules.silent, problems, |section, when| {
        number(section, "intervals", 2..=1_000, &mut when.intervals);
        number(section, "least_s", 60..=2_592_000, &mut when.least_s);
    });
    one(&mut root, "gateway_silent", &mut rules.gateway_silent, problems, |section, when| {
        number(section, "after_s", 60..=86_400, &mut when.after_s);
    });
    one(&mut root, "switch_point_silent", &mut rules.switch_point_silent, problems, |section, when| {
        number(section, "least_poles", 1..=1_000, &mut when.least_poles);
    });
    one(&mut root, "source_lost", &mut rules.source_lost, problems, |_, _| {});
    one(&mut root, "drift", &mut rules.drift, problems, |section, when| {
        number(section, "hours", 6..=336, &mut when.hours);
        number(section, "percent", 1..=100, &mut when.percent);
    });
    one(&mut root, "stuck", &mut rules.stuck, problems, |_, _| {});
    one(&mut root, "counter_jump", &mut rules.counter_jump, problems, |section, when| {
        number(section, "hours", 1..=168, &mut when.hours);
    });
    one(&mut root, "flood", &mut rules.flood, problems, |section, when| {
        number(section, "times", 2..=10_000, &mut when.times);
        number(section, "least", 1..=1_000_000, &mut when.least);
    });
    one(&mut root, "clock", &mut rules.clock, problems, |section, when| {
        number(section, "offset_s", 1..=86_400, &mut when.offset_s);
    });
    one(&mut root, "quarantine_share", &mut rules.quarantine_share, problems, |section, when| {
        number(section, "percent", 1..=100, &mut when.percent);
        number(section, "least", 1..=1_000_000, &mut when.least);
    });
    one(&mut root, "target_lag", &mut rules.target_lag, problems, |section, when| {
        number(section, "lag_s", 60..=2_592_000, &mut when.lag_s);
    });
    one(&mut root, "disk", &mut rules.disk, problems, |section, when| {
        number(section, "free_percent", 0..=99, &mut when.free_percent);
        number(section, "free_mib", 0..=1_000_000_000, &mut when.free_mib);
    });
    lists(&mut root, &mut rules, properties, poles, problems);
    rules.targets = alert_sending::read(&mut root, problems);
    root.finish(problems);
    rules
}

fn lists(
    root: &mut Section<'_>,
    rules: &mut AlertRules,
    properties: &Properties,
    poles: &[Pole],
    problems: &mut Vec<Problem>,
) {
    if root.has("battery") {
        let entries = root.tables("battery").into_iter();
        rules.battery = entries.filter_map(|section| battery_rule(section, properties, problems)).collect();
    }
    if root.has("limit_value") {
        let entries = root.tables("limit_value").into_iter();
        rules.limit_value = entries.filter_map(|section| limit_rule(section, properties, problems)).collect();
    }
    let switch_points: BTreeSet<&str> = poles.iter().filter_map(|pole| pole.switch_point.as_deref()).collect();
    let entries = root.tables("power_off").into_iter();
    rules.power_off = entries.filter_map(|section| power_off(section, &switch_points, problems)).collect();
}

/// A rule with a table of its own.
fn one<T>(
    root: &mut Section<'_>,
    key: &'static str,
    rule: &mut Option<AlertRule<T>>,
    problems: &mut Vec<Problem>,
    read: impl FnOnce(&mut Section<'_>, &mut T),
) {
    let (Some(mut section), Some(known)) = (root.table(key), rule.as_mut()) else { return };
    course(&mut section, known);
    read(&mut section, &mut known.when);
    let enabled = section.optional("enabled").unwrap_or(true);
    section.finish(problems);
    if !enabled {
        *rule = None;
    }
}

/// How alerts of a rule come and go.
fn course<T>(section: &mut Section<'_>, rule: &mut AlertRule<T>) {
    rule.severity = severity(section).unwrap_or(rule.severity);
    rule.open_after = section.integer("open_after", 1..=MOST_MINUTES).unwrap_or(rule.open_after);
    rule.close_after = section.integer("close_after", 1..=MOST_MINUTES).unwrap_or(rule.close_after);
}

/// How urgent something is, if the section says it.
pub(super) fn severity(section: &mut Section<'_>) -> Option<AlertSeverity> {
    let word: String = section.optional("severity")?;
    match names::choose(&word, &SEVERITIES) {
        Ok(severity) => Some(severity),
        Err(hint) => {
            section.problem("severity", format!("unknown severity `{word}`"), hint);
            None
        }
    }
}

fn number(section: &mut Section<'_>, key: &'static str, range: std::ops::RangeInclusive<i64>, value: &mut i64) {
    *value = section.integer(key, range).unwrap_or(*value);
}

fn battery_rule(
    mut section: Section<'_>,
    properties: &Properties,
    problems: &mut Vec<Problem>,
) -> Option<AlertRule<Battery>> {
    let property = gauge(&mut section, properties);
    let empty = level(&mut section, "empty", property);
    let mut when =
        Battery { property: property.map(|known| known.number).unwrap_or_default(), empty: 0, days_left: 30, weeks: 4 };
    number(&mut section, "days_left", 1..=3_650, &mut when.days_left);
    number(&mut section, "weeks", 1..=26, &mut when.weeks);
    let mut rule = AlertRule { severity: AlertSeverity::Watch, open_after: 2, close_after: 60, when };
    course(&mut section, &mut rule);
    section.finish(problems);
    rule.when.empty = property.and(empty)?;
    Some(rule)
}

fn limit_rule(
    mut section: Section<'_>,
    properties: &Properties,
    problems: &mut Vec<Problem>,
) -> Option<AlertRule<LimitValue>> {
    let property = gauge(&mut section, properties);
    let above = level(&mut section, "above", property);
    let when = LimitValue { property: property.map(|known| known.number).unwrap_or_default(), above: 0 };
    let mut rule = AlertRule { severity: AlertSeverity::Note, open_after: 1, close_after: 1, when };
    course(&mut section, &mut rule);
    section.finish(problems);
    rule.when.above = property.and(above)?;
    Some(rule)
}

fn gauge<'p>(section: &mut Section<'_>, properties: &'p Properties) -> Option<&'p ObservedProperty> {
    let id: String = section.required("property")?;
    let property = properties.resolve(&id, "property", section)?;
    if property.kind != Kind::Gauge {
        section.problem("property", format!("`{id}` is no gauge"), "name a property of the kind `gauge`");
    }
    Some(property)
}

/// A value of a property, at its resolution.
fn level(section: &mut Section<'_>, key: &'static str, property: Option<&ObservedProperty>) -> Option<i64> {
    let (value, property) = (section.required::<Decimal>(key)?, property?);
    let whole = value.at(property.decimals).ok();
    let back = |mantissa| Decimal { mantissa, decimals: property.decimals }.at(value.decimals).ok();
    let whole = whole.filter(|whole| back(*whole) == Some(value.mantissa));
    if whole.is_none() {
        let message = format!("{value} does not fit `{}`, which has {} decimals", property.id, property.decimals);
        section.problem(key, message, "use fewer decimals or a smaller number");
    }
    whole
}

fn power_off(
    mut section: Section<'_>,
    switch_points: &BTreeSet<&str>,
    problems: &mut Vec<Problem>,
) -> Option<PowerOff> {
    let named: Vec<String> = section.optional("switch_points").unwrap_or_default();
    for name in named.iter().filter(|name| !switch_points.contains(name.as_str())) {
        let hint = did_you_mean(name, switch_points.iter().copied());
        let hint = hint.unwrap_or_else(|| "write it as in the column switch_point of poles.csv".to_owned());
        section.problem("switch_points", format!("no pole hangs on the switch point `{name}`"), hint);
    }
    let (from, to) = (day_time(&mut section, "from"), day_time(&mut section, "to"));
    if from.is_some() && from == to {
        section.problem("to", "it ends when it begins", "give another time");
    }
    let margin_min = section.integer("margin_min", 0..=240).unwrap_or(30);
    section.finish(problems);
    Some(PowerOff { switch_points: named, from: from?, to: to?, margin_min })
}

fn day_time(section: &mut Section<'_>, key: &'static str) -> Option<DayTime> {
    let text: String = section.required(key)?;
    let time = match text.as_str() {
        "sunrise" => Some(DayTime::Sunrise),
        "sunset" => Some(DayTime::Sunset),
        text => minute_of_day(text).map(DayTime::Minute),
    };
    if time.is_none() {
        let hint = "write \"sunrise\", \"sunset\", or hours and minutes of the local day like \"07:30\"";
        section.problem(key, format!("`{text}` is no time of day"), hint);
    }
    time
}
