//! Names and numbers as sent → series and integers at the property's resolution.

use smartpole_model::{Catalogue, Decimal, DecimalError, ObservedProperty, Profile, Reason, Series};

use crate::{Fault, Sample, Value};

/// Most characters of a [`Fault::name`].
const MAX_NAME: usize = 80;

/// What names mean for one device.
#[derive(Clone, Copy)]
pub(crate) struct Names<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) catalogue: &'a Catalogue,
}

/// What one name means.
pub(crate) struct Meaning<'a> {
    pub(crate) property: &'a ObservedProperty,
    pub(crate) channel: u8,
    /// Factor to the property's unit.
    pub(crate) scale: Option<Decimal>,
}

impl<'a> Names<'a> {
    /// The catalogue's property of that id, else what the profile's mapping makes of the name.
    pub(crate) fn property(self, id: &str, channel: u32) -> Result<Meaning<'a>, Reason> {
        if let Some(property) = self.catalogue.by_id(id) {
            let channel = u8::try_from(channel).map_err(|_| Reason::UnknownProperty)?;
            return Ok(Meaning { property, channel, scale: None });
        }
        let mapping = self.profile.mapping.iter().find(|mapping| mapping.path == id && channel == 0);
        self.mapped(mapping.ok_or(Reason::UnknownProperty)?)
    }

    /// What a row of the mapping means.
    pub(crate) fn mapped(self, mapping: &smartpole_model::registry::Mapping) -> Result<Meaning<'a>, Reason> {
        let property = self.catalogue.get(mapping.property).ok_or(Reason::UnknownProperty)?;
        Ok(Meaning { property, channel: mapping.channel, scale: Some(mapping.scale) })
    }

    /// `people_in/1` is channel 1 of `people_in`.
    pub(crate) fn named(self, name: &str) -> Result<Meaning<'a>, Reason> {
        match name.split_once('/') {
            None => self.property(name, 0),
            Some((id, channel)) => self.property(id, channel.parse().map_err(|_| Reason::UnknownProperty)?),
        }
    }
}

impl Meaning<'_> {
    /// The value of a number.
    pub(crate) fn value(&self, number: Decimal) -> Result<Value, Reason> {
        let scaled = match self.scale {
            None => number,
            Some(scale) => number.times(scale).map_err(reason)?,
        };
        let value = scaled.at(self.property.decimals).map_err(reason)?;
        Ok(Value { series: Series { property: self.property.number, channel: self.channel }, value })
    }
}

/// Why a text is no value.
pub(crate) fn reason(error: DecimalError) -> Reason {
    match error {
        DecimalError::NotANumber => Reason::NotANumber,
        DecimalError::Overflow => Reason::Overflow,
    }
}

impl Sample {
    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.faults.is_empty()
    }

    /// Keeps a value, or its fault under the name that was sent.
    pub(crate) fn keep(&mut self, name: &str, value: Result<Value, Reason>) {
        match value {
            Ok(value) => self.values.push(value),
            Err(reason) => self.faults.push(Fault { name: name.chars().take(MAX_NAME).collect(), reason }),
        }
    }
}
