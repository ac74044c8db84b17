//! Footfall as the public sees it.

use super::{Footfall, FootfallItem, Wanted, exact};
use crate::{Parts, problem::Problem};

/// Every public count is rounded to this, from its own exact sum: small numbers do not tell of single persons.
const ROUNDED_TO: i64 = 5;

/// How many passed, each number rounded from its own exact sum.
pub(super) fn answer(parts: &Parts, wanted: &Wanted) -> Result<Footfall, Problem> {
    let exact = exact::answer(parts, wanted)?;
    let items = exact.items.into_iter().map(|item| FootfallItem {
        r#in: item.r#in.map(rounded),
        out: item.out.map(rounded),
        crossings: item.crossings.map(rounded),
        ..item
    });
    Ok(Footfall { rounded_to: ROUNDED_TO, items: items.collect(), ..exact })
}

/// To the nearest multiple of [`ROUNDED_TO`]; it is odd, so none is in the middle.
fn rounded(sum: i64) -> i64 {
    let remainder = sum.rem_euclid(ROUNDED_TO);
    let down = sum - remainder;
    if 2 * remainder > ROUNDED_TO { down + ROUNDED_TO } else { down }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_to_the_nearest_five() {
        assert_eq!([0, 1, 2, 3, 4, 5, 7, 8, 12].map(rounded), [0, 0, 0, 5, 5, 5, 5, 10, 10]);
    }
}
