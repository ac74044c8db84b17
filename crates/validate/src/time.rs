//! Whose clock is believed.
//!
//! Every clock is held to two bounds, of which the later one is the same for all:
//!
//! | clock | earliest | latest |
//! |---|---|---|
//! | payload | `epoch` | receipt + drift |
//! | gateway, network | `epoch`, and receipt − `raw_days` | receipt + drift |
//! | receipt | `epoch` | |
//!
//! A device may keep what it measured for as long as it likes: what comes after its time is true and counted as `expired`.
//! A gateway or network server stamps a frame while it passes, and none keeps frames for that long: its clock is wrong, as
//! that of a GPS receiver whose 10 bits of weeks ran over (1,024 weeks, IS-GPS-200, 20.3.3.3.1.1) or that has no fix since
//! 1980-01-06 or 1970.
//!
//! The best clock within its bounds gives the event time:
//!
//! | payload (if the profile has one) | gateway | network | result |
//! |---|---|---|---|
//! | within bounds | any | any | payload |
//! | none | within | any | gateway |
//! | none | none | within | network |
//! | none | none | none | receipt: the sample has no identity of its own, and the journal gives no two messages of a topic the same |
//! | refused | within | any | gateway, `time_doubt` |
//! | refused | none or refused | within | network, `time_doubt` |
//! | none | refused | within | network, `time_doubt` |
//! | none | at least one refused, none within | | receipt, `time_doubt` |
//! | refused | none within | | quarantined: `time_before_epoch` or `time_in_future`, as the payload's clock was off |
//!
//! The last row: a device with a clock may have kept the sample for days, so its receipt says nothing about when it was
//! measured. Gateways and network servers stamp a frame while it passes; there the receipt is close to the truth.

use smartpole_model::{Flag, Flags, FoldSettings, Profile, Reason, TimeSource, UtcMillis};

/// What the clocks on a sample's way said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// The payload's own.
    pub payload: Option<UtcMillis>,
    /// A gateway's.
    pub gateway: Option<UtcMillis>,
    /// The network server's.
    pub network: Option<UtcMillis>,
    /// Ours.
    pub received_at: UtcMillis,
}

/// The instant a sample was measured at, whose clock says so, and `time_doubt` if a better clock was refused. The
/// module's table says which clock is taken.
///
/// # Errors
/// `TimeBeforeEpoch` or `TimeInFuture` if the payload's clock is off and only the receipt is left, and
/// `TimeBeforeEpoch` if our own clock is.
pub fn event_time(
    times: &Times,
    profile: &Profile,
    settings: &FoldSettings,
) -> Result<(UtcMillis, TimeSource, Flags), Reason> {
    let payload = times.payload.filter(|_| profile.payload_time);
    let better =
        [(payload, TimeSource::Payload), (times.gateway, TimeSource::Gateway), (times.network, TimeSource::Network)];
    let mut flags = Flags::NONE;
    for (time, source) in better {
        let Some(time) = time else { continue };
        let kept = source == TimeSource::Payload || !outlived(time, times.received_at, settings);
        if kept && within_bounds(time, times.received_at, settings).is_ok() {
            return Ok((time, source, flags));
        }
        flags = flags.with(Flag::TimeDoubt);
    }
    for last in [payload, Some(times.received_at)].into_iter().flatten() {
        within_bounds(last, times.received_at, settings)?;
    }
    Ok((times.received_at, TimeSource::Receipt, flags))
}

fn within_bounds(time: UtcMillis, received_at: UtcMillis, settings: &FoldSettings) -> Result<(), Reason> {
    if time < settings.epoch {
        return Err(Reason::TimeBeforeEpoch);
    }
    if time > received_at.plus(i64::from(settings.future_drift_s) * 1_000) {
        return Err(Reason::TimeInFuture);
    }
    Ok(())
}

/// Whether an instant lies further back than any reading is kept.
fn outlived(time: UtcMillis, received_at: UtcMillis, settings: &FoldSettings) -> bool {
    received_at.since(time) > i64::from(settings.retention.raw_days) * 86_400_000
}
