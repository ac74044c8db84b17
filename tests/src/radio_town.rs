//! The LoRaWAN devices of the shipped registry, their gateways, and what must come of what these deliver.

use std::time::Duration;

use firmware_sim::{
    Faults, LorawanTruth, Outcomes, Pace, Spec,
    lorawan::{Delivery, Fleet, Play, PlayError, Played, play},
};
use smartpole_model::{Inputs, Reason};
use tokio::task::JoinHandle;

use crate::{
    Api, Config, Ledger, eventually, now,
    town::{compare_windows, spec},
};

/// A fleet on the air.
#[derive(Debug)]
pub struct RadioTown {
    fleet: Fleet,
    inputs: Inputs,
}

/// A fleet that plays as long as this is kept.
#[derive(Debug)]
pub struct Playing(JoinHandle<Result<(), PlayError>>);

impl Drop for Playing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What was delivered, and what was counted on the way.
pub type Told = Result<(Played, Vec<Delivery>), PlayError>;

impl RadioTown {
    /// All LoRaWAN devices of the registry for so many hours, up to two days ago, with these faults.
    pub fn new(config: &Config, hours: i64, faults: Faults) -> Self {
        let inputs = config.inputs();
        Self { fleet: Fleet::new(&inputs, spec(hours, faults)), inputs }
    }

    /// The same devices without a past, each of which measures every few seconds from now on.
    pub fn without_past(config: &Config) -> Self {
        let inputs = config.inputs();
        Self { fleet: Fleet::new(&inputs, Spec::new(7, now(), now())), inputs }
    }

    /// Plays it to gateways' port on and on, until the handle is dropped.
    pub fn live(&self, port: u16) -> Playing {
        let fleet = self.fleet.clone();
        let how = Play {
            pace: Pace::OnTime,
            live_step_s: Some(5),
            patience_s: u32::MAX,
            stat_every: Duration::from_secs(5),
            ..Play::new(([127, 0, 0, 1], port).into(), now())
        };
        Playing(tokio::spawn(async move { play(&fleet, &how, |_| ()).await.map(drop) }))
    }

    /// How many measurements are planned.
    pub fn planned(&self) -> u64 {
        self.fleet.planned()
    }

    /// Plays it in the background to gateways' port; ends when all is acknowledged.
    pub fn play(&self, port: u16) -> JoinHandle<Told> {
        let fleet = self.fleet.clone();
        let how = Play {
            patience_s: 120,
            join_patience: Duration::from_millis(700),
            ..Play::new(([127, 0, 0, 1], port).into(), now())
        };
        tokio::spawn(async move {
            let mut deliveries = Vec::new();
            let played = play(&fleet, &how, |delivery| deliveries.push(delivery.clone())).await?;
            Ok((played, deliveries))
        })
    }

    /// What must come of it.
    pub fn truth(&self, deliveries: &[Delivery]) -> LorawanTruth {
        LorawanTruth::of(&self.inputs, &self.fleet, deliveries)
    }

    /// Waits until the ledger says what the truth says, and compares every window.
    ///
    /// # Panics
    /// If it does not, with what differs.
    pub async fn ledger_and_windows_are_the_truth(&self, api: &Api, truth: &LorawanTruth) -> Ledger {
        let ledger = eventually("the ledger is the truth", async || {
            let ledger = Ledger::ask(api).await?;
            let mut differs = truth.difference(&outcomes(&ledger));
            let readings = (ledger.term("readings accepted"), ledger.totals.get("readings").copied());
            let must = (truth.truth.readings.accepted, Some(truth.truth.readings.sum()));
            if readings != must {
                differs.push(format!("readings are {readings:?}, must be {must:?}"));
            }
            if differs.is_empty() && ledger.balanced { Ok(ledger) } else { Err(format!("{differs:#?}")) }
        })
        .await;
        compare_windows(api, &self.inputs, self.fleet.spec(), &truth.truth.windows).await;
        ledger
    }
}

fn outcomes(ledger: &Ledger) -> Outcomes {
    let quarantined = Reason::ALL.into_iter().map(|reason| {
        let n = ledger.term(&format!("messages quarantined {}", reason.code()));
        (reason, n)
    });
    Outcomes {
        uplink: ledger.term("messages uplink"),
        duplicate: ledger.term("messages duplicate"),
        control: ledger.term("messages control"),
        quarantined: quarantined.filter(|(_, n)| *n > 0).collect(),
    }
}
