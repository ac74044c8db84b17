//! What an operator is told of, as `alerts.toml` says.

use super::AlertTargets;
use crate::PropertyNo;

/// How urgent an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertSeverity {
    /// Somebody has to do something.
    Act,
    /// Somebody should look at it.
    Watch,
    /// Worth knowing.
    Note,
}

/// A rule: what is looked for, and how an alert of it comes and goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRule<T> {
    /// How urgent it is.
    pub severity: AlertSeverity,
    /// Evaluations in a row, one a minute, in which it holds before an alert opens.
    pub open_after: u16,
    /// Evaluations in a row in which it does not before the alert closes.
    pub close_after: u16,
    /// What is looked for.
    pub when: T,
}

/// All rules; one that is switched off is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRules {
    /// A device says nothing.
    pub silent: Option<AlertRule<Silent>>,
    /// A gateway says nothing.
    pub gateway_silent: Option<AlertRule<GatewaySilent>>,
    /// No pole of a switch point says anything.
    pub switch_point_silent: Option<AlertRule<SwitchPointSilent>>,
    /// A source is not connected.
    pub source_lost: Option<AlertRule<SourceLost>>,
    /// Batteries that will be empty.
    pub battery: Vec<AlertRule<Battery>>,
    /// A pole's hours lie apart from those around it.
    pub drift: Option<AlertRule<Drift>>,
    /// A sensor says the same again and again; the rule itself stands in `rules.toml`.
    pub stuck: Option<AlertRule<Stuck>>,
    /// A counter went on by more than can have passed.
    pub counter_jump: Option<AlertRule<CounterJump>>,
    /// A device sends far too much.
    pub flood: Option<AlertRule<Flood>>,
    /// A device's clock is off.
    pub clock: Option<AlertRule<ClockOff>>,
    /// Much of what a source or device sends is refused.
    pub quarantine_share: Option<AlertRule<QuarantineShare>>,
    /// A target is behind.
    pub target_lag: Option<AlertRule<TargetLag>>,
    /// The disk of the data folder fills up.
    pub disk: Option<AlertRule<Disk>>,
    /// An hour of a pole above a number.
    pub limit_value: Vec<AlertRule<LimitValue>>,
    /// When lamps have no power by plan.
    pub power_off: Vec<PowerOff>,
    /// Whom alerts are sent to.
    pub targets: AlertTargets,
}

/// Silent for so many of its own intervals, and for so long at least; minutes in which its source was not connected do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silent {
    /// Intervals of its profile.
    pub intervals: i64,
    /// Seconds.
    pub least_s: i64,
}

/// No message for so long, where a packet forwarder tells how it is each 30 seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GatewaySilent {
    /// Seconds.
    pub after_s: i64,
}

/// So many poles at least, all of them silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SwitchPointSilent {
    /// Poles.
    pub least_poles: i64,
}

/// Not connected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceLost;

/// A robust line through the days of some weeks reaches `empty` soon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Battery {
    /// What tells how full it is: a gauge.
    pub property: PropertyNo,
    /// Empty, at the property's resolution.
    pub empty: i64,
    /// Within so many days.
    pub days_left: i64,
    /// Weeks that the line is laid through.
    pub weeks: i64,
}

/// So many of a pole's newest valid hours marked by the peer check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Hours looked at.
    pub hours: i64,
    /// Of them, in per cent.
    pub percent: i64,
}

/// The newest value has the remark `stuck`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stuck;

/// A total of these hours went on by more than `max_per_minute` of its profile lets pass, so that it counts for nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CounterJump {
    /// Newest hours.
    pub hours: i64,
}

/// More messages in ten minutes than so many times what its interval says, and than a least number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flood {
    /// Times the expected number.
    pub times: i64,
    /// Messages in ten minutes.
    pub least: i64,
}

/// Receipt and the device's own time lie further apart than this.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClockOff {
    /// Seconds.
    pub offset_s: i64,
}

/// Of the messages of a source within the hour or two before, or of a device today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuarantineShare {
    /// Refused, in per cent.
    pub percent: i64,
    /// With fewer messages nothing is judged.
    pub least: i64,
}

/// The oldest thing that waits for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetLag {
    /// Seconds.
    pub lag_s: i64,
}

/// Free room below either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Disk {
    /// Of the disk, in per cent.
    pub free_percent: i64,
    /// Mebibytes. Below 512 the journal takes nothing any more.
    pub free_mib: i64,
}

/// A valid hourly mean above a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitValue {
    /// Of what: a gauge.
    pub property: PropertyNo,
    /// The number, at the property's resolution.
    pub above: i64,
}

/// When lamps of some switch points have no power by plan, each day: their silence is no alarm then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PowerOff {
    /// Switch points; empty: all.
    pub switch_points: Vec<String>,
    /// Begins.
    pub from: DayTime,
    /// Ends, on the next day if that is earlier.
    pub to: DayTime,
    /// Minutes before and after in which silence is none either: switching takes time, and devices have to come back.
    pub margin_min: i64,
}

/// A time of each day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayTime {
    /// Minute of the day in Europe/Berlin.
    Minute(u16),
    /// When the sun rises there.
    Sunrise,
    /// When it sets.
    Sunset,
}

impl Default for AlertRules {
    /// What holds without a file; the limit values depend on the catalogue and are none.
    fn default() -> Self {
        Self {
            silent: AlertRule::new(AlertSeverity::Act, 2, 1, Silent { intervals: 4, least_s: 900 }),
            gateway_silent: AlertRule::new(AlertSeverity::Act, 2, 2, GatewaySilent { after_s: 300 }),
            switch_point_silent: AlertRule::new(AlertSeverity::Act, 2, 1, SwitchPointSilent { least_poles: 2 }),
            source_lost: AlertRule::new(AlertSeverity::Act, 3, 2, SourceLost),
            battery: Vec::new(),
            drift: AlertRule::new(AlertSeverity::Watch, 2, 60, Drift { hours: 48, percent: 50 }),
            stuck: AlertRule::new(AlertSeverity::Watch, 60, 10, Stuck),
            counter_jump: AlertRule::new(AlertSeverity::Watch, 1, 10, CounterJump { hours: 24 }),
            flood: AlertRule::new(AlertSeverity::Watch, 2, 15, Flood { times: 10, least: 100 }),
            clock: AlertRule::new(AlertSeverity::Watch, 30, 10, ClockOff { offset_s: 300 }),
            quarantine_share: AlertRule::new(AlertSeverity::Act, 5, 10, QuarantineShare { percent: 20, least: 20 }),
            target_lag: AlertRule::new(AlertSeverity::Act, 5, 5, TargetLag { lag_s: 900 }),
            disk: AlertRule::new(AlertSeverity::Act, 2, 5, Disk { free_percent: 10, free_mib: 2_048 }),
            limit_value: Vec::new(),
            power_off: Vec::new(),
            targets: AlertTargets::default(),
        }
    }
}

impl<T> AlertRule<T> {
    fn new(severity: AlertSeverity, open_after: u16, close_after: u16, when: T) -> Option<Self> {
        Some(Self { severity, open_after, close_after, when })
    }
}
