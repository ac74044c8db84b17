//! Other rules look back further, or at other series: the values they look at are taken from the blocks.

use smartpole_model::{DeviceNo, Series, UtcMillis};

use crate::{Env, Fold, LoadError, active::Active};

impl Fold {
    /// Takes the newest values of devices whose rules are others than under the `former` registry from their blocks.
    pub(crate) fn renew_tails(&mut self, former: &Active, env: &Env<'_>) -> Result<(), LoadError> {
        let active = std::sync::Arc::clone(&self.active);
        for index in 0..self.devices.len() {
            let no = DeviceNo(index as u32);
            let newest = self.devices[index].newest;
            if former.rules_at(no, newest) == active.rules_at(no, newest) {
                continue;
            }
            let device = &mut self.devices[index];
            let series: Vec<(Series, UtcMillis)> =
                device.latest.iter().map(|latest| (latest.series, latest.event_time)).collect();
            (device.tails, device.dirty) = (Default::default(), true);
            self.with_place(no, &active, env, |place| {
                series.iter().try_for_each(|(series, newest)| place.renew_tail(*series, *newest))
            })?;
        }
        Ok(())
    }
}
