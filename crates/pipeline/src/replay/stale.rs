//! Readings that a message gave before and gives no longer: of another instant, or of another property.

use std::collections::BTreeSet;

use smartpole_codec::Sample;
use smartpole_model::{DeviceNo, Profile, Quarter, Series, UtcMillis};
use smartpole_validate::{Times, event_time};
use smartpole_window::Blocks;

use crate::{Env, Fold, LoadError, active::Active, place::Place};

/// What a message says.
pub(super) struct Said<'a> {
    pub(super) profile: &'a Profile,
    pub(super) samples: &'a [Sample],
    pub(super) received_at: UtcMillis,
}

impl Said<'_> {
    /// The clocks of a sample.
    fn times(&self, sample: &Sample) -> Times {
        let Sample { time: payload, gateway_time: gateway, network_time: network, .. } = *sample;
        Times { payload, gateway, network, received_at: self.received_at }
    }

    /// Each reading that it gives now.
    fn readings(&self, active: &Active) -> Vec<(UtcMillis, Series)> {
        let of = |sample: &Sample| {
            let at = event_time(&self.times(sample), self.profile, &active.inputs.settings).ok()?.0;
            Some(sample.values.iter().map(|value| (at, value.series)).collect::<Vec<_>>())
        };
        self.samples.iter().filter_map(of).flatten().collect()
    }

    /// All instants that it tells, one of which its readings are of, whatever the profile.
    fn instants(&self) -> Vec<UtcMillis> {
        let times = self.samples.iter().map(|sample| self.times(sample));
        let told = times.flat_map(|times| [times.payload, times.gateway, times.network]).flatten();
        told.chain([self.received_at]).collect()
    }
}

impl Fold {
    /// How many readings there are of the message's receipt, at the instants it tells, that it does not give.
    pub(super) fn stale(
        &mut self,
        no: DeviceNo,
        active: &Active,
        said: &Said<'_>,
        env: &Env<'_>,
    ) -> Result<u64, LoadError> {
        let (given, mut stale) = (said.readings(active), 0);
        let (minute, sealed_to) = (self.received_at.0.div_euclid(60_000), self.sealed_to(no));
        let (batch, revisions) = (self.batch + 1, &mut self.pending.revisions);
        let mut place = Place::new(no, &mut self.devices[no.index()], active, env, batch, minute, revisions);
        place.sealed_to = sealed_to;
        let instants = said.instants();
        let quarters: BTreeSet<Quarter> = instants.iter().map(|at| at.quarter()).collect();
        for quarter in quarters {
            let Some(block) = place.get(quarter) else { continue };
            block.each_row(|row| {
                let is_given = |series| given.contains(&(row.event_time, series));
                let of_message = row.received_at == said.received_at && instants.contains(&row.event_time);
                stale += row.values.iter().filter(|value| of_message && !is_given(value.series)).count() as u64;
            });
        }
        place.error.take().map_or(Ok(()), Err)?;
        self.touch(no); // blocks that were only looked at leave memory again
        Ok(stale)
    }
}
