//! The DevNonces a device has used, as ranges: one for a device that counts them (LoRaWAN 1.0.4), many short ones for a device
//! that rolls dice (1.0.2). There are 65,536, so they end by themselves.

use smartpole_model::{PackError, Reader, put_u64};

/// Used nonces as inclusive ranges, ascending, with gaps between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Nonces(Vec<(u16, u16)>);

impl Nonces {
    /// Where the nonce is, or the first range above it.
    fn find(&self, nonce: u16) -> Result<usize, usize> {
        let above = self.0.partition_point(|(_, last)| *last < nonce);
        match self.0.get(above) {
            Some((first, _)) if *first <= nonce => Ok(above),
            _ => Err(above),
        }
    }

    pub(crate) fn contains(&self, nonce: u16) -> bool {
        self.find(nonce).is_ok()
    }

    /// Marks a nonce as used.
    pub(crate) fn insert(&mut self, nonce: u16) {
        let Err(above) = self.find(nonce) else { return };
        let joins_below = above > 0 && self.0[above - 1].1.checked_add(1) == Some(nonce);
        let joins_above = self.0.get(above).is_some_and(|(first, _)| nonce.checked_add(1) == Some(*first));
        match (joins_below, joins_above) {
            (true, true) => self.0[above - 1].1 = self.0.remove(above).1,
            (true, false) => self.0[above - 1].1 = nonce,
            (false, true) => self.0[above].0 = nonce,
            (false, false) => self.0.insert(above, (nonce, nonce)),
        }
    }

    /// `number of ranges | (unused before | used − 1) each`.
    pub(crate) fn pack(&self, out: &mut Vec<u8>) {
        put_u64(out, self.0.len() as u64);
        let mut next = 0;
        for (first, last) in &self.0 {
            put_u64(out, u64::from(*first) - next);
            put_u64(out, (last - first).into());
            next = u64::from(*last) + 1;
        }
    }

    pub(crate) fn unpack(reader: &mut Reader<'_>) -> Result<Self, PackError> {
        let ranges = reader.len("nonces")?;
        let (mut nonces, mut next) = (Vec::with_capacity(ranges), 0);
        for _ in 0..ranges {
            let first: u16 = narrow(reader.u64()?.checked_add(next))?;
            let last: u16 = narrow(reader.u64()?.checked_add(first.into()))?;
            nonces.push((first, last));
            next = u64::from(last) + 1;
        }
        Ok(Self(nonces))
    }
}

fn narrow(value: Option<u64>) -> Result<u16, PackError> {
    value.and_then(|value| u16::try_from(value).ok()).ok_or(PackError::Invalid("nonce"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn packed(nonces: &Nonces) -> Vec<u8> {
        let mut out = Vec::new();
        nonces.pack(&mut out);
        out
    }

    #[test]
    fn a_device_that_counts_its_joins_takes_a_few_bytes() {
        let mut nonces = Nonces::default();
        (0..=u16::MAX).for_each(|nonce| nonces.insert(nonce));
        assert_eq!(packed(&nonces), [1, 0, 0xff, 0xff, 3]);
        assert!(nonces.contains(0) && nonces.contains(u16::MAX));
    }

    proptest! {
        #[test]
        fn nonces_are_a_set(used in proptest::collection::vec(prop_oneof![0u16..40, any::<u16>(), 65_500u16..], 0..80)) {
            let mut nonces = Nonces::default();
            used.iter().for_each(|nonce| nonces.insert(*nonce));
            let set = BTreeSet::from_iter(used);
            for nonce in set.iter().flat_map(|n| [*n, n.wrapping_add(1), n.wrapping_sub(1)]) {
                prop_assert_eq!(nonces.contains(nonce), set.contains(&nonce));
            }
            prop_assert!(nonces.0.windows(2).all(|pair| u32::from(pair[0].1) + 1 < u32::from(pair[1].0)));
            prop_assert_eq!(Nonces::unpack(&mut Reader::new(&packed(&nonces))), Ok(nonces));
        }
    }
}
