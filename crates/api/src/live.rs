//! The live stream: what the fold shows, written once for all who watch.
//!
//! ```text
//! Live of the fold ──► run: names, JSON ──► Batch ──► Viewer (asker, filter, gaps) ──► server-sent events
//!                       └── once a second: the ledger
//! ```

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use smartpole_access::Role;
use smartpole_model::Registry;
use smartpole_pipeline::Live;
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, broadcast},
    task::spawn_blocking,
    time::{Instant, MissedTickBehavior},
};

use crate::{ApiState, asker::Asker, problem::Problem, routes::Books};

mod events;

pub(crate) use events::{Gap, LedgerEvent, LiveEvent, WindowEvent};
use events::{events, ledger_event};

/// Batches that a slow viewer may be behind.
const BACKLOG: usize = 512;
/// Most events of a batch, so that what waits for slow viewers is bounded.
const MOST: usize = 256;
/// Events a second that are written: more than a page can draw. What goes beyond (history that is being folded) is missed.
const PER_SECOND: u64 = 20_000;
/// Seconds over which messages per second are taken.
const PACE_SECONDS: usize = 5;

/// Where viewers get their events from.
#[derive(Debug)]
pub(crate) struct Hub {
    batches: broadcast::Sender<Arc<Batch>>,
    seats: Arc<Semaphore>,
    arrived: Notify,
}

/// Events that came together.
#[derive(Debug)]
struct Batch {
    /// Events before it, since the start.
    before: Told,
    events: Vec<LiveEvent>,
}

/// How many events there were, since the start.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    all: u64,
    /// Those that the public may know of.
    public: u64,
}

/// What somebody may know of the stream beside what is for all.
#[derive(Clone, Debug)]
pub(crate) enum Sight {
    /// All.
    All,
    /// All that is measured.
    Values,
    /// What is measured at these poles, as they were when the stream began.
    Poles(BTreeSet<String>),
}

impl Sight {
    pub(crate) fn of(asker: &Asker, registry: &Registry) -> Self {
        match asker.role {
            _ if !asker.sees_all() => {
                let seen = registry.poles.iter().filter(|pole| asker.sees_pole(registry, pole));
                Self::Poles(seen.map(|pole| pole.id.clone()).collect())
            }
            role if role < Role::Operator => Self::Values,
            _ => Self::All,
        }
    }

    fn shows(&self, event: &LiveEvent) -> bool {
        event.public
            || match self {
                Self::All => true,
                Self::Values => event.pole.is_some(),
                Self::Poles(poles) => event.pole.as_ref().is_some_and(|pole| poles.contains(pole)),
            }
    }
}

/// One stream.
#[derive(Debug)]
pub(crate) struct Viewer {
    batches: broadcast::Receiver<Arc<Batch>>,
    /// Events before the next batch.
    before: Option<u64>,
    sight: Sight,
    pole: Option<String>,
    property: Option<String>,
    _seat: OwnedSemaphorePermit,
}

impl Hub {
    pub(crate) fn new(seats: usize) -> Self {
        let (batches, _) = broadcast::channel(BACKLOG);
        Self { batches, seats: Arc::new(Semaphore::new(seats)), arrived: Notify::new() }
    }

    /// A stream of what is about this pole and this property, as far as its viewer may know of it; the ledger is for operators.
    pub(crate) fn viewer(
        &self,
        sight: Sight,
        pole: Option<String>,
        property: Option<String>,
    ) -> Result<Viewer, Problem> {
        let seat = Arc::clone(&self.seats).try_acquire_owned();
        let seat = seat.map_err(|_| Problem::busy("too many live streams at once"))?;
        let batches = self.batches.subscribe();
        self.arrived.notify_one();
        Ok(Viewer { batches, before: None, sight, pole, property, _seat: seat })
    }

    fn watched(&self) -> bool {
        self.batches.receiver_count() > 0
    }
}

impl Told {
    fn after(self, events: &[LiveEvent]) -> Self {
        let public = events.iter().filter(|event| event.public).count();
        Self { all: self.all + events.len() as u64, public: self.public + public as u64 }
    }

    /// With `missed` ones of which nobody knows what they were: to the public they are one, for their number tells of messages.
    fn after_missed(self, missed: u64) -> Self {
        Self { all: self.all + missed, public: self.public + 1 }
    }

    fn of(self, sight: &Sight) -> u64 {
        match sight {
            Sight::All | Sight::Values => self.all,
            Sight::Poles(_) => self.public,
        }
    }
}

impl Viewer {
    /// The next events; `None` at the end of the service. What was missed comes first, as a `gap`.
    pub(crate) async fn next(&mut self) -> Option<Vec<LiveEvent>> {
        let batch = loop {
            match self.batches.recv().await {
                Ok(batch) => break batch,
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        };
        let before = batch.before.of(&self.sight);
        let missed = before.saturating_sub(self.before.unwrap_or(before));
        self.before = Some(batch.before.after(&batch.events).of(&self.sight));
        let gap = (missed > 0).then(|| LiveEvent::new("gap", &Gap { missed }));
        let events = batch.events.iter().filter(|event| self.wants(event)).cloned();
        Some(gap.into_iter().flatten().chain(events).collect())
    }

    fn wants(&self, event: &LiveEvent) -> bool {
        let fits = |wanted: &Option<String>, has: &Option<String>| wanted.is_none() || has.is_none() || wanted == has;
        self.sight.shows(event) && fits(&self.pole, &event.pole) && fits(&self.property, &event.property)
    }
}

/// Writes events until the service closes.
pub(crate) async fn run(state: ApiState) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut source, mut pace, mut told, mut written) = (None, Pace::default(), Told::default(), 0);
    loop {
        let events = tokio::select! {
            () = state.closing.cancelled() => return,
            () = state.hub.arrived.notified() => Vec::new(),
            _ = second.tick() => {
                written = 0;
                ledger(&state, &mut pace).await
            }
            live = receive(&mut source) => match live {
                Ok(live) if written < PER_SECOND => shown(&state, live).await,
                missed => {
                    let missed = missed.map_or_else(|steps| steps, |live| (live.readings.len() + live.windows.len()) as u64);
                    told = told.after_missed(missed);
                    continue;
                }
            },
        };
        written += events.len() as u64;
        // Nobody watches: the fold need not collect. Somebody does: nothing after this event is missed.
        match state.hub.watched() {
            true if source.is_none() => source = Some(state.parts.live.subscribe()),
            true => {}
            false => source = None,
        }
        for events in events.chunks(MOST) {
            let before = told;
            told = told.after(events);
            // An error says that nobody watches.
            state.hub.batches.send(Arc::new(Batch { before, events: events.to_vec() })).ok();
        }
    }
}

/// What the fold shows next, or how much of it was missed. Without a source it never comes.
async fn receive(source: &mut Option<broadcast::Receiver<Arc<Live>>>) -> Result<Arc<Live>, u64> {
    let received = match source {
        Some(receiver) => receiver.recv().await,
        None => std::future::pending().await,
    };
    match received {
        Ok(live) => Ok(live),
        Err(broadcast::error::RecvError::Lagged(missed)) => Err(missed),
        Err(broadcast::error::RecvError::Closed) => {
            *source = None;
            Err(0)
        }
    }
}

async fn shown(state: &ApiState, live: Arc<Live>) -> Vec<LiveEvent> {
    let parts = state.parts.clone();
    spawn_blocking(move || events(&parts, &live)).await.unwrap_or_default()
}

async fn ledger(state: &ApiState, pace: &mut Pace) -> Vec<LiveEvent> {
    let durable = state.parts.journal.durable().borrow().0;
    let messages_per_second = pace.at(Instant::now(), durable);
    if !state.hub.watched() {
        return Vec::new();
    }
    let parts = state.parts.clone();
    let books = spawn_blocking(move || Books::of(&parts.fold())).await;
    let event =
        books.ok().and_then(|books| LiveEvent::new("ledger", &ledger_event(&books, durable, messages_per_second)));
    event.into_iter().collect()
}

/// How fast the journal grows.
#[derive(Debug, Default)]
struct Pace(VecDeque<(Instant, u64)>);

impl Pace {
    /// Records a second since the oldest look kept, at one decimal.
    fn at(&mut self, now: Instant, durable: u64) -> f64 {
        self.0.push_back((now, durable));
        if self.0.len() > PACE_SECONDS + 1 {
            self.0.pop_front();
        }
        let (then, before) = self.0.front().copied().unwrap_or((now, durable));
        let seconds = now.duration_since(then).as_secs_f64();
        if seconds > 0.0 { (durable.saturating_sub(before) as f64 / seconds * 10.0).round() / 10.0 } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Events that came together: those that are for all first.
    fn say(hub: &Hub, before: Told, public: u64, all: u64) -> Told {
        let data = || before.all.to_string();
        let event = |public| LiveEvent { name: "reading", data: data(), pole: None, property: None, public };
        let events: Vec<_> = (0..all).map(|n| event(n < public)).collect();
        let after = before.after(&events);
        hub.batches.send(Arc::new(Batch { before, events })).unwrap();
        after
    }

    #[tokio::test]
    async fn a_slow_viewer_is_told_how_many_events_it_missed_and_goes_on() {
        let hub = Hub::new(1);
        let mut viewer = hub.viewer(Sight::All, None, None).unwrap();
        let mut told = say(&hub, Told { all: 40, public: 0 }, 0, 2);
        assert_eq!(viewer.next().await.unwrap().len(), 2);
        for _ in 0..BACKLOG + 10 {
            told = say(&hub, told, 0, 3);
        }
        let events = viewer.next().await.unwrap();
        assert_eq!((events[0].name, events[0].data.as_str()), ("gap", r#"{"missed":30}"#));
        assert_eq!((events[1].data.as_str(), events.len()), ("72", 4));
        assert_eq!(viewer.next().await.unwrap()[0].data, "75");
    }

    #[tokio::test]
    async fn a_slow_viewer_of_the_public_is_told_nothing_of_events_that_are_not_for_it() {
        let hub = Hub::new(1);
        let mut viewer = hub.viewer(Sight::Poles(BTreeSet::new()), None, None).unwrap();
        let mut told = say(&hub, Told::default(), 1, 2);
        assert_eq!(viewer.next().await.unwrap().len(), 1);
        for _ in 0..BACKLOG + 10 {
            told = say(&hub, told, 0, 3);
        }
        assert!(viewer.next().await.unwrap().is_empty());
        told = say(&hub, told.after_missed(1_000), 1, 3);
        for _ in 0..BACKLOG {
            told = say(&hub, told, 1, 3);
        }
        let gap = viewer.next().await.unwrap().remove(0);
        assert_eq!((gap.name, gap.data.as_str()), ("gap", r#"{"missed":2}"#), "that one, and that many others");
    }

    #[test]
    fn the_pace_is_that_of_the_last_five_seconds() {
        let (start, mut pace) = (Instant::now(), Pace::default());
        let mut at = |second, durable| pace.at(start + Duration::from_secs(second), durable);
        assert_eq!(at(0, 1_000), 0.0);
        assert_eq!(at(1, 1_100), 100.0);
        assert_eq!(at(2, 1_100), 50.0);
        assert_eq!([3, 4, 5].map(|second| at(second, 1_100)), [33.3, 25.0, 20.0]);
        assert_eq!(at(6, 1_100), 0.0);
    }
}
