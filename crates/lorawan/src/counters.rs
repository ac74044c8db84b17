//! The frame counters of one session: what is new, what is a copy, what is too old, and whether the counter began again.
//!
//! A counter above the highest is new, whatever the gap: LoRaWAN 1.0.4 has dropped MAX_FCNT_GAP, and the MIC over all 32 bits is
//! proof enough. One below is new if it was not received yet, because gateways that store frames deliver late.
//!
//! A counter that begins again (a device that forgot its state) must be told from a copy. Each uplink has a *fingerprint*; those of
//! counters 0 to 15 and of the latest uplinks are kept. A counter that began again comes by one of the first sixteen with other
//! content than before; a copy comes with the same.

use smartpole_model::{PackError, Reader, put_u64};

use crate::window::{Place, Window};

/// A run begins with these counters.
const FIRST: u32 = 16;
/// Uplinks whose copies are known by their fingerprint alone.
const LATEST: usize = 8;

/// What an uplink is to its session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// Not received before.
    New,
    /// Received before.
    Copy,
    /// Further below the highest than is remembered.
    TooOld,
    /// The counter began again.
    Reset,
}

/// The counters of a session's present run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counters {
    window: Option<Window>,
    /// Fingerprints of counters 0 to 15, and which of them are known.
    first: ([u32; FIRST as usize], u16),
    /// Fingerprints of the latest uplinks, newest first, and how many there are.
    latest: ([u32; LATEST], u8),
    reset_seen: bool,
    received: u64,
    copies: u64,
}

impl Counters {
    /// Judges an uplink whose MIC fits; changes nothing.
    pub(crate) fn judge(&self, f_cnt: u32, fingerprint: u32) -> Judgement {
        let Some(window) = &self.window else { return Judgement::New };
        if self.is_latest(fingerprint) {
            return Judgement::Copy;
        }
        match (self.noted(f_cnt).filter(|_| f_cnt < window.highest()), window.place(f_cnt)) {
            (Some(noted), _) if noted == fingerprint => Judgement::Copy,
            (Some(_), _) => Judgement::Reset,
            (None, Place::Unset) => Judgement::New,
            (None, _) if self.reset_seen => Judgement::Reset,
            (None, Place::Set) => Judgement::Copy,
            // No gateway keeps a frame for 8,192 others, so this is no late one.
            (None, Place::Below) if f_cnt < FIRST => Judgement::Reset,
            (None, Place::Below) => Judgement::TooOld,
        }
    }

    fn noted(&self, f_cnt: u32) -> Option<u32> {
        let (first, known) = (self.first.0.get(f_cnt as usize)?, self.first.1 >> f_cnt & 1);
        (known == 1).then_some(*first)
    }

    /// Receives an uplink judged new.
    pub(crate) fn take(&mut self, f_cnt: u32, fingerprint: u32) {
        let Some(window) = &mut self.window else { return self.begin(f_cnt, fingerprint) };
        self.reset_seen &= f_cnt <= window.highest();
        self.received += u64::from(window.insert(f_cnt));
        self.remember(f_cnt, fingerprint);
    }

    /// Receives an uplink as the first of a new run. Copies of the former run's latest uplinks are still known.
    pub(crate) fn begin(&mut self, f_cnt: u32, fingerprint: u32) {
        *self = Self { window: Some(Window::new(f_cnt)), received: 1, latest: self.latest, ..Self::default() };
        self.remember(f_cnt, fingerprint);
    }

    fn remember(&mut self, f_cnt: u32, fingerprint: u32) {
        if let Some(first) = self.first.0.get_mut(f_cnt as usize) {
            *first = fingerprint;
            self.first.1 |= 1 << f_cnt;
        }
        let (latest, known) = &mut self.latest;
        latest.rotate_right(1);
        latest[0] = fingerprint;
        *known = (*known + 1).min(LATEST as u8);
    }

    /// Counts a copy.
    pub(crate) fn copy(&mut self) {
        self.copies += 1;
    }

    /// Remembers that the counter began again and was refused: until it exceeds the highest, what is known by its counter alone
    /// is no copy but more of the refused run.
    pub(crate) fn refuse_reset(&mut self) {
        self.reset_seen = true;
    }

    /// The highest counter received.
    pub(crate) fn highest(&self) -> Option<u32> {
        self.window.as_ref().map(Window::highest)
    }

    /// Whether this was among the latest uplinks.
    pub(crate) fn is_latest(&self, fingerprint: u32) -> bool {
        let (latest, known) = &self.latest;
        latest[..usize::from(*known)].contains(&fingerprint)
    }

    /// Whether the counter began again and was refused.
    pub(crate) fn reset_seen(&self) -> bool {
        self.reset_seen
    }

    /// Distinct uplinks of the run.
    pub(crate) fn received(&self) -> u64 {
        self.received
    }

    /// Uplinks between the lowest and the highest counter of the run that were not received.
    pub(crate) fn lost(&self) -> u64 {
        self.window.as_ref().map_or(0, Window::span).saturating_sub(self.received)
    }

    /// Copies of the run's uplinks.
    pub(crate) fn copies(&self) -> u64 {
        self.copies
    }

    /// `mask of first | their fingerprints | number of latest | theirs | reset seen | received | copies | window, if any was received`.
    pub(crate) fn pack(&self, out: &mut Vec<u8>) {
        let ((first, mask), (latest, known)) = (&self.first, &self.latest);
        put_u64(out, (*mask).into());
        let first = (0..FIRST).filter(|f_cnt| mask >> f_cnt & 1 == 1).map(|f_cnt| first[f_cnt as usize]);
        first.for_each(|fingerprint| out.extend(fingerprint.to_le_bytes()));
        out.push(*known);
        latest[..usize::from(*known)].iter().for_each(|fingerprint| out.extend(fingerprint.to_le_bytes()));
        out.push(self.reset_seen.into());
        put_u64(out, self.received);
        put_u64(out, self.copies);
        if let Some(window) = &self.window {
            window.pack(out);
        }
    }

    pub(crate) fn unpack(reader: &mut Reader<'_>) -> Result<Self, PackError> {
        let mut counters = Self::default();
        let ((first, mask), (latest, known)) = (&mut counters.first, &mut counters.latest);
        *mask = reader.num("first counters")?;
        for f_cnt in (0..FIRST).filter(|f_cnt| *mask >> f_cnt & 1 == 1) {
            first[f_cnt as usize] = fingerprint(reader)?;
        }
        *known = reader.byte()?;
        for slot in latest.get_mut(..usize::from(*known)).ok_or(PackError::Invalid("number of fingerprints"))? {
            *slot = fingerprint(reader)?;
        }
        counters.reset_seen = reader.byte()? != 0;
        (counters.received, counters.copies) = (reader.u64()?, reader.u64()?);
        if counters.received > 0 {
            counters.window = Some(Window::unpack(reader)?);
        }
        Ok(counters)
    }
}

fn fingerprint(reader: &mut Reader<'_>) -> Result<u32, PackError> {
    Ok(reader.take(4)?.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte)))
}

#[cfg(test)]
mod tests;
