//! A checkpoint's bytes: a [`Restore`], packed.
//!
//! ```text
//! 8 | batch | cursor | received_at (signed) | checkpoint day + 1, 0 if none | inputs hash
//! names:          n × (kind byte, number, id)          devices:        n × (device, last closed (signed), state)
//! ticks:          n × (source, ticks)                  ledger devices: n × (day (signed), device, counts)
//! lorawan:        n × (device, state)                  gateways:       n × (EUI, state)
//! ledger: counts                                       batch rows:     n × (batch, bytes)
//! replay: 0 or 1 × (id, ordered at (signed), order, next, done byte, the 9 numbers of its effect; up to version 6 the last
//!         was missing, up to 5 the one before was another, up to 4 it was missing)
//! resettling: bytes                                    cuts: raw, personal, quarters (signed; not in version 3)
//! began: hour + 1, 0 if no message came (signed; from version 8 on)
//! ```
//! Texts and bytes have their length before them; integers are varints.

use smartpole_model::{DeviceNo, Eui, PackError, Quarter, Reader, Seq, UtcMillis, put_i64, put_u64};

use crate::{
    Counts, Cuts, DeviceRow, Effect, GatewayRow, LedgerDeviceRow, LorawanRow, Name, NameKind, Replay, Restore,
};

const VERSION: u8 = 8;
/// Without the hour of the first message.
const BEFORE_BEGAN: u8 = 7;
/// Replays left no message alone.
const BEFORE_EXPIRED: u8 = 6;
/// Replays counted readings that the messages gave no longer, and left them.
const BEFORE_SUPERSEDED: u8 = 5;
/// Nor did they count them.
const BEFORE_STALE: u8 = 4;
/// Without cuts: nothing was let go of by them.
const BEFORE_CUTS: u8 = 3;

impl Restore {
    /// The bytes of this state (layout: module documentation).
    pub fn pack(&self) -> Vec<u8> {
        let mut out = vec![VERSION];
        put_u64(&mut out, self.batch);
        put_u64(&mut out, self.cursor.0);
        put_i64(&mut out, self.received_at.0);
        put_since(&mut out, self.checkpoint_day);
        put_bytes(&mut out, self.inputs.as_deref().unwrap_or_default().as_bytes());
        put_all(&mut out, &self.names, |out, name| {
            out.push(name.kind as u8);
            put_u64(out, u64::from(name.number));
            put_bytes(out, name.id.as_bytes());
        });
        put_all(&mut out, &self.devices, |out, row| {
            put_u64(out, u64::from(row.device.0));
            put_i64(out, i64::from(row.last_closed.0));
            put_bytes(out, &row.state);
        });
        put_all(&mut out, &self.lorawan, |out, row| {
            put_u64(out, u64::from(row.device.0));
            put_bytes(out, &row.state);
        });
        put_all(&mut out, &self.gateways, |out, row| {
            put_u64(out, row.gateway.0);
            put_bytes(out, &row.state);
        });
        put_all(&mut out, &self.ticks, |out, (source, n)| {
            put_u64(out, u64::from(*source));
            put_u64(out, *n);
        });
        put_all(&mut out, &self.ledger_devices, |out, row| {
            put_i64(out, i64::from(row.day));
            put_u64(out, u64::from(row.device.0));
            put_bytes(out, &row.counts);
        });
        put_bytes(&mut out, &self.ledger.pack());
        put_all(&mut out, &self.batch_rows, |out, (batch, bytes)| {
            put_u64(out, *batch);
            put_bytes(out, bytes);
        });
        put_all(&mut out, self.replay.as_slice(), put_replay);
        put_bytes(&mut out, &self.resettling);
        let Cuts { raw, personal, quarters } = self.cuts;
        [raw, personal, quarters].into_iter().for_each(|cut| put_i64(&mut out, cut.0.into()));
        put_since(&mut out, self.began);
        out
    }

    /// The state that these bytes are.
    ///
    /// # Errors
    /// If they are not the bytes of a state, whole.
    pub fn unpack(bytes: &[u8]) -> Result<Self, PackError> {
        let mut reader = Reader::new(bytes);
        let version = reader.byte()?;
        if !(BEFORE_CUTS..=VERSION).contains(&version) {
            return Err(PackError::Version(version));
        }
        let restore = Self {
            batch: reader.u64()?,
            cursor: Seq(reader.u64()?),
            received_at: UtcMillis(reader.i64()?),
            checkpoint_day: take_since(&mut reader)?,
            inputs: Some(take_text(&mut reader)?).filter(|hash| !hash.is_empty()),
            names: take_all(&mut reader, take_name)?,
            devices: take_all(&mut reader, take_device)?,
            lorawan: take_all(&mut reader, take_lorawan)?,
            gateways: take_all(&mut reader, take_gateway)?,
            ticks: take_all(&mut reader, |reader| Ok((reader.num("source")?, reader.u64()?)))?,
            ledger_devices: take_all(&mut reader, take_ledger_device)?,
            ledger: Counts::unpack(take_bytes(&mut reader)?)?,
            batch_rows: take_all(&mut reader, |reader| Ok((reader.u64()?, take_bytes(reader)?.to_vec())))?,
            replay: take_all(&mut reader, |reader| take_replay(reader, version))?.pop(),
            resettling: take_bytes(&mut reader)?.to_vec(),
            cuts: if version == BEFORE_CUTS { Cuts::default() } else { take_cuts(&mut reader)? },
            began: if version <= BEFORE_BEGAN { None } else { take_since(&mut reader)? },
        };
        if reader.remaining() == 0 { Ok(restore) } else { Err(PackError::Invalid("tail")) }
    }
}

fn put_all<T>(out: &mut Vec<u8>, items: &[T], mut put: impl FnMut(&mut Vec<u8>, &T)) {
    put_u64(out, items.len() as u64);
    items.iter().for_each(|item| put(out, item));
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_u64(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn put_replay(out: &mut Vec<u8>, replay: &Replay) {
    put_u64(out, replay.id.0);
    put_i64(out, replay.ordered_at.0);
    put_bytes(out, replay.order.as_bytes());
    put_u64(out, replay.next.0);
    out.push(replay.done.into());
    replay.effect.numbers().into_iter().for_each(|n| put_u64(out, n));
}

fn take_replay(reader: &mut Reader<'_>, version: u8) -> Result<Replay, PackError> {
    let (id, ordered_at) = (Seq(reader.u64()?), UtcMillis(reader.i64()?));
    let (order, next, done) = (take_text(reader)?, Seq(reader.u64()?), reader.byte()? != 0);
    let mut numbers = [0; 9];
    let kept = match version {
        ..=BEFORE_STALE => 7,
        BEFORE_SUPERSEDED | BEFORE_EXPIRED => 8,
        _ => 9,
    };
    for n in &mut numbers[..kept] {
        *n = reader.u64()?;
    }
    if version <= BEFORE_SUPERSEDED {
        numbers[7] = 0;
    }
    Ok(Replay { id, ordered_at, order, next, done, effect: Effect::of_numbers(numbers) })
}

fn take_all<'a, T>(
    reader: &mut Reader<'a>,
    mut take: impl FnMut(&mut Reader<'a>) -> Result<T, PackError>,
) -> Result<Vec<T>, PackError> {
    (0..reader.len("list")?).map(|_| take(reader)).collect()
}

fn take_bytes<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], PackError> {
    let length = reader.len("bytes")?;
    reader.take(length)
}

fn take_text(reader: &mut Reader<'_>) -> Result<String, PackError> {
    String::from_utf8(take_bytes(reader)?.to_vec()).map_err(|_| PackError::Invalid("text"))
}

fn take_i32(reader: &mut Reader<'_>) -> Result<i32, PackError> {
    i32::try_from(reader.i64()?).map_err(|_| PackError::Invalid("number"))
}

/// A day or an hour since 1970, and 1; 0 if there is none.
fn put_since(out: &mut Vec<u8>, number: Option<i32>) {
    put_i64(out, number.map_or(0, |number| i64::from(number) + 1));
}

fn take_since(reader: &mut Reader<'_>) -> Result<Option<i32>, PackError> {
    Ok(Some(take_i32(reader)?).filter(|number| *number != 0).map(|number| number - 1))
}

fn take_cuts(reader: &mut Reader<'_>) -> Result<Cuts, PackError> {
    let mut cut = || take_i32(reader).map(Quarter);
    Ok(Cuts { raw: cut()?, personal: cut()?, quarters: cut()? })
}

fn take_name(reader: &mut Reader<'_>) -> Result<Name, PackError> {
    let kind = NameKind::from_number(reader.byte()?).ok_or(PackError::Invalid("kind"))?;
    Ok(Name { kind, number: reader.num("number")?, id: take_text(reader)? })
}

fn take_device(reader: &mut Reader<'_>) -> Result<DeviceRow, PackError> {
    let device = DeviceNo(reader.num("device")?);
    Ok(DeviceRow { device, last_closed: Quarter(take_i32(reader)?), state: take_bytes(reader)?.to_vec() })
}

fn take_lorawan(reader: &mut Reader<'_>) -> Result<LorawanRow, PackError> {
    let device = DeviceNo(reader.num("device")?);
    Ok(LorawanRow { device, state: take_bytes(reader)?.to_vec() })
}

fn take_gateway(reader: &mut Reader<'_>) -> Result<GatewayRow, PackError> {
    let gateway = Eui(reader.u64()?);
    Ok(GatewayRow { gateway, state: take_bytes(reader)?.to_vec() })
}

fn take_ledger_device(reader: &mut Reader<'_>) -> Result<LedgerDeviceRow, PackError> {
    let day = take_i32(reader)?;
    Ok(LedgerDeviceRow { day, device: DeviceNo(reader.num("device")?), counts: take_bytes(reader)?.to_vec() })
}
