//! Messages made by hand.

use firmware_sim::{Kind, Transmission};
use smartpole_model::UtcMillis;

/// A message for `topic`.
pub fn message(topic: &str, payload: impl Into<Vec<u8>>) -> Transmission {
    Transmission { at: now(), device: 0, topic: topic.into(), payload: payload.into(), kind: Kind::Data }
}

/// The topic of a pole's device.
pub fn up(pole: &str, device: &str) -> String {
    format!("smartpole/castrop-rauxel/{pole}/{device}/up")
}

/// A JSON payload with one value.
pub fn json_at(time: UtcMillis, property: &str, value: &str) -> String {
    format!("{{\"time\":\"{time}\",\"values\":{{\"{property}\":{value}}}}}")
}

/// This machine's clock.
pub fn now() -> UtcMillis {
    let since_1970 = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970");
    UtcMillis(since_1970.as_millis() as i64)
}
