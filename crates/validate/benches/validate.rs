//! One sample of eight values: `cargo bench -p smartpole-validate`.
#![allow(missing_docs, clippy::unwrap_used)]

use divan::{Bencher, black_box};
use smartpole_model::{
    Catalogue, Flags, FoldSettings, Kind, ObservedProperty, Profile, PropertyNo, Series, UtcMillis,
    registry::{Codec, Counter},
};
use smartpole_validate::{Rules, Times, event_time};

const IDS: [&str; 8] = ["pm1", "pm2_5", "pm4", "pm10", "temperature", "humidity", "people_in", "people_out"];

fn main() {
    divan::main();
}

fn property(number: u16, id: &str) -> ObservedProperty {
    ObservedProperty {
        opposite: None,
        converts: None,
        mean: smartpole_model::Mean::Arithmetic,
        personal: false,
        number: PropertyNo(number),
        id: id.to_owned(),
        name_de: String::new(),
        name_en: String::new(),
        unit: String::new(),
        kind: Kind::Gauge,
        decimals: 2,
        min: 0,
        max: 100_000,
        sentinels: vec![-100, 655_350],
        theme: String::new(),
        counts: None,
        public: true,
        excluded_by: Flags::NONE,
    }
}

#[divan::bench]
fn flags_of_8_values(bencher: Bencher<'_, '_>) {
    let catalogue = Catalogue::new((1..).zip(IDS).map(|(number, id)| property(number, id)));
    let rules = Rules::new(&catalogue);
    let values: Vec<_> =
        (1..9).map(|number| (Series { property: PropertyNo(number), channel: 0 }, i64::from(number) * 100)).collect();
    let mut flags = Vec::new();
    bencher.bench_local(|| {
        rules.flags(&catalogue, black_box(&values).iter().copied(), &mut flags);
        flags.len()
    });
}

#[divan::bench]
fn time_of_a_sample(bencher: Bencher<'_, '_>) {
    let settings = FoldSettings::default();
    let profile = Profile {
        humidity: None,
        sensing: smartpole_model::registry::Sensing::None,
        spare_part: None,
        dpia: None,
        id: String::new(),
        name: String::new(),
        codec: Codec::Smartpole,
        interval_s: 600,
        payload_time: true,
        counter: Counter::new(32, 600),
        mapping: Vec::new(),
        expected: Vec::new(),
    };
    let received_at = UtcMillis(1_795_600_800_000);
    let times = Times { payload: Some(received_at.plus(-600_000)), gateway: None, network: None, received_at };
    bencher.bench_local(|| event_time(black_box(&times), &profile, &settings));
}
