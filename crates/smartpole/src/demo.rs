//! A simulated Castrop-Rauxel: half of its lamps publish by MQTT to the embedded listener, half speak LoRaWAN to gateways that send
//! by UDP; a month of history first, then live.

use std::{
    collections::HashMap,
    fs, io,
    net::SocketAddr,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use firmware_sim::{Broker, Fleet, Pace, Spec, Transmission, lorawan, publish};
use rust_embed::RustEmbed;
use smartpole_model::{
    DeviceNo, Retention, UtcMillis,
    registry::{FOLD, Files, is_input},
};
use smartpole_pipeline::Fold;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::{clock, service::Service};
use progress::{Progress, Stream};

mod progress;

/// Registry of Castrop-Rauxel, compiled in so that the demo needs no file.
#[derive(RustEmbed)]
#[folder = "../../deploy/castrop-rauxel"]
struct CastropRauxel;

/// A live device speaks this often: a town of ten-minute stations would look asleep.
const LIVE_STEP_MS: i64 = 15_000;
/// A measurement is sent this long after it was taken at most: on a second start, what is older was sent.
const LATENCY_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
/// For so many days more than its history has the demo keeps readings of persons.
const MONTH: u32 = 30;

/// What the demo plays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Play {
    pub(crate) days: u32,
    pub(crate) seed: u64,
}

/// Writes the demo's registry into `folder` unless one is there: Castrop-Rauxel's, or one of so many poles. Its history comes late by
/// as many days as it has, so readings of persons are taken and kept for longer than a city would.
pub(crate) fn provide_registry(folder: &Path, poles: Option<usize>, play: Play) -> io::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    let Play { days, seed } = play;
    let mut files = poles.map_or_else(castrop_rauxel, |poles| firmware_sim::synthetic(poles, seed));
    let days = days.saturating_add(MONTH);
    let fold =
        format!("[retention]\nraw_days = {}\nraw_personal_days = {days}\n", days.max(Retention::default().raw_days));
    files.insert(FOLD.to_owned(), fold.into_bytes());
    let building = folder.with_extension("new");
    for (name, bytes) in files {
        let path = building.join(name);
        path.parent().map_or(Ok(()), fs::create_dir_all)?;
        fs::write(path, bytes)?;
    }
    fs::rename(building, folder)
}

fn castrop_rauxel() -> Files {
    let names = CastropRauxel::iter().filter(|name| is_input(name));
    names.filter_map(|name| Some((name.to_string(), CastropRauxel::get(&name)?.data.into_owned()))).collect()
}

/// Plays the town against a running service until `stop`.
pub(crate) async fn play(service: &Service, play: Play, stop: CancellationToken) {
    caught_up(service, &stop).await;
    let now = clock::now();
    let newest = newest(&service.fold);
    let month_ago = now.plus(-i64::from(play.days) * DAY_MS);
    let Some(inputs) = service.fold.read().ok().map(|fold| Arc::clone(fold.inputs())) else { return };
    let known = |id: &str| newest.get(id).copied().unwrap_or(month_ago);
    let from = inputs.registry.devices.iter().map(|device| known(&device.id)).min().unwrap_or(month_ago).max(month_ago);
    let spec = Spec::new(play.seed, from, now);
    let (fleet, radio) = (Fleet::new(&inputs, spec.clone()), lorawan::Fleet::new(&inputs, spec));
    let progress = Progress::new(fleet.planned() + radio.planned(), now);
    let mut devices = JoinSet::new();
    for (index, device) in fleet.devices().iter().enumerate().take_while(|_| service.mqtt.is_some()) {
        let after = known(&device.id);
        let transmissions =
            fleet.device(index).filter(move |sent| sent.at > after.plus(LATENCY_MS)).chain(live(&fleet, index, now));
        let (mqtt, mut told) = (service.mqtt, progress.stream());
        devices.spawn(async move {
            if let Some(mqtt) = mqtt {
                device_plays(mqtt, index, transmissions, move |sent| told.sent(sent.at, 1)).await;
            }
        });
    }
    progress.start();
    let radio = Box::pin(radio_plays(service.udp, &radio, newest, now, progress.stream()));
    let all = async { tokio::join!(radio, async { while devices.join_next().await.is_some() {} }) };
    stop.run_until_cancelled(all).await;
    devices.abort_all();
    progress.end();
}

async fn device_plays(
    mqtt: SocketAddr,
    index: usize,
    transmissions: impl Iterator<Item = Transmission>,
    sent: impl FnMut(&Transmission),
) {
    let broker = Broker { patience_s: u32::MAX, ..Broker::new(&mqtt.ip().to_string(), mqtt.port()) };
    if let Err(error) = publish::publish(&broker, index, Pace::OnTime, transmissions, sent).await {
        tracing::error!(device = index, %error, "a simulated device gave up");
    }
}

/// The LoRaWAN devices and their gateways: history as from gateways that kept it, then live.
async fn radio_plays(
    udp: Option<SocketAddr>,
    fleet: &lorawan::Fleet,
    reported: HashMap<String, UtcMillis>,
    now: UtcMillis,
    mut told: Stream,
) {
    let Some(udp) = udp else { return };
    let play = lorawan::Play {
        pace: Pace::OnTime,
        reported,
        live_step_s: Some(LIVE_STEP_MS as u32 / 1_000),
        patience_s: u32::MAX,
        ..lorawan::Play::new(udp, now)
    };
    let delivered = |delivery: &lorawan::Delivery| {
        if let lorawan::Content::Frames(copies) = &delivery.content {
            let frames = copies.iter().map(|copy| copy.frame.start);
            let newest = frames.clone().max().unwrap_or(now);
            told.sent(newest, frames.count() as u64);
        }
    };
    if let Err(error) = lorawan::play(fleet, &play, delivered).await {
        tracing::error!(%error, "the simulated gateways gave up");
    }
}

/// What a device says from `from` on, for ever; devices speak one after the other, not all at once.
fn live(fleet: &Fleet, index: usize, from: UtcMillis) -> impl Iterator<Item = Transmission> + use<> {
    let mut device = fleet.live(index);
    let phase = (index as i64 * 7_919) % LIVE_STEP_MS;
    (0..).map(move |step| device.message(from.plus(phase + step * LIVE_STEP_MS), LIVE_STEP_MS))
}

/// Newest event time of each device that ever reported.
fn newest(fold: &RwLock<Fold>) -> HashMap<String, UtcMillis> {
    let fold = fold.read().unwrap_or_else(PoisonError::into_inner);
    let devices = fold.inputs().registry.devices.iter();
    let newest_of = |no: DeviceNo| fold.latest(no).iter().map(|latest| latest.event_time).max();
    devices.filter_map(|device| Some((device.id.clone(), newest_of(fold.device_no(&device.id)?)?))).collect()
}

/// Waits until what was journalled before is folded: only then is it known where the town stopped.
async fn caught_up(service: &Service, stop: &CancellationToken) {
    let durable = *service.journal.durable().borrow();
    let position = || service.fold.read().map_or(durable, |fold| fold.position().0);
    while position() < durable && !stop.is_cancelled() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
