//! How long what was measured is kept: readings for days or for years, by whether their device measures persons; quarters of an hour for
//! longer; hours and days for ever.
//!
//! ```text
//! now ──────────── raw_days ── BESIDE ──────────────────────── quarter_days ── BESIDE ────────────►  older
//!  readings are taken     │ rows stay, as          │ sealed: aggregates,     │            │ hours and
//!  and change windows     │ totals beside them     │ revision, minutes       │            │ days alone
//!                    expired                    cuts                                   cut
//! ```
//!
//! Cuts are a matter of the journal alone: they move forward with the first record of a day, and never back, whatever a registry says
//! later. What lies before them the store lets go of step by step; the fold takes it as gone from the cut on, so it does not see how
//! far the store has got.

use smartpole_model::{DeviceNo, PropertyNo, Quarter, UtcMillis, registry::RULES_LOOK_BACK_S};
use smartpole_window::{MAX_GAP_MS, NewRow};

use crate::{Fold, active::Active, device::Device};

const DAY_MS: i64 = 86_400_000;

/// Days for which rows stay though no reading is taken any more: the oldest reading that is taken looks back as far as totals are
/// linked, and its remarks as far as rules look back.
pub const BESIDE_DAYS: u32 = 8;
const BESIDE: i32 = (BESIDE_DAYS as i64 * DAY_MS / Quarter::MILLIS) as i32;
const _: () = assert!(BESIDE_DAYS as i64 * DAY_MS > MAX_GAP_MS + RULES_LOOK_BACK_S * 1_000 + 2 * Quarter::MILLIS);

/// Before which quarters what was measured is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cuts {
    /// Rows of blocks.
    pub raw: Quarter,
    /// Rows of blocks of devices that measure persons.
    pub personal: Quarter,
    /// Blocks, with their revisions and the places they counted for.
    pub quarters: Quarter,
}

impl Default for Cuts {
    fn default() -> Self {
        let never = Quarter(i32::MIN);
        Self { raw: never, personal: never, quarters: never }
    }
}

/// By what a device's readings are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    /// Of things.
    Raw,
    /// Could be of single persons.
    Personal,
}

impl Active {
    fn is_personal(&self, property: PropertyNo) -> bool {
        self.inputs.registry.properties.get(property).is_some_and(|property| property.personal)
    }
}

impl Fold {
    /// Before which quarters what was measured is gone.
    pub fn cuts(&self) -> Cuts {
        self.cuts
    }

    /// Whether a device measures what could be of single persons, by its profiles or by what it sent. A foreign series does not: it is
    /// made of sums that somebody else published.
    pub fn measures_persons(&self, no: DeviceNo) -> bool {
        if self.active.is_foreign(no) {
            return false;
        }
        let sent = |device: &Device| device.latest.iter().any(|latest| self.active.is_personal(latest.series.property));
        self.active.announces_persons(no) || self.devices.get(no.index()).is_some_and(sent)
    }

    /// For how many days after it was measured a reading is taken.
    fn days_of(&self, class: Class) -> u32 {
        let retention = self.active.inputs.settings.retention;
        match class {
            Class::Raw => retention.raw_days,
            Class::Personal => retention.raw_personal_days,
        }
    }

    fn class(&self, no: DeviceNo) -> Class {
        if self.measures_persons(no) { Class::Personal } else { Class::Raw }
    }

    /// The first quarter of which a device's readings are not gone.
    pub fn sealed_to(&self, no: DeviceNo) -> Quarter {
        self.sealed_of(no, self.class(no))
    }

    fn sealed_of(&self, no: DeviceNo, class: Class) -> Quarter {
        let cut = match class {
            Class::Raw => self.cuts.raw,
            Class::Personal => self.cuts.personal,
        };
        self.devices.get(no.index()).map_or(cut, |device| device.sealed_to.max(cut))
    }

    /// Whether readings come too late to be kept: nothing may reach a block without rows.
    pub(crate) fn is_expired(&self, no: DeviceNo, row: &NewRow<'_>) -> bool {
        let NewRow { event_time, received_at, values, .. } = *row;
        self.is_past(no, values.iter().map(|value| value.series.property), event_time, received_at)
    }

    /// Whether readings of these properties, of an instant, are past their retention at another.
    pub(crate) fn is_past(
        &self,
        no: DeviceNo,
        mut properties: impl Iterator<Item = PropertyNo>,
        event_time: UtcMillis,
        now: UtcMillis,
    ) -> bool {
        // the first of its device that is personal makes it so
        let personal = properties.any(|property| self.active.is_personal(property));
        let class = if personal && !self.active.is_foreign(no) { Class::Personal } else { self.class(no) };
        let first = self.sealed_of(no, class).0.saturating_add(BESIDE);
        now.since(event_time) > days(self.days_of(class)) || event_time.quarter().0 < first
    }

    /// Whether a reading of a foreign series would be kept: what is older is counted, and kept nowhere.
    pub fn keeps_foreign(&self, event_time: UtcMillis, received_at: UtcMillis) -> bool {
        received_at.since(event_time) <= days(self.days_of(Class::Raw))
    }

    /// Moves the cuts up to a new day of receipt, and closes what is open and takes no reading any more: its rows would stay for as long
    /// as its device is silent, and a restart would miss the totals beside them.
    pub(crate) fn move_cuts(&mut self, day: i32) {
        let retention = self.active.inputs.settings.retention;
        let now = UtcMillis(i64::from(day) * DAY_MS);
        let cut = |kept: u32| now.plus(-days(kept)).plus(-days(BESIDE_DAYS)).quarter();
        self.cuts.raw = self.cuts.raw.max(cut(retention.raw_days));
        self.cuts.personal = self.cuts.personal.max(cut(retention.raw_personal_days));
        self.cuts.quarters = self.cuts.quarters.max(cut(retention.quarter_days));
        for index in 0..self.devices.len() {
            let no = DeviceNo(index as u32);
            let first = Quarter(self.sealed_to(no).0.saturating_add(BESIDE));
            if self.devices[index].held.iter().any(|held| held.open && held.block.quarter() < first) {
                self.close(no, first.start(), false);
            }
        }
    }

    /// Numbers of devices that measure persons, ascending.
    pub(crate) fn persons(&self) -> Vec<DeviceNo> {
        let all = (0..self.devices.len()).map(|index| DeviceNo(index as u32));
        all.filter(|no| self.measures_persons(*no)).collect()
    }

    /// How far the rows of each device are gone; what a registry says next brings none of them back.
    pub(crate) fn seals(&self) -> Vec<Quarter> {
        (0..self.devices.len()).map(|index| self.sealed_to(DeviceNo(index as u32))).collect()
    }

    /// Keeps what was gone under the former registry.
    pub(crate) fn keep_seals(&mut self, former: &[Quarter]) {
        for (index, former) in former.iter().enumerate() {
            let no = DeviceNo(index as u32);
            if self.sealed_to(no) < *former {
                self.devices[index].sealed_to = *former;
                self.devices[index].dirty = true;
                self.touch(no);
            }
        }
    }
}

fn days(days: u32) -> i64 {
    i64::from(days) * DAY_MS
}
