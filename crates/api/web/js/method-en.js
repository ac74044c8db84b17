/** The method page in English: sections, and each method by its id. */

export const sections = {
  windows: {
    title: 'Windows and means',
    text: [
      'Each reading belongs to the instant at which it was measured. The smallest unit is the window of 15 minutes of a device. Hours and days are made of these, and of days calendar weeks (ISO 8601, from Monday), months and years.',
      'Days, weeks, months and years go by the clock on the town hall (Europe/Berlin): two days a year have 23 and 25 hours. Air has fixed days in CET without summer time, as the interface of the Umweltbundesamt.',
      'All is computed in whole numbers at the resolution of the property, so sums are exact and do not depend on order. Halves are rounded away from zero.',
      'Coverage is the part of the reports that should be there by the device’s interval. “Nothing known” and “zero” are different: where no reading came, there is no number.',
    ],
  },
  state: {
    title: 'State, revisions, “What held on …?”',
    text: [
      'Open: the window still runs, 15 minutes and the longest interval of the devices have not passed since its end, or a quarter of an hour in it is still open. A device closes a quarter once it has measured for 15 minutes beyond its end; if it is silent, the clock closes it after another two intervals. If a device hands over later what it measured meanwhile, the window is open again until the device closes it; then it is called corrected, as it had been published without these readings. What lies before the first hour of the service, and series of others, correct nothing by that.',
      'Provisional: closed for at most 24 hours. Final: for more than 24 hours. Corrected: changed after it was closed.',
      'Each change is a revision with minute of receipt, device, quarter of an hour, former figure and reason: came late (late), a total came later (total), quality check (quality), read again (replay), registry corrected (registry), other rules of a new program (rules). A window counts the revisions of its own property, of each channel by itself: of all quarters of an hour in it that changed, or came or went as the registry was corrected, while they counted for it. Other properties of the device change nothing about it. Readings or remarks that were added may leave the figure as it was. Hours and days from before this way of counting (rules up to version 9) keep the number that all properties of the place had together then.',
      'as_of=2026-10-01T00:00:00Z on a query answers it as it would have been answered by all that had been received by that minute. A window that was still open then is summed up anew of the readings received by then; remarks that hang on readings near by, and the places of devices, are those of today. Who cites names state, revision and method; then the figure is found again even if it changes.',
    ],
  },
  counts: {
    title: 'Crossings',
    text: [
      'Counters count crossings of a line, not people. Who passes twice counts twice. There are no pictures and no identifiers; how a counter senses is told at its pole.',
      'A zone declares how its figure is made. Nested zones are never added up to “people”, a city has no sum. A line that is mounted the wrong way round is turned from its date on: what its device calls in counts as out, and the other way round, of totals, too. Single readings and their export name property and channel as the device said them; which channels are turned when is told by /api/v1/facts (reversed).',
    ],
  },
  compare: {
    title: 'Comparisons',
    text: [
      'Only what is comparable is compared: both times are over, the same rule of counting, as many counters, both covered by 90 % at least and within 5 points of each other. Else it says “not comparable”, and why. These bounds are this project’s own; the Statistisches Bundesamt is stricter.',
      'Change = (count − former count) / former count, in thousandths.',
      'Opening hours: Monday to Saturday 10–20 (Statistisches Bundesamt, EXSTAT), on Sundays that the town opens 13–18 (LÖG NRW § 6), not on public holidays of North Rhine-Westphalia. Special days are Rosenmontag, Christmas Eve and New Year’s Eve.',
    ],
  },
  air: {
    title: 'Air: means',
    text: [
      'The poles carry sensors, no official instruments. Their means are made by the rules of the 39. BImSchV all the same.',
      'An example of why a day is the mean of valid hourly means: twelve hours of 60 readings of 10 each and twelve of 6 readings of 40 each make 25. All readings in one pot would make 12.7, because the sensor reports more often in clean air.',
      'Humidity: optical sensors weigh the water on particles, too; κ-Köhler takes it out (Crilley et al. 2018, AMT 11, 709, equation 4). κ and the cap of humidity stand in the profile, here κ = 0.4 and 95 %. RH is what the same device says for the very same instant, of several channels the lowest; without one the value stays as it is. At 80 % C is 1.970. Above the cap the value does not count. Without any correction optical particles get no class: an hour of a pole if fewer than 75 % of the values in its mean, of all its sensors together, are corrected.',
      'Gases: ppb become µg/m³ at 293 K and 101.3 kPa (39. BImSchV, annex 6 C). If a device tells both, the mass counts.',
      'Calibration: for each device, after humidity and before conversion, from–to; what was measured is kept. Humidity, calibration (offset and gain together) and conversion are each rounded once, to the resolution.',
      'Means of a year hold if 90 % of its hours are valid (39. BImSchV, annexes 1 A and 11 A) or 85 % (Directive (EU) 2024/2881, annex V). Each pole of a zone weighs alike. All means are rounded to six digits; the next is made of rounded ones.',
    ],
    formulas: [
      'C = 1 + (κ / 1.65) / (100 / RH − 1)      mass = reading / C',
      'value = offset + gain · mass',
      'µg/m³ = ppb · p · M / (R · T)      R = 8.314462618 J/(mol·K)',
    ],
  },
  index: {
    title: 'Air-quality index',
    text: [
      'The worst pollutant decides. Those that are missing are named; the class says nothing of them. There is no advice on health unless all are there. A mean is rounded half up to whole µg/m³ and then classed: 9.49 is 9, 9.5 is 10.',
      'A zone has no index of averaged air, for nobody breathes that: its worst pole holds, with the range beside it.',
    ],
  },
  limits: {
    title: 'Limit values, targets, guidelines',
    text: [
      '“Days above the number (for orientation)”: a pole is no official sampling point (39. BImSchV, annex 3), its sensors are no reference method (annex 6). What is counted is how many valid means lie above the number, always with the uncertainty and the completeness. Only the authority states that a limit value was exceeded.',
      'Limit values, targets, long-term objectives and guidelines of the WHO are different things in law; none stands for another.',
    ],
  },
  noise: {
    title: 'Noise',
    text: [
      'Levels in dB(A) are measured, never sound itself. Levels are not averaged, their energies are (DIN 45641; ISO 1996-1, 3.1.7).',
      'Periods by § 2 of the 34. BImSchV: day 06–18, evening 18–22, night 22–06. The figure of a day is called “day figure, no LDEN of a noise map”: the LDEN of a noise map is computed for a year from traffic, at 4 m before façades (34. BImSchV, § 5), and is not measured at a pole.',
    ],
  },
  heat: {
    title: 'Heat',
    text: [
      'At the pole, not official: a sensor on a lamp post is not in a screen 2 m above grass. Terms by the Deutscher Wetterdienst (Wetter- und Klimalexikon).',
      'A single value decides one way (“it was 31 °C”), only all of them the other way. If an hour is missing it is “unknown”, not “no”.',
    ],
  },
  quality: {
    title: 'Checks of readings',
    text: [
      'No reading is dropped silently. It carries remarks; which of them keep it out of means and sums is said by the catalogue of the property. What does not count stays visible and is counted.',
      'Step, spike and deviation from neighbours never exclude: New Year’s Eve is real. Rules only look back, three hours at most, in the order of measurement. So late values get the same remarks as those on time.',
      'Spike (Hampel identifier): further from the median of the seven values before it than 5 · 1.4826 · MAD and than the table says. Distances in the table must be passed, not only reached. MAD is the median of the distances from the median. The numbers are this project’s choice where no source stands.',
    ],
  },
  time: {
    title: 'Whose clock holds',
    text: [
      'First the device’s clock if its profile has one, then the gateway’s, then the network server’s, last the receipt. Each clock must lie within bounds: not before the service’s epoch and no more than 2 minutes in the future; those of gateway and network no further back than readings are kept (730 days). If one is off, the next is taken and the value carries “the device’s clock is wrong”.',
      'A device may keep readings for as long as it likes: they count on the day on which they were measured.',
    ],
  },
  network: {
    title: 'Poles, messages, ledger',
    text: [
      'A pole reports as long as one of its devices has not been silent for longer than 15 minutes and two intervals; else it is silent.',
      'Messages a second: what became durable in the journal, averaged over the last five seconds. In the ledger each message has exactly one outcome: journalled = uplinks + control + duplicates + quarantine + yet to be read.',
      'Against “usual” days on the first page: the mean of the same weekdays of the last four weeks until the same time of day, of the figures shown; within ±10 % it is “as usual”, from +50 % on “much more”. That is for orientation, and no comparison in the sense above.',
    ],
  },
  recompute: {
    title: 'Recompute it yourself',
    text: [
      'Single readings: /api/v1/series?step=raw gives value (as measured) and counted (as it counts; null if a remark keeps it out). Windows: step=15m, 1h, 1d, 1w, 1mo, 1y with sum, count, expected, coverage, state, revision, flags and method.',
      'Crossings: /api/v1/footfall. Air: /api/v1/air, /air/days, /air/limits. Corrections of a window: /api/v1/revisions. Noise: /api/v1/noise. Heat: /api/v1/heat. Neighbours: /api/v1/peers. Control counts: /api/v1/counts. Holidays and opening hours: /api/v1/calendar. The way of a reading: /api/v1/trace. Methods and versions: /api/v1/methods.',
      'To an export of readings (/api/v1/export?what=readings) belongs /api/v1/facts, with the same device, pole or zone, also as a table (format=csv): of each device from–to its pole, state (only active counts for poles and zones), turned channels (reversed) and the width of the line (width_m); with it, of the profile, the interval (interval_s), the properties expected (expected), for totals width_bits, max_per_minute, resets_at and resets_at_power_up, for particles κ (kappa) and the cap of humidity (cap_percent); and the calibrations (offset, gain). from and to go by the instant of measurement; as_of says by what was known when. /api/v1/facts is for planners only.',
      'A method never changes its meaning. A figure that is made in another way has another version.',
    ],
  },
};

export const methods = {
  'reading.counted': {
    title: 'A reading, as measured and as it counts',
    text: 'value is what the device said. counted is the value after humidity correction and calibration; null if a remark of the catalogue keeps it out.',
    formula: 'counted = offset + gain · (value / C)',
  },
  'window.mean': {
    title: 'Mean of a window',
    text: 'Sum of the readings that count, divided by their number; the smallest and the largest beside it. Of a zone: the mean of its poles’ means, which weigh alike. Weeks, months and years add up sums and numbers of days. No statutory mean; those are the hourly and daily means of air.',
    formula: 'x̄ = Σ counted / n',
  },
  'window.count': {
    title: 'Count of a window',
    text: 'Sum of the interval counts, or of the differences of totals. Longer windows and poles add up exactly. An interval count stands in the quarter of an hour in which it was reported, though it was counted before: too late by the interval of the profile (interval_s) at most. Who passed from 19:45 to 20:00 and is reported at 20:00 stands in the quarter from 20:00.',
    formula: 'N = Σ counts',
  },
  'coverage.reports': {
    title: 'Coverage',
    text: 'What part of the readings came that the sensors of a pole should have sent by the interval of their profile while they hung there. A gap is whole hours of which none counts though one was due. A sensor that never sent anything is expected by its profile.',
    formula: 'coverage = counted / expected',
  },
  'counter.difference': {
    title: 'Totals',
    text: 'Many counters send what they have counted since they were switched on. What is counted is the difference of two totals in the order of measurement. If the new total is smaller, the counter wrapped (16 or 32 bits) if that many can have passed; else it began anew, and the new total is a lower bound (“counter was reset”). So it is after a gap in which as many can have passed as the counter can show (16 bits at 500 a minute: 2 hours and 12 minutes), as nobody can tell then; a greater total after such a gap counts as its difference, though the counter may have wrapped there, so that is a lower bound, too, and marked “spread over time” only. If the device said between the two that it was switched on, and its firmware then begins at 0, the new total counts as a whole; if the time of a daily reset lies between them, the smaller of both numbers does, the new total or the difference: lower bounds as well. More than can pass the line is not counted: the profile’s number a minute, and where the installation says how wide the line is, 81 a minute for each metre (Weidmann 1993: 1.225 a second, and a tenth for what is seen twice), rounded up to a whole number (0.5 m: 41), for each minute begun. It is spread evenly by time, in whole numbers that keep their sum, which is remarked (“spread over time”) on each quarter of an hour it reaches into if the totals are more than a quarter of an hour apart; over more than 7 days there is a gap. Bits, most per minute, beginnings anew and width of a device stand in /api/v1/facts.',
    formula:
      'Δ = (later − earlier) mod 2^bits, if Δ ≤ most per minute · minutes < 2^bits\nshare = ⌊Δ·(end − earlier)/T⌋ − ⌊Δ·(start − earlier)/T⌋',
  },
  'counter.reconciled': {
    title: 'Interval counts beside totals',
    text: 'If a counter sends both, its totals are the truth; the difference of a day is told.',
    formula: 'difference = Σ interval counts − Σ differences of totals',
  },
  'footfall.cordon_in': {
    title: 'A zone counted at its border',
    text: 'Who comes in and who goes out, over all counters of the zone.',
    formula: 'in = Σ people_in, out = Σ people_out, crossings = in + out',
  },
  'footfall.cross_section': {
    title: 'A street counted through its cross-sections',
    text: 'Both directions of all counters of the zone. Who walks past several counters counts at each.',
    formula: 'crossings = Σ people_in + Σ people_out',
  },
  'footfall.none': {
    title: 'A zone without a sum',
    text: 'Its counters may not be added up; in nested zones and whole cities the same people would count several times.',
  },
  'footfall.profile': {
    title: 'A week by its hours',
    text: 'How many cross in an hour of a weekday, on average: over the hours that are over and covered by 90 %; their number stands beside. Public holidays are a row of their own. To the public of the hours that are shown.',
    formula: 'mean = Σ hours / number, rounded to tenths',
  },
  'footfall.ranking': {
    title: 'Zones by crossings per day',
    text: 'Mean of the days that are over and covered by 90 %; of opening hours without the days that have none. A zone is ranked among those of its kind that are counted alike, and not at all if too little is covered or a counter was there for a part of the time only. Zones are never added up.',
    formula: 'crossings per day = Σ days / number, rounded to tenths',
  },
  'sites.beside': {
    title: 'Sites beside each other',
    text: 'Crossings in opening hours on days from Monday to Friday and on Saturdays, over days covered by 90 %. Air: share of the hours of each class of the LQI, of several poles by the worst; mean of the valid hourly means. Noise: level of the mean energy of all valid periods. Parking: mean of all readings of the bays. Heat: at the pole of which most days are known. A figure is comparable that each site has, by one counting rule, covered by 75 % and 5 points apart at most. Nothing is weighed or added up to a mark.',
  },
  'control.count': {
    title: 'Control count',
    text: 'A person counts beside the device, both directions together, over whole quarters of an hour; only from 90 % coverage of the device. Deviation and date stand with each figure of these counters.',
    formula: 'deviation = (device − person) / person',
  },
  'estimate.gap': {
    title: 'Estimate of a gap',
    text: 'What an hour in which counters were missing would have had: the mean of the same hour on the last four comparable days (same weekday, no holiday or special day, Sunday opening, school holidays and events alike, within 26 weeks) with 90 % coverage at least. It stands beside, as an estimate, and is part of no sum.',
    formula: 'estimate = (N₁ + N₂ + N₃ + N₄) / 4',
  },
  'public.rounded': {
    title: 'Public count',
    text: 'Each public count is a multiple of 5, made from its own exact sum as it was known an hour after the end; 0, 1 and 2 look alike. Steps are of 15 minutes, from 22 to 6 of an hour, shown an hour after their end, and never changed after that. Where zones are drawn or counted otherwise, what was before goes: the same steps summed up in two ways would tell more. So parts and sums need not add up. Where the figures of the parts leave less room, it is rounded within that room, so that all figures together never tell of a 1 or 2. Precedent: the smallest number 3 of the Bundesagentur für Arbeit.',
    formula: 'shown = the nearest multiple of 5 in [low, high]; the parts say low and high',
  },
  'compare.previous_week': { title: 'Against the week before', text: 'The same hours seven days earlier by the clock on the town hall.' },
  'compare.previous_year': {
    title: 'Against the year before',
    text: 'The same weekday of the same ISO week; week 53 without a counterpart: 52 weeks earlier. Months and years with the same of the year before.',
  },
  'compare.easter': {
    title: 'By the distance from Easter',
    text: 'The day, or its week, that is as many days from Easter Sunday in the year before.',
  },
  'compare.advent': {
    title: 'By the distance from Advent',
    text: 'The day, or its week, that is as many days from the first Sunday in Advent in the year before.',
  },
  'compare.baseline': {
    title: 'Against the last four comparable days',
    text: 'Mean of the last four days of the same weekday within 26 weeks, no holiday or special day, Sunday opening and school holidays alike, no event that is not on that day as well.',
    formula: 'baseline = (N₁ + N₂ + N₃ + N₄) / 4',
  },
  'compare.event': {
    title: 'Days with an event against days without',
    text: 'Each day of the event against the mean of the last four comparable days of the same weekday within 26 weeks on which this event was not, and all others were alike.',
    formula: 'baseline = (N₁ + N₂ + N₃ + N₄) / 4',
  },
  'air.hour': {
    title: 'Hourly mean',
    text: 'Valid from 75 % of the readings expected (45 minutes): with one every 10 minutes from 5 of 6. Of several sensors of a pole it is the mean of their valid means; the coverage beside it is that of these sensors, without a valid one that of all. Hours are named by their end in CET, as the Umweltbundesamt does; 24:00 is 0:00 of the next day.',
    formula: 'valid if 4 · n ≥ 3 · expected',
    source: '39. BImSchV, annex 11 A',
  },
  'air.day': {
    title: 'Daily mean',
    text: 'Mean of the valid hourly means of a CET day, at least 18 of 24; never the mean of all readings.',
    formula: 'day = Σ valid hourly means / number, number ≥ 18',
    source: '39. BImSchV, annex 11 A',
  },
  'air.max_8h': {
    title: 'Largest 8-hour mean',
    text: 'The largest of the 24 running means of 8 hours that end in a CET day (the first of 17–1). Each needs 6 valid hours, the day 18 valid means.',
    formula: 'max₈ = max (mean of the 8 hours up to h), h = 1 … 24',
    source: '39. BImSchV, § 1 no. 13 and annex 11 A',
  },
  'index.uba_lqi_2025': {
    title: 'LQI class by UBA’s scheme (sensor data, not official)',
    text: 'Hourly means of PM2.5, PM10, NO₂, O₃ and SO₂; one pollutant is enough.',
    source: 'Umweltbundesamt, “Der Luftqualitätsindex (LQI)”; Pfäfflin et al. 2025, doi 10.60810/openumwelt-7990',
  },
  'index.uba_lqi_former': {
    title: 'Former LQI class by UBA’s scheme',
    text: 'Hourly means of NO₂ and O₃, running means of 24 hours of PM2.5 and PM10 from at least 18 hours, and without one that is uncorrected among them. Classes of the two versions are not comparable.',
    source: 'Umweltbundesamt, “Berechnungsgrundlagen Luftqualitätsindex”',
  },
  'index.european_aqi_2024': {
    title: 'European Air Quality Index',
    text: 'Hourly means; levels 1 to 6. Only where NO₂, O₃ and one size of particles are measured; at a major road (site in poles.csv) NO₂ and particles are enough. Else there are classes of pollutants only.',
    source: 'European Environment Agency, airindex.eea.europa.eu; ETC-HE Report 2024/17',
  },
  'air.limits': {
    title: 'Hours or days above a number',
    text: 'How many valid hourly means, daily means or largest 8-hour means of a year lie above the number; the mean is rounded to its digits before. Beside a number for years stands the mean of the year, with its valid hours and how many there must be.',
    formula: 'number of means with mean > number',
    source: '39. BImSchV; Directive (EU) 2024/2881; WHO 2021',
  },
  'window.energy_mean': {
    title: 'Energy mean (LAeq)',
    text: 'By a fixed table of whole numbers for 10^(L/10) in tenths of dB, each rounded half up to a whole number, so that every computer finds the same. Of a zone: the same over its poles’ mean energies.',
    formula: 'LAeq = 10 · lg( Σ 10^(L/10) / n )',
    source: 'DIN 45641; ISO 1996-1, 3.1.7',
  },
  'noise.period': {
    title: 'LAeq of day, evening and night',
    text: 'Lᵢ is the energy mean of an hour’s readings, tᵢ the part of the hour that is covered: readings of those expected. It holds if 75 % of the period are covered. The night belongs to the day on which it begins; twice a year it has 7 or 9 hours. The level is rounded to tenths of a decibel, at the end only.',
    formula: 'L = 10 · lg( Σ tᵢ · 10^(Lᵢ/10) / Σ tᵢ )',
    source: '34. BImSchV, § 2; the 75 % as for hours of air',
  },
  'noise.day_figure': {
    title: 'Day figure, no LDEN of a noise map',
    text: 'Evening with 5 dB, night with 10 dB added; only if all three periods hold. Lday, Levening and Lnight are the levels rounded to tenths, as they are shown; made of the readings in one go it may be a tenth more or less.',
    formula: '10 · lg( (12 · 10^(Lday/10) + 4 · 10^((Levening+5)/10) + 8 · 10^((Lnight+10)/10)) / 24 )',
    source: '34. BImSchV, § 2; Directive 2002/49/EC, annex I',
  },
  'heat.hot_day': {
    title: 'Hot day',
    text: 'A day (0–24 UTC) with at least 30 °C. “No” only if each hour is covered by 75 %.',
    formula: 'max ≥ 30 °C',
    source: 'Deutscher Wetterdienst, “Heißer Tag”',
  },
  'heat.tropical_night': {
    title: 'Tropical night',
    text: 'A night (18–6 UTC, named by the day it ends on) that never falls below 20 °C. “Yes” only if each hour is covered by 75 %.',
    formula: 'min ≥ 20 °C',
    source: 'Deutscher Wetterdienst, “Tropennacht”',
  },
  'peer.check': {
    title: 'Beside the neighbours',
    text: 'An hourly mean against the median of the poles around, if enough of them have a valid one. Beyond that the hour carries “deviates from neighbours” and still counts.',
    formula: '|x − median| > k · 1.4826 · MAD and > least distance',
  },
};
