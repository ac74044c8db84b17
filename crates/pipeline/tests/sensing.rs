//! Whoever does not say by what it senses persons counts none.

mod common;

use common::{START, fold, inputs, message};
use smartpole_model::{Outcome, PropertyNo, Reason, Record, Seq, UtcMillis, Verdict};
use smartpole_pipeline::{Entry, REPLAY};

/// What of two messages of `d1` is accepted, refused and summed up under some inputs: one of air and persons, one of persons alone.
fn counted(hash: &str) -> (u64, u64, u64, Vec<PropertyNo>) {
    let both = message("d1", START, START, &[("pm2_5", 400), ("people_in", 4)]);
    let persons = message("d1", START + 60_000, START + 60_000, &[("people_in", 3)]);
    let memory = fold(&[inputs(hash, START), both, persons], 9, |_| false);
    let counts = memory.counts();
    let of = |entry| counts.get(entry);
    let refused = of(Entry::Reading(Verdict::Quarantined(Reason::NoSensing)));
    let whole = of(Entry::Message(Outcome::Quarantined(Reason::NoSensing)));
    let heard = memory.heard.keys().map(|(_, series, _)| series.property).collect();
    (of(Entry::Reading(Verdict::Accepted)), refused, whole, heard)
}

#[test]
fn what_can_be_of_single_persons_is_refused_of_a_profile_without_sensing_and_all_else_counts() {
    let (air, persons) = (PropertyNo(1), PropertyNo(2));
    assert_eq!(counted("short"), (3, 0, 0, vec![air, persons]), "the profile says by what");
    assert_eq!(counted("short, without sensing"), (1, 2, 1, vec![air]));
    assert_eq!(counted("first"), (3, 0, 0, vec![air, persons]), "nothing is personal there");
}

#[test]
fn what_was_refused_counts_by_a_replay_once_the_profile_says_by_what_it_senses() {
    let both = message("d1", START, START, &[("pm2_5", 400), ("people_in", 4)]);
    let persons = message("d1", START + 60_000, START + 60_000, &[("people_in", 3)]);
    let text = format!("{REPLAY}all");
    let order = Record::Command { received_at: UtcMillis(START + 120_000), text };
    let step = |seqs: &[u64]| Record::ReplayStep { seqs: seqs.iter().copied().map(Seq).collect() };
    let first = [inputs("short, without sensing", START), both, persons, inputs("short", START + 90_000)];
    let records: Vec<Record> = first.into_iter().chain([order, step(&[2, 3]), step(&[])]).collect();
    let memory = fold(&records, 9, |_| false);
    let counts = memory.counts();
    let refused = counts.get(Entry::Reading(Verdict::Quarantined(Reason::NoSensing)));
    assert_eq!((counts.get(Entry::Reading(Verdict::Accepted)), refused, memory.quarantine.len()), (3, 0, 0));
}
