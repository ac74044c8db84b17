//! The table of methods, in the order in which they build on each other.

use super::Method;

/// Shorthand of this table.
const fn first(id: &'static str, title: &'static str, meaning: &'static str) -> Method {
    Method { id, version: 1, title, meaning }
}

/// The same of what was made in another way before.
const fn second(id: &'static str, title: &'static str, meaning: &'static str) -> Method {
    Method { id, version: 2, title, meaning }
}

/// One reading.
pub const READING: Method = first(
    "reading.counted",
    "A reading, as measured and as it counts",
    "value: as the device said it. counted = offset + gain × dried, dried = value / C for particle masses of profiles with κ, \
     C = 1 + κ/1.65 / (100/RH − 1); null if a remark that the catalogue names keeps it out. Each step is rounded half away from zero \
     to the property's resolution.",
);
/// Windows of levels.
pub const WINDOW_MEAN: Method = first(
    "window.mean",
    "Mean of a window",
    "Sum of the readings that count, divided by their number; smallest and largest beside it. Of a zone: the mean of its poles' means, \
     which weigh alike. Days are Europe/Berlin days, of air CET days; weeks (ISO 8601, from Monday), months and years are made of days \
     by adding up their sums and numbers. No statutory mean: those are air.hour and air.day.",
);
/// Windows of sound levels.
pub const WINDOW_ENERGY_MEAN: Method = first(
    "window.energy_mean",
    "Energy mean of sound levels (LAeq) of a window",
    "10 · lg of the mean of 10^(L/10) over the readings that count, by a fixed table of whole numbers for tenths of a decibel; of a zone \
     the same over its poles' mean energies. Longer windows add up energies and numbers.",
);
/// Windows of counts.
pub const WINDOW_COUNT: Method = first(
    "window.count",
    "Count of a window",
    "Sum of the interval counts, or of the differences of totals where a counter sends totals (counter.difference). Longer windows and \
     poles add up exactly. An interval count stands in the quarter that holds the instant of its report, though it was counted before it: \
     at most interval_s of the profile too late. Null where nothing is known, which is not zero.",
);
/// Totals as counts.
pub const COUNTER_DIFFERENCE: Method = second(
    "counter.difference",
    "What a total counter counted between two totals",
    "later − earlier in the order of event time. Of a smaller total it is taken modulo 2^width if that can have passed and 2^width cannot, by \
     max_per_minute × minutes; else the counter began anew, or nobody can tell, and the later total is a lower bound (counter_reset). More than max_per_minute × minutes is not counted. A difference over several quarters is spread \
     evenly by time, in whole numbers that add up to it (interpolated); over more than 7 days it is a gap.",
);
/// Interval counts and totals of one counter side by side.
pub const COUNTER_RECONCILED: Method = first(
    "counter.reconciled",
    "Interval counts beside totals of one counter",
    "Where a counter sends both, its totals are the truth (counter.difference). Difference of a day = sum of its interval counts − sum of \
     the differences of its totals.",
);
/// Zones counted at their border.
pub const FOOTFALL_CORDON_IN: Method = first(
    "footfall.cordon_in",
    "Footfall of a zone whose border is counted",
    "in = sum of people_in over all counters of the zone, out = sum of people_out, crossings = in + out. Counters count crossings, not \
     people: who comes twice counts twice.",
);
/// Zones counted across a street.
pub const FOOTFALL_CROSS_SECTION: Method = first(
    "footfall.cross_section",
    "Footfall of a street through its cross-sections",
    "crossings = sum of people_in + sum of people_out over all counters of the zone, each a cross-section. Who walks past several counters \
     counts at each.",
);
/// Weekdays by hours.
pub const FOOTFALL_PROFILE: Method = first(
    "footfall.profile",
    "Footfall of an hour of a weekday",
    "Mean = sum of the counts of the hours that are over and of which at least 90 % of the reports came, divided by their number (hours), \
     rounded half up to tenths. Weekday and hour by the clock of Europe/Berlin; public holidays of North Rhine-Westphalia are a row of \
     their own. Beside it how many such hours there were in which the zone had counters (of). To the public it is made of the hours that \
     it is shown.",
);
/// Zones beside each other.
pub const FOOTFALL_RANKING: Method = first(
    "footfall.ranking",
    "Zones by crossings per day",
    "crossings_per_day = crossings of the days that are over and of which at least 90 % of the reports came, divided by their number, rounded \
     half up to tenths. Of opening hours days without any are none. A zone is ranked among those of its kind and counting rule, and not at all \
     if too little of its time is covered or a counter was in service for a part of it. Zones are never added up.",
);
/// Zones that may not be summed.
pub const FOOTFALL_NONE: Method = first(
    "footfall.none",
    "A zone without a sum",
    "The counters of the zone may not be added up: nested zones and whole cities would count people several times. A city has no sum.",
);
/// Public counts.
pub const PUBLIC_ROUNDED: Method = first(
    "public.rounded",
    "Public count",
    "The exact count as known an hour after the step's end, as the multiple of 5 nearest to it among those that the figures of its parts \
     allow; 0, 1 and 2 look alike. Steps of 15 minutes from 6 to 22, of an hour by night.",
);
/// Manual counts.
pub const CONTROL_COUNT: Method = first(
    "control.count",
    "Control count: a person counts beside the device",
    "deviation = (device − manual) / manual over the same quarters of an hour, both directions together, in thousandths rounded half away \
     from zero. Only from 90 % coverage, which stands beside it.",
);
/// Estimates of gaps.
pub const ESTIMATE_GAP: Method = second(
    "estimate.gap",
    "Estimate of an hour in which counters were missing",
    "Mean of the same hour on the last 4 comparable days (same weekday; no public holiday or special day; Sunday opening, school holidays \
     and events alike; within 26 weeks) that are covered by 90 %, rounded half away from zero. Shown beside, never part of a sum.",
);
/// A week before.
pub const COMPARE_PREVIOUS_WEEK: Method = first(
    "compare.previous_week",
    "Comparison with the week before",
    "The same hours 7 days earlier by the clock of Europe/Berlin; change = (count − former) / former in thousandths, rounded half away from \
     zero. Only if both sides are closed, made of as many counters by the same rule, covered by 90 % and within 5 points of each other.",
);
/// A year before.
pub const COMPARE_PREVIOUS_YEAR: Method = first(
    "compare.previous_year",
    "Comparison with the year before",
    "The same weekday of the same ISO week of the year before (week 53 without a counterpart: 52 weeks earlier); months and years with the \
     same month and the year before. Change and conditions as in compare.previous_week.",
);
/// By the distance from Easter.
pub const COMPARE_EASTER: Method = first(
    "compare.easter",
    "Comparison by the distance from Easter",
    "The day, or the week of the day, that is as many days from Easter Sunday in the year before. Change and conditions as in \
     compare.previous_week.",
);
/// By the distance from Advent.
pub const COMPARE_ADVENT: Method = first(
    "compare.advent",
    "Comparison by the distance from Advent",
    "The day, or the week of the day, that is as many days from the first Sunday in Advent in the year before. Change and conditions as in \
     compare.previous_week.",
);
/// The last four comparable days.
pub const COMPARE_BASELINE: Method = second(
    "compare.baseline",
    "Comparison with the last four comparable days",
    "Mean of the last 4 days of the same weekday within 26 weeks that are comparable (no public holiday or special day; Sunday opening and \
     school holidays alike; no event in the zone that is not on that day as well; conditions of compare.previous_week). Change as there.",
);
/// Days with an event, beside days without.
pub const COMPARE_EVENT: Method = first(
    "compare.event",
    "Days of an event beside the last four comparable days without it",
    "Each day or hour of the event's days beside the mean of the last 4 days of the same weekday within 26 weeks that are comparable as in \
     compare.baseline, on which this event is not and all other events of the zone are alike. Change as there.",
);
/// Hours of air.
pub const AIR_HOUR: Method = first(
    "air.hour",
    "Hourly mean of an air pollutant",
    "Mean of the readings of an hour, valid from 75 % of those expected; of a pole the mean of its sensors' valid means, and its \
     coverage is that of these sensors; without a valid one, of all. ppb become µg/m³ at 293 K and 101.3 kPa.",
);
/// Days of air.
pub const AIR_DAY: Method = first(
    "air.day",
    "Daily mean of an air pollutant",
    "Mean of the valid hourly means of a CET day, of at least 18; never the pooled mean of readings.",
);
/// Largest mean of eight hours.
pub const AIR_MAX_8H: Method = first(
    "air.max_8h",
    "Largest 8-hour mean of a day",
    "The largest of the 24 running means of 8 hours that end in a CET day; each of at least 6 valid hours, at least 18 of them valid.",
);
/// Days and hours above numbers.
pub const AIR_LIMITS: Method = first(
    "air.limits",
    "Hours or days above a number, for orientation",
    "How many valid hourly means, daily means or largest 8-hour means of a year are above the number of a limit, target or guideline. Each \
     mean is rounded half away from zero to the number's own digits first: 50.4 is not above 50, 50.5 is. A pole is no legal sampling point; \
     no statement on compliance.",
);
/// The present German index.
pub const INDEX_UBA_LQI_2025: Method = first(
    "index.uba_lqi_2025",
    "Air-quality class by the scheme of the Umweltbundesamt of 2025 (sensor data, not official)",
    "The worst class of the hourly means of PM2.5, PM10, NO2, O3 and SO2, each rounded half up to whole µg/m³. Of a zone: worst pole and \
     range, never of averaged air.",
);
/// The former German index.
pub const INDEX_UBA_LQI_FORMER: Method = first(
    "index.uba_lqi_former",
    "Air-quality class by the former scheme of the Umweltbundesamt (sensor data, not official)",
    "The worst class of the hourly means of NO2 and O3 and the running means of 24 hours of PM2.5 and PM10, each rounded half up to whole \
     µg/m³.",
);
/// The European index.
pub const INDEX_EUROPEAN_AQI_2024: Method = first(
    "index.european_aqi_2024",
    "Level of the European Air Quality Index, bands of 2024 (sensor data, not official)",
    "The worst level of the hourly means of PM2.5, PM10, NO2, O3 and SO2; only where NO2, one size of particles and, \
     away from major roads, O3 are measured.",
);
/// A pole beside its neighbours.
pub const PEER_CHECK: Method = first(
    "peer.check",
    "A pole beside the poles around it",
    "deviation = (value − median) / (1.4826 × MAD): median of the valid hourly means of the poles within the radius (the nearest 50, without \
     the pole itself), MAD the median of their distances from it. Where at least `least_poles` have one, an hour further from the median than \
     `deviations` × 1.4826 × MAD and than `least` is marked `peer`, and still counts.",
);
/// Levels of a day's periods.
pub const NOISE_PERIOD: Method = first(
    "noise.period",
    "LAeq of day, evening and night",
    "Energy mean of 06–18, 18–22 and 22–06 in Europe/Berlin, weighted by duration, rounded to tenths of a decibel; from 75 % of the period.",
);
/// The figure of a day of noise.
pub const NOISE_DAY_FIGURE: Method = first(
    "noise.day_figure",
    "Day figure of noise, no LDEN of a noise map",
    "10 · lg((12 · 10^(Lday/10) + 4 · 10^((Levening + 5)/10) + 8 · 10^((Lnight + 10)/10)) / 24), of levels rounded to tenths, as noise.period has them.",
);
/// Hot days.
pub const HEAT_HOT_DAY: Method = first(
    "heat.hot_day",
    "Hot day, at the pole, not official",
    "A day (00–24 UTC) with a reading of at least 30 °C; no only if every hour is covered by 75 %, else unknown.",
);
/// Tropical nights.
pub const HEAT_TROPICAL_NIGHT: Method = first(
    "heat.tropical_night",
    "Tropical night, at the pole, not official",
    "A night (18–06 UTC, named by the day it ends on) that never falls below 20 °C; yes only if every hour is covered by 75 %, else unknown.",
);

/// What share of the reports came.
pub const COVERAGE_REPORTS: Method = first(
    "coverage.reports",
    "Share of the expected reports that came",
    "coverage = readings that count / readings that the sensors of a pole should have sent by their profiles' intervals while they hung there. \
     A gap is a run of whole hours of which no reading counts, though one was due. A sensor that never reported is expected by its profile.",
);

/// Sites beside each other.
pub const SITES_BESIDE: Method = first(
    "sites.beside",
    "Candidate sites beside each other",
    "Footfall: mean of crossings in opening hours, of Monday to Friday and of Saturdays, over the days that are over and covered by 90 %. Air: \
     share of the hours of each class of index.uba_lqi_2025, of several poles by the worst; mean of the valid hourly means, of several poles of \
     their means. Noise: level of the mean energy of all valid periods (noise.period) of all poles. Parking: mean of the readings of all bays. \
     Heat: days by heat.hot_day and heat.tropical_night at the pole of which most are known. Sites are comparable by a figure if each has it, \
     counts are made by one rule, each is covered by 75 % and they differ by 5 points at most. Nothing is weighed or added up to a mark.",
);

/// All of them.
pub const ALL: [Method; 34] = [
    READING,
    WINDOW_MEAN,
    WINDOW_ENERGY_MEAN,
    WINDOW_COUNT,
    COUNTER_DIFFERENCE,
    COUNTER_RECONCILED,
    FOOTFALL_CORDON_IN,
    FOOTFALL_CROSS_SECTION,
    FOOTFALL_NONE,
    FOOTFALL_PROFILE,
    FOOTFALL_RANKING,
    PUBLIC_ROUNDED,
    CONTROL_COUNT,
    ESTIMATE_GAP,
    COMPARE_PREVIOUS_WEEK,
    COMPARE_PREVIOUS_YEAR,
    COMPARE_EASTER,
    COMPARE_ADVENT,
    COMPARE_BASELINE,
    COMPARE_EVENT,
    AIR_HOUR,
    AIR_DAY,
    AIR_MAX_8H,
    AIR_LIMITS,
    INDEX_UBA_LQI_2025,
    INDEX_UBA_LQI_FORMER,
    INDEX_EUROPEAN_AQI_2024,
    PEER_CHECK,
    NOISE_PERIOD,
    NOISE_DAY_FIGURE,
    HEAT_HOT_DAY,
    HEAT_TROPICAL_NIGHT,
    COVERAGE_REPORTS,
    SITES_BESIDE,
];
