//! The state as bytes: any split equals none, any bytes are heard, no key is packed.
#![allow(clippy::unwrap_used, clippy::panic, unreachable_pub)]

mod common;

use std::collections::BTreeMap;

use common::{JOIN_EUI, Joiner, NET_ID, Radio, START, Town, Up, heard, plain};
use proptest::{collection::vec, prelude::*};
use smartpole_lorawan::{Answer, EventFrame, Hearing, Network};
use smartpole_model::{Credentials, DevAddr, DeviceNo, Eui, FCntReset};

/// What happens.
#[derive(Clone, Debug)]
enum Step {
    /// The personalized device sends a frame.
    Abp { f_cnt: u32, content: u8, gateway: u64, clock: u32 },
    /// The joined device asks, or asks again with the same nonce.
    Ask { dev_nonce: u16, gateway: u64 },
    /// It sends in the session of its latest, or of an earlier, join.
    Joined { join: usize, f_cnt: u32 },
    /// Another network server tells of an uplink.
    Event { dev_addr: u32, f_cnt: u32, fingerprint: u32 },
    /// The registry comes into force again, with or without the personalized device.
    Registry { whole: bool },
    /// Time passes.
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0u32..60, 0u8..3, 1u64..12, 0u32..3)
            .prop_map(|(f_cnt, content, gateway, clock)| Step::Abp { f_cnt, content, gateway, clock }),
        3 => (0u16..6, 1u64..3).prop_map(|(dev_nonce, gateway)| Step::Ask { dev_nonce, gateway }),
        4 => (0usize..4, 0u32..20).prop_map(|(join, f_cnt)| Step::Joined { join, f_cnt }),
        3 => (0u32..3, 0u32..20_000, 0u32..5)
            .prop_map(|(dev_addr, f_cnt, fingerprint)| Step::Event { dev_addr, f_cnt, fingerprint }),
        1 => any::<bool>().prop_map(|whole| Step::Registry { whole }),
        1 => (0i64..20_000).prop_map(Step::Wait),
    ]
}

/// A town that keeps its devices in a store and forgets everything else now and then.
struct Run {
    town: Town,
    registry: Vec<(DeviceNo, Eui, Credentials)>,
    store: BTreeMap<DeviceNo, Vec<u8>>,
    joins: Vec<Radio>,
    said: Vec<String>,
}

const JOINER: u8 = 5;

impl Run {
    fn new(policy: FCntReset) -> Self {
        let (radio, joiner) = (Radio::new(0x2601_1bda, 7), Joiner::new(JOINER));
        let rows = [(1, Eui(1), radio.abp(policy)), (2, joiner.dev_eui, joiner.otaa())];
        let registry = rows.iter().map(|(no, eui, row)| (DeviceNo(*no), *eui, *row)).collect();
        Self { town: Town::new(&rows), registry, store: BTreeMap::new(), joins: Vec::new(), said: Vec::new() }
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Abp { f_cnt, content, gateway, clock } => {
                let up = Up { confirmed: true, f_opts: vec![0x02, 0x03, content], ..plain(&[content]) };
                self.hear(&Radio::new(0x2601_1bda, 7).frame(f_cnt, &up), gateway, clock);
            }
            Step::Ask { dev_nonce, gateway } => {
                let joiner = Joiner::new(JOINER);
                if let Some(answer) = self.hear(&joiner.request(JOIN_EUI, dev_nonce), gateway, 1) {
                    self.joins.push(joiner.accept(dev_nonce, &answer.phy_payload(&[])).1);
                }
            }
            Step::Joined { join, f_cnt } => {
                if let Some(radio) = self.joins.iter().rev().nth(join).copied() {
                    self.hear(&radio.frame(f_cnt, &plain(&[1])), 1, f_cnt);
                }
            }
            Step::Event { dev_addr, f_cnt, fingerprint } => {
                let event = EventFrame { dev_addr: DevAddr(dev_addr), f_cnt, fingerprint };
                let hearing = self.town.network.hear_event(DeviceNo(9), &event);
                assert!(matches!(hearing, Hearing::Uplink(_) | Hearing::Copy(_)));
                self.town.network.note(&hearing, &[], self.town.now);
                self.said.push(common::say(&hearing, None));
            }
            Step::Registry { whole } => {
                self.registry.sort_by_key(|row| row.0);
                let rows = self.registry.iter().filter(|row| whole || row.0 != DeviceNo(1)).copied();
                self.town.network.put_in_force(NET_ID, rows);
            }
            Step::Wait(millis) => self.town.now = self.town.now.plus(millis),
        }
    }

    fn hear(&mut self, frame: &[u8], gateway: u64, clock: u32) -> Option<Answer> {
        let (hearing, answer) = self.town.hear(&heard(frame, gateway, clock));
        let bytes = answer.as_ref().map(|answer| answer.phy_payload(&answer.receptions));
        self.said.push(format!("{} {bytes:02x?}", common::say(&hearing, answer.as_ref())));
        answer
    }

    fn commit(&mut self) {
        self.store.extend(self.town.network.take_changed());
    }

    /// What a restart does: the rows, then the registry that was in force.
    fn restart(&mut self, registry: &[(DeviceNo, Eui, Credentials)]) {
        self.commit();
        self.town.network = Network::new(NET_ID);
        for (no, state) in &self.store {
            self.town.network.restore(*no, state).unwrap();
        }
        self.town.network.put_in_force(NET_ID, registry.iter().copied());
    }
}

proptest! {
    #[test]
    fn any_split_equals_none(steps in vec((step(), any::<bool>(), any::<bool>()), 1..60), accept in any::<bool>()) {
        let policy = if accept { FCntReset::Accept } else { FCntReset::Refuse };
        let (mut whole, mut split) = (Run::new(policy), Run::new(policy));
        let mut in_force = whole.registry.clone();
        for (step, commits, restarts) in &steps {
            if let Step::Registry { whole: all } = step {
                in_force = whole.registry.iter().filter(|row| *all || row.0 != DeviceNo(1)).copied().collect();
            }
            whole.step(step);
            split.step(step);
            if *commits {
                split.commit();
            }
            if *restarts {
                split.restart(&in_force);
            }
        }
        split.commit();
        prop_assert_eq!(&whole.said, &split.said);
        prop_assert_eq!(whole.town.network.all(), split.store.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn any_bytes_are_heard(first in any::<u8>(), rest in vec(any::<u8>(), 0..280)) {
        let mut frame = vec![first];
        frame.extend(rest);
        let mut run = Run::new(FCntReset::Accept);
        let (hearing, answer) = run.town.hear(&heard(&frame, 1, 1));
        prop_assert!(matches!(hearing, Hearing::Refused(_)) && answer.is_none());
    }

    #[test]
    fn any_options_of_a_device_are_heard(f_opts in vec(any::<u8>(), 0..=15), commands in vec(any::<u8>(), 0..=200)) {
        let (mut run, radio) = (Run::new(FCntReset::Accept), Radio::new(0x2601_1bda, 7));
        run.hear(&radio.frame(0, &Up { f_opts, ..plain(&[]) }), 1, 1);
        run.hear(&radio.frame(1, &Up { f_port: Some(0), payload: commands, ..Up::default() }), 1, 1);
        prop_assert!(run.said.iter().all(|said| said.contains("uplink")));
    }

    #[test]
    fn any_bytes_are_restored_or_refused(mut state in vec(any::<u8>(), 0..300), versioned in any::<bool>()) {
        if let Some(first) = state.first_mut().filter(|_| versioned) {
            *first = 1;
        }
        let mut network = Network::new(NET_ID);
        if network.restore(DeviceNo(1), &state).is_ok() {
            network.link(DeviceNo(1)).unwrap();
            network.hear_event(DeviceNo(1), &EventFrame { dev_addr: DevAddr(0), f_cnt: 7, fingerprint: 1 });
            network.all();
        }
    }
}

#[test]
fn a_device_takes_few_bytes_and_none_of_them_is_a_key() {
    let mut run = Run::new(FCntReset::Refuse);
    for f_cnt in 0..500 {
        [1, 2]
            .iter()
            .for_each(|gateway| _ = run.hear(&Radio::new(0x2601_1bda, 7).frame(f_cnt, &plain(&[1])), *gateway, 1));
    }
    run.step(&Step::Ask { dev_nonce: 1, gateway: 1 });
    run.step(&Step::Joined { join: 0, f_cnt: 0 });
    let rows = run.town.network.take_changed();
    let radio = run.joins[0];
    for key in [[7; 16], [!7; 16], [JOINER; 16], radio.nwk_s_key, radio.app_s_key] {
        assert!(rows.iter().all(|(_, row)| !row.windows(4).any(|part| part == &key[..4])));
        let shown = format!("{:?}", run.town.network);
        assert!(!shown.contains(&format!("{key:?}")));
    }
    assert!(rows[0].1.len() < 250, "{}", rows[0].1.len());
    assert_eq!(run.town.now.since(START), 1_002_000);
}
