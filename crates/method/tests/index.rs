//! Indices, by the tables of their makers.

use expect_test::expect;
use proptest::prelude::*;
use smartpole_method::{
    air::{Hour, HourlyMeans, Mean, Pollutant, Pollutant::*},
    index::{Answer, Index, Measured, Site, worst_of},
};
use smartpole_model::UtcMillis;

const EUROPEAN: Index = Index::EuropeanAqi2024(Site::Traffic);
const ALL: [Index; 4] = [Index::UbaLqi2025, Index::UbaLqiFormer, EUROPEAN, Index::EuropeanAqi2024(Site::Elsewhere)];

/// Thousandths of µg/m³.
fn measured(pollutant: Pollutant, thousandths: i64) -> Measured {
    Measured { pollutant, mean: Mean(thousandths * 1_000), uncorrected: false }
}

fn class(index: Index, pollutant: Pollutant, thousandths: i64) -> Option<u8> {
    index.class(pollutant, Mean(thousandths * 1_000))
}

/// The bands as their makers print them: the whole numbers at which the class changes, found by trying each.
fn bands(index: Index) -> String {
    let row = |pollutant: Pollutant| {
        let class_of = |value: i64| class(index, pollutant, value * 1_000).expect("a pollutant of the index");
        let last = (0..400).filter(|value| class_of(*value) < class_of(value + 1));
        let bounds: Vec<String> = last.map(|value| format!("{}: ..{value}", class_of(value))).collect();
        let hours = index.hours(pollutant).expect("a pollutant of the index");
        format!("{} {hours} h  {}  {}: above\n", pollutant.id(), bounds.join("  "), class_of(400))
    };
    index.pollutants().map(row).collect()
}

#[test]
fn the_bands_are_those_of_the_tables() {
    // Umweltbundesamt, "Der Luftqualitätsindex (LQI)", revised 2025; doi 10.60810/openumwelt-7990.
    expect![[r#"
        pm2_5 1 h  0: ..5  1: ..15  2: ..30  3: ..50  4: above
        pm10 1 h  0: ..9  1: ..27  2: ..54  3: ..90  4: above
        no2 1 h  0: ..10  1: ..30  2: ..60  3: ..100  4: above
        o3 1 h  0: ..24  1: ..72  2: ..144  3: ..240  4: above
        so2 1 h  0: ..10  1: ..30  2: ..60  3: ..100  4: above
    "#]]
    .assert_eq(&bands(Index::UbaLqi2025));
    // Umweltbundesamt, "Berechnungsgrundlagen Luftqualitätsindex".
    expect![[r#"
        pm2_5 24 h  0: ..10  1: ..20  2: ..25  3: ..50  4: above
        pm10 24 h  0: ..20  1: ..35  2: ..50  3: ..100  4: above
        no2 1 h  0: ..20  1: ..40  2: ..100  3: ..200  4: above
        o3 1 h  0: ..60  1: ..120  2: ..180  3: ..240  4: above
    "#]]
    .assert_eq(&bands(Index::UbaLqiFormer));
    // European Environment Agency, airindex.eea.europa.eu, bands of 2024.
    expect![[r#"
        pm2_5 1 h  1: ..5  2: ..15  3: ..50  4: ..90  5: ..140  6: above
        pm10 1 h  1: ..15  2: ..45  3: ..120  4: ..195  5: ..270  6: above
        no2 1 h  1: ..10  2: ..25  3: ..60  4: ..100  5: ..150  6: above
        o3 1 h  1: ..60  2: ..100  3: ..120  4: ..160  5: ..180  6: above
        so2 1 h  1: ..20  2: ..40  3: ..125  4: ..190  5: ..275  6: above
    "#]]
    .assert_eq(&bands(EUROPEAN));
}

#[test]
fn a_mean_is_rounded_half_up_and_then_classified() {
    let pm10 =
        |values: &[i64]| values.iter().filter_map(|value| class(Index::UbaLqi2025, Pm10, *value)).collect::<Vec<u8>>();
    assert_eq!(pm10(&[9_490, 9_499, 9_500]), [0, 0, 1]);
    assert_eq!(pm10(&[90_499, 90_500]), [3, 4]);
    assert_eq!((class(Index::UbaLqi2025, Pm2_5, 5_490), class(Index::UbaLqi2025, Pm2_5, 5_500)), (Some(0), Some(1)));
    assert_eq!((class(EUROPEAN, So2, 275_490), class(EUROPEAN, So2, 275_500)), (Some(5), Some(6)));
    assert_eq!(class(Index::UbaLqi2025, No2, -7_000), Some(0), "noise below zero is as good as none");
}

#[test]
fn pollutants_that_are_no_part_of_an_index_have_no_class() {
    assert_eq!((class(Index::UbaLqiFormer, So2, 500_000), class(Index::UbaLqi2025, Co, 500_000)), (None, None));
    let answer = Index::UbaLqiFormer.answer(&[measured(So2, 500_000)]);
    assert_eq!((answer.class, answer.classes, answer.missing.len()), (None, vec![], 4));
}

#[test]
fn methods_name_themselves_with_their_version() {
    let names = ALL.map(|index| (index.id(), index.method(), index.version()));
    assert_eq!(names[0], ("uba_lqi_2025", "uba_lqi", "2025"));
    assert_eq!(names[1], ("uba_lqi_former", "uba_lqi", "former"));
    assert_eq!(names[2], ("european_aqi_2024", "european_aqi", "2024"));
    assert_eq!(names[2], names[3], "the site is no other method");
    assert!(names.iter().all(|(id, method, version)| *id == format!("{method}_{version}")));
}

fn shown(answer: &Answer) -> String {
    let ids = |pollutants: &[Pollutant]| pollutants.iter().map(|p| p.id()).collect::<Vec<_>>().join(" ");
    let classes: Vec<String> = answer.classes.iter().map(|(p, class)| format!("{} {class}", p.id())).collect();
    format!(
        "class {:?} by {:?}; {}; missing {}; uncorrected {}; complete {}, may advise {}\n",
        answer.class,
        answer.worst.map(Pollutant::id),
        classes.join(", "),
        ids(&answer.missing),
        ids(&answer.uncorrected),
        answer.is_complete(),
        answer.may_advise(),
    )
}

#[test]
fn the_worst_pollutant_sets_the_index_and_the_missing_ones_are_named() {
    let uba = |measured: &[Measured]| shown(&Index::UbaLqi2025.answer(measured));
    let mut five = vec![
        measured(Pm2_5, 6_000),
        measured(Pm10, 12_000),
        measured(No2, 31_000),
        measured(O3, 80_000),
        measured(So2, 1_000),
    ];
    let mut text = uba(&five);
    five.pop();
    text += &uba(&five);
    text += &uba(&[measured(So2, 1_000)]);
    text += &uba(&[]);
    expect![[r#"
        class Some(2) by Some("no2"); pm2_5 1, pm10 1, no2 2, o3 2, so2 0; missing ; uncorrected ; complete true, may advise true
        class Some(2) by Some("no2"); pm2_5 1, pm10 1, no2 2, o3 2; missing so2; uncorrected ; complete false, may advise false
        class Some(0) by Some("so2"); so2 0; missing pm2_5 pm10 no2 o3; uncorrected ; complete false, may advise false
        class None by None; ; missing pm2_5 pm10 no2 o3 so2; uncorrected ; complete false, may advise false
    "#]].assert_eq(&text);
}

#[test]
fn optical_particles_that_nothing_corrected_have_no_class() {
    let wet = Measured { uncorrected: true, ..measured(Pm2_5, 60_000) };
    let dry = Measured { uncorrected: false, ..wet };
    assert_eq!((Index::UbaLqi2025.answer(&[wet]).class, Index::UbaLqi2025.answer(&[dry]).class), (None, Some(4)));
    expect![[r#"
        class Some(0) by Some("no2"); no2 0; missing pm2_5 pm10 o3 so2; uncorrected pm2_5; complete false, may advise false
    "#]].assert_eq(&shown(&Index::UbaLqi2025.answer(&[wet, measured(No2, 5_000)])));
    assert_eq!(
        EUROPEAN.answer(&[wet, measured(No2, 5_000)]).class,
        None,
        "particles are required and these do not count"
    );
}

#[test]
fn the_european_index_is_made_only_of_what_its_method_requires() {
    // European Environment Agency, "The European Air Quality Index": note 1, traffic stations: NO2 and PM (PM2.5 or PM10 or
    // both); note 2, all other: at least NO2, O3 and PM.
    let classes = |pollutants: &[Pollutant]| {
        let all: Vec<Measured> = pollutants.iter().map(|pollutant| measured(*pollutant, 1_000)).collect();
        [Site::Traffic, Site::Elsewhere].map(|site| Index::EuropeanAqi2024(site).answer(&all).class)
    };
    assert_eq!(classes(&[No2, Pm10]), [Some(1), None]);
    assert_eq!(classes(&[No2, Pm2_5]), [Some(1), None]);
    assert_eq!(classes(&[No2, Pm2_5, O3]), [Some(1), Some(1)]);
    assert_eq!(classes(&[Pm2_5, Pm10, O3, So2]), [None, None]);
    assert_eq!(classes(&[No2, O3, So2]), [None, None]);
    let without = EUROPEAN.answer(&[measured(Pm10, 300_000)]);
    assert_eq!(
        (without.class, without.worst, without.classes),
        (None, None, vec![(Pm10, 6)]),
        "classes of pollutants alone"
    );
}

#[test]
fn the_former_index_takes_particles_of_24_hours_and_gases_of_one() {
    let start = UtcMillis(1_790_000_000_000 / 3_600_000 * 3_600_000);
    let hours = |from: i64| {
        let window = |hour: i64| (start.plus(hour * 3_600_000), Hour { sum: hour, count: 1, expected: 1 });
        HourlyMeans::new(0, (from..24).map(window))
    };
    let last = start.plus(23 * 3_600_000 + 1);
    let mean = |index: Index, pollutant, from| index.mean(pollutant, &hours(from), last).map(|mean| mean.to_string());
    assert_eq!(mean(Index::UbaLqiFormer, Pm10, 0).as_deref(), Some("11.5"));
    assert_eq!(mean(Index::UbaLqiFormer, Pm10, 6).as_deref(), Some("14.5"), "18 hours");
    assert_eq!(mean(Index::UbaLqiFormer, Pm10, 7), None, "17 hours");
    assert_eq!(mean(Index::UbaLqiFormer, No2, 7).as_deref(), Some("23"));
    assert_eq!(mean(Index::UbaLqi2025, Pm10, 7).as_deref(), Some("23"));
    assert_eq!(mean(Index::UbaLqiFormer, So2, 0), None);
}

#[test]
fn a_zone_has_a_worst_pole_and_a_range() {
    let [bad, good] = [45_000, 2_000].map(|value| Index::UbaLqi2025.answer(&[measured(Pm2_5, value)]));
    let silent = Index::UbaLqi2025.answer(&[]);
    let zone = worst_of([("d", &bad), ("c", &good), ("b", &bad), ("a", &silent)]).unwrap();
    assert_eq!((zone.pole, zone.class, zone.pollutant, zone.best), ("b", 3, Pm2_5, 0));
    assert_eq!((zone.poles, zone.complete), (3, false));
    let averaged = Index::UbaLqi2025.answer(&[measured(Pm2_5, (45_000 + 2_000) / 2)]);
    assert!(averaged.class < Some(zone.class), "averaged air would hide the bad pole");
}

#[test]
fn a_zone_is_complete_if_all_its_poles_are() {
    let whole = Index::UbaLqiFormer.answer(&[Pm2_5, Pm10, No2, O3].map(|pollutant| measured(pollutant, 1_000)));
    let part = Index::UbaLqiFormer.answer(&[measured(No2, 1_000)]);
    let complete = |poles: [&Answer; 2]| worst_of((0..).zip(poles)).unwrap().complete;
    assert!(complete([&whole, &whole]) && !complete([&whole, &part]) && !complete([&part, &whole]));
}

#[test]
fn a_zone_without_an_index_or_with_two_methods_has_none() {
    let answer = |index: Index| index.answer(&[measured(No2, 5_000), measured(Pm10, 5_000), measured(O3, 5_000)]);
    assert_eq!(worst_of([(1, &Index::UbaLqi2025.answer(&[]))]), None);
    assert_eq!(worst_of([(1, &answer(Index::UbaLqi2025)), (2, &answer(Index::UbaLqiFormer))]), None);
    let sites = [Site::Traffic, Site::Elsewhere].map(|site| answer(Index::EuropeanAqi2024(site)));
    assert_eq!(worst_of([(1, &sites[0]), (2, &sites[1])]).map(|zone| zone.poles), Some(2));
}

fn air() -> impl Strategy<Value = Vec<Measured>> {
    let pollutant = prop::sample::select(Pollutant::ALL.to_vec());
    let one = (pollutant, -10_000_000i64..400_000_000, prop::bool::weighted(0.2));
    prop::collection::vec(
        one.prop_map(|(pollutant, mean, uncorrected)| Measured { pollutant, mean: Mean(mean), uncorrected }),
        0..10,
    )
}

proptest! {
    #[test]
    fn a_higher_mean_has_no_better_class(one in any::<i64>(), other in any::<i64>(), at in 0usize..4) {
        for pollutant in ALL[at].pollutants() {
            let of = |mean| ALL[at].class(pollutant, Mean(mean));
            prop_assert!(of(one.min(other)) <= of(one.max(other)));
        }
    }

    #[test]
    fn six_digits_move_no_hour_into_another_class(halves in 0i64..800, off in -3i64..=3, count in 1i64..=10_000) {
        // Sums around a half of 1 µg/m³, at two digits; the exact class by integers: rounded half up, then compared.
        let sum = halves * count * 100 / 2 + off;
        let exact = (2 * sum + 100 * count).div_euclid(200 * count);
        for pollutant in Index::UbaLqi2025.pollutants() {
            let mean = Mean::of(sum, count, 2).unwrap();
            prop_assert_eq!(Index::UbaLqi2025.class(pollutant, mean), class(Index::UbaLqi2025, pollutant, exact * 1_000));
        }
    }

    #[test]
    fn an_index_does_not_depend_on_order((one, other) in air().prop_flat_map(|air| (Just(air.clone()), Just(air).prop_shuffle())), at in 0usize..4) {
        prop_assert_eq!(ALL[at].answer(&one), ALL[at].answer(&other));
    }

    #[test]
    fn every_pollutant_of_an_index_has_a_class_or_is_missing(air in air(), at in 0usize..4) {
        let answer = ALL[at].answer(&air);
        prop_assert_eq!(answer.classes.len() + answer.missing.len(), ALL[at].pollutants().count());
        prop_assert!(answer.class.is_none() || answer.class == answer.classes.iter().map(|(_, class)| *class).max());
        prop_assert!(!answer.may_advise() || answer.missing.is_empty());
    }
}
