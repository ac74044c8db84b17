//! Words of alerts: which rule, whose fault it seems to be, and what is next.

use serde::{Deserialize, Serialize};

/// The rule that an alert is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A device says nothing.
    Silent,
    /// A gateway says nothing.
    GatewaySilent,
    /// No pole of a switch point says anything.
    SwitchPointSilent,
    /// A source is not connected.
    SourceLost,
    /// A battery will be empty.
    Battery,
    /// A pole's hours lie apart from those around it.
    Drift,
    /// A sensor says the same again and again.
    Stuck,
    /// A counter went on by more than can have passed.
    CounterJump,
    /// A device sends far too much.
    Flood,
    /// A device's clock is off.
    Clock,
    /// Much of what comes is refused.
    QuarantineShare,
    /// A target is behind.
    TargetLag,
    /// The disk fills up.
    Disk,
    /// An hour above a number.
    LimitValue,
}

/// What kind of thing an alert is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// A device, by its id.
    Device,
    /// A pole, by its id.
    Pole,
    /// A gateway, by its EUI.
    Gateway,
    /// A cabinet of the street lighting, by its name.
    SwitchPoint,
    /// An InfluxDB target, by its name.
    Target,
    /// A source, by its name.
    Source,
    /// The service itself.
    Service,
}

/// What an alert is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Cause {
    /// What kind of thing.
    pub kind: CauseKind,
    /// Which one.
    pub id: String,
}

impl Cause {
    /// The cause of a kind and an id.
    pub fn new(kind: CauseKind, id: &str) -> Self {
        Self { kind, id: id.to_owned() }
    }
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepCode {
    /// Look for its power.
    CheckPower,
    /// Go there and look.
    Visit,
    /// Clean the sensor.
    Clean,
    /// Put a new battery in.
    ReplaceBattery,
    /// Put a new sensor there.
    ReplaceSensor,
    /// Mend mapping, profile or registry.
    FixMapping,
    /// Look at the counter's power supply, and at `[counter]` of its profile.
    CheckCounter,
    /// Set the device's clock.
    FixClock,
    /// Look for the network or the other side.
    CheckNetwork,
    /// Make room on the disk.
    MakeRoom,
    /// Keep an eye on it.
    Watch,
    /// Nothing.
    None,
}

/// What to do next, with what, and whether somebody has to drive out for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextStep {
    /// What to do.
    pub code: StepCode,
    /// What to take along, as the profile says.
    pub part: Option<String>,
    /// Whether it is worth a trip of its own.
    pub trip: bool,
}

impl NextStep {
    /// A step without a part.
    pub(crate) fn new(code: StepCode, trip: bool) -> Self {
        Self { code, part: None, trip }
    }

    pub(crate) fn with(self, part: Option<&str>) -> Self {
        Self { part: part.map(str::to_owned), ..self }
    }
}
