//! Windows are a function of the set of readings: any order, any repetition, the same values and aggregates.

use std::collections::BTreeMap;

use proptest::prelude::*;
use smartpole_model::{
    Catalogue, Flag, Flags, Kind, ObservedProperty, PropertyNo, Quarter, Series, TimeSource, UtcMillis,
    registry::Counter,
};
use smartpole_window::{
    Aggregates, Block, Blocks, Insert, Making, NewRow, RowValue, Total, aggregate, difference, link_total, share,
};

const COUNTER: Counter = Counter { width_bits: 16, max_per_minute: 500 };
const PM: Series = Series { property: PropertyNo(1), channel: 0 };
const PEOPLE: Series = Series { property: PropertyNo(2), channel: 0 };
const TOTAL: Series = Series { property: PropertyNo(3), channel: 0 };

fn property(number: u16, kind: Kind, counts: Option<PropertyNo>) -> ObservedProperty {
    ObservedProperty {
        number: PropertyNo(number),
        id: format!("p{number}"),
        name_de: String::new(),
        name_en: String::new(),
        unit: String::new(),
        kind,
        decimals: 0,
        min: 0,
        max: 1_000_000,
        sentinels: Vec::new(),
        theme: String::new(),
        counts,
        opposite: None,
        converts: None,
        mean: smartpole_model::Mean::Arithmetic,
        personal: false,
        public: true,
        excluded_by: Flags::NONE.with(Flag::OutOfRange),
    }
}

fn catalogue() -> Catalogue {
    Catalogue::new([
        property(1, Kind::Gauge, None),
        property(2, Kind::IntervalCount, None),
        property(3, Kind::TotalCount, Some(PropertyNo(2))),
    ])
}

/// The blocks of one device in memory, fed as the fold feeds them.
#[derive(Default)]
struct Device {
    blocks: BTreeMap<Quarter, Block>,
    newest: Option<Total>,
}

impl Blocks for Device {
    fn get(&mut self, quarter: Quarter) -> Option<&Block> {
        self.blocks.get(&quarter)
    }

    fn update(&mut self, quarter: Quarter, change: &mut dyn FnMut(&mut Block) -> bool) {
        change(self.blocks.entry(quarter).or_insert_with(|| Block::new(quarter)));
    }

    fn counts(&self, value: &RowValue) -> bool {
        !value.flags.contains(Flag::OutOfRange)
    }
}

impl Device {
    fn receive(&mut self, at: i64, series: Series, value: i64, flags: Flags) {
        let (event_time, quarter) = (UtcMillis(at), UtcMillis(at).quarter());
        let mut outcomes = Vec::new();
        let values = &[RowValue { series, value, flags }];
        let row = NewRow { event_time, received_at: UtcMillis(at + 1_000), time_source: TimeSource::Payload, values };
        self.blocks.entry(quarter).or_insert_with(|| Block::new(quarter)).insert(row, &mut outcomes);
        if series == TOTAL && outcomes == [Insert::Added] && flags.is_empty() {
            let total = Total { at: event_time, value };
            link_total(self, TOTAL, total, self.newest);
            self.newest = self.newest.filter(|newest| newest.at > event_time).or(Some(total));
        }
    }

    fn aggregates(&self) -> BTreeMap<Quarter, Aggregates> {
        let catalogue = catalogue();
        self.blocks
            .iter()
            .map(|(quarter, block)| (*quarter, aggregate(block, &Making::plain(&catalogue, COUNTER))))
            .collect()
    }
}

/// The counts of each quarter, computed from the whole series at once.
fn counts_of(totals: &BTreeMap<i64, i64>) -> BTreeMap<Quarter, i64> {
    let totals: Vec<Total> = totals.iter().map(|(at, value)| Total { at: UtcMillis(*at), value: *value }).collect();
    let mut counts = BTreeMap::new();
    for pair in totals.windows(2).filter(|pair| pair[1].at.since(pair[0].at) <= 7 * 86_400_000) {
        let (difference, _) = difference(pair[0], pair[1], COUNTER);
        for quarter in pair[0].at.quarter().0..=pair[1].at.quarter().0 {
            let quarter = Quarter(quarter);
            let part = share(difference, pair[0].at, pair[1].at, quarter.start(), quarter.end());
            *counts.entry(quarter).or_insert(0) += part;
        }
    }
    counts
}

fn reading() -> impl Strategy<Value = (i64, i64)> {
    // minutes over half a day, and now and then a fortnight later: gaps of more than a week too
    (prop_oneof![9 => 0..720i64, 1 => 20_160..20_200i64], 0..70_000i64)
}

proptest! {
    #[test]
    fn totals_in_any_order_give_the_counts_of_the_whole_series(readings in prop::collection::vec(reading(), 1..40)) {
        let mut truth = BTreeMap::new();
        let mut device = Device::default();
        for (minute, value) in readings {
            let at = minute * 60_000 + 7;
            truth.entry(at).or_insert(value);
            device.receive(at, TOTAL, truth[&at], Flags::NONE);
            device.receive(at, TOTAL, truth[&at], Flags::NONE); // once more: a redelivery
        }
        let counted: BTreeMap<Quarter, i64> = device.aggregates().into_iter()
            .map(|(quarter, all)| (quarter, all.get(PEOPLE).map_or(0, |counts| counts.sum)))
            .filter(|(_, sum)| *sum != 0).collect();
        let expected: BTreeMap<Quarter, i64> = counts_of(&truth).into_iter().filter(|(_, sum)| *sum != 0).collect();
        prop_assert_eq!(counted, expected);
    }

    #[test]
    fn gauges_in_any_order_give_the_same_aggregates_and_pack_back(
        mut readings in prop::collection::vec((0..60i64, -500..500i64, prop::bool::weighted(0.1)), 1..60),
    ) {
        readings.sort_by_key(|(minute, ..)| *minute);
        readings.dedup_by_key(|(minute, ..)| *minute);
        let feed = |readings: &[(i64, i64, bool)]| {
            let mut device = Device::default();
            for (minute, value, bad) in readings {
                let flags = if *bad { Flags::NONE.with(Flag::OutOfRange) } else { Flags::NONE };
                device.receive(minute * 60_000, PM, *value, flags);
            }
            device
        };
        let ordered = feed(&readings);
        readings.reverse();
        let turned = feed(&readings);
        prop_assert_eq!(ordered.aggregates(), turned.aggregates());
        for (quarter, block) in &ordered.blocks {
            let same = Block::unpack(*quarter, &block.pack()).unwrap();
            prop_assert_eq!(same.rows(), block.rows());
            prop_assert_eq!(same.pack(), block.pack());
            let all = aggregate(block, &Making::plain(&catalogue(), COUNTER));
            prop_assert_eq!(Aggregates::unpack(&all.pack()).unwrap(), all);
        }
    }

    #[test]
    fn any_bytes_unpack_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200), quarter in any::<i32>()) {
        if let Ok(block) = Block::unpack(Quarter(quarter % 1_000_000), &bytes) {
            prop_assert_eq!(block.rows().len(), block.row_count() as usize);
        }
        if let Ok(all) = Aggregates::unpack(&bytes) {
            prop_assert_eq!(Aggregates::unpack(&all.pack()), Ok(all));
        }
    }

    #[test]
    fn one_wrong_byte_in_a_block_never_panics(at in 0..10_000usize, byte in any::<u8>()) {
        let mut device = Device::default();
        for minute in 0..14 {
            device.receive(minute * 60_000 + 13, PM, 700 + minute % 5, Flags::NONE.with(Flag::Late));
            device.receive(minute * 60_000 + 13, TOTAL, 10 * minute, Flags::NONE);
        }
        let mut bytes = device.blocks[&Quarter(0)].pack();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(block) = Block::unpack(Quarter(0), &bytes) {
            aggregate(&block, &Making::plain(&catalogue(), COUNTER));
        }
    }
}
