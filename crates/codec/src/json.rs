//! `smartpole.v1` as JSON: `{"time":…,"values":{…}}`, or several of these under `samples`.
//!
//! `time` is RFC 3339, `time_ms` a number of milliseconds; a sample has one of them or none. Unknown members are skipped,
//! `null` is an absent value, and a name that comes twice refuses the message: nobody can say which value was meant.

use serde::Deserialize;
use serde_json::value::RawValue;
use smartpole_model::{Decimal, Reason, UtcMillis};

use crate::{
    MAX_SAMPLES, MAX_VALUES, Refusal, Sample,
    names::{Meaning, Names, reason},
};

mod lenient;
mod members;

pub(crate) use members::{Members, Text};

/// A message as sent.
#[derive(Deserialize)]
struct Message<'a> {
    #[serde(borrow)]
    time: Option<Text<'a>>,
    #[serde(borrow)]
    time_ms: Option<&'a RawValue>,
    #[serde(borrow)]
    values: Option<Members<'a>>,
    #[serde(borrow)]
    samples: Option<Vec<Instant<'a>>>,
}

/// A sample as sent.
#[derive(Deserialize)]
struct Instant<'a> {
    #[serde(borrow)]
    time: Option<Text<'a>>,
    #[serde(borrow)]
    time_ms: Option<&'a RawValue>,
    #[serde(borrow)]
    values: Option<Members<'a>>,
}

impl Instant<'_> {
    fn is_empty(&self) -> bool {
        self.time.is_none() && self.time_ms.is_none() && self.values.is_none()
    }
}

pub(crate) fn decode(names: Names<'_>, payload: &[u8]) -> Result<Vec<Sample>, Refusal> {
    let text = utf8(payload)?;
    match serde_json::from_str(text) {
        Ok(message) => read(names, message),
        Err(error) => match lenient::quote_non_numbers(text) {
            Some(quoted) => read(names, parse(&quoted)?),
            None => Err(refuse(&error)),
        },
    }
}

/// The payload as text.
pub(crate) fn utf8(payload: &[u8]) -> Result<&str, Refusal> {
    str::from_utf8(payload).map_err(|error| Refusal::decode(format!("invalid UTF-8 at byte {}", error.valid_up_to())))
}

/// Reads a JSON document.
pub(crate) fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Refusal> {
    serde_json::from_str(text).map_err(|error| refuse(&error))
}

/// The place first: the rest may quote a long text, which is cut.
fn refuse(error: &serde_json::Error) -> Refusal {
    let place = format!("line {} column {}", error.line(), error.column());
    let text = error.to_string();
    let what = text.strip_suffix(&format!(" at {place}")).unwrap_or(&text);
    Refusal::decode(format!("JSON {place}: {what}"))
}

fn read(names: Names<'_>, message: Message<'_>) -> Result<Vec<Sample>, Refusal> {
    let single = Instant { time: message.time, time_ms: message.time_ms, values: message.values };
    let instants = match message.samples {
        None => vec![single],
        Some(_) if !single.is_empty() => return Err(Refusal::decode("samples beside a time or values")),
        Some(instants) => instants,
    };
    if instants.len() > MAX_SAMPLES {
        return Err(Refusal::decode(format!("more than {MAX_SAMPLES} samples")));
    }
    if instants.iter().flat_map(|instant| &instant.values).map(Members::len).sum::<usize>() > MAX_VALUES {
        return Err(Refusal::decode(format!("more than {MAX_VALUES} values")));
    }
    instants.iter().map(|instant| read_instant(names, instant)).collect()
}

fn read_instant(names: Names<'_>, instant: &Instant<'_>) -> Result<Sample, Refusal> {
    let mut sample = Sample { time: read_time(instant)?, ..Sample::default() };
    let Some(values) = &instant.values else { return Ok(sample) };
    sample.values.reserve_exact(values.len());
    for (name, raw) in values.iter().filter(|(_, raw)| raw.get() != "null") {
        sample.keep(name, names.named(name).and_then(|meaning| read_number(&meaning, raw)));
    }
    Ok(sample)
}

fn read_time(instant: &Instant<'_>) -> Result<Option<UtcMillis>, Refusal> {
    match (&instant.time, instant.time_ms) {
        (None, None) => Ok(None),
        (Some(_), Some(_)) => Err(Refusal::decode("both time and time_ms")),
        (Some(text), None) => text.parse().map(Some).map_err(|error| Refusal::decode(format!("time: {error}"))),
        (None, Some(raw)) => Decimal::parse(raw.get())
            .and_then(|millis| millis.at(0))
            .map(|millis| Some(UtcMillis(millis)))
            .map_err(|error| Refusal::decode(format!("time_ms: {error}"))),
    }
}

fn read_number(meaning: &Meaning<'_>, raw: &RawValue) -> Result<crate::Value, Reason> {
    meaning.value(Decimal::parse(raw.get()).map_err(reason)?)
}
