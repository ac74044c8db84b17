//! What the public may see of counts of persons.
//!
//! Every public count is a multiple of 5, made from its own exact sum. No law names a smallest number for anonymous counts of
//! passers-by; the precedent is the Bundesagentur für Arbeit, which shows no number below 3 and protects the sums over it. So 0, 1
//! and 2 have to look alike, **in the face of all other figures**.
//!
//! # Why plain rounding is not enough
//!
//! Four quarters with 2 crossings each are shown as 0, and their hour, 8, as 10: the hour says 8–12, the quarters say at most 2
//! each, so all four are 2. To leave such an hour out does not help: who knows the rule sees from the gap that it was 8.
//!
//! # The rule
//!
//! A figure has parts (an hour has quarters), and their figures alone already say that its sum lies in `low..=high`. It is shown
//! as **the multiple of 5 nearest to its exact sum among those in `low..=high`**. A step has no parts: nothing but `0..` is known.
//!
//! - There always is such a multiple: the sum of what the parts are shown as.
//! - A figure is at most 4 away from its sum, and more than 2 only if its sum is at the very end of what the parts allow.
//! - Which multiples may be shown depends on figures that are public, so that the choice itself tells nothing more (*simulatable*:
//!   Kenthapadi, Mishra, Nissim, "Simulatable auditing", PODS 2005).
//!
//! # What it promises
//!
//! For each count that is 0, 1 or 2 — a step, a longer period, one direction, a pole, a zone — and for each of the values 0, 1 and
//! 2 there are counts of the whole city in which it has this value, and by which every figure is the same. So a count of 1 or 2 is
//! never determined, nor is that anybody passed at all. One case is weaker: the sum of just two such counts (both directions) is
//! shown as 0 up to 4; then sums over it may tell which half of 0–4 it is in, but three values remain.
//!
//! Proof. What figures say of a sum is an interval. A count *c* known as 0–2 is fixed at one of these values: this moves neither
//! end of the interval of any sum over it by more than 2, for it is true of *c*, and a sum of parts moves by what one part moves.
//! A sum that is shown as *m* lies in `m-2..=m+2`, extended to `low` or `high` if no multiple is left beyond it. As `low ≤ m ≤
//! high`, that ends at `low + 2` or later and begins at `high - 2` or earlier, so it still meets the interval after the move.
//! A count known as 0–4 is fixed at 1 or 3, and moves one end by 1 and the other by 3. The first sum over it that this does not
//! meet is known to within 2 (`low..=low + 2` or `high - 2..=high`), which leaves 0, 1, 2 or 2, 3, 4, and moves by at most 2 from
//! there on.
//!
//! # What it needs
//!
//! 1. **Figures are a tree**: each is a part of one sum at most. Sums over time and sums over places cross each other, and then
//!    the rule does not hold (`tests/attacker.rs` has a city of 18 counts, 9 of them known for certain then). So of each counter
//!    one way goes up: direction → both → pole → zone, all by steps; from there, for this zone alone, hours → days → weeks; the
//!    days of zones → days of the zone around them → its weeks, which the inner zones then have not. A zone that counts who comes
//!    in shows `in` and `out` as two trees and not both together. What else is wanted (hours of a pole, months, years) is added up
//!    from figures that are shown, and says so. To leave out any of the figures is always safe, but not to leave a part that is
//!    shown elsewhere out of a sum.
//! 2. **A figure is shown once** and stays. Two figures of one hour, before and after a late reading, would tell what was late. So
//!    the exact count of a step is taken as it was known at [`Step::known_at`], for its own figure and for every sum over it;
//!    what is corrected later is seen by planners only. What is missing by then may be shown later, but in no sum.
//! 3. **Steps are closed** ([`steps`]), and nothing else tells of single persons: no live event, no last-seen time, no number of
//!    messages, no revision, no coverage of sensors that send when somebody passes.
//!
//! It does not protect from who knows exact counts by other means: who watched three of four quarters.

mod figure;
mod grid;

pub use self::{
    figure::{Figure, ROUNDED_TO},
    grid::{SHOWN_AFTER_MS, Step, known_at, period, steps, together},
};
