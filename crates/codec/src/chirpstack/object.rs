//! The object of ChirpStack's own codec, and what the profile's mapping finds in it.

use prost_types::{Struct, value::Kind};
use serde::Deserialize;
use serde_json::value::RawValue;
use smartpole_model::{Decimal, Reason};

use crate::{
    Refusal, Sample,
    json::{self, Members},
    names::{Names, reason},
};

/// An object as sent.
pub(super) enum Object<'a> {
    Json(&'a RawValue),
    Struct(Struct),
}

impl Object<'_> {
    /// Keeps the values that the mapping's paths lead to; what is absent or null is no error.
    pub(super) fn read(&self, names: Names<'_>, sample: &mut Sample) -> Result<(), Refusal> {
        match self {
            Self::Json(raw) => read_json(names, raw, sample)?,
            Self::Struct(object) => read_struct(names, object, sample),
        }
        Ok(())
    }
}

fn read_json(names: Names<'_>, object: &RawValue, sample: &mut Sample) -> Result<(), Refusal> {
    if !object.get().starts_with('{') {
        return Ok(());
    }
    let members: Members<'_> = part(object)?;
    for mapping in &names.profile.mapping {
        if let Some(raw) = find(&members, &mapping.path)?.filter(|raw| raw.get() != "null") {
            let value = names.mapped(mapping).and_then(|meaning| meaning.value(number(raw)?));
            sample.keep(&mapping.path, value);
        }
    }
    Ok(())
}

/// What a dotted path (`lines.0.total_in`) leads to. Each step reads one level, so depth costs no stack.
fn find<'a>(members: &Members<'a>, path: &str) -> Result<Option<&'a RawValue>, Refusal> {
    let mut steps = path.split('.');
    let mut found = steps.next().and_then(|step| members.get(step));
    for step in steps {
        let Some(raw) = found else { return Ok(None) };
        found = match raw.get().as_bytes().first() {
            Some(b'{') => part::<Members<'_>>(raw)?.get(step),
            Some(b'[') => element(raw, step)?,
            _ => None,
        };
    }
    Ok(found)
}

/// One level of the object; places in its errors count from its beginning.
fn part<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, Refusal> {
    json::parse(raw.get()).map_err(|refusal| Refusal::decode(format!("in object: {}", refusal.detail)))
}

fn element<'a>(array: &'a RawValue, step: &str) -> Result<Option<&'a RawValue>, Refusal> {
    let elements: Vec<&RawValue> = part(array)?;
    Ok(step.parse::<usize>().ok().and_then(|index| elements.get(index).copied()))
}

fn number(raw: &RawValue) -> Result<Decimal, Reason> {
    match raw.get() {
        "true" => Ok(Decimal { mantissa: 1, decimals: 0 }),
        "false" => Ok(Decimal { mantissa: 0, decimals: 0 }),
        text => Decimal::parse(text).map_err(reason),
    }
}

fn read_struct(names: Names<'_>, object: &Struct, sample: &mut Sample) {
    for mapping in &names.profile.mapping {
        if let Some(kind) = find_kind(object, &mapping.path).filter(|kind| !matches!(kind, Kind::NullValue(_))) {
            let value = names.mapped(mapping).and_then(|meaning| meaning.value(number_of(kind)?));
            sample.keep(&mapping.path, value);
        }
    }
}

fn find_kind<'a>(object: &'a Struct, path: &str) -> Option<&'a Kind> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let mut found = object.fields.get(first)?;
    for step in rest.into_iter().flat_map(|rest| rest.split('.')) {
        found = match found.kind.as_ref()? {
            Kind::StructValue(object) => object.fields.get(step)?,
            Kind::ListValue(list) => list.values.get(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    found.kind.as_ref()
}

/// A number has the fewest digits that mean it, as ChirpStack writes it in JSON.
fn number_of(kind: &Kind) -> Result<Decimal, Reason> {
    match kind {
        Kind::NumberValue(number) => Decimal::parse(&number.to_string()).map_err(reason),
        Kind::BoolValue(is) => Ok(Decimal { mantissa: i64::from(*is), decimals: 0 }),
        _ => Err(Reason::NotANumber),
    }
}
