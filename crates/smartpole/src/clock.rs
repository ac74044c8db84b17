//! The wall clock: the only place that reads it.

use std::time::{SystemTime, UNIX_EPOCH};

use smartpole_model::UtcMillis;

/// Now, by this machine's clock.
pub(crate) fn now() -> UtcMillis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    UtcMillis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
