//! `stat`: how a gateway is.

use std::borrow::Cow;

use serde::Deserialize;
use smartpole_model::UtcMillis;

use crate::{Malformed, Stat};

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow)]
    time: Option<Cow<'a, str>>,
    rxnb: Option<u32>,
    rxok: Option<u32>,
    dwnb: Option<u32>,
    txnb: Option<u32>,
}

pub(super) fn read(payload: &[u8]) -> Result<Stat, Malformed> {
    let stat: Object<'_> = serde_json::from_slice(payload).map_err(|error| Malformed::json(&error))?;
    Ok(Stat {
        time: stat.time.as_deref().and_then(time),
        received: stat.rxnb,
        received_ok: stat.rxok,
        asked: stat.dwnb,
        sent: stat.txnb,
    })
}

/// `2014-01-12 08:59:28 GMT` as the protocol has it, or RFC 3339.
fn time(text: &str) -> Option<UtcMillis> {
    match text.strip_suffix(" GMT") {
        Some(utc) => format!("{utc}Z").parse().ok(),
        None => text.parse().ok(),
    }
}
