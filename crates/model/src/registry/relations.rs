//! What properties of the catalogue have to do with each other.

use std::collections::HashMap;

use super::{properties::Properties, toml_section::Section};
use crate::{Decimal, Kind, ObservedProperty};

/// What all entries say, by their ids.
pub(super) type All = HashMap<String, Relations>;

/// What an entry says of others, by their ids.
#[derive(Clone, Debug)]
pub(super) struct Relations {
    counts: Option<String>,
    opposite: Option<String>,
    converts_to: Option<String>,
    factor: Option<Decimal>,
}

impl Relations {
    /// Reads them.
    pub(super) fn read(section: &mut Section<'_>) -> Self {
        let (counts, opposite) = (section.optional("counts"), section.optional("opposite"));
        Self { counts, opposite, converts_to: section.optional("converts_to"), factor: section.optional("factor") }
    }
}

/// Looks the others up; what does not fit is a problem of `section`.
pub(super) fn follow(
    section: &mut Section<'_>,
    property: &mut ObservedProperty,
    relations: &Relations,
    properties: &Properties,
    all: &All,
) {
    follow_counts(section, property, relations.counts.as_deref(), properties);
    if let Some(opposite) = &relations.opposite {
        follow_opposite(section, property, opposite, properties, all);
    }
    match (&relations.converts_to, relations.factor) {
        (Some(target), Some(factor)) => follow_conversion(section, property, (target, factor), properties, all),
        (Some(_), None) => section.problem("factor", "`factor` is missing", "add the factor to the other's unit"),
        (None, Some(_)) => {
            section.problem("converts_to", "`converts_to` is missing", "name the property it is converted to");
        }
        (None, None) => {}
    }
}

/// Differences of a total are added to the interval count, so both must mean the same.
fn follow_counts(
    section: &mut Section<'_>,
    property: &mut ObservedProperty,
    counts: Option<&str>,
    properties: &Properties,
) {
    match (property.kind, counts) {
        (Kind::TotalCount, None) => {
            let hint = "name the interval_count that the total's differences feed";
            section.problem("counts", "`counts` is missing", hint);
        }
        (Kind::TotalCount, Some(counted)) => {
            let Some(target) = properties.resolve(counted, "counts", section) else { return };
            property.counts = Some(target.number);
            if target.kind != Kind::IntervalCount {
                section.problem("counts", format!("`{counted}` is no interval_count"), "name an interval_count");
            } else if (&target.unit, target.decimals) != (&property.unit, property.decimals) {
                let message = format!("`{counted}` has another unit or other decimals");
                section.problem("counts", message, "give both the same unit and decimals");
            }
        }
        (_, Some(_)) => section.problem("counts", "only a total_count counts something", "remove it, or change `kind`"),
        (_, None) => {}
    }
}

/// Values of a reversed line are kept as the other's, so both must mean the same, and there must be a way back.
fn follow_opposite(
    section: &mut Section<'_>,
    property: &mut ObservedProperty,
    opposite: &str,
    properties: &Properties,
    all: &All,
) {
    let Some(target) = properties.resolve(opposite, "opposite", section) else { return };
    property.opposite = Some(target.number);
    if target.id == property.id {
        section.problem("opposite", "a property is not its own opposite", "name the other direction");
    } else if all.get(opposite).and_then(|other| other.opposite.as_ref()) != Some(&property.id) {
        let hint = format!("write `opposite = \"{}\"` there, or remove it here", property.id);
        section.problem("opposite", format!("`{opposite}` does not name `{}` as its opposite", property.id), hint);
    } else if (target.kind, &target.unit, target.decimals) != (property.kind, &property.unit, property.decimals) {
        let message = format!("`{opposite}` has another kind, another unit or other decimals");
        section.problem("opposite", message, "give both the same kind, unit and decimals");
    }
}

/// One step from a level to a level, which is not converted again.
fn follow_conversion(
    section: &mut Section<'_>,
    property: &mut ObservedProperty,
    (id, factor): (&str, Decimal),
    properties: &Properties,
    all: &All,
) {
    let Some(target) = properties.resolve(id, "converts_to", section) else { return };
    property.converts = Some((target.number, factor));
    if target.id == property.id {
        section.problem("converts_to", "a property is not converted to itself", "name the other property");
    } else if (property.kind, target.kind) != (Kind::Gauge, Kind::Gauge) {
        section.problem("converts_to", format!("`{id}` and this one are not both gauges"), "convert gauges only");
    } else if all.get(id).is_some_and(|other| other.converts_to.is_some()) {
        section.problem("converts_to", format!("`{id}` is converted itself"), "name what it is converted to");
    }
    if factor.mantissa <= 0 {
        section.problem("factor", format!("{factor} is not above 0"), "use the factor to the other's unit");
    }
}
