//! What a device's newest readings and messages say of its condition.

use serde::Serialize;
use smartpole_model::{DeviceNo, Flags, Outcome, TimeSource, UtcMillis};
use smartpole_pipeline::{Entry, Fold, Latest};
use smartpole_store::LedgerRows;
use utoipa::ToSchema;

use crate::{
    Parts,
    number::{self, Exact},
    problem::Problem,
    scope,
};

/// Properties that tell of a battery, the better one first: a share says more than a voltage, which hangs on the cell.
const BATTERY: [&str; 2] = ["battery_level", "battery_voltage"];
const DAY_MS: i64 = 86_400_000;
/// Days of receipt that outcomes are counted over: today, which may just have begun, and the day before.
const DAYS: i32 = 2;

/// The newest reading of a battery.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Battery {
    /// Id of the property: `battery_level` (what is left) or `battery_voltage`.
    #[schema(example = "battery_level")]
    pub(super) property: String,
    /// The value.
    #[schema(value_type = f64, example = 87)]
    pub(super) value: Exact,
    /// UCUM code.
    #[schema(example = "%")]
    pub(super) unit: String,
    /// When it was measured.
    #[schema(value_type = String, format = DateTime)]
    pub(super) event_time: UtcMillis,
}

/// What became of the messages of a device today and yesterday (days of receipt in UTC), as of the last commit.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Outcomes {
    /// Midnight in UTC from which they are counted.
    #[schema(value_type = String, format = DateTime)]
    pub(super) since: UtcMillis,
    /// Messages that were known to be its.
    pub(super) messages: u64,
    /// Those of them of which nothing counts.
    pub(super) quarantined: u64,
}

/// The newest reading of the battery, by the best property that the device tells.
pub(super) fn battery(fold: &Fold, latest: &[Latest]) -> Option<Battery> {
    let properties = &fold.inputs().registry.properties;
    BATTERY.iter().find_map(|id| {
        let property = properties.by_id(id)?;
        let newest = latest.iter().filter(|latest| latest.series.property == property.number);
        let newest = newest.max_by_key(|latest| latest.event_time)?;
        let value = Exact::value(scope::property(fold, newest.series.property)?, newest.value);
        Some(Battery {
            property: property.id.clone(),
            value,
            unit: property.unit.clone(),
            event_time: newest.event_time,
        })
    })
}

/// How far the newest reading with a time of its own came behind it, in seconds.
pub(super) fn clock_offset(latest: &[Latest]) -> Option<Exact> {
    let own = latest.iter().filter(|latest| latest.time_source == TimeSource::Payload);
    let newest = own.max_by_key(|latest| latest.event_time)?;
    Some(number::decimal(newest.received_at.since(newest.event_time), 3))
}

/// All remarks on its newest readings.
pub(super) fn flags(latest: &[Latest]) -> Flags {
    latest.iter().fold(Flags::NONE, |all, latest| all.union(latest.flags))
}

impl Outcomes {
    /// None counted yet.
    pub(super) fn since_yesterday(now: UtcMillis) -> Self {
        let first = now.utc_day().saturating_sub(DAYS - 1);
        Self { since: UtcMillis(i64::from(first) * DAY_MS), messages: 0, quarantined: 0 }
    }

    /// Counts those of a device, by its rows of the ledger. One without a number was never heard.
    pub(super) fn count(&mut self, parts: &Parts, device: Option<DeviceNo>) -> Result<(), Problem> {
        let Some(device) = device else { return Ok(()) };
        let first = self.since.utc_day();
        let limit = DAYS.unsigned_abs() as usize;
        let rows = LedgerRows { span: first..first.saturating_add(DAYS), of: Some(device.0), after: None, limit };
        for row in parts.queries.ledger_by_device(&rows)? {
            self.messages += row.counts.sum(|entry| matches!(entry, Entry::Message(_)));
            self.quarantined += row.counts.sum(|entry| matches!(entry, Entry::Message(Outcome::Quarantined(_))));
        }
        Ok(())
    }
}
