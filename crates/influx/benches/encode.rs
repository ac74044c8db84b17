//! Lines of eight fields: `cargo bench -p smartpole-influx --bench encode`.
#![allow(missing_docs)]

mod common;

use divan::{Bencher, counter::ItemsCount};
use smartpole_influx::{Lines, Series};

fn main() {
    divan::main();
}

#[divan::bench]
fn points_of_eight_fields(bencher: Bencher<'_, '_>) {
    let (series, mut lines) = (common::series(5000), Lines::default());
    bencher.counter(ItemsCount::new(series.len())).bench_local(|| {
        lines.clear();
        common::write(&mut lines, &series, 1_764_400_000_000);
        lines.byte_len()
    });
}

#[divan::bench]
fn series_of_two_tags(bencher: Bencher<'_, '_>) {
    let tags = [("device", "70b3d57ba0001b50"), ("pole", "CR-0001")];
    bencher.counter(ItemsCount::new(1u32)).bench_local(|| Series::new("air_quality", divan::black_box(&tags)));
}
