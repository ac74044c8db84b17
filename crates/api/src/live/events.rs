//! What the stream says: names instead of numbers, written once.

use std::sync::Arc;

use serde::Serialize;
use smartpole_model::{Device, ObservedProperty, Outcome, Quarter, Reading, Series, UtcMillis, Verdict};
use smartpole_pipeline::{Entry, Fold, Live, LiveWindow};
use smartpole_store::State;
use smartpole_window::Aggregate;
use utoipa::ToSchema;

use crate::{
    Parts,
    asker::Asker,
    routes::{Books, latest, window::Window},
    scope::{self, ScopeKind, ScopeName},
    span::Step,
};

/// One event, written.
#[derive(Clone, Debug)]
pub(crate) struct LiveEvent {
    /// `reading`, `window`, `ledger`, `gap`.
    pub(crate) name: &'static str,
    /// JSON, shared by all who get it.
    pub(crate) data: Arc<str>,
    pub(super) pole: Option<String>,
    pub(super) property: Option<String>,
    /// Whether the public may know of it.
    pub(super) public: bool,
    /// Whether a message or window begins with it.
    pub(super) is_first: bool,
}

/// A `gap` event of the live stream.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Gap {
    /// Events that this client did not get.
    pub(super) missed: u64,
}

impl LiveEvent {
    /// None of what cannot be written, which is nothing we have.
    pub(super) fn new(name: &'static str, data: &impl Serialize) -> Option<Self> {
        let data = serde_json::to_string(data).ok()?.into();
        Some(Self { name, data, pole: None, property: None, public: false, is_first: true })
    }

    fn about(self, pole: &str, property: &str, public: bool) -> Self {
        Self { pole: Some(pole.to_owned()), property: Some(property.to_owned()), public, ..self }
    }
}

/// How many are written in one go: the fold is let go of now and then, for it must not wait for what is written here.
const IN_ONE_GO: usize = 256;

/// What the fold shows, written.
pub(super) fn events(parts: &Parts, live: &Live) -> Vec<LiveEvent> {
    let mut events = Vec::with_capacity(live.readings.len() + live.windows.len());
    let rows: Vec<&[Reading]> = live.readings.chunk_by(is_beside).collect();
    for rows in rows.chunks(IN_ONE_GO) {
        let fold = parts.fold();
        let mut former = None;
        for (row, reading) in rows.iter().flat_map(|row| row.iter().map(move |reading| (row, reading))) {
            let message = Some((reading.device, reading.received_at));
            let is_first = std::mem::replace(&mut former, message) != message;
            events.extend(reading_event(&fold, row, reading).map(|event| LiveEvent { is_first, ..event }));
        }
    }
    for shown in live.windows.chunks(IN_ONE_GO) {
        let fold = parts.fold();
        events.extend(shown.iter().flat_map(|window| windows(&fold, window)));
    }
    events
}

/// Whether two readings are of one row.
fn is_beside(one: &Reading, next: &Reading) -> bool {
    (one.device, one.event_time) == (next.device, next.event_time)
}

fn reading_event(fold: &Fold, row: &[Reading], reading: &Reading) -> Option<LiveEvent> {
    let item = latest::item(fold, row, reading)?;
    let (_, device) = scope::device(fold, reading.device)?;
    let property = scope::property(fold, reading.series.property)?;
    let public = is_public(fold, device, property, reading.event_time);
    Some(LiveEvent::new("reading", &item)?.about(&item.pole, &item.property, public))
}

/// Whether the public may know that a device has sent, and what it measured at a time.
fn is_public(fold: &Fold, device: &Device, property: &ObservedProperty, time: UtcMillis) -> bool {
    let (public, registry) = (Asker::PUBLIC, &fold.inputs().registry);
    public.may_watch(fold, device) && public.may_see(property) && public.is_shown(registry, device, time)
}

/// A `window` event of the live stream.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WindowEvent {
    /// Whose.
    scope: ScopeName,
    /// Of which property.
    property: String,
    /// Channel, 0 where there is one only.
    channel: u8,
    /// `15m`.
    step: Step,
    #[serde(flatten)]
    window: Window,
}

fn windows(fold: &Fold, live: &LiveWindow) -> Vec<LiveEvent> {
    let Some((id, device)) = scope::device(fold, live.device) else { return Vec::new() };
    let registry = &fold.inputs().registry;
    let pole = scope::pole_at(registry, device, live.quarter.start());
    let event = |(series, aggregate): &(Series, Aggregate)| {
        let property = scope::property(fold, series.property)?;
        let scope = ScopeName { kind: ScopeKind::Device, id: id.to_owned() };
        let window = Window::new(property, &as_stored(fold, device, live, property, *aggregate));
        let shown =
            WindowEvent { scope, property: property.id.clone(), channel: series.channel, step: Step::Quarter, window };
        let public = is_public(fold, device, property, live.quarter.start());
        Some(LiveEvent::new("window", &shown)?.about(&pole.id, &property.id, public))
    };
    let events = live.aggregates.0.iter().filter_map(event).enumerate();
    events.map(|(at, event)| LiveEvent { is_first: at == 0, ..event }).collect()
}

/// A window as the store would give it, for one channel. Closed ones were closed or changed just now, so none is final.
fn as_stored(
    fold: &Fold,
    device: &Device,
    live: &LiveWindow,
    property: &ObservedProperty,
    aggregate: Aggregate,
) -> smartpole_store::Window {
    let (start, end, now) = (live.quarter.start(), live.quarter.end(), fold.position().1);
    let profile = fold.inputs().registry.profiles.get(&device.at(now).profile);
    let interval = profile.map_or(Quarter::MILLIS, |profile| i64::from(profile.interval_s.max(1)) * 1_000);
    let revision = aggregate.revisions.unsigned_abs();
    let state = match revision {
        _ if live.open || end > now => State::Open,
        0 => State::Provisional,
        _ => State::Corrected,
    };
    let mean = aggregate.mean(property.mean, property.decimals);
    let expected = end.min(now).since(start).max(0) / interval;
    smartpole_store::Window { start, end, aggregate, mean, expected, state, revision }
}

/// A `ledger` event of the live stream.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LedgerEvent {
    /// The newest durable record of the journal.
    seq: u64,
    /// The last record folded.
    folded: u64,
    /// Records yet to be folded.
    lag_messages: u64,
    /// Records that became durable in a second, over the last five.
    messages_per_second: f64,
    /// Messages folded; the next four are what became of them.
    journalled: u64,
    /// Messages that brought a reading that counts.
    uplink: u64,
    /// Messages that are no measurement.
    control: u64,
    /// Messages all of whose readings were known.
    duplicate: u64,
    /// Messages of which nothing counts.
    quarantined: u64,
    /// Readings that count.
    readings_accepted: u64,
    /// Whether the equations of messages, readings and windows hold; those of targets are in `/api/v1/ledger`.
    balanced: bool,
}

pub(super) fn ledger_event(books: &Books, durable: u64, messages_per_second: f64) -> LedgerEvent {
    LedgerEvent {
        seq: durable.max(books.seq.0),
        folded: books.seq.0,
        lag_messages: durable.saturating_sub(books.seq.0),
        messages_per_second,
        journalled: books.get(Entry::Journalled),
        uplink: books.get(Entry::Message(Outcome::Uplink)),
        control: books.get(Entry::Message(Outcome::Control)),
        duplicate: books.get(Entry::Message(Outcome::Duplicate)),
        quarantined: books.quarantined(),
        readings_accepted: books.get(Entry::Reading(Verdict::Accepted)),
        balanced: books.balanced(),
    }
}
