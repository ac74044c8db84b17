//! Which of the latest 8,192 counters of a run were received.
//!
//! A ring of bits, counter modulo 8,192. While there is no gap there is no ring either: then all of `lowest..=highest` are set.

use smartpole_model::{PackError, Reader, put_u64};

/// Counters remembered, the highest among them.
pub(crate) const WIDTH: u32 = 8192;
const WORDS: usize = WIDTH as usize / 64;

/// What is known of a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Above the highest, or a gap.
    Unset,
    /// Received.
    Set,
    /// So far below the highest that nothing is remembered.
    Below,
}

/// The counters of one run; there is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    lowest: u32,
    highest: u32,
    bits: Option<Box<[u64; WORDS]>>,
}

fn slot(counter: u32) -> (usize, u64) {
    let bit = counter % WIDTH;
    (bit as usize / 64, 1 << (bit % 64))
}

impl Window {
    /// A run that begins with this counter.
    pub(crate) fn new(counter: u32) -> Self {
        Self { lowest: counter, highest: counter, bits: None }
    }

    pub(crate) fn highest(&self) -> u32 {
        self.highest
    }

    /// How many counters there are from the lowest received to the highest.
    pub(crate) fn span(&self) -> u64 {
        u64::from(self.highest - self.lowest) + 1
    }

    /// The lowest counter of which something is known.
    fn floor(&self) -> u32 {
        self.lowest.max(self.highest.saturating_sub(WIDTH - 1))
    }

    pub(crate) fn place(&self, counter: u32) -> Place {
        if counter > self.highest {
            return Place::Unset;
        }
        if self.highest - counter >= WIDTH {
            return Place::Below;
        }
        let set = match &self.bits {
            None => counter >= self.lowest,
            Some(bits) => bits[slot(counter).0] & slot(counter).1 != 0,
        };
        if set { Place::Set } else { Place::Unset }
    }

    /// Sets a counter that is not [`Place::Below`]; whether it was unset.
    pub(crate) fn insert(&mut self, counter: u32) -> bool {
        if self.place(counter) != Place::Unset {
            return false;
        }
        let adjacent = counter == self.highest.wrapping_add(1) || counter.wrapping_add(1) == self.lowest;
        if !adjacent && self.bits.is_none() {
            self.bits = Some(self.filled());
        }
        if let Some(bits) = &mut self.bits {
            let skipped = self.highest.saturating_add(1).max(counter.saturating_sub(WIDTH - 1))..counter;
            skipped.map(slot).for_each(|(word, bit)| bits[word] &= !bit);
            let (word, bit) = slot(counter);
            bits[word] |= bit;
        }
        (self.lowest, self.highest) = (self.lowest.min(counter), self.highest.max(counter));
        true
    }

    fn filled(&self) -> Box<[u64; WORDS]> {
        let mut bits = Box::new([0; WORDS]);
        (self.floor()..=self.highest).map(slot).for_each(|(word, bit)| bits[word] |= bit);
        bits
    }

    /// Lengths of runs of set and unset counters by turns, from the highest down; a word at a time.
    fn runs(&self, bits: &[u64; WORDS]) -> Vec<u32> {
        let (mut runs, mut set) = (vec![0], true);
        let (mut counter, mut left) = (self.highest, self.highest - self.floor() + 1);
        while left > 0 {
            let (word, in_word) = (bits[slot(counter).0], (counter % 64 + 1).min(left));
            let aligned = word << (63 - counter % 64);
            let same = if set { aligned.leading_ones() } else { aligned.leading_zeros() }.min(in_word);
            *runs.last_mut().expect("it begins with one") += same;
            if same < in_word {
                set = !set;
                runs.push(0);
            }
            (counter, left) = (counter.wrapping_sub(same), left - same);
        }
        runs
    }

    /// `highest | span − 1 | number of runs | their lengths`, or the bits themselves (0 runs) where these are shorter.
    pub(crate) fn pack(&self, out: &mut Vec<u8>) {
        put_u64(out, self.highest.into());
        put_u64(out, self.span() - 1);
        let whole = || vec![self.highest - self.floor() + 1];
        let (start, runs) = (out.len(), self.bits.as_ref().map_or_else(whole, |bits| self.runs(bits)));
        put_u64(out, runs.len() as u64);
        runs.iter().for_each(|run| put_u64(out, (*run).into()));
        if let Some(bits) = self.bits.as_ref().filter(|_| out.len() - start > WORDS * 8) {
            out.truncate(start);
            out.push(0);
            bits.iter().for_each(|word| out.extend(word.to_le_bytes()));
        }
    }

    pub(crate) fn unpack(reader: &mut Reader<'_>) -> Result<Self, PackError> {
        let highest: u32 = reader.num("counter")?;
        let lowest = highest.checked_sub(reader.num("span")?).ok_or(PackError::Invalid("span"))?;
        let mut window = Self { lowest, highest, bits: None };
        let runs = reader.len("runs")?;
        if runs != 1 {
            window.bits = Some(if runs == 0 { raw(reader)? } else { window.unpack_runs(reader, runs)? });
        } else if reader.num::<u32>("run")? != window.highest - window.floor() + 1 {
            return Err(PackError::Invalid("run"));
        }
        Ok(window)
    }

    fn unpack_runs(&self, reader: &mut Reader<'_>, runs: usize) -> Result<Box<[u64; WORDS]>, PackError> {
        let mut bits = Box::new([0; WORDS]);
        let mut left = self.highest - self.floor() + 1;
        for run in 0..runs {
            let length: u32 = reader.num("run")?;
            let below = left.checked_sub(length).filter(|_| length > 0).ok_or(PackError::Invalid("run"))?;
            if run % 2 == 0 {
                let lowest = self.floor() + below;
                (lowest..=lowest + (length - 1)).map(slot).for_each(|(word, bit)| bits[word] |= bit);
            }
            left = below;
        }
        if left == 0 { Ok(bits) } else { Err(PackError::Invalid("run")) }
    }
}

fn raw(reader: &mut Reader<'_>) -> Result<Box<[u64; WORDS]>, PackError> {
    let mut bits = Box::new([0; WORDS]);
    for word in bits.iter_mut() {
        let bytes = reader.take(8)?;
        *word = bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte));
    }
    Ok(bits)
}
