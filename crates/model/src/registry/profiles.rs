//! `profiles/<id>.toml`: how devices of one kind speak.

use super::{
    Codec, Counter, Humidity, Mapping, Problem, Profile,
    contradictions::Said,
    names::{self, FirstLines},
    properties::Properties,
    sensing,
    toml_section::{Document, Section},
};
use crate::{Decimal, ObservedProperty, PropertyNo};

/// How the totals of kept registries behave that do not say it: 16 bits are common, but a width too small would turn each reset into a wrap.
const DEFAULT_COUNTER: Counter = Counter::new(32, 500);

/// The property by which devices say that they were switched on.
const POWER_UP: &str = "power_up";

/// Reads a profile; `None` if it is not sound.
pub(super) fn read(file: &str, text: &str, properties: &Properties, problems: &mut Vec<Problem>) -> Option<Profile> {
    let id = file.strip_prefix(super::PROFILES)?.strip_suffix(".toml")?;
    if let Some(problem) = names::bad_id(id) {
        problems.push(Problem::new(file, format!("the file's name {problem}"), names::ID_HINT));
    }
    let document = Document::parse(file, text, problems)?;
    let mut section = document.section();
    let profile = profile(id, &mut section, properties, problems);
    section.finish(problems);
    profile
}

fn profile(
    id: &str,
    section: &mut Section<'_>,
    properties: &Properties,
    problems: &mut Vec<Problem>,
) -> Option<Profile> {
    let name = section.required("name");
    let codec = codec(section);
    let interval_s = section.required_integer("interval_s", 1..=86_400);
    let payload_time = payload_time(section, codec);
    let counter = section.table("counter").map(|section| counter(section, properties, problems));
    let mapping = mappings(section, codec, properties, problems);
    let expected = expected(section, properties);
    let humidity = section.table("humidity").and_then(|section| humidity(section, problems));
    if let Some(codec) = codec {
        Said::new(codec, &mapping, &expected, properties).check(section, interval_s, counter, humidity);
    }
    let measured = mapping.iter().flatten().map(|mapping| mapping.property).chain(expected.iter().flatten().copied());
    let (sensing, dpia) = sensing::read(section, codec, sensing::persons(codec, measured, properties));
    let spare_part = spare_part(section);
    Some(Profile {
        id: id.to_owned(),
        name: name?,
        codec: codec?,
        interval_s: interval_s?,
        payload_time: payload_time?,
        counter: counter.unwrap_or(DEFAULT_COUNTER),
        humidity,
        sensing,
        dpia,
        spare_part,
        mapping: sound(codec?, mapping)?,
        expected: expected.into_iter().collect::<Option<_>>()?,
    })
}

/// It stands in a line of the drive list.
fn spare_part(section: &mut Section<'_>) -> Option<String> {
    const MOST: usize = 80;
    let part: Option<String> = section.optional("spare_part");
    let fits =
        |part: &String| !part.trim().is_empty() && part.chars().count() <= MOST && !part.contains(char::is_control);
    if part.as_ref().is_some_and(|part| !fits(part)) {
        let hint = format!("write what to take along in one line of 1 to {MOST} characters, or remove it");
        section.problem("spare_part", "it names no part", hint);
    }
    part
}

fn codec(section: &mut Section<'_>) -> Option<Codec> {
    let word: String = section.required("codec")?;
    let codec = names::choose(&word, &Codec::ALL);
    codec.map_err(|hint| section.problem("codec", format!("unknown codec `{word}`"), hint)).ok()
}

fn payload_time(section: &mut Section<'_>, codec: Option<Codec>) -> Option<bool> {
    let trusted: bool = section.required("payload_time")?;
    if !trusted && codec.is_some_and(Codec::has_history) {
        let message = "the codec gives records of former instants, each with its own time";
        section.problem("payload_time", message, "set `payload_time = true`, or use the codec `object`");
    }
    Some(trusted)
}

fn counter(mut section: Section<'_>, properties: &Properties, problems: &mut Vec<Problem>) -> Counter {
    if !section.has("width_bits") {
        let hint = "add `width_bits = 16`, or as many bits as the device counts in";
        section.problem_of_new("width_bits", "`width_bits` is missing", hint);
    }
    let width_bits = section.integer("width_bits", 8..=62).unwrap_or(DEFAULT_COUNTER.width_bits);
    let max_per_minute = section.integer("max_per_minute", 1..=100_000).unwrap_or(DEFAULT_COUNTER.max_per_minute);
    let resets_at_power_up = section.optional("resets_at_power_up").unwrap_or(false);
    if resets_at_power_up && properties.missing(POWER_UP).is_some() {
        let hint = format!("add `{POWER_UP}` to properties.toml, or remove this line");
        section.problem("resets_at_power_up", "no property says when a device was switched on", hint);
    }
    let resets_at = resets_at(&mut section);
    section.finish(problems);
    Counter { width_bits, max_per_minute, resets_at_power_up, resets_at }
}

/// `HH:MM` as a minute of the day.
fn resets_at(section: &mut Section<'_>) -> Option<u16> {
    let text: String = section.optional("resets_at")?;
    let minute = minute_of_day(&text);
    if minute.is_none() {
        let hint = "write hours and minutes of the local day, \"00:00\" to \"23:59\"";
        section.problem("resets_at", format!("`{text}` is no time of day"), hint);
    }
    minute
}

pub(super) fn minute_of_day(text: &str) -> Option<u16> {
    let two_digits = |text: &str| text.parse::<u16>().ok().filter(|_| text.len() == 2 && !text.starts_with('+'));
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// κ is kept in thousandths: sources give two digits.
fn humidity(mut section: Section<'_>, problems: &mut Vec<Problem>) -> Option<Humidity> {
    let kappa: Option<Decimal> = section.required("kappa");
    let kappa_milli = kappa.filter(|kappa| kappa.decimals <= 3).and_then(|kappa| kappa.at(3).ok());
    let kappa_milli =
        kappa_milli.filter(|kappa| (0..=2_000).contains(kappa)).and_then(|kappa| u32::try_from(kappa).ok());
    if let Some(kappa) = kappa.filter(|_| kappa_milli.is_none()) {
        let hint = "use 0 to 2 with at most three decimals; 0.3 to 0.4 is usual in European towns";
        section.problem("kappa", format!("{kappa} is out of bounds"), hint);
    }
    let cap_percent = section.required_integer("cap", 50..=99);
    section.finish(problems);
    Some(Humidity { kappa_milli: kappa_milli?, cap_percent: cap_percent? })
}

/// Each entry, or `None` if it could not be read.
fn mappings(
    section: &mut Section<'_>,
    codec: Option<Codec>,
    properties: &Properties,
    problems: &mut Vec<Problem>,
) -> Vec<Option<Mapping>> {
    let entries = section.tables("mapping");
    match codec.map(Codec::needs_mapping) {
        Some(true) if entries.is_empty() => {
            section.problem("mapping", "the codec needs a mapping", "add a `[[mapping]]` for each value");
        }
        Some(false) if !entries.is_empty() => {
            section.problem("mapping", "the codec names properties itself", "remove it, or use the codec `object`");
        }
        _ => {}
    }
    let mut paths = FirstLines::default();
    let mut series = FirstLines::default();
    entries.into_iter().map(|entry| mapping(entry, properties, &mut paths, &mut series, problems)).collect()
}

/// The mapping, if there is nothing wrong with it and it is there for a codec that needs one.
fn sound(codec: Codec, mapping: Vec<Option<Mapping>>) -> Option<Vec<Mapping>> {
    let mapping: Option<Vec<Mapping>> = mapping.into_iter().collect();
    mapping.filter(|mapping| codec.needs_mapping() != mapping.is_empty())
}

fn mapping(
    mut section: Section<'_>,
    properties: &Properties,
    paths: &mut FirstLines,
    series: &mut FirstLines<(PropertyNo, u8)>,
    problems: &mut Vec<Problem>,
) -> Option<Mapping> {
    let line = section.line;
    let path = path(&mut section);
    let id: Option<String> = section.required("property");
    let property = id.and_then(|id| properties.resolve(&id, "property", &mut section));
    check_unit(&mut section, property);
    let scale = scale(&mut section);
    let channel = section.integer("channel", 0..=255).unwrap_or(0);
    if let Some(first) = path.clone().and_then(|path| paths.taken(path, line)) {
        section.problem("path", format!("the path is mapped on line {first} already"), "map each value once");
    }
    if let Some(first) = property.and_then(|property| series.taken((property.number, channel), line)) {
        let hint = "give one of them another `channel`";
        section.problem("property", format!("line {first} maps to the same property and channel"), hint);
    }
    section.finish(problems);
    Some(Mapping { path: path?, property: property?.number, scale, channel })
}

fn path(section: &mut Section<'_>) -> Option<String> {
    let path: String = section.required("path")?;
    if path.split('.').any(str::is_empty) {
        section.problem(
            "path",
            "a part of the path is empty",
            "write names or indices with dots between, like `lines.0.in`",
        );
    }
    Some(path)
}

/// The unit stands in the mapping so that whoever writes it has thought of `scale`.
fn check_unit(section: &mut Section<'_>, property: Option<&ObservedProperty>) {
    let Some(unit) = section.required::<String>("unit") else { return };
    let Some(property) = property.filter(|property| property.unit != unit) else { return };
    let message = format!("`{}` is kept in `{}`, not in `{unit}`", property.id, property.unit);
    let hint = format!("set `scale` so that value × scale is in `{0}`, and `unit = \"{0}\"`", property.unit);
    section.problem("unit", message, hint);
}

fn scale(section: &mut Section<'_>) -> Decimal {
    let one = Decimal { mantissa: 1, decimals: 0 };
    let scale = section.optional::<Decimal>("scale").unwrap_or(one);
    if scale.mantissa == 0 {
        section.problem("scale", "a scale of 0 makes every value 0", "use the factor to the property's unit");
    }
    scale
}

/// Each property, or `None` if it is not known.
fn expected(section: &mut Section<'_>, properties: &Properties) -> Vec<Option<PropertyNo>> {
    let ids: Vec<String> = section.optional("expected").unwrap_or_default();
    ids.iter().map(|id| Some(properties.resolve(id, "expected", section)?.number)).collect()
}
