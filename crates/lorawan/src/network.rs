//! All devices, and the two steps of a frame: [`Network::hear`] (in `hear.rs`) decides and changes nothing, [`Network::note`]
//! applies the decision and cannot fail.
//!
//! Invariants: the state is a function of what was noted, restored and put in force, in that order; no packed state holds a key.

use std::collections::{BTreeMap, BTreeSet};

use smartpole_model::{Credentials, DevAddr, DeviceNo, Eui, PackError, Reason, UtcMillis};

use crate::{
    answer::Answer,
    device::Device,
    heard::Reception,
    hearing::{Hearing, Refused},
    link::Link,
};

/// The devices of one network.
#[derive(Clone, Debug, Default)]
pub struct Network {
    pub(crate) net_id: u32,
    pub(crate) devices: BTreeMap<DeviceNo, Box<Device>>,
    pub(crate) by_eui: BTreeMap<Eui, DeviceNo>,
    /// Several devices, and several sessions of one, may share an address.
    pub(crate) by_addr: BTreeSet<(DevAddr, DeviceNo)>,
    changed: BTreeSet<DeviceNo>,
}

impl Network {
    /// A network without devices. Of a NetID (24 bits) the lowest 6 bits become the prefix of addresses, as in type 0.
    pub fn new(net_id: u32) -> Self {
        Self { net_id, ..Self::default() }
    }

    /// Takes a device's packed state.
    ///
    /// # Errors
    /// If the bytes are none; the device is as it was then.
    pub fn restore(&mut self, no: DeviceNo, state: &[u8]) -> Result<(), PackError> {
        let mut device = Device::unpack(state)?;
        let enrolled = self.devices.get(&no).and_then(|known| known.credentials);
        if enrolled.is_some_and(|(eui, credentials)| device.enrol(eui, credentials)) {
            self.changed.insert(no);
        }
        let before = self.devices.insert(no, Box::new(device)).map_or([None; 3], |known| known.addresses());
        self.index_again(no, before);
        Ok(())
    }

    /// Takes the registry's keys in place of those before. Devices without any keep their state, but are not heard.
    pub fn put_in_force(&mut self, net_id: u32, enrolled: impl IntoIterator<Item = (DeviceNo, Eui, Credentials)>) {
        self.net_id = net_id;
        self.by_eui.clear();
        self.devices.values_mut().for_each(|device| device.forget_keys());
        for (no, eui, credentials) in enrolled {
            if self.devices.entry(no).or_default().enrol(eui, credentials) {
                self.changed.insert(no);
            }
            self.by_eui.insert(eui, no);
        }
        self.by_addr.clear();
        for (no, device) in &self.devices {
            self.by_addr.extend(device.addresses().into_iter().flatten().map(|addr| (addr, *no)));
        }
    }

    /// Follows a change of one device, whose addresses were these before.
    fn index_again(&mut self, no: DeviceNo, before: [Option<DevAddr>; 3]) {
        let after = self.devices.get(&no).map_or([None; 3], |device| device.addresses());
        if before != after {
            before.into_iter().flatten().for_each(|addr| _ = self.by_addr.remove(&(addr, no)));
            self.by_addr.extend(after.into_iter().flatten().map(|addr| (addr, no)));
        }
    }

    /// Applies what [`hear`](Self::hear) or [`hear_event`](Self::hear_event) decided, and tells what the device waits for.
    /// Nothing else may have been noted in between.
    pub fn note(&mut self, hearing: &Hearing, receptions: &[Reception], received_at: UtcMillis) -> Option<Answer> {
        if let Hearing::Refused(refused) = hearing {
            self.note_refused(refused);
            return None;
        }
        let no = hearing.device()?;
        let device = self.devices.entry(no).or_default();
        let before = device.addresses();
        let answer = match hearing {
            Hearing::Uplink(uplink) => device.note_uplink(uplink, receptions, received_at),
            Hearing::Copy(copy) => device.note_copy(copy, receptions, received_at),
            Hearing::Join(join) => device.note_join(join, self.net_id, receptions, received_at),
            Hearing::Refused(_) => None,
        };
        self.index_again(no, before);
        self.changed.insert(no);
        answer
    }

    /// Only what a device itself sent, and what must be known later, leaves a trace.
    fn note_refused(&mut self, refused: &Refused) {
        let Some((no, device)) = refused.device.and_then(|no| Some((no, self.devices.get_mut(&no)?))) else { return };
        match (refused.reason, device.session_mut(refused.slot)) {
            (Reason::DevNonceUsed, _) => device.joins.refused += 1,
            (Reason::FCntReset, Some(session)) => session.counters.refuse_reset(),
            _ => return,
        }
        self.changed.insert(no);
    }

    /// Packed states of the devices that changed since this was last asked.
    pub fn take_changed(&mut self) -> Vec<(DeviceNo, Vec<u8>)> {
        let changed = std::mem::take(&mut self.changed);
        changed.into_iter().filter_map(|no| Some((no, self.devices.get(&no)?.pack()))).collect()
    }

    /// Packed states of all devices.
    pub fn all(&self) -> Vec<(DeviceNo, Vec<u8>)> {
        self.devices.iter().map(|(no, device)| (*no, device.pack())).collect()
    }

    /// What a page of devices shows of one.
    pub fn link(&self, no: DeviceNo) -> Option<Link> {
        self.devices.get(&no).map(|device| device.link())
    }
}
