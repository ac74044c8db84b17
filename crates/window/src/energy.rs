//! Energy of sound levels: levels are not added, their energies are.
//!
//! A level of L dB has the energy 10^(L/10) beside 0 dB (DIN 45641; ISO 1996-1, 3.1.7: LAeq is the level of the mean energy). It is
//! taken from a table of integers, so that sums are exact and the same everywhere, whatever the order: no floating point.

/// 10^(i/100) in millionths, rounded half up, for a decade of tenths of a decibel.
const DECADE: [i64; 100] = [
    1_000_000, 1_023_293, 1_047_129, 1_071_519, 1_096_478, 1_122_018, 1_148_154, 1_174_898, 1_202_264, 1_230_269,
    1_258_925, 1_288_250, 1_318_257, 1_348_963, 1_380_384, 1_412_538, 1_445_440, 1_479_108, 1_513_561, 1_548_817,
    1_584_893, 1_621_810, 1_659_587, 1_698_244, 1_737_801, 1_778_279, 1_819_701, 1_862_087, 1_905_461, 1_949_845,
    1_995_262, 2_041_738, 2_089_296, 2_137_962, 2_187_762, 2_238_721, 2_290_868, 2_344_229, 2_398_833, 2_454_709,
    2_511_886, 2_570_396, 2_630_268, 2_691_535, 2_754_229, 2_818_383, 2_884_032, 2_951_209, 3_019_952, 3_090_295,
    3_162_278, 3_235_937, 3_311_311, 3_388_442, 3_467_369, 3_548_134, 3_630_781, 3_715_352, 3_801_894, 3_890_451,
    3_981_072, 4_073_803, 4_168_694, 4_265_795, 4_365_158, 4_466_836, 4_570_882, 4_677_351, 4_786_301, 4_897_788,
    5_011_872, 5_128_614, 5_248_075, 5_370_318, 5_495_409, 5_623_413, 5_754_399, 5_888_437, 6_025_596, 6_165_950,
    6_309_573, 6_456_542, 6_606_934, 6_760_830, 6_918_310, 7_079_458, 7_244_360, 7_413_102, 7_585_776, 7_762_471,
    7_943_282, 8_128_305, 8_317_638, 8_511_380, 8_709_636, 8_912_509, 9_120_108, 9_332_543, 9_549_926, 9_772_372,
];

/// 10^((i + 0.5)/100) in millionths, rounded half up: where the mean of energies is rounded to the next tenth.
const BETWEEN: [i64; 100] = [
    1_011_579, 1_035_142, 1_059_254, 1_083_927, 1_109_175, 1_135_011, 1_161_449, 1_188_502, 1_216_186, 1_244_515,
    1_273_503, 1_303_167, 1_333_521, 1_364_583, 1_396_368, 1_428_894, 1_462_177, 1_496_236, 1_531_087, 1_566_751,
    1_603_245, 1_640_590, 1_678_804, 1_717_908, 1_757_924, 1_798_871, 1_840_772, 1_883_649, 1_927_525, 1_972_423,
    2_018_366, 2_065_380, 2_113_489, 2_162_719, 2_213_095, 2_264_644, 2_317_395, 2_371_374, 2_426_610, 2_483_133,
    2_540_973, 2_600_160, 2_660_725, 2_722_701, 2_786_121, 2_851_018, 2_917_427, 2_985_383, 3_054_921, 3_126_079,
    3_198_895, 3_273_407, 3_349_654, 3_427_678, 3_507_519, 3_589_219, 3_672_823, 3_758_374, 3_845_918, 3_935_501,
    4_027_170, 4_120_975, 4_216_965, 4_315_191, 4_415_704, 4_518_559, 4_623_810, 4_731_513, 4_841_724, 4_954_502,
    5_069_907, 5_188_000, 5_308_844, 5_432_503, 5_559_043, 5_688_529, 5_821_032, 5_956_621, 6_095_369, 6_237_348,
    6_382_635, 6_531_306, 6_683_439, 6_839_116, 6_998_420, 7_161_434, 7_328_245, 7_498_942, 7_673_615, 7_852_356,
    8_035_261, 8_222_426, 8_413_951, 8_609_938, 8_810_489, 9_015_711, 9_225_714, 9_440_609, 9_660_509, 9_885_531,
];

/// 140.0 dB: beyond, levels are taken for it. 90,000 readings of it still fit in a sum.
pub const LOUDEST: i64 = 1_400;

/// The energy of a level in tenths of a decibel.
pub fn of_tenths(tenths: i64) -> i64 {
    let tenths = tenths.clamp(0, LOUDEST);
    ((millionths(&DECADE, tenths) + 500_000) / 1_000_000) as i64
}

fn millionths(decade: &[i64; 100], tenths: i64) -> i128 {
    i128::from(decade[(tenths % 100) as usize]) * 10i128.pow((tenths / 100) as u32)
}

/// The energy of a level at `decimals` digits of a decibel, to the nearest tenth.
pub fn of_level(level: i64, decimals: u8) -> i64 {
    match decimals {
        0 => of_tenths(level.saturating_mul(10)),
        1 => of_tenths(level),
        more => {
            let power = 10i64.saturating_pow(u32::from(more) - 1);
            of_tenths((level.saturating_add(power / 2)).div_euclid(power))
        }
    }
}

/// The level of the mean of `count` energies, rounded half up to tenths of a decibel.
pub fn mean_tenths(sum: i64, count: i64) -> Option<i64> {
    if count <= 0 {
        return None;
    }
    let reaches = |tenths: i64| 1_000_000 * i128::from(sum) >= millionths(&BETWEEN, tenths - 1) * i128::from(count);
    let (mut low, mut high) = (0, LOUDEST);
    while low < high {
        let middle = (low + high + 1) / 2;
        if reaches(middle) { low = middle } else { high = middle - 1 }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean(levels: &[i64]) -> Option<i64> {
        mean_tenths(levels.iter().map(|level| of_tenths(*level)).sum(), levels.len() as i64)
    }

    #[test]
    fn each_number_of_the_decade_is_rounded_to_its_last_digit() {
        for (tenths, (whole, half)) in DECADE.iter().zip(&BETWEEN).enumerate() {
            let exact = |tenths: f64| (10f64.powf(tenths / 100.0) * 1e6).round() as i64;
            assert_eq!((*whole, *half), (exact(tenths as f64), exact(tenths as f64 + 0.5)), "{tenths}");
        }
    }

    #[test]
    fn the_table_is_ten_to_the_tenth_of_the_level() {
        for tenths in 200..=LOUDEST {
            let exact = 10f64.powf(tenths as f64 / 100.0);
            let error = (of_tenths(tenths) as f64 - exact).abs() / exact;
            assert!(error < 0.005, "{tenths}: {error}");
            assert!(of_tenths(tenths) > of_tenths(tenths - 1));
        }
        assert_eq!((of_tenths(0), of_tenths(100), of_tenths(730)), (1, 10, 19_952_620));
        assert_eq!((of_level(73, 0), of_level(7_300, 2), of_level(7_304, 2)), (19_952_620, 19_952_620, 19_952_620));
    }

    #[test]
    fn a_mean_is_the_level_of_the_mean_energy() {
        assert_eq!(mean(&[600, 600, 600]), Some(600));
        assert_eq!(mean(&[600, 700]), Some(674), "10 lg((10^6 + 10^7) / 2) = 67.4");
        assert_eq!(mean(&[400, 400, 400, 400, 400, 400, 400, 400, 400, 700]), Some(600), "one loud tenth of the time");
        assert_eq!(mean(&[]), None);
    }

    #[test]
    fn a_mean_is_rounded_at_the_half_of_a_tenth() {
        for tenths in 200..LOUDEST {
            let border = 10f64.powf((tenths as f64 + 0.5) / 100.0);
            let of = |share: f64| mean_tenths((1e3 * border * share) as i64, 1_000);
            assert_eq!((of(0.999_99), of(1.000_01)), (Some(tenths), Some(tenths + 1)));
        }
        // 72.350109 dB, of the mean of two levels' energies
        assert_eq!(mean_tenths((10f64.powf(7.235_010_9) * 1e3) as i64, 1_000), Some(724));
    }

    #[test]
    fn every_level_is_its_own_mean() {
        for tenths in 200..=LOUDEST {
            assert_eq!(mean_tenths(3 * of_tenths(tenths), 3), Some(tenths));
        }
    }

    #[test]
    fn a_year_of_the_loudest_minutes_fits() {
        assert!(of_tenths(LOUDEST).checked_mul(90_000).is_some());
        assert_eq!((of_tenths(9_999), of_tenths(-5)), (of_tenths(LOUDEST), 1));
    }
}
