//! What a profile says in one place, and what makes no sense beside it in another.
//!
//! Nobody asked for these before, so that kept registries are spared. Of what could not be read nothing is said here: that is reported
//! already.

use super::{Codec, Counter, Humidity, Mapping, properties::Properties, toml_section::Section};
use crate::{Kind, ObservedProperty, PropertyNo};

/// The property that masses are dried by.
const RELATIVE_HUMIDITY: &str = "relative_humidity";

/// What a profile says, as far as it could be read.
pub(super) struct Said<'p> {
    properties: &'p Properties,
    codec: Codec,
    /// What the mapping gives; none if that is not known.
    mapped: Option<Vec<&'p ObservedProperty>>,
    /// What is expected; none if that is not known.
    expected: Option<Vec<&'p ObservedProperty>>,
}

impl<'p> Said<'p> {
    /// What is said by a codec, its mapping and what is expected of it; entries that could not be read are `None`.
    pub(super) fn new(
        codec: Codec,
        mapping: &[Option<Mapping>],
        expected: &[Option<PropertyNo>],
        properties: &'p Properties,
    ) -> Self {
        let property = |number: PropertyNo| properties.catalogue.get(number);
        let mapped = mapping.iter().map(|entry| property(entry.as_ref()?.property)).collect();
        let expected = expected.iter().map(|number| property((*number)?)).collect();
        Self { properties, codec, mapped, expected }
    }

    /// Notes everything that contradicts itself.
    pub(super) fn check(
        &self,
        section: &mut Section<'_>,
        interval_s: Option<u32>,
        counter: Option<Counter>,
        humidity: Option<Humidity>,
    ) {
        self.check_expected(section);
        if humidity.is_some() {
            self.check_humidity(section);
        }
        match (counter, self.has_totals()) {
            (Some(_), Some(false)) => {
                let message = format!("it says how totals behave, and the profile {} none", self.verb());
                let hint = format!("remove `[counter]`, or {}", self.give("the totals that the device sends"));
                section.problem_of_new("counter", message, hint);
            }
            (None, Some(true)) => {
                let message = "totals come, and no `[counter]` says after how many bits they wrap";
                section.problem_of_new(
                    "counter",
                    message,
                    "add `[counter]` with the device's `width_bits` and `max_per_minute`",
                );
            }
            (Some(counter), Some(true)) => check_width(section, interval_s, counter),
            _ => {}
        }
    }

    /// The properties of which values come, if the profile says it: by its mapping, or by what it expects of a codec that names
    /// properties itself.
    fn given(&self) -> Option<&[&'p ObservedProperty]> {
        let given = if self.codec.needs_mapping() { &self.mapped } else { &self.expected };
        given.as_deref().filter(|given| !given.is_empty())
    }

    /// Whether totals come, if it is known. Codecs of counters give them unless the counts of a period alone are expected.
    fn has_totals(&self) -> Option<bool> {
        let any = |given: &[&ObservedProperty], kind| given.iter().any(|property| property.kind == kind);
        if self.codec.counts_persons() {
            let expected = self.expected.as_ref()?;
            return Some(any(expected, Kind::TotalCount) || !any(expected, Kind::IntervalCount));
        }
        self.given().map(|given| any(given, Kind::TotalCount))
    }

    fn verb(&self) -> &'static str {
        if self.codec.needs_mapping() { "maps" } else { "expects" }
    }

    /// What to do so that `what` comes.
    fn give(&self, what: &str) -> String {
        if self.codec.needs_mapping() {
            format!("add a `[[mapping]]` of {what}")
        } else {
            format!("add {what} to `expected`")
        }
    }

    /// What is expected comes once, and can come.
    fn check_expected(&self, section: &mut Section<'_>) {
        let Some(expected) = &self.expected else { return };
        let mapped = self.given().filter(|_| self.codec.needs_mapping());
        for (at, property) in expected.iter().enumerate() {
            let id = &property.id;
            if expected[..at].iter().any(|earlier| earlier.number == property.number) {
                section.problem_of_new("expected", format!("`{id}` stands there twice"), "name it once");
            } else if mapped.is_some_and(|mapped| !mapped.iter().any(|mapped| mapped.makes(property.number))) {
                let hint = format!("add a `[[mapping]]` of `{id}`, or take it out of `expected`");
                section.problem_of_new(
                    "expected",
                    format!("no `[[mapping]]` gives `{id}`, so that it never comes"),
                    hint,
                );
            }
        }
    }

    /// Masses are dried by the humidity that the same device measures.
    fn check_humidity(&self, section: &mut Section<'_>) {
        let Some(given) = self.given() else { return };
        if !given.iter().any(|property| property.is_particle_mass()) {
            let message = format!("it takes water out of particle masses, and the profile {} none", self.verb());
            let hint = format!("remove `[humidity]`, or {}", self.give("a mass like `pm2_5`"));
            section.problem_of_new("humidity", message, hint);
        }
        let is_known = self.properties.catalogue.by_id(RELATIVE_HUMIDITY).is_some();
        if is_known && !given.iter().any(|property| property.id == RELATIVE_HUMIDITY) {
            let message =
                format!("it needs the humidity that the device measures, and the profile {} none", self.verb());
            let hint = format!("remove `[humidity]`, or {}", self.give("`relative_humidity`"));
            section.problem_of_new("humidity", message, hint);
        }
    }
}

/// If each number that a total can go up by can also be that number and a wrap, no two totals say what passed.
fn check_width(section: &mut Section<'_>, interval_s: Option<u32>, counter: Counter) {
    let Some(interval_s) = interval_s else { return };
    let (most, shown, bits) = (counter.most_within(interval_s), counter.modulus(), counter.width_bits);
    if most - shown >= shown - 1 {
        let message = format!(
            "the device reports each {interval_s} s, and by max_per_minute {most} can pass between: {bits} bits wrap more than once in that, \
             so that no difference of two totals says what passed"
        );
        section.problem_of_new(
            "counter",
            message,
            "set the `width_bits`, `max_per_minute` and `interval_s` that are the device's",
        );
    }
}
