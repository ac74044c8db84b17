//! How long a message takes to make, and the truth about it to find.

use divan::{Bencher, counter::ItemsCount};
use firmware_sim::{Faults, Fleet, Path, Spec, Truth, synthetic};
use smartpole_model::{Inputs, UtcMillis};

fn main() {
    divan::main();
}

const DAYS: i64 = 10;
const POLES: usize = 42;

fn town(json_share: f64, faults: Faults) -> (Inputs, Fleet) {
    let inputs = Inputs::parse(&synthetic(POLES, 1)).expect("a synthetic registry is valid");
    let from = UtcMillis(1_793_000_000_000);
    let spec = Spec { json_share, faults, ..Spec::new(1, from, from.plus(DAYS * 86_400_000)) };
    let fleet = Fleet::new(&inputs, spec);
    (inputs, fleet)
}

#[divan::bench(args = [0.0, 1.0], sample_count = 5)]
fn message(bencher: Bencher<'_, '_>, json_share: f64) {
    let (_, fleet) = town(json_share, Faults::default());
    bencher.counter(ItemsCount::new(fleet.planned())).bench(|| fleet.transmissions().count());
}

#[divan::bench(sample_count = 5)]
fn message_with_faults(bencher: Bencher<'_, '_>) {
    let (_, fleet) = town(0.25, Faults::typical());
    bencher.counter(ItemsCount::new(fleet.planned())).bench(|| fleet.transmissions().count());
}

#[divan::bench(sample_count = 3)]
fn truth(bencher: Bencher<'_, '_>) {
    let (inputs, fleet) = town(0.25, Faults::typical());
    bencher.counter(ItemsCount::new(fleet.planned())).bench(|| Truth::of(&inputs, Path::Broker, fleet.transmissions()));
}
