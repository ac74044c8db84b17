//! One stream: what its viewer may know of and wants, and never more than it says it can show.

use std::{collections::BTreeSet, num::NonZeroU32, sync::Arc, time::Duration};

use serde::Deserialize;
use smartpole_access::Role;
use smartpole_model::Registry;
use tokio::{
    sync::{OwnedSemaphorePermit, broadcast},
    time::Instant,
};
use utoipa::IntoParams;

use super::{Batch, Gap, LiveEvent, Told};
use crate::asker::Asker;

/// How often a viewer is told how much it does not get.
const GAPS_EVERY: Duration = Duration::from_secs(1);

/// What to show; all if nothing is given.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// Id of a pole: only what is about it.
    #[param(example = "AM-01")]
    pub(crate) pole: Option<String>,
    /// Id of a property: only what is about it.
    #[param(example = "pm2_5")]
    pub(crate) property: Option<String>,
    /// Most messages and windows a second; what goes beyond is told as `gap`. Whoever shows forty lines a second asks for no more.
    #[param(value_type = Option<u32>, minimum = 1, example = 40)]
    most: Option<NonZeroU32>,
    /// Id of a pole of which all comes, whatever `most` says.
    #[param(example = "AM-01")]
    pub(crate) always: Option<String>,
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

impl Told {
    fn of(self, sight: &Sight) -> u64 {
        match sight {
            Sight::All | Sight::Values => self.all,
            Sight::Poles(_) => self.public,
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
    wanted: Wanted,
    allowance: Option<Allowance>,
    /// Events that it did not get and was not told of.
    missed: u64,
    /// When it was told of some.
    told: Option<Instant>,
    _seat: OwnedSemaphorePermit,
}

impl Viewer {
    pub(super) fn new(
        batches: broadcast::Receiver<Arc<Batch>>,
        sight: Sight,
        wanted: Wanted,
        seat: OwnedSemaphorePermit,
    ) -> Self {
        let allowance = wanted.most.map(|most| Allowance::new(most, Instant::now()));
        Self { batches, before: None, sight, wanted, allowance, missed: 0, told: None, _seat: seat }
    }

    /// The next events; `None` at the end of the service. What was missed comes first, as a `gap`, once a second at most.
    pub(crate) async fn next(&mut self) -> Option<Vec<LiveEvent>> {
        let batch = loop {
            match self.batches.recv().await {
                Ok(batch) => break batch,
                Err(broadcast::error::RecvError::Lagged(_)) => {}
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        };
        Some(self.take(&batch, Instant::now()))
    }

    fn take(&mut self, batch: &Batch, now: Instant) -> Vec<LiveEvent> {
        let before = batch.before.of(&self.sight);
        self.missed += before.saturating_sub(self.before.unwrap_or(before));
        self.before = Some(batch.before.after(&batch.events).of(&self.sight));
        let mut events: Vec<_> = self.gap(now).into_iter().collect();
        self.admit(&batch.events, now, &mut events);
        events
    }

    fn gap(&mut self, now: Instant) -> Option<LiveEvent> {
        if self.missed == 0 || self.told.is_some_and(|told| now.duration_since(told) < GAPS_EVERY) {
            return None;
        }
        self.told = Some(now);
        LiveEvent::new("gap", &Gap { missed: std::mem::take(&mut self.missed) })
    }

    /// Of those wanted as many as the allowance lets through; a message is never cut in two.
    fn admit(&mut self, from: &[LiveEvent], now: Instant, to: &mut Vec<LiveEvent>) {
        if let Some(allowance) = &mut self.allowance {
            allowance.refill(now);
        }
        let mut whole = None;
        for event in from {
            if event.is_first {
                whole = None;
            }
            if !self.wants(event) {
                continue;
            }
            let is_free = event.pole.is_none() || self.wanted.always.is_some() && self.wanted.always == event.pole;
            let allowance = self.allowance.as_mut().filter(|_| !is_free);
            if allowance.is_none_or(|allowance| *whole.get_or_insert_with(|| allowance.take())) {
                to.push(event.clone());
            } else {
                self.missed += 1;
            }
        }
    }

    fn wants(&self, event: &LiveEvent) -> bool {
        let fits = |wanted: &Option<String>, has: &Option<String>| wanted.is_none() || has.is_none() || wanted == has;
        self.sight.shows(event) && fits(&self.wanted.pole, &event.pole) && fits(&self.wanted.property, &event.property)
    }
}

/// So many a second, a second's worth at once.
#[derive(Debug)]
struct Allowance {
    a_second: u64,
    /// In millionths.
    left: u64,
    refilled: Instant,
}

impl Allowance {
    fn new(a_second: NonZeroU32, now: Instant) -> Self {
        let a_second = u64::from(a_second.get());
        Self { a_second, left: a_second * 1_000_000, refilled: now }
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.duration_since(self.refilled).min(Duration::from_secs(1));
        self.left = (self.left + self.a_second * passed.as_micros() as u64).min(self.a_second * 1_000_000);
        self.refilled = now;
    }

    fn take(&mut self) -> bool {
        let left = self.left.checked_sub(1_000_000);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::*, *};

    /// Events that came together: those that are for all first.
    fn say(hub: &Hub, before: Told, public: u64, all: u64) -> Told {
        let data = || before.all.to_string().into();
        let event =
            |public| LiveEvent { name: "reading", data: data(), pole: None, property: None, public, is_first: true };
        let events: Vec<_> = (0..all).map(|n| event(n < public)).collect();
        let after = before.after(&events);
        hub.batches.send(Arc::new(Batch { before, events })).unwrap();
        after
    }

    #[tokio::test]
    async fn a_slow_viewer_is_told_how_many_events_it_missed_and_goes_on() {
        let hub = Hub::new(1);
        let mut viewer = hub.viewer(Sight::All, Wanted::default()).unwrap();
        let mut told = say(&hub, Told { all: 40, public: 0 }, 0, 2);
        assert_eq!(viewer.next().await.unwrap().len(), 2);
        for _ in 0..BACKLOG + 10 {
            told = say(&hub, told, 0, 3);
        }
        let events = viewer.next().await.unwrap();
        assert_eq!((events[0].name, &*events[0].data), ("gap", r#"{"missed":30}"#));
        assert_eq!((&*events[1].data, events.len()), ("72", 4));
        assert_eq!(&*viewer.next().await.unwrap()[0].data, "75");
    }

    #[tokio::test]
    async fn a_slow_viewer_of_the_public_is_told_nothing_of_events_that_are_not_for_it() {
        let hub = Hub::new(1);
        let mut viewer = hub.viewer(Sight::Poles(BTreeSet::new()), Wanted::default()).unwrap();
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
        assert_eq!((gap.name, &*gap.data), ("gap", r#"{"missed":2}"#), "that one, and that many others");
    }

    /// Messages of two readings each, of this pole.
    fn messages(pole: &str, n: usize) -> Vec<LiveEvent> {
        let event = |at: usize| LiveEvent {
            name: "reading",
            data: at.to_string().into(),
            pole: Some(pole.to_owned()),
            property: None,
            public: true,
            is_first: at.is_multiple_of(2),
        };
        (0..2 * n).map(event).collect()
    }

    #[test]
    fn a_viewer_gets_no_more_messages_a_second_than_it_asks_for_whole_ones_and_is_told_how_much_is_left_out() {
        let wanted = Wanted { most: NonZeroU32::new(10), always: Some("AM-01".into()), ..Wanted::default() };
        let mut viewer = Hub::new(1).viewer(Sight::All, wanted).unwrap();
        let (start, mut before) = (Instant::now(), Told::default());
        let mut came = |millis, events: Vec<LiveEvent>| {
            let batch = Batch { before, events };
            before = before.after(&batch.events);
            let events = viewer.take(&batch, start + Duration::from_millis(millis));
            let gap = events.first().filter(|event| event.name == "gap").map(|event| event.data.to_string());
            (events.iter().filter(|event| event.name == "reading").count(), gap)
        };
        assert_eq!(came(0, messages("LS-02", 30)), (20, None), "a second's worth");
        assert_eq!(came(10, messages("LS-02", 1)), (0, Some(r#"{"missed":40}"#.into())));
        assert_eq!(came(20, messages("AM-01", 3)), (6, None), "all of the pole that is looked at");
        assert_eq!(came(500, messages("LS-02", 30)), (10, None), "half a second's");
        assert_eq!(came(1_020, messages("LS-02", 1)), (2, Some(r#"{"missed":52}"#.into())));
    }
}
