//! What can be of single persons counts only of devices whose profile says by what it senses them.

use std::borrow::Cow;

use smartpole_codec::{Fault, Sample, Value};
use smartpole_model::{ObservedProperty, Profile, Reason};

use crate::active::Active;

impl Active {
    /// Samples of a device with values that its profile may not measure as faults.
    pub(crate) fn sensed<'a>(&self, profile: &Profile, samples: &'a [Sample]) -> Cow<'a, [Sample]> {
        let refused = |value: &Value| self.refused(profile, value).is_some();
        if samples.iter().all(|sample| !sample.values.iter().any(refused)) {
            return Cow::Borrowed(samples);
        }
        let mut samples = samples.to_vec();
        for sample in &mut samples {
            let fault = |property: &ObservedProperty| Fault { name: property.id.clone(), reason: Reason::NoSensing };
            sample.faults.extend(sample.values.iter().filter_map(|value| self.refused(profile, value)).map(fault));
            sample.values.retain(|value| !refused(value));
        }
        Cow::Owned(samples)
    }

    fn refused(&self, profile: &Profile, value: &Value) -> Option<&ObservedProperty> {
        let property = self.inputs.registry.properties.get(value.series.property)?;
        (!profile.may_measure(property)).then_some(property)
    }
}
