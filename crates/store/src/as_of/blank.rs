//! Quarters of which nothing was known then: of what was imported since there are years of them, and each of their blocks would look
//! for totals a week back and forth.

use std::{cell::RefCell, collections::HashMap};

use smartpole_model::{DeviceNo, Quarter};

/// Of each device the stretch that was looked through last, without a gap.
#[derive(Debug, Default)]
pub(super) struct Blank(RefCell<HashMap<DeviceNo, (i32, i32)>>);

impl Blank {
    /// Whether nothing was known of a quarter, as far as it was looked at.
    pub(super) fn holds(&self, device: DeviceNo, quarter: Quarter) -> bool {
        self.0.borrow().get(&device).is_some_and(|(first, last)| (*first..=*last).contains(&quarter.0))
    }

    /// Notes that nothing was.
    pub(super) fn note(&self, device: DeviceNo, quarter: Quarter) {
        let mut all = self.0.borrow_mut();
        let (first, last) = all.entry(device).or_insert((quarter.0, quarter.0));
        if (*first - 1..=*last + 1).contains(&quarter.0) {
            (*first, *last) = ((*first).min(quarter.0), (*last).max(quarter.0));
        } else {
            (*first, *last) = (quarter.0, quarter.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_grows_at_its_ends_and_begins_anew_elsewhere() {
        let (blank, device) = (Blank::default(), DeviceNo(3));
        [10, 9, 11, 8].into_iter().for_each(|quarter| blank.note(device, Quarter(quarter)));
        let held =
            |of: std::ops::Range<i32>| of.filter(|quarter| blank.holds(device, Quarter(*quarter))).collect::<Vec<_>>();
        assert_eq!(held(0..20), [8, 9, 10, 11]);
        blank.note(device, Quarter(15));
        assert_eq!(held(0..20), [15], "of what lies between nothing is known");
        assert!(!blank.holds(DeviceNo(4), Quarter(15)));
    }
}
