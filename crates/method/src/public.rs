//! What the public may see of counts, so that nobody who passed alone can be found in them.
//!
//! ```text
//! quarters {open, missing, counted} ──► steps of the grid ──► hours ──► Parts of a day (safe sums) ──► published_sum: days and longer
//! ```
//!
//! Each figure is rounded to a multiple of 5: 0, 1 and 2 look alike. There is no law for counts of passers-by; offices that publish
//! counts of people keep such cells apart (Bundesagentur für Arbeit: at least 3; Statistisches Bundesamt: perturbed cells).
//!
//! # The promise
//!
//! For each step whose figure is 0, and for each of the values 0, 1 and 2, there are counts of all other steps with which **all**
//! figures of this module, at every step, hour, day and longer period, would be what they are. So whoever holds all answers and
//! knows all rules cannot tell which of the three it was, not even whether anybody passed at all.
//!
//! # Why rounding each sum by itself does not keep it
//!
//! A figure tells an interval (10: 8 to 12), and so do those of its parts (0: 0 to 2). Where the two hardly meet, the parts are
//! determined: four quarters of 0 and their hour of 10 are 2, 2, 2 and 2, as nothing else makes 8. Quarters of 0 and 0 and a sum
//! of 5 (3 or 4) tell that somebody passed in both. Entries of 0 and exits of 0 with crossings of 5 tell the same.
//!
//! # The rule that does
//!
//! - **Steps** are rounded, each by itself. They are quarters of an hour from 6 to 22 and hours from 22 to 6, and no figure is
//!   finer. What is not closed has no figure.
//! - **A sum is held 2 away from the ends of what its parts' figures allow**, and then rounded. If they allow `low..=high`, a sum
//!   below `low + 2` is taken for `low + 2` and one above `high − 2` for `high − 2`. That is how hours are made of quarters.
//! - **The two parts of a day** (10–20, and the rest) have a safe sum each, made of their hours alike, but exact between the ends;
//!   within 2 of an end it is the end. **Anything longer is the sum of safe sums, rounded**: opening hours, days, weeks, months, years.
//! - **Nothing is counted in two places.** Scopes with figures of their own share no counter ([`shared_with`]). A scope that is made
//!   of such scopes has figures of days and longer only, rounded from their safe sums. Directions are such scopes, too: crossings
//!   at a step are the sum of the figures in and out, not a third figure.
//!
//! So a figure is off from its exact sum by at most 2, and by 2 more where a sum is held: an hour, or each part of a day in a longer
//! sum. With traffic that is rare, as nearly all parts would have to be off as far as they can in the same direction.
//!
//! # Why it does
//!
//! Let a step of figure 0 be 0, 1 or 2. Its hour's quarters then still allow sums from `low` to `high − 2` if it is 0, from
//! `low + 1` to `high − 1` if it is 1, and from `low + 2` to `high` if it is 2. The sums that have the same figure as the true one
//! are an interval that begins at `high − 2` at the latest and ends at `low + 2` at the earliest, so it meets each of the three; and
//! what it leaves of each lacks at most 2 at one end, or 1 at both. This is what was assumed of the step, so the same holds of
//! the part of the day made of hours. All longer figures are functions of safe sums and tell nothing beyond them. That they
//! overlap (weeks and months) does no harm.
//!
//! # What it does not promise
//!
//! - It is about one state of knowledge. A figure that is corrected tells of the readings it has now. Who kept the former one and
//!   knows that only one person was added since (2, "0", and now 3, "5") knows the former count. So the public side tells neither
//!   revisions nor when, and figures should be published when their windows are final.
//! - It is about counts. Who stands in the street and counts knows more.

mod grid;
mod publish;
mod rounding;
mod scopes;

#[cfg(test)]
mod attack;

pub use grid::{step_of, steps};
pub use publish::{Figure, Part, PublicDay, QuarterCount, publish_day, published_sum};
pub use rounding::{ROUNDED_TO, rounded};
pub use scopes::shared_with;
