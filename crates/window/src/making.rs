//! How what a device measured counts: water taken out of particle masses, calibrations applied, gases as mass, lines turned round.
//!
//! What was measured is kept as it came; this is applied whenever it is counted or shown. Order: humidity, then calibration, then
//! conversion, each one step that is rounded half away from zero to the property's resolution.

use smartpole_model::{
    Catalogue, Decimal, Flag, ObservedProperty, PropertyNo, Series, UtcMillis,
    registry::{Calibration, Counter, Humidity, QualityRules},
};

use crate::RowValue;

/// Dry particles' density in g/cm³, in thousandths: the 1.65 of κ-Köhler (Crilley et al. 2018, AMT 11, 709, equation 4).
const DENSITY_MILLI: i128 = 1_650;

/// What the registry says of a device in a quarter of an hour.
#[derive(Clone, Copy, Debug)]
pub struct Making<'a> {
    /// What can be measured.
    pub catalogue: &'a Catalogue,
    /// How its totals behave.
    pub counter: Counter,
    /// Most crossings that one interval can hold, if known.
    pub most_crossings: Option<i64>,
    /// Channels whose in is out.
    pub reversed: &'a [u8],
    /// How particle masses are freed of water, and the property that says how humid it is.
    pub humidity: Option<(Humidity, PropertyNo)>,
    /// Its corrections.
    pub calibrations: &'a [Calibration],
    /// The property by which devices say that they were switched on.
    pub power_up: Option<PropertyNo>,
    /// Quality rules by property number; none beyond the end.
    pub rules: &'a [QualityRules],
}

impl<'a> Making<'a> {
    /// Nothing but catalogue and counter.
    pub fn plain(catalogue: &'a Catalogue, counter: Counter) -> Self {
        let (most_crossings, reversed, humidity, power_up) = (None, &[][..], None, None);
        Self { catalogue, counter, most_crossings, reversed, humidity, power_up, calibrations: &[], rules: &[] }
    }

    /// A value as it counts beside all of its instant (`row`), with the remarks that the registry adds: `corrected`, `humid`, `uncalibrated`, and
    /// `out_of_range` of more crossings than can pass.
    pub fn counted(&self, at: UtcMillis, row: &[RowValue], value: RowValue) -> RowValue {
        let Some(property) = self.catalogue.get(value.series.property) else { return value };
        let mut counted = value;
        if let Some((humidity, of)) = self.humidity.filter(|_| property.is_particle_mass()) {
            let humid = row.iter().filter(|other| other.series.property == of).min_by_key(|other| other.series.channel);
            self.dry(&mut counted, humidity, humid);
        }
        let calibration =
            self.calibrations.iter().find(|known| known.series == value.series && known.from <= at && at < known.to);
        if let Some(calibration) = calibration {
            counted.value = calibrated(counted.value, calibration, property.decimals);
            counted.flags = counted.flags.with(Flag::Corrected);
        }
        let rules = self.rules.get(usize::from(property.number.0));
        if rules.is_some_and(|rules| rules.uncalibrated)
            && calibration.is_none_or(|calibration| !calibration.lifts_uncalibrated(&property.id))
        {
            counted.flags = counted.flags.with(Flag::Uncalibrated);
        }
        let crossings = self.most_crossings.filter(|_| property.counts.is_none() && property.opposite.is_some());
        if crossings.is_some_and(|most| value.value > most) {
            counted.flags = counted.flags.with(Flag::OutOfRange);
        }
        counted
    }

    /// The property that a value counts for: a total's interval count, of a reversed line the opposite.
    pub(crate) fn target(&self, property: &ObservedProperty, channel: u8) -> PropertyNo {
        let target = property.counts.unwrap_or(property.number);
        let opposite = || self.catalogue.get(target)?.opposite;
        if self.reversed.contains(&channel) { opposite().unwrap_or(target) } else { target }
    }

    fn dry(&self, mass: &mut RowValue, humidity: Humidity, measured: Option<&RowValue>) {
        let usable = measured.and_then(|measured| {
            let property = self.catalogue.get(measured.series.property)?;
            (!measured.flags.intersects(property.excluded_by)).then_some((measured.value, property.decimals))
        });
        let Some((percent, decimals)) = usable else { return };
        match dried(mass.value, percent, decimals, humidity) {
            Some(dry) => (mass.value, mass.flags) = (dry, mass.flags.with(Flag::Corrected)),
            None => mass.flags = mass.flags.with(Flag::Humid),
        }
    }
}

/// A mass without its water: `mass / C` with `C = 1 + κ/1.65 / (100/RH − 1)` (Crilley et al. 2018), as one fraction of integers;
/// `None` above the cap, where C runs away. `percent` is RH at `decimals` digits.
pub fn dried(mass: i64, percent: i64, decimals: u8, humidity: Humidity) -> Option<i64> {
    let unit = 10i128.pow(u32::from(decimals));
    let wet = i128::from(percent).max(0);
    if wet > i128::from(humidity.cap_percent) * unit {
        return None;
    }
    let dry = DENSITY_MILLI * (100 * unit - wet);
    Some(divided(i128::from(mass) * dry, dry + i128::from(humidity.kappa_milli) * wet))
}

/// `offset + gain × value`, rounded once to the property's resolution, than which either factor may be finer.
fn calibrated(value: i64, Calibration { gain, offset, .. }: &Calibration, decimals: u8) -> i64 {
    let (of_gain, of_offset) = (i32::from(gain.decimals), i32::from(offset.decimals) - i32::from(decimals));
    let digits = of_gain.max(of_offset);
    let power = |digits: i32| 10i128.saturating_pow(digits.unsigned_abs());
    let product = i128::from(value) * i128::from(gain.mantissa);
    let [product, offset] = [(product, of_gain), (offset.mantissa.into(), of_offset)]
        .map(|(part, own): (i128, i32)| part.saturating_mul(power(digits - own)));
    divided(product.saturating_add(offset), power(digits))
}

/// `value × factor × 10^shift`.
pub(crate) fn scaled(value: i64, factor: Decimal, shift: i32) -> i64 {
    let down = i32::from(factor.decimals) - shift;
    let product = i128::from(value) * i128::from(factor.mantissa);
    let power = 10i128.pow(down.unsigned_abs().min(18));
    if down >= 0 { divided(product, power) } else { clamp(product.saturating_mul(power)) }
}

/// A quotient rounded half away from zero; `below` is positive.
fn divided(above: i128, below: i128) -> i64 {
    clamp(above.saturating_abs().saturating_add(below / 2) / below * above.signum())
}

fn clamp(value: i128) -> i64 {
    value.clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

/// The value of `from` as one of the property it converts to, if it does.
pub(crate) fn converted(catalogue: &Catalogue, from: &ObservedProperty, value: RowValue) -> Option<RowValue> {
    let (to, factor) = from.converts?;
    let to = catalogue.get(to)?;
    let shift = i32::from(to.decimals) - i32::from(from.decimals);
    let series = Series { property: to.number, ..value.series };
    Some(RowValue { series, value: scaled(value.value, factor, shift), ..value })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C of a mass of 10^9 in thousandths.
    fn factor(kappa_milli: u32, percent: i64) -> i64 {
        let dry = dried(1_000_000_000, percent, 0, Humidity { kappa_milli, cap_percent: 95 }).unwrap();
        (1_000_000_000_000 + dry / 2) / dry
    }

    /// Golden values of C by the published equation (Crilley et al. 2018), computed in floating point.
    #[test]
    fn masses_are_freed_of_water_as_published() {
        let at = [50, 60, 70, 80, 85, 90, 95];
        assert_eq!(at.map(|percent| factor(300, percent)), [1_182, 1_273, 1_424, 1_727, 2_030, 2_636, 4_455]);
        assert_eq!(at.map(|percent| factor(363, percent)), [1_220, 1_330, 1_513, 1_880, 2_247, 2_980, 5_180]);
        assert_eq!(at.map(|percent| factor(400, percent)), [1_242, 1_364, 1_566, 1_970, 2_374, 3_182, 5_606]);
    }

    #[test]
    fn above_the_cap_a_mass_is_not_corrected() {
        let humidity = Humidity { kappa_milli: 400, cap_percent: 95 };
        assert_eq!(dried(1_000, 950, 1, humidity), Some(178), "1000 / 5.606");
        assert_eq!(dried(1_000, 951, 1, humidity), None);
        assert_eq!((dried(1_000, 0, 1, humidity), dried(1_000, -3, 1, humidity)), (Some(1_000), Some(1_000)));
    }

    #[test]
    fn offset_and_gain_are_one_step_however_fine_they_are() {
        let decimal = |text: &str| Decimal::parse(text).unwrap();
        let of = |value, offset, gain| {
            let series = Series { property: PropertyNo(1), channel: 0 };
            let (offset, gain, from, to) = (decimal(offset), decimal(gain), UtcMillis(0), UtcMillis(1));
            calibrated(value, &Calibration { series, from, to, offset, gain, collocation: None }, 1)
        };
        assert_eq!(of(112, "3.05", "0.9"), 131, "3.05 + 10.08 = 13.13");
        assert_eq!(of(112, "0.04", "0.9"), 101, "0.04 + 10.08 = 10.12");
        assert_eq!(of(113, "0.04", "0.9"), 102, "0.04 + 10.17 = 10.21");
        assert_eq!((of(1, "0.049", "1"), of(1, "0.05", "1"), of(1, "-0.15", "1")), (1, 2, -1));
        assert_eq!((of(112, "-3", "2"), of(-112, "20", "1")), (194, 88), "coarser than the resolution");
        assert_eq!(of(i64::MAX, "0.000000000000000001", "9"), i64::MAX);
    }

    #[test]
    fn factors_round_half_away_from_zero_at_the_new_resolution() {
        let no2 = Decimal { mantissa: 19_130, decimals: 4 };
        assert_eq!(scaled(215, no2, 0), 411, "21.5 ppb × 1.9130 = 41.13 µg/m³ at 293 K");
        assert_eq!(scaled(-5, Decimal { mantissa: 5, decimals: 1 }, 0), -3);
        assert_eq!(scaled(3_000, Decimal { mantissa: 11_647, decimals: 7 }, 2), 349, "300.0 ppb CO in mg/m³");
        assert_eq!(scaled(7, Decimal { mantissa: 3, decimals: 0 }, 2), 2_100);
    }
}
