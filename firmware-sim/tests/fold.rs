//! The truth equals what the service's fold makes of the same messages.

#![allow(clippy::unwrap_used, unreachable_pub)]

mod folded;

use std::sync::Arc;

use firmware_sim::{Faults, Fleet, Path, Spec, Transmission, Truth, synthetic};
use folded::{Kept, OneRegistry, outcomes, replay_all, verdicts, windows};
use proptest::prelude::*;
use smartpole_model::{Inputs, RawMessageRef, RecordRef, Seq, UtcMillis};
use smartpole_pipeline::{Effect, Env, Fold, Restore};

/// When the service receives what was sent.
#[derive(Clone, Copy, Debug)]
enum Receipt {
    AsSent,
    /// All at once afterwards, as a history is filled in.
    Afterwards,
}

/// Folds the messages in batches of 500.
fn folded(inputs: &Arc<Inputs>, path: Path, receipt: Receipt, spec: &Spec, sent: &[Transmission]) -> (Fold, Kept) {
    let (registry, mut kept) = (OneRegistry(Arc::clone(inputs)), Kept::default());
    let mut fold =
        Fold::restore(Restore::default(), &Env { stored: &kept, inputs: &registry }).expect("an empty state");
    let begin = RecordRef::Inputs { received_at: spec.from, hash: "registry" };
    fold.apply(Seq(1), &begin, false, &Env { stored: &kept, inputs: &registry }).expect("inputs");
    for (batch, transmissions) in sent.chunks(500).enumerate() {
        for (index, transmission) in transmissions.iter().enumerate() {
            let seq = Seq((batch * 500 + index + 2) as u64);
            let message = RawMessageRef {
                source: "broker",
                topic: &transmission.topic,
                payload: &transmission.payload,
                received_at: match receipt {
                    Receipt::AsSent => transmission.at,
                    Receipt::Afterwards => spec.to.plus(seq.0 as i64),
                },
                principal: "",
                peer: "",
                qos: 1,
                retained: transmission.retain() && path == Path::Direct,
            };
            let env = Env { stored: &kept, inputs: &registry };
            fold.apply(seq, &RecordRef::Message(message), false, &env).expect("the store can be read");
            kept.journal(seq, &message);
        }
        kept.commit(fold.take_changes());
        fold.committed();
    }
    (fold, kept)
}

/// A town and what befalls it.
#[derive(Clone, Debug)]
struct Case {
    poles: usize,
    steps: i64,
    seed: u64,
    rate: f64,
    step_s: u32,
    path: Path,
    receipt: Receipt,
    /// Whether counters begin at 0 each midnight.
    nightly: bool,
}

fn case(poles: usize, steps: i64) -> impl Strategy<Value = Case> {
    let step_s = prop::sample::select(vec![60u32, 300, 600, 3600]);
    let path = prop::sample::select(vec![Path::Direct, Path::Broker]);
    let receipt = prop::sample::select(vec![Receipt::AsSent, Receipt::Afterwards]);
    let drawn = (any::<u64>(), 0.0..0.2f64, step_s, path, receipt, any::<bool>());
    drawn.prop_map(move |(seed, rate, step_s, path, receipt, nightly)| Case {
        poles,
        steps,
        seed,
        rate,
        step_s,
        path,
        receipt,
        nightly,
    })
}

/// Folds what the fleet sends in the night in which the clocks change, and holds it against the truth.
fn check(case: &Case) -> Result<(), TestCaseError> {
    let Case { poles, steps, seed, rate, step_s, path, receipt, nightly } = *case;
    let mut files = synthetic(poles, 1);
    // what comes afterwards is up to 17 days late: how long persons' readings are taken is another test's matter
    files.insert("fold.toml".to_owned(), b"[retention]\nraw_personal_days = 730\n".to_vec());
    if nightly {
        let profile = files.get_mut("profiles/people-counter.toml").expect("a profile of counters");
        profile.extend_from_slice(b"resets_at = \"00:00\"\n"); // its last section is that of the counter
    }
    let inputs = Arc::new(Inputs::parse(&files).expect("a synthetic registry is valid"));
    let from: UtcMillis = "2026-10-24T12:00:00Z".parse().expect("a time");
    let to = from.plus(i64::from(step_s) * steps * 1000);
    let spec = Spec { step_s: Some(step_s), faults: Faults::all(rate), ..Spec::new(seed, from, to) };
    let sent: Vec<_> = Fleet::new(&inputs, spec.clone()).transmissions().collect();
    let truth = Truth::of(&inputs, path, &sent);
    let (mut fold, mut kept) = folded(&inputs, path, receipt, &spec, &sent);
    let ledger = (truth.messages, truth.readings);
    prop_assert_eq!((outcomes(&fold), verdicts(&fold)), ledger.clone());
    let folded = windows(&inputs, &fold, &kept);
    for (folded, truth) in folded.iter().zip(&truth.windows) {
        prop_assert_eq!(folded, truth);
    }
    prop_assert_eq!(folded.len(), truth.windows.len());

    let effect = replay_all(&mut fold, &mut kept, &inputs);
    prop_assert_eq!(effect, Effect { messages: sent.len() as u64, ..Effect::default() }, "of a replay of all");
    prop_assert_eq!((outcomes(&fold), verdicts(&fold)), ledger);
    prop_assert_eq!(windows(&inputs, &fold, &kept), folded);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_fold_makes_of_a_faulty_fleet_what_the_truth_says(case in case(2, 400)) {
        check(&case)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_fold_makes_of_a_thousand_small_faulty_fleets_what_the_truth_says(case in case(1, 90)) {
        check(&case)?;
    }
}
