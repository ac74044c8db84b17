//! A device as the simulation sees it: its stack, its sensor and what it waits for.

use std::{collections::VecDeque, sync::Arc};

use smartpole_model::{Activation, UtcMillis};

use super::{
    fleet::{Device, Fleet},
    frame::{Frame, Said},
    radio::airtime_us,
    sensors::Firmware,
    stack::{Answered, Emitted, Stack, StackError, Window, join_eui},
};
use crate::{dice::Dice, sensor::Sensor};

/// Frames that a recorder has of a device.
const RECORDED: usize = 40;
/// Of 36 s an hour, EN 300 220's 1 % of most bands; in terms of what one frame leaves to wait for.
const DUTY: i64 = 100;
/// Counters of personalized devices begin below this: a network that hears one first has to guess the upper half of its counter.
const F_CNT_TURN: i64 = 1 << 20;
/// Both windows after a join request, the longest join accept in the second one, and rest.
const SHORTEST_INTERVAL_MS: i64 = 10_000;

/// What a device listens for.
#[derive(Debug)]
pub(super) struct Awaiting {
    /// The frame that was sent.
    pub(super) frame: u64,
    pub(super) join: bool,
    /// Whether the service can have had it.
    pub(super) arrived: bool,
    pub(super) heard: Vec<(Window, Vec<u8>)>,
}

/// A device at its place.
#[derive(Debug)]
pub(super) struct Mote {
    pub(super) device: Device,
    sensor: Sensor,
    firmware: Firmware,
    stack: Stack,
    seed: u64,
    pub(super) joined: bool,
    next_nonce: u16,
    /// Number of its session.
    pub(super) session: u32,
    /// The latest session of which a frame came to the service.
    proven: u32,
    /// When all copies of its frames so far will have arrived.
    pub(super) arrived_by: UtcMillis,
    pub(super) awaiting: Option<Awaiting>,
    recorded: VecDeque<Arc<Frame>>,
    step_ms: i64,
    live: Option<(UtcMillis, i64)>,
}

impl Mote {
    /// The device, switched on at `start`; from `live.0` on it measures every `live.1` ms if it is not personalized.
    pub(super) fn new(
        fleet: &Fleet,
        index: usize,
        start: UtcMillis,
        nonce: u16,
        live: Option<(UtcMillis, i64)>,
    ) -> Self {
        let device = fleet.devices()[index].clone();
        let seed = fleet.spec().seed;
        let live = live.filter(|_| !device.is_personalized());
        let stack = Stack::new(device.spreading_factor, chance(seed, &device, start));
        let mut mote = Self {
            sensor: fleet.sensor(&device),
            firmware: device.firmware.clone(),
            stack,
            seed,
            joined: false,
            next_nonce: nonce,
            session: 0,
            proven: 0,
            arrived_by: UtcMillis(i64::MIN),
            awaiting: None,
            recorded: VecDeque::new(),
            step_ms: device.equipment.interval_ms,
            live,
            device,
        };
        let first = mote.measures_after(start.plus(-1));
        mote.personalize(first, first.0.div_euclid(mote.interval_ms(first)).rem_euclid(F_CNT_TURN) as u32);
        mote
    }

    /// Starts the session that is written into it, if one is, at this counter.
    pub(super) fn personalize(&mut self, at: UtcMillis, f_cnt: u32) {
        if let Activation::Abp { dev_addr, nwk_s_key, app_s_key } = self.device.activation {
            let dice = chance(self.seed, &self.device, at);
            self.stack =
                Stack::personalized(self.device.spreading_factor, dice, (dev_addr, nwk_s_key, app_s_key), f_cnt);
            (self.joined, self.session) = (true, self.session + 1);
            self.recorded.clear();
        }
    }

    /// Whether its counter has left its beginning behind. At night a sensor says the same again and again: one that begins anew
    /// too soon repeats whole frames, which nobody can tell from copies.
    pub(super) fn has_counted(&self) -> bool {
        const BEGINNING: u32 = 48;
        self.stack.f_cnt().is_some_and(|f_cnt| f_cnt >= BEGINNING)
    }

    /// Switches it off and on: its session is gone.
    pub(super) fn reboot(&mut self) {
        self.joined = false;
    }

    /// Whether no frame of its session came to the service yet.
    pub(super) fn is_unproven(&self) -> bool {
        self.proven < self.session
    }

    /// When it measures next after an instant; it does not wait for its former interval to end before it goes live.
    pub(super) fn measures_after(&self, time: UtcMillis) -> UtcMillis {
        let next = self.in_grid_after(time);
        match self.live {
            Some((from, _)) if time < from && next > from => self.in_grid_after(from),
            _ => next,
        }
    }

    fn in_grid_after(&self, time: UtcMillis) -> UtcMillis {
        let interval = self.interval_ms(time);
        let since = (time.0 - self.device.phase_ms).rem_euclid(interval);
        time.plus(interval - since)
    }

    /// Its interval; a slow data rate needs a longer one.
    pub(super) fn interval_ms(&self, time: UtcMillis) -> i64 {
        const LONGEST_FRAME: usize = 48;
        let step = self.live.filter(|(from, _)| time >= *from).map_or(self.step_ms, |(_, step)| step);
        let rest = airtime_us(self.device.spreading_factor, LONGEST_FRAME) * DUTY / 1000;
        let shortest = rest.max(SHORTEST_INTERVAL_MS);
        step * (shortest as u64).div_ceil(step as u64) as i64
    }

    /// A join request, with a new stack and the next nonce.
    pub(super) fn join(&mut self, at: UtcMillis) -> Result<(Emitted, Said), StackError> {
        let Activation::Otaa { app_key, .. } = self.device.activation else { return Err(StackError::Failed) };
        self.stack = Stack::new(self.device.spreading_factor, chance(self.seed, &self.device, at));
        let dev_nonce = self.next_nonce;
        self.next_nonce = dev_nonce.wrapping_add(1);
        let emitted = self.stack.join(self.device.eui, join_eui(&self.device.activation), app_key, dev_nonce)?;
        Ok((emitted, Said::Join { dev_nonce }))
    }

    /// A measurement.
    pub(super) fn send(&mut self, at: UtcMillis, confirmed: bool) -> Result<(Emitted, Said), StackError> {
        let values = self.sensor.measure(at, self.interval_ms(at));
        let equipment = &self.device.equipment;
        let measured: Vec<_> =
            equipment.measured.iter().zip(values).map(|(measured, value)| measured.read(value)).collect();
        let (port, payload) = self.firmware.pack(&measured);
        let f_cnt = self.stack.f_cnt().ok_or(StackError::Failed)?;
        let dev_addr = self.stack.dev_addr().ok_or(StackError::Failed)?;
        let emitted = self.stack.send(port, &payload, confirmed)?;
        Ok((emitted, Said::Data { session: self.session, dev_addr, f_cnt, port, payload }))
    }

    /// Its windows are over.
    pub(super) fn listen(&mut self, heard: &[(Window, Vec<u8>)]) -> Answered {
        let answered = self.stack.listen(heard).unwrap_or(Answered::Silence);
        if answered == Answered::Joined {
            (self.joined, self.session) = (true, self.session + 1);
        }
        answered
    }

    /// A frame came to the service: somebody may have recorded it.
    pub(super) fn record(&mut self, frame: &Arc<Frame>) {
        let Said::Data { session, .. } = frame.said else { return };
        self.proven = self.proven.max(session);
        if self.recorded.len() == RECORDED {
            self.recorded.pop_front();
        }
        self.recorded.push_back(Arc::clone(frame));
    }

    /// Whether the outcome of a replay at this instant is certain: all of the original came before, no run of the counter has
    /// ended since, and the session of a join was used.
    pub(super) fn can_be_replayed(&self, original: &Frame, at: UtcMillis) -> bool {
        let settled = self.arrived_by < at;
        settled
            && match original.said {
                Said::Data { session, .. } => !self.device.is_personalized() || session == self.session,
                Said::Join { .. } => self.joined && self.proven == self.session,
                Said::Forged { .. } => false,
            }
    }

    /// One of the recorded frames.
    pub(super) fn recorded(&self, dice: &mut Dice) -> Option<Arc<Frame>> {
        self.recorded.get(dice.below(self.recorded.len() as i64) as usize).cloned()
    }
}

fn chance(seed: u64, device: &Device, at: UtcMillis) -> Dice {
    Dice::of(seed, &[72, device.key(), at.0])
}

#[cfg(test)]
mod tests {
    use smartpole_model::Inputs;

    use super::*;
    use crate::{Spec, synthetic_with_lorawan};

    const START: UtcMillis = UtcMillis(1_795_600_000_000);

    /// Intervals between a device's measurements from ten minutes before it goes live, seconds.
    fn intervals(device: usize) -> Vec<i64> {
        let inputs = Inputs::parse(&synthetic_with_lorawan(8, 1)).unwrap();
        let fleet = Fleet::new(&inputs, Spec::new(1, START, START));
        let mote = Mote::new(&fleet, device, START, 0, Some((START.plus(1_200_000), 15_000)));
        let times: Vec<_> =
            std::iter::successors(Some(START), |time| Some(mote.measures_after(*time))).take(7).collect();
        times.windows(2).map(|pair| pair[1].since(pair[0]) / 1000).collect()
    }

    #[test]
    fn devices_that_join_speed_up_at_once_when_they_go_live() {
        let joins = intervals(0);
        assert!(joins[0] <= 600 && joins[1] == 600 && joins[2] <= 600, "{joins:?}");
        assert_eq!(joins[3..], [15, 15, 15]);
    }

    #[test]
    fn personalized_devices_keep_their_interval() {
        assert_eq!(intervals(3)[1..], [600; 5]);
    }
}
