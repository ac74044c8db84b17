//! A block that somebody who goes through many of them meets.

use std::borrow::Cow;

use smartpole_model::{DeviceNo, Quarter};
use smartpole_window::Block;

use crate::{Error, Sealed, queries::Snapshot};

/// A block that is visited.
#[derive(Clone, Debug)]
pub enum Visited<'a> {
    /// With its readings.
    Kept(Cow<'a, Block>),
    /// Its readings are gone.
    Sealed(Sealed),
}

impl Visited<'_> {
    /// When it is.
    pub fn quarter(&self) -> Quarter {
        match self {
            Self::Kept(block) => block.quarter(),
            Self::Sealed(sealed) => sealed.quarter,
        }
    }
}

impl Snapshot {
    /// The block of a device; one without its readings only if those are visited, too.
    pub(crate) fn visited(
        &self,
        quarter: Quarter,
        device: DeviceNo,
        sealed: bool,
    ) -> Result<Option<Visited<'_>>, Error> {
        match self.block(quarter, device)? {
            Some(block) => Ok(Some(Visited::Kept(block))),
            None if sealed => Ok(self.sealed(quarter, device)?.map(Visited::Sealed)),
            None => Ok(None),
        }
    }
}
