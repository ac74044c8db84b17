//! The indices of a zone's poles.

use super::Answer;
use crate::air::Pollutant;

/// What the indices of several poles say together: the worst, and how far they lie apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorstPole<K> {
    /// The pole with the worst class; of several the first in order.
    pub pole: K,
    /// Its class.
    pub class: u8,
    /// The pollutant that sets it.
    pub pollutant: Pollutant,
    /// The best class of a pole.
    pub best: u8,
    /// Poles with an index.
    pub poles: u32,
    /// Whether the indices of all these poles are complete; else no advice on health.
    pub complete: bool,
}

/// The worst of the poles' indices. `None` if no pole has one, or if they are not of one method. Poles may come in any order,
/// each once.
pub fn worst_of<'a, K: Copy + Ord>(poles: impl IntoIterator<Item = (K, &'a Answer)>) -> Option<WorstPole<K>> {
    let with_index = poles.into_iter().filter_map(|(pole, answer)| Some((pole, answer, answer.class?, answer.worst?)));
    let mut poles: Vec<(K, &Answer, u8, Pollutant)> = with_index.collect();
    poles.sort_by_key(|(pole, _, class, _)| (std::cmp::Reverse(*class), *pole));
    let ((pole, first, class, pollutant), (_, _, best, _)) = (*poles.first()?, *poles.last()?);
    if poles.iter().any(|(_, answer, ..)| answer.index.id() != first.index.id()) {
        return None;
    }
    let complete = poles.iter().all(|(_, answer, ..)| answer.is_complete());
    Some(WorstPole { pole, class, pollutant, best, poles: u32::try_from(poles.len()).unwrap_or(u32::MAX), complete })
}
