//! Windows are a function of the set of readings: any order, any repetition, the same values and aggregates.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

use proptest::prelude::*;
use smartpole_model::{
    Catalogue, Flag, Flags, Kind, ObservedProperty, PropertyNo, Quarter, Series, TimeSource, UtcMillis,
    registry::Counter,
};
use smartpole_window::{
    Aggregate, Aggregates, Anchor, Beside, Block, Blocks, Insert, MAX_GAP_MS, Making, NewRow, Row, RowValue, Sought,
    Total, aggregate, difference, left_out, link_power_up, link_total, share,
};

/// Begins at 0 whenever it is switched on, and daily at noon.
const COUNTER: Counter = Counter { resets_at_power_up: true, resets_at: Some(12 * 60), ..Counter::new(16, 500) };
const PM: Series = Series { property: PropertyNo(1), channel: 0 };
const PEOPLE: Series = Series { property: PropertyNo(2), channel: 0 };
const TOTAL: Series = Series { property: PropertyNo(3), channel: 0 };
const POWER_UP: Series = Series { property: PropertyNo(4), channel: 0 };

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
        property(4, Kind::State, None),
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

    fn powered_up(&mut self, after: UtcMillis, up_to: UtcMillis) -> bool {
        let power_ups =
            self.blocks.values().flat_map(Block::rows).filter(|row| row.values[0].is_power_up(Some(POWER_UP.property)));
        power_ups.into_iter().any(|row| after < row.event_time && row.event_time <= up_to)
    }
}

fn making(catalogue: &Catalogue) -> Making<'_> {
    Making { power_up: Some(POWER_UP.property), ..Making::plain(catalogue, COUNTER) }
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
        if series == POWER_UP {
            link_power_up(self, TOTAL, event_time);
        }
    }

    /// A replay says that the device was not switched on then.
    fn take_power_up_back(&mut self, at: i64) {
        let at = UtcMillis(at);
        let value = RowValue { series: POWER_UP, value: 0, flags: Flags::NONE };
        self.blocks.get_mut(&at.quarter()).expect("it is there").replace(at, value, at.plus(1_000));
        link_power_up(self, TOTAL, at);
    }

    /// What a block knows of the totals beside it, looked for among all readings.
    fn anchor(&self, home: Quarter) -> Option<Anchor> {
        let rows = |quarter| Ok::<_, Infallible>(self.blocks.get(&quarter).map(Block::rows).unwrap_or_default());
        let total = |row: &Row| {
            let value = row.values.iter().find(|value| value.series == TOTAL)?;
            Some(Total { at: row.event_time, value: value.value })
        };
        let sought = Sought { series: TOTAL, total: &total, power_up: Some(POWER_UP.property) };
        let week = (MAX_GAP_MS / Quarter::MILLIS) as i32 + 1;
        let [before, after] =
            [-1, 1].map(|step| Beside::find(sought, (home, step), week, rows).expect("blocks in memory"));
        let anchor = Beside::anchor(sought, before, &rows(home).expect("blocks in memory"), after);
        (anchor.before.is_some() || anchor.after.is_some()).then_some(anchor)
    }

    fn aggregates(&self) -> BTreeMap<Quarter, Aggregates> {
        let catalogue = catalogue();
        self.blocks.iter().map(|(quarter, block)| (*quarter, aggregate(block, &making(&catalogue)))).collect()
    }
}

/// The counts of each quarter, and when how many were left out, computed from the whole series at once.
fn counts_of(
    totals: &BTreeMap<i64, i64>,
    power_ups: &BTreeSet<i64>,
) -> (BTreeMap<Quarter, i64>, Vec<(UtcMillis, i64)>) {
    let totals: Vec<Total> = totals.iter().map(|(at, value)| Total { at: UtcMillis(*at), value: *value }).collect();
    let (mut counts, mut left_out) = (BTreeMap::new(), Vec::new());
    for pair in totals.windows(2).filter(|pair| pair[1].at.since(pair[0].at) <= 7 * 86_400_000) {
        let powered_up = power_ups.range(pair[0].at.0 + 1..=pair[1].at.0).next().is_some();
        let difference = difference(pair[0], pair[1], COUNTER, powered_up);
        left_out.extend((difference.left_out > 0).then_some((pair[1].at, difference.left_out)));
        for quarter in pair[0].at.quarter().0..=pair[1].at.quarter().0 {
            let quarter = Quarter(quarter);
            let part = share(difference.passed, pair[0].at, pair[1].at, quarter.start(), quarter.end());
            *counts.entry(quarter).or_insert(0) += part;
        }
    }
    (counts, left_out)
}

fn reading() -> impl Strategy<Value = (i64, i64, bool)> {
    // minutes over half a day, and now and then a fortnight later: gaps of more than a week too; some are power-ups
    (prop_oneof![9 => 0..720i64, 1 => 20_160..20_200i64], 0..70_000i64, prop::bool::weighted(0.2))
}

proptest! {
    #[test]
    fn totals_and_power_ups_in_any_order_give_the_counts_of_the_whole_series(readings in prop::collection::vec(reading(), 1..40)) {
        let (mut truth, mut power_ups) = (BTreeMap::new(), BTreeSet::new());
        let mut device = Device::default();
        for (minute, value, is_power_up) in readings {
            let at = minute * 60_000 + 7;
            if is_power_up {
                power_ups.insert(at);
                device.receive(at, POWER_UP, 1, Flags::NONE);
                continue;
            }
            truth.entry(at).or_insert(value);
            device.receive(at, TOTAL, truth[&at], Flags::NONE);
            device.receive(at, TOTAL, truth[&at], Flags::NONE); // once more: a redelivery
        }
        for at in power_ups.iter().copied().step_by(3).collect::<Vec<_>>() {
            device.take_power_up_back(at);
            power_ups.remove(&at);
        }
        let counted: BTreeMap<Quarter, i64> = device.aggregates().into_iter()
            .map(|(quarter, all)| (quarter, all.get(PEOPLE).map_or(0, |counts| counts.sum)))
            .filter(|(_, sum)| *sum != 0).collect();
        let (expected, expected_out) = counts_of(&truth, &power_ups);
        let expected: BTreeMap<Quarter, i64> = expected.into_iter().filter(|(_, sum)| *sum != 0).collect();
        prop_assert_eq!(counted, expected);
        let catalogue = catalogue();
        let told = device.blocks.values().flat_map(|block| left_out(block, &making(&catalogue)));
        prop_assert_eq!(told.map(|left_out| (left_out.at, left_out.crossings)).collect::<Vec<_>>(), expected_out);
        for (quarter, block) in &device.blocks {
            let linked = block.anchors().iter().find(|anchor| anchor.series == TOTAL).copied();
            prop_assert_eq!(linked, device.anchor(*quarter), "found anew among all readings: {:?}", quarter);
        }
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
            let all = aggregate(block, &making(&catalogue()));
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
        if let Ok(some) = Aggregates::unpack_of(&bytes, &[PropertyNo(1)]) {
            prop_assert!(some.0.iter().all(|(series, _)| series.property == PropertyNo(1)));
        }
    }

    #[test]
    fn what_is_unpacked_of_some_properties_is_what_all_say_of_them(
        all in prop::collection::btree_map((0..5u16, 0..3u8), (1..900i64, any::<i32>(), any::<i32>(), 0..3i32), 0..12),
    ) {
        let all = all.into_iter().map(|((property, channel), (count, sum, min, excluded))| {
            let (sum, min) = (i64::from(sum), i64::from(min));
            let aggregate = Aggregate { count, sum, min, max: min + count, excluded, ..Aggregate::default() };
            (Series { property: PropertyNo(property), channel }, aggregate)
        });
        let all = Aggregates(all.collect());
        for chosen in 0..1_u16 << 6 {
            let some: Vec<_> = (0..6).rev().filter(|property| chosen >> property & 1 == 1).map(PropertyNo).collect();
            let of: Vec<_> = all.0.iter().filter(|(series, _)| some.contains(&series.property)).copied().collect();
            prop_assert_eq!(Aggregates::unpack_of(&all.pack(), &some), Ok(Aggregates(of)));
        }
    }

    #[test]
    fn one_wrong_byte_in_a_block_never_panics(at in 0..10_000usize, byte in any::<u8>()) {
        let mut device = Device::default();
        for minute in 0..14 {
            device.receive(minute * 60_000 + 13, PM, 700 + minute % 5, Flags::NONE.with(Flag::TimeDoubt));
            device.receive(minute * 60_000 + 13, TOTAL, 10 * minute, Flags::NONE);
        }
        let mut bytes = device.blocks[&Quarter(0)].pack();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Ok(block) = Block::unpack(Quarter(0), &bytes) {
            aggregate(&block, &making(&catalogue()));
        }
    }
}

#[test]
fn how_many_readings_are_corrected_is_packed_where_it_is_not_all_or_none() {
    let flags = Flags::NONE.with(Flag::Corrected);
    let packed = |corrected: i32, flags: Flags| {
        let aggregate = Aggregate { count: 6, sum: 60, min: 10, max: 10, flags, corrected, ..Aggregate::default() };
        let all = Aggregates(vec![(PM, aggregate), (PEOPLE, aggregate)]);
        assert_eq!(Aggregates::unpack(&all.pack()), Ok(all.clone()), "{corrected}");
        let people = Aggregates(vec![(PEOPLE, aggregate)]);
        assert_eq!(Aggregates::unpack_of(&all.pack(), &[PEOPLE.property]), Ok(people), "{corrected}");
        all.pack().len()
    };
    let (none, all) = (packed(0, Flags::NONE), packed(6, flags));
    assert!(none < all && all < packed(1, flags) && packed(1, flags) == packed(0, flags), "as before where it is all");
}
