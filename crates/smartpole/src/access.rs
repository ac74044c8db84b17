//! Accounts beside the interface: the first link, and the end of what is remembered.

pub(crate) mod command;

use std::{path::Path, time::Duration};

use smartpole_access::{Access, Cost, Error};
use tokio_util::sync::CancellationToken;

use crate::{clock, telemetry::Chain};

/// How often the audit trail lets go of what is too old.
const EVERY: Duration = Duration::from_secs(3_600);

/// Keeps the audit trail as long as is configured, and no longer.
pub(crate) struct AuditTrail {
    pub(crate) access: Access,
    days: u32,
}

impl AuditTrail {
    /// Opens the file; with the address where the first admin is made, if there is no account. It holds for an hour and for one.
    pub(crate) fn open(data: &Path, days: u32, base_url: &str) -> Result<(Self, Option<String>), Error> {
        let access = Access::open(data, Cost::default())?;
        let link = access.first_link(clock::now())?.map(|secret| format!("{base_url}/first/{}", secret.reveal()));
        Ok((Self { access, days }, link))
    }

    pub(crate) async fn run(self, stop: CancellationToken) {
        let mut hour = tokio::time::interval(EVERY);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = hour.tick() => {}
            }
            let (access, days) = (self.access.clone(), self.days);
            let trimmed = tokio::task::spawn_blocking(move || access.trim_audit(days, clock::now())).await;
            if let Ok(Err(error)) = trimmed {
                tracing::error!("the audit trail could not be trimmed: {}", Chain(&error));
            }
        }
    }
}
