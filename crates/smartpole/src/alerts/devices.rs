//! How each device is.

use std::collections::{HashMap, VecDeque};

use smartpole_alert::{DeviceFacts, Traffic};
use smartpole_model::{Device, DeviceNo, Flag, Registry, TimeSource, UtcMillis};
use smartpole_pipeline::{Fold, NameKind};

use super::{
    gather::{Connected, of_counts, sent},
    slow::Slow,
};

/// Minutes over which messages are counted.
const MINUTES: usize = 10;

/// How many messages each device had sent by each of the last minutes.
#[derive(Default)]
pub(super) struct Seen {
    counts: HashMap<DeviceNo, VecDeque<(i32, i64)>>,
}

impl Seen {
    /// Devices of our own that should report now.
    pub(super) fn devices(
        &mut self,
        fold: &Fold,
        connected: &Connected,
        slow: &Slow,
        now: UtcMillis,
    ) -> Vec<DeviceFacts> {
        let registry = &fold.inputs().registry;
        let gateways: HashMap<_, usize> = registry.gateways.iter().map(|gateway| gateway.eui).zip(0..).collect();
        let ours = registry.devices.iter().filter(|device| !registry.is_foreign(device));
        let facts = ours.filter_map(|device| {
            let mut facts = self.device(fold, registry, device, now)?;
            let Some(no) = fold.device_no(&device.id) else { return Some(facts) };
            let link = fold.link(no);
            let usual = link.as_ref().and_then(|link| link.gateways.iter().max_by_key(|heard| heard.frames));
            facts.gateway = usual.and_then(|heard| gateways.get(&heard.gateway).copied());
            if let Some((source, minutes)) = fold.silence(no) {
                facts.silent_s = i64::try_from(minutes).unwrap_or(i64::MAX).saturating_mul(60);
                let name = fold.name(NameKind::Source, source);
                facts.connected_s = name.and_then(|name| connected.get(name).copied()).unwrap_or(0);
            }
            facts.batteries = slow.batteries(&device.id);
            facts.jumps = slow.jumps(&device.id);
            Some(facts)
        });
        facts.collect()
    }

    fn device(&mut self, fold: &Fold, registry: &Registry, device: &Device, now: UtcMillis) -> Option<DeviceFacts> {
        let installed = device.active_at(now)?;
        let profile = registry.profiles.get(&installed.profile)?;
        let facts = DeviceFacts {
            id: device.id.clone(),
            pole: installed.pole,
            interval_s: profile.interval_s.into(),
            spare_part: profile.spare_part.clone(),
            ..DeviceFacts::default()
        };
        let Some(no) = fold.device_no(&device.id) else { return Some(facts) };
        let latest = fold.latest(no);
        let newest = latest.iter().max_by_key(|latest| latest.event_time);
        let own_time = newest.filter(|newest| newest.time_source == TimeSource::Payload);
        let is_stuck = latest.iter().filter(|latest| latest.flags.contains(Flag::Stuck));
        let stuck = is_stuck.filter_map(|latest| Some(registry.properties.get(latest.series.property)?.id.clone()));
        let (today, traffic, sent) = match fold.today(no) {
            Some((day, counts)) => (day, of_counts(&counts), sent(&counts)),
            None => (i32::MIN, Traffic::default(), 0),
        };
        let is_today = today == now.utc_day();
        Some(DeviceFacts {
            last_received_at: fold.last_received_at(no),
            stuck: stuck.collect(),
            clock_offset_s: own_time.map(|newest| newest.received_at.since(newest.event_time) / 1_000),
            messages: self.messages(no, now.utc_day(), if is_today { sent } else { 0 }),
            today: if is_today { traffic } else { Traffic::default() },
            ..facts
        })
    }

    /// Messages of the last ten minutes, if that many were seen; what came before midnight is left out with the day.
    fn messages(&mut self, no: DeviceNo, day: i32, today: i64) -> Option<i64> {
        let counts = self.counts.entry(no).or_default();
        counts.push_back((day, today));
        if counts.len() <= MINUTES {
            return None;
        }
        let (then, before) = counts.pop_front()?;
        Some(if then == day { today - before } else { today })
    }
}
