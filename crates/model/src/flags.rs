//! Quality flags: kept with a value, never a silent drop.

use std::fmt;

use serde::{Serialize, Serializer, ser::SerializeSeq};

/// One remark about a value. The catalogue says which remarks keep a value out of aggregates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Flag {
    /// Outside the property's valid range.
    OutOfRange = 0,
    /// A device's word for "no value" (0xFFFF, −1).
    Sentinel = 1,
    /// Identical too often.
    Stuck = 2,
    /// Far from its neighbours in time.
    Spike = 3,
    /// A jump that stays.
    Step = 4,
    /// PM1 > PM2.5 > PM10.
    Inconsistent = 5,
    /// Optical particle value in air too humid to correct it.
    Humid = 6,
    /// Just powered up.
    WarmingUp = 7,
    /// Never calibrated.
    Uncalibrated = 8,
    /// Far from the poles around.
    Peer = 9,
    /// The device's clock was off; another time was taken.
    TimeDoubt = 10,
    /// Its message was decoded again and gives it no longer: another property or instant, or nothing. It stays, and never counts.
    Superseded = 11,
    /// A count spread over several windows by time.
    Interpolated = 12,
    /// A total that started again, or jumped by more than can pass: what was counted is a lower bound.
    CounterReset = 13,
    /// Came by a replay.
    Replayed = 14,
    /// Not as measured: humidity was taken out, or a calibration was applied.
    Corrected = 15,
}

impl Flag {
    /// All flags, in the order of their bits.
    pub const ALL: [Self; 16] = [
        Self::OutOfRange,
        Self::Sentinel,
        Self::Stuck,
        Self::Spike,
        Self::Step,
        Self::Inconsistent,
        Self::Humid,
        Self::WarmingUp,
        Self::Uncalibrated,
        Self::Peer,
        Self::TimeDoubt,
        Self::Superseded,
        Self::Interpolated,
        Self::CounterReset,
        Self::Replayed,
        Self::Corrected,
    ];

    /// The word of files and interfaces.
    pub fn code(self) -> &'static str {
        match self {
            Self::OutOfRange => "out_of_range",
            Self::Sentinel => "sentinel",
            Self::Stuck => "stuck",
            Self::Spike => "spike",
            Self::Step => "step",
            Self::Inconsistent => "inconsistent",
            Self::Humid => "humid",
            Self::WarmingUp => "warming_up",
            Self::Uncalibrated => "uncalibrated",
            Self::Peer => "peer",
            Self::TimeDoubt => "time_doubt",
            Self::Superseded => "superseded",
            Self::Interpolated => "interpolated",
            Self::CounterReset => "counter_reset",
            Self::Replayed => "replayed",
            Self::Corrected => "corrected",
        }
    }

    /// The flag of a code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.code() == code)
    }
}

/// A set of [`Flag`]s; bit n is the flag with discriminant n.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Flags(pub u16);

impl Flags {
    /// No flag.
    pub const NONE: Self = Self(0);

    /// The set with `flag` added.
    #[must_use]
    pub fn with(self, flag: Flag) -> Self {
        Self(self.0 | 1 << flag as u8)
    }

    /// Both sets together.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether `flag` is in the set.
    pub fn contains(self, flag: Flag) -> bool {
        self.0 & (1 << flag as u8) != 0
    }

    /// Whether the sets share a flag.
    pub fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the set has no flag.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The flags, in bit order.
    pub fn iter(self) -> impl Iterator<Item = Flag> {
        Flag::ALL.into_iter().filter(move |flag| self.contains(*flag))
    }
}

impl FromIterator<Flag> for Flags {
    fn from_iter<I: IntoIterator<Item = Flag>>(flags: I) -> Self {
        flags.into_iter().fold(Self::NONE, Self::with)
    }
}

impl fmt::Debug for Flags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(Flag::code)).finish()
    }
}

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut codes = serializer.serialize_seq(None)?;
        for flag in self.iter() {
            codes.serialize_element(flag.code())?;
        }
        codes.end()
    }
}
