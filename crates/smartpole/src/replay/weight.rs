//! What folding a record takes, in messages: one that orders something about earlier ones stands for many.

use smartpole_model::{RecordRef, Seq};
use smartpole_pipeline::RESETTLE;

/// Messages that settling some hours anew takes the time of.
const RESETTLED: u64 = 500;

/// How many messages a record counts as.
pub(crate) fn of(record: &RecordRef<'_>) -> u64 {
    match record {
        RecordRef::ReplayStep { seqs } => (seqs.len() as u64).max(1),
        RecordRef::Command { text, .. } if *text == RESETTLE => RESETTLED,
        _ => 1,
    }
}

/// Messages that a record decodes again.
pub(crate) fn replayed(record: &RecordRef<'_>) -> u64 {
    if let RecordRef::ReplayStep { seqs } = record { seqs.len() as u64 } else { 0 }
}

/// Whether it changes what was received before it.
pub(crate) fn changes_the_past(record: &RecordRef<'_>) -> bool {
    replayed(record) > 0 || matches!(record, RecordRef::Command { text, .. } if *text == RESETTLE)
}

/// How many of the first records go together, as they do not count for more than `most`; at least one. And what they count as.
pub(crate) fn part(records: &[(Seq, RecordRef<'_>)], most: u64) -> (usize, u64) {
    let (mut n, mut sum) = (0, 0);
    for (_, record) in records {
        let weight = of(record);
        if n > 0 && sum + weight > most {
            break;
        }
        (n, sum) = (n + 1, sum + weight);
    }
    (n, sum)
}

#[cfg(test)]
mod tests {
    use smartpole_model::UtcMillis;

    use super::*;

    fn tick<'a>() -> (Seq, RecordRef<'a>) {
        (Seq(1), RecordRef::Tick { received_at: UtcMillis(0), connected: Vec::new() })
    }

    fn step<'a>(n: usize) -> (Seq, RecordRef<'a>) {
        (Seq(1), RecordRef::ReplayStep { seqs: vec![Seq(1); n] })
    }

    #[test]
    fn records_go_together_up_to_a_bound_and_one_beyond_it_goes_alone() {
        let settle = || (Seq(1), RecordRef::Command { received_at: UtcMillis(0), text: RESETTLE });
        assert_eq!(part(&vec![tick(); 501], 500), (500, 500));
        assert_eq!(part(&[tick(), step(499), tick()], 500), (2, 500));
        assert_eq!(part(&[tick(), step(500)], 500), (1, 1));
        assert_eq!(part(&[step(1_000), tick()], 500), (1, 1_000));
        assert_eq!(part(&[settle(), step(0)], 500), (1, 500));
        assert_eq!(part(&[step(0), step(0)], 500), (2, 2), "the end of a replay is a record, too");
        assert_eq!(part(&[], 500), (0, 0));
        assert_eq!((replayed(&step(7).1), replayed(&tick().1)), (7, 0));
        let changes = [step(1), settle(), step(0), tick()].map(|(_, record)| changes_the_past(&record));
        assert_eq!(changes, [true, true, false, false]);
    }
}
