//! What is still to be settled, and poles and zones, as bytes.

use smartpole_model::{DeviceNo, PackError, PoleNo, Reader, ZoneNo, put_i64, put_u64};

use super::{Range, Resettling};
use crate::Scope;

impl Resettling {
    /// next (signed), n, n × (device, from, to (signed), k, k × (kind byte, number)), and a 1 if another program takes over; nothing if
    /// nothing is left.
    pub(crate) fn pack(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if self.ranges.is_empty() {
            return out;
        }
        put_i64(&mut out, self.next.into());
        put_u64(&mut out, self.ranges.len() as u64);
        for range in &self.ranges {
            put_u64(&mut out, range.device.0.into());
            put_i64(&mut out, range.from.into());
            put_i64(&mut out, range.to.into());
            put_scopes(&mut out, &range.former);
        }
        if self.by_rules {
            put_u64(&mut out, 1);
        }
        out
    }

    pub(crate) fn unpack(bytes: &[u8]) -> Result<Self, PackError> {
        let mut reader = Reader::new(bytes);
        if bytes.is_empty() {
            return Ok(Self::default());
        }
        let quarter = |reader: &mut Reader<'_>| i32::try_from(reader.i64()?).map_err(|_| PackError::Invalid("quarter"));
        let mut plan = Self { next: quarter(&mut reader)?, ..Self::default() };
        for _ in 0..reader.len("ranges")? {
            let (device, from, to) = (DeviceNo(reader.num("device")?), quarter(&mut reader)?, quarter(&mut reader)?);
            let former = scopes(&mut reader)?;
            plan.ranges.push(Range { device, from, to, former });
        }
        plan.by_rules = reader.remaining() > 0 && reader.u64()? == 1;
        Ok(plan)
    }
}

/// n, n × (kind byte, number).
pub fn put_scopes(out: &mut Vec<u8>, scopes: &[Scope]) {
    put_u64(out, scopes.len() as u64);
    for scope in scopes {
        let (kind, number) = match scope {
            Scope::Device(device) => (1, device.0),
            Scope::Pole(pole) => (2, pole.0),
            Scope::Zone(zone) => (3, zone.0),
        };
        out.push(kind);
        put_u64(out, number.into());
    }
}

/// What [`put_scopes`] has put.
///
/// # Errors
/// If the bytes are none of it.
pub fn scopes(reader: &mut Reader<'_>) -> Result<Vec<Scope>, PackError> {
    (0..reader.len("scopes")?).map(|_| scope(reader)).collect()
}

fn scope(reader: &mut Reader<'_>) -> Result<Scope, PackError> {
    let (kind, number) = (reader.byte()?, reader.num("scope")?);
    match kind {
        1 => Ok(Scope::Device(DeviceNo(number))),
        2 => Ok(Scope::Pole(PoleNo(number))),
        3 => Ok(Scope::Zone(ZoneNo(number))),
        _ => Err(PackError::Invalid("scope")),
    }
}
