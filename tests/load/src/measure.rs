//! One run.

use std::path::Path;

use smartpole_model::UtcMillis;
use tokio::time::Instant;

use crate::{
    audience::Audience,
    broker::Broker,
    cli::{Measure, Mode, System},
    consumer::{CLIENT, Consumer, FILTER, TELEGRAF_FIELD},
    error::{Error, io},
    figures::Figures,
    fleet::{Fleet, Schedule},
    influx::Influx,
    mqtt, page,
    process::Usage,
    tap::Tap,
    traffic::Traffic,
    viewer::Viewer,
};

/// All that runs beside the poles.
struct Stage {
    broker: Broker,
    influx: Option<Influx>,
    tap: Option<Tap>,
}

/// What each process has used so far.
struct Used {
    consumer: Usage,
    broker: Usage,
    server: Option<Usage>,
    load: Usage,
}

/// Runs it, and everything that belongs to it, in a folder that is removed afterwards.
pub(crate) async fn measure(plan: &Measure) -> Result<Figures, Error> {
    let dir = tempfile::Builder::new().prefix("smartpole-load-").tempdir().map_err(io("make a temporary folder"))?;
    let dir = dir.path();
    let traffic = Traffic::new(plan.poles, plan.messages, plan.format, now());
    let broker = Broker::start(dir).await?;
    let influx = if plan.influx { Some(Influx::start(&plan.programs, dir).await?) } else { None };
    let tap = if plan.watch { Some(Tap::start(broker.port, &traffic).await?) } else { None };
    let mut stage = Stage { broker, influx, tap };
    match plan.mode {
        Mode::Live => live(plan, &traffic, &mut stage, dir).await,
        Mode::Backlog => backlog(plan, &traffic, &mut stage, dir).await,
    }
}

async fn live(plan: &Measure, traffic: &Traffic, stage: &mut Stage, dir: &Path) -> Result<Figures, Error> {
    let mut consumer = stage.start(plan, traffic, dir).await?;
    stage.broker.subscribed(CLIENT).await?;
    let fleet = Fleet::connect(stage.broker.port, traffic).await?;
    let viewer = match (&consumer, plan.watch) {
        (Consumer::Service(service), true) => Some(Viewer::start(&service.base, traffic).await?),
        _ => None,
    };
    let audience = match &consumer {
        Consumer::Service(service) => Some(Audience::start(&service.base, plan.browsers).await?),
        _ => None,
    };
    let (bytes, before) = (fleet.bytes(), stage.used(&consumer)?);
    let schedule = Schedule { start: Instant::now(), rate: plan.rate };
    if let Some(tap) = &stage.tap {
        tap.begin(schedule);
    }
    let sending = tokio::spawn(fleet.send(schedule));
    let page = match &consumer {
        Consumer::Service(service) if plan.page => Some(page::look(service.base.clone())),
        _ => None,
    };
    consumer.has_all(plan.messages, stage.influx.as_ref()).await?;
    let seconds = schedule.start.elapsed().as_secs_f64();
    sending.await??;
    let mut figures = stage.figures(plan, &consumer, &before, bytes, seconds).await?;
    figures.acknowledged = stage.tap.as_ref().and_then(Tap::acknowledged);
    figures.shown = viewer.and_then(|viewer| viewer.shown(&schedule));
    if let Some(page) = page {
        // what is seen after the last message is no page under load
        let page = if page.is_finished() {
            page.await?
        } else {
            Err(Error::TooLong { what: "frames.mjs", seconds: seconds as u64 })
        };
        figures.page = Some(page?);
    }
    figures.browser_bytes = audience.map_or(0, |audience| audience.bytes());
    Ok(figures)
}

async fn backlog(plan: &Measure, traffic: &Traffic, stage: &mut Stage, dir: &Path) -> Result<Figures, Error> {
    mqtt::make_session(stage.broker.port, CLIENT, FILTER).await?;
    let fleet = Fleet::connect(stage.broker.port, traffic).await?;
    let bytes = fleet.bytes();
    fleet.send(Schedule { start: Instant::now(), rate: None }).await?;
    // who starts waits for the broker, so that no start is counted, neither a quick nor a slow one
    stage.broker.pause()?;
    let mut consumer = stage.start(plan, traffic, dir).await?;
    stage.broker.connected().await?;
    let before = stage.used(&consumer)?;
    let start = Instant::now();
    stage.broker.go_on()?;
    consumer.has_all(plan.messages, stage.influx.as_ref()).await?;
    stage.figures(plan, &consumer, &before, bytes, start.elapsed().as_secs_f64()).await
}

impl Stage {
    async fn start(&self, plan: &Measure, traffic: &Traffic, dir: &Path) -> Result<Consumer, Error> {
        let port = self.tap.as_ref().map_or(self.broker.port, |tap| tap.port);
        Consumer::start(plan.system, &plan.programs, traffic, port, self.influx.as_ref(), dir).await
    }

    fn used(&self, consumer: &Consumer) -> Result<Used, Error> {
        let server = match (&self.influx, consumer.null_server()) {
            (Some(influx), _) => Some(influx.usage()?),
            (None, Some(null)) => Some(null.usage()?),
            (None, None) => None,
        };
        let (consumer, broker) = (consumer.process().usage()?, self.broker.usage()?);
        Ok(Used { consumer, broker, server, load: Usage::of("self")? })
    }

    /// Waits for the commit, and looks what all of it cost.
    async fn figures(
        &self,
        plan: &Measure,
        consumer: &Consumer,
        before: &Used,
        bytes: u64,
        seconds: f64,
    ) -> Result<Figures, Error> {
        let folded = Instant::now();
        let mut stored = None;
        if let Consumer::Service(service) = consumer {
            service.committed().await?;
            stored = Some(service.stored());
        }
        let commit_s = folded.elapsed().as_secs_f64();
        let after = self.used(consumer)?;
        if let Some(influx) = &self.influx {
            influx.check(plan.messages, if plan.system == System::Telegraf { TELEGRAF_FIELD } else { "pm2_5" }).await?;
        }
        Ok(Figures {
            system: plan.system,
            mode: plan.mode,
            format: plan.format,
            influx: plan.influx,
            poles: plan.poles,
            messages: plan.messages,
            rate: plan.rate,
            watched: plan.watch,
            browsers: plan.browsers,
            browser_bytes: 0,
            packet_bytes: bytes as f64 / plan.messages as f64,
            seconds,
            commit_s,
            consumer: after.consumer.since(before.consumer),
            broker: after.broker.since(before.broker),
            server: after.server.zip(before.server).map(|(after, before)| after.since(before)),
            load: after.load.since(before.load),
            stored,
            acknowledged: None,
            shown: None,
            page: None,
        })
    }
}

/// This machine's clock.
fn now() -> UtcMillis {
    let since_1970 = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    UtcMillis(since_1970.as_millis() as i64)
}
