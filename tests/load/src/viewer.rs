//! Somebody who looks at the page: follows the live stream and notes how old what it tells is.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use smartpole_model::UtcMillis;
use tokio::{task::JoinHandle, time::Instant};

use crate::{error::Error, fleet::Schedule, latency::Latency, traffic::Traffic};

/// A stream that is followed until this is dropped.
#[derive(Debug)]
pub(crate) struct Viewer {
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct Seen {
    /// When the stream told of which message's reading.
    readings: Vec<(Instant, u64)>,
    missed: u64,
}

/// From a message's due time to its readings on the stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Shown {
    pub(crate) events: Latency,
    /// Events that the stream left out, and said so.
    pub(crate) missed: u64,
}

impl Viewer {
    pub(crate) async fn start(base: &str, traffic: &Traffic) -> Result<Self, Error> {
        let unanswered = |source| Error::Http { name: "smartpole", source };
        let response = reqwest::get(format!("{base}/api/v1/live")).await.map_err(unanswered)?;
        let mut response = response.error_for_status().map_err(unanswered)?;
        let seen = Arc::new(Mutex::new(Seen::default()));
        let (notes, traffic) = (Arc::clone(&seen), traffic.clone());
        let task = tokio::spawn(async move {
            let mut text = Vec::new();
            while let Ok(Some(chunk)) = response.chunk().await {
                text.extend_from_slice(&chunk);
                let mut seen = notes.lock().unwrap_or_else(PoisonError::into_inner);
                take(&mut text, &mut seen, &traffic, Instant::now());
            }
        });
        Ok(Self { seen, task })
    }

    pub(crate) fn shown(&self, schedule: &Schedule) -> Option<Shown> {
        let seen = std::mem::take(&mut *self.seen.lock().unwrap_or_else(PoisonError::into_inner));
        let age = |(at, n): &(Instant, u64)| at.saturating_duration_since(schedule.due(*n));
        let ages: Vec<Duration> = seen.readings.iter().map(age).collect();
        Some(Shown { events: Latency::of(ages)?, missed: seen.missed })
    }
}

impl Drop for Viewer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Takes whole events off the text.
fn take(text: &mut Vec<u8>, seen: &mut Seen, traffic: &Traffic, now: Instant) {
    let Some(whole) = text.windows(2).rposition(|pair| pair == b"\n\n") else { return };
    for event in String::from_utf8_lossy(&text[..whole]).split("\n\n") {
        if event.starts_with("event: reading") {
            seen.readings.extend(number(event, traffic).map(|n| (now, n)));
        } else if event.starts_with("event: gap") {
            let missed = field(event, "\"missed\":").map(|rest| rest.trim_end_matches('}'));
            seen.missed += missed.and_then(|n| n.trim().parse::<u64>().ok()).unwrap_or(0);
        }
    }
    text.drain(..whole + 2);
}

fn number(event: &str, traffic: &Traffic) -> Option<u64> {
    let device = field(event, "\"device\":\"")?.split('"').next()?;
    let time: UtcMillis = field(event, "\"event_time\":\"")?.split('"').next()?.parse().ok()?;
    traffic.number(device, time)
}

fn field<'a>(event: &'a str, key: &str) -> Option<&'a str> {
    event.split_once(key).map(|(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::Format;

    #[test]
    fn readings_and_gaps_are_read_however_the_stream_is_cut() {
        let traffic = Traffic::new(10, 100, Format::Json, UtcMillis(1_795_600_800_000));
        let time = String::from_utf8(traffic.payload(34)).unwrap()[9..].split('"').next().unwrap().to_owned();
        let stream = format!(
            "event: gap\ndata: {{\"missed\":12}}\n\nevent: reading\ndata: {{\"pole\":\"p000004\",\"device\":\"p000004-air\",\"event_time\":\"{time}\"}}\n\nevent: ledger\ndata: {{}}\n\n"
        );
        for size in [1, 7, 1_000] {
            let (mut text, mut seen) = (Vec::new(), Seen::default());
            for chunk in stream.as_bytes().chunks(size) {
                text.extend_from_slice(chunk);
                take(&mut text, &mut seen, &traffic, Instant::now());
            }
            assert_eq!((seen.missed, seen.readings.len(), seen.readings[0].1), (12, 1, 34));
        }
    }
}
