//! Windows as points: one for each theme, and channel of a device.

use smartpole_model::{Decimal, DeviceNo, PoleNo, ZoneNo};
use smartpole_pipeline::Scope;
use smartpole_store::{Grain, KeptValue, KeptWindow, State};
use smartpole_window::Level;

use super::{Filter, Property, Schema, codes};
use crate::{Field, Points, Value};

impl Schema {
    /// Makes points of a window, as many as it has themes and channels; none of one that the target does not want.
    pub fn window(&self, window: &KeptWindow, points: &mut impl Points) {
        if !self.wants(&window.key) {
            return;
        }
        let mut values: Vec<(&Property, &KeptValue)> = window
            .values
            .iter()
            .filter_map(|value| Some((self.property(value.series.property)?, value)))
            .filter(|(property, _)| property.wanted)
            .collect();
        values.sort_by_key(|(property, value)| (property.theme, value.series.channel));
        let same = |one: &(&Property, &KeptValue), other: &(&Property, &KeptValue)| {
            (one.0.theme, one.1.series.channel) == (other.0.theme, other.1.series.channel)
        };
        for point in values.chunk_by(same) {
            self.window_point(window, point, points);
        }
    }

    fn window_point(&self, window: &KeptWindow, values: &[(&Property, &KeptValue)], points: &mut impl Points) {
        let Some((first, value)) = values.first() else { return };
        let (scope, start) = (window.key.scope, window.key.start);
        let measurement = format!("{}{}", self.themes[first.theme], suffix(scope, window.key.grain));
        let line = matches!(scope, Scope::Device(_)).then_some(value.series.channel);
        let series = self.series(&measurement, scope, start, line);
        let flags: Vec<String> = values.iter().map(|(_, value)| codes(value.aggregate.remarks())).collect();
        let mut fields = Vec::new();
        for ((property, value), flags) in values.iter().zip(&flags) {
            fields.extend(of(property, value));
            // a correction can take back a remark and that something stayed out, and a field once written stays
            let corrected = value.aggregate.revisions > 0;
            if corrected || value.aggregate.excluded > 0 {
                fields.push(Field { key: &property.excluded, value: Value::Int(value.aggregate.excluded.into()) });
            }
            if corrected || !flags.is_empty() {
                fields.push(Field { key: &property.flags, value: Value::Text(flags) });
            }
        }
        // a point is as often revised as the one of its properties that was so most often
        let most = values.iter().map(|(_, value)| (value.aggregate.revisions, value.state));
        let (revisions, state) = most.max_by_key(|(revisions, _)| *revisions).unwrap_or((0, value.state));
        fields.push(Field { key: "revision", value: Value::Int(revisions.into()) });
        fields.push(Field { key: "state", value: Value::Text(word(state)) });
        points.point(&series, &fields, start, 0);
    }
}

/// Fields of one property.
fn of<'a>(property: &'a Property, value: &KeptValue) -> impl Iterator<Item = Field<'a>> {
    let KeptValue { aggregate, mean, expected, .. } = *value;
    let level = !property.is_count && aggregate.count > 0;
    let coverage = (expected > 0).then(|| {
        let tenths = (aggregate.count.min(expected) * 1_000 + expected / 2) / expected;
        Value::Decimal(Decimal { mantissa: tenths, decimals: 1 })
    });
    let mean = mean.filter(|_| level).map(|mean| {
        let mantissa = (mean * 10.0).round() as i64;
        Value::Decimal(Decimal { mantissa, decimals: property.decimals + 1 })
    });
    let fields = [
        (&property.count, Some(Value::Int(aggregate.count))),
        // energies of sound levels are summed, and are none of the property's numbers
        (&property.sum, property.sums.then(|| property.value(aggregate.sum))),
        (&property.min, level.then(|| property.value(aggregate.min))),
        (&property.max, level.then(|| property.value(aggregate.max))),
        (&property.mean, mean),
        (&property.coverage, coverage),
    ];
    fields.into_iter().filter_map(|(key, value)| Some(Field { key, value: value? }))
}

/// What is put behind a theme, for every kind of window that is wanted.
pub(super) fn suffixes(filter: &Filter) -> Vec<String> {
    let scopes = [Scope::Device(DeviceNo(0)), Scope::Pole(PoleNo(0)), Scope::Zone(ZoneNo(0))];
    let grains = [Grain::Quarter, Grain::Level(Level::Hour), Grain::Level(Level::Day)];
    let kept = |scope: &Scope, grain: &Grain| {
        filter.windows(*grain) && (*grain != Grain::Quarter || matches!(scope, Scope::Device(_)))
    };
    let of = |scope: Scope| {
        grains.into_iter().filter(move |grain| kept(&scope, grain)).map(move |grain| suffix(scope, grain))
    };
    scopes.into_iter().flat_map(of).collect()
}

fn suffix(scope: Scope, grain: Grain) -> String {
    let grain = match grain {
        Grain::Quarter => "15m",
        Grain::Level(Level::Hour) => "1h",
        Grain::Level(Level::Day | Level::CetDay) => "1d",
    };
    let scope = match scope {
        Scope::Device(_) => "",
        Scope::Pole(_) => "_pole",
        Scope::Zone(_) => "_zone",
    };
    format!("_{grain}{scope}")
}

fn word(state: State) -> &'static str {
    match state {
        State::Open => "open",
        State::Provisional => "provisional",
        State::Final => "final",
        State::Corrected => "corrected",
    }
}
