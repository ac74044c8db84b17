//! How many exports run at once, and whose.

use std::{
    collections::HashSet,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    asker::{Asker, Client},
    problem::Problem,
};

/// Places of exports at once: of the public, one for each address, and of those with an account or at the service's own machine.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    public: Arc<Semaphore>,
    known: Arc<Semaphore>,
    /// Addresses of the public that have a place, as limits count them.
    addresses: Arc<Mutex<HashSet<IpAddr>>>,
}

/// A place; it is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    _permit: OwnedSemaphorePermit,
    _turn: Option<Turn>,
}

/// That of an address.
#[derive(Debug)]
struct Turn {
    address: IpAddr,
    addresses: Arc<Mutex<HashSet<IpAddr>>>,
}

impl Slots {
    /// So many for the public, and as many for all others.
    pub(crate) fn new(each: usize) -> Self {
        let [public, known] = [Semaphore::new(each), Semaphore::new(each)].map(Arc::new);
        Self { public, known, addresses: Arc::default() }
    }

    /// A place, if there is one.
    ///
    /// # Errors
    /// 503 if there is none, or if somebody unknown has one already at that address.
    pub(crate) fn take(&self, asker: &Asker, client: &Client) -> Result<Slot, Problem> {
        let busy = || Problem::busy("too many exports at once");
        if !asker.is_public() {
            let permit = Arc::clone(&self.known).try_acquire_owned().map_err(|_| busy())?;
            return Ok(Slot { _permit: permit, _turn: None });
        }
        let turn = self.turn(client.counted())?;
        let permit = Arc::clone(&self.public).try_acquire_owned().map_err(|_| busy())?;
        Ok(Slot { _permit: permit, _turn: Some(turn) })
    }

    fn turn(&self, address: IpAddr) -> Result<Turn, Problem> {
        let is_free = self.addresses.lock().unwrap_or_else(PoisonError::into_inner).insert(address);
        let turn = || Turn { address, addresses: Arc::clone(&self.addresses) };
        is_free.then(turn).ok_or_else(|| Problem::busy("an export to this address is under way"))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.address);
    }
}
