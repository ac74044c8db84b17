//! The newest values of each series of a device, for rules that look back: small, as there is one of these for each device.

use smartpole_model::{PackError, Reader, Series, UtcMillis, put_i64, put_u64, registry::RULES_LOOK_BACK_S};
use smartpole_validate::LOOK_BACK;
use smartpole_window::{put_series, take_series};

/// How far back rules look, in milliseconds.
pub(crate) const LOOK_BACK_MS: i64 = RULES_LOOK_BACK_S * 1_000;

/// Values before another, oldest first; the newest [`LOOK_BACK`] of those pushed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Before {
    values: [i64; LOOK_BACK],
    length: usize,
}

impl Before {
    pub(crate) fn push(&mut self, value: i64) {
        if self.length == LOOK_BACK {
            self.values.copy_within(1.., 0);
            self.length -= 1;
        }
        self.values[self.length] = value;
        self.length += 1;
    }

    pub(crate) fn as_slice(&self) -> &[i64] {
        &self.values[..self.length]
    }
}

/// Per series the newest values that rules look at: at most `stride`, none older than the look back before the newest of them.
/// Values fit in 32 bits, as the registry has no such rules for others.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tails {
    stride: usize,
    heads: Vec<Head>,
    /// `stride` places for each head, oldest first.
    places: Vec<Place>,
}

#[derive(Clone, Copy, Debug)]
struct Head {
    series: Series,
    /// Places in use, of [`LOOK_BACK`] at most.
    length: u8,
    newest: UtcMillis,
}

#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// Milliseconds from the epoch, modulo 2^32: places are hours apart at most.
    at: u32,
    value: i32,
}

impl Head {
    fn length(&self) -> usize {
        self.length.into()
    }
}

impl Place {
    /// How long before `newer`, in milliseconds.
    fn age(self, newer: UtcMillis) -> i64 {
        i64::from((newer.0 as u32).wrapping_sub(self.at))
    }
}

impl Tails {
    /// The values before one at `at`, which is newer than all of them.
    pub(crate) fn before(&self, series: Series, at: UtcMillis) -> Before {
        let mut before = Before::default();
        if let Some((head, places)) = self.find(series)
            && at.since(head.newest) <= LOOK_BACK_MS
        {
            let near = places.iter().filter(|place| place.age(at) <= LOOK_BACK_MS);
            near.for_each(|place| before.push(place.value.into()));
        }
        before
    }

    /// Keeps a value, in place of another of that instant; `stride` is how many are kept of each series.
    pub(crate) fn put(&mut self, series: Series, at: UtcMillis, value: i64, stride: usize) {
        if stride != self.stride {
            *self = Self { stride, ..Self::default() };
        }
        let value = i32::try_from(value).unwrap_or(if value < 0 { i32::MIN } else { i32::MAX });
        let index = self.heads.iter().position(|head| head.series == series).unwrap_or_else(|| self.grow(series));
        let head = &mut self.heads[index];
        let places = &mut self.places[index * stride..][..stride];
        let newest = head.newest.max(at);
        if newest.since(head.newest) > LOOK_BACK_MS {
            head.length = 0;
        } else {
            let old = places[..head.length()].iter().filter(|place| place.age(newest) > LOOK_BACK_MS).count();
            places.copy_within(old..head.length(), 0);
            head.length -= old as u8;
        }
        head.newest = newest;
        let age = newest.since(at);
        if age > LOOK_BACK_MS {
            return;
        }
        let to = places[..head.length()].partition_point(|place| place.age(newest) >= age);
        if let Some(same) = places[..to].last_mut().filter(|place| place.at == at.0 as u32) {
            same.value = value;
            return;
        }
        insert(places, &mut head.length, to, Place { at: at.0 as u32, value });
    }

    /// The newest that was ever kept of a series.
    pub(crate) fn newest(&self, series: Series) -> Option<UtcMillis> {
        self.find(series).map(|(head, _)| head.newest)
    }

    /// Lets go of all values of a series, but not of when the newest was.
    pub(crate) fn clear(&mut self, series: Series) {
        if let Some(head) = self.heads.iter_mut().find(|head| head.series == series) {
            head.length = 0;
        }
    }

    fn find(&self, series: Series) -> Option<(&Head, &[Place])> {
        let index = self.heads.iter().position(|head| head.series == series)?;
        let head = &self.heads[index];
        Some((head, &self.places[index * self.stride..][..head.length()]))
    }

    fn grow(&mut self, series: Series) -> usize {
        self.heads.reserve_exact(1);
        self.places.reserve_exact(self.stride);
        self.heads.push(Head { series, length: 0, newest: UtcMillis(i64::MIN) });
        self.places.resize(self.heads.len() * self.stride, Place::default());
        self.heads.len() - 1
    }

    /// Appends: stride, n, n × (series, newest, k, k × (age, value)); times and values signed.
    pub(crate) fn pack(&self, out: &mut Vec<u8>) {
        put_u64(out, self.stride as u64);
        put_u64(out, self.heads.len() as u64);
        for (index, head) in self.heads.iter().enumerate() {
            put_series(out, head.series);
            put_i64(out, head.newest.0);
            put_u64(out, head.length.into());
            for place in &self.places[index * self.stride..][..head.length()] {
                put_i64(out, place.age(head.newest));
                put_i64(out, place.value.into());
            }
        }
    }

    pub(crate) fn unpack(reader: &mut Reader<'_>) -> Result<Self, PackError> {
        let mut tails = Self { stride: reader.num("stride")?, ..Self::default() };
        if tails.stride > LOOK_BACK {
            return Err(PackError::Invalid("stride"));
        }
        for _ in 0..reader.len("tails")? {
            let series = take_series(reader)?;
            let newest = UtcMillis(reader.i64()?);
            let index = tails.grow(series);
            tails.heads[index].newest = newest;
            for _ in 0..reader.len("tail")? {
                let (at, value) = (newest.plus(-reader.i64()?), reader.i64()?);
                tails.put(series, at, value, tails.stride);
            }
        }
        Ok(tails)
    }
}

/// Puts a place at `to`; of a full tail the oldest goes.
fn insert(places: &mut [Place], length: &mut u8, to: usize, place: Place) {
    if usize::from(*length) < places.len() {
        places.copy_within(to..usize::from(*length), to + 1);
        places[to] = place;
        *length += 1;
    } else if let Some(last) = to.checked_sub(1) {
        places.copy_within(1..to, 0);
        places[last] = place;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PM: Series = Series { property: smartpole_model::PropertyNo(1), channel: 0 };

    fn tails(minutes_and_values: &[(i64, i64)]) -> Tails {
        let mut tails = Tails::default();
        for (minute, value) in minutes_and_values {
            tails.put(PM, UtcMillis(minute * 60_000), *value, 4);
        }
        tails
    }

    fn before(tails: &Tails, minute: i64) -> Vec<i64> {
        tails.before(PM, UtcMillis(minute * 60_000)).as_slice().to_vec()
    }

    #[test]
    fn the_newest_values_are_kept_in_order_of_event_time() {
        assert_eq!(before(&tails(&[(0, 1), (10, 2), (20, 3), (30, 4), (40, 5)]), 50), [2, 3, 4, 5]);
        assert_eq!(before(&tails(&[(40, 5), (10, 2), (30, 4), (0, 1), (20, 3)]), 50), [2, 3, 4, 5]);
        assert_eq!(before(&tails(&[(10, 2), (0, 1)]), 50), [1, 2]);
    }

    #[test]
    fn what_is_older_than_the_look_back_is_not_looked_at() {
        assert_eq!(before(&tails(&[(0, 1), (100, 2)]), 180), [1, 2], "three hours");
        assert_eq!(before(&tails(&[(0, 1), (100, 2)]), 181), [2]);
        assert_eq!(before(&tails(&[(0, 1), (100, 2)]), 281), [0i64; 0]);
        let far = 60 * 24 * 50; // more than 2^32 ms
        assert_eq!(before(&tails(&[(0, 1), (far, 2)]), far + 1), [2]);
        assert_eq!(before(&tails(&[(0, 1)]), far), [0i64; 0]);
    }

    #[test]
    fn tails_survive_packing() {
        let tails = tails(&[(0, 1), (10, -2), (20, 1 << 40)]);
        let mut bytes = Vec::new();
        tails.pack(&mut bytes);
        let again = Tails::unpack(&mut Reader::new(&bytes)).unwrap();
        assert_eq!(before(&again, 21), [1, -2, i64::from(i32::MAX)]);
    }
}
