//! What a run gives.

use std::fmt;

use crate::{
    cli::{Mode, System},
    latency::Latency,
    page::Page,
    process::Usage,
    tap::Acknowledged,
    traffic::{Format, READINGS},
    viewer::Shown,
};

/// What was measured in one run.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub(crate) struct Figures {
    pub(crate) system: System,
    pub(crate) mode: Mode,
    pub(crate) format: Format,
    pub(crate) influx: bool,
    pub(crate) poles: u64,
    pub(crate) messages: u64,
    pub(crate) rate: Option<f64>,
    pub(crate) watched: bool,
    /// Browsers that looked on, and what came to all of them together.
    pub(crate) browsers: u64,
    pub(crate) browser_bytes: u64,
    /// Bytes of an MQTT packet, on average.
    pub(crate) packet_bytes: f64,
    /// From the first message to the last one folded, acknowledged or written on.
    pub(crate) seconds: f64,
    /// From then until it was committed (the service only; at most a second by design).
    pub(crate) commit_s: f64,
    pub(crate) consumer: Usage,
    pub(crate) broker: Usage,
    /// InfluxDB, or what stands in for it.
    pub(crate) server: Option<Usage>,
    /// The poles, and whoever looks.
    pub(crate) load: Usage,
    /// Bytes on disk: journal and all else.
    pub(crate) stored: Option<(u64, u64)>,
    pub(crate) acknowledged: Option<Acknowledged>,
    pub(crate) shown: Option<Shown>,
    pub(crate) page: Option<Page>,
}

impl Figures {
    pub(crate) fn messages_per_s(&self) -> f64 {
        self.messages as f64 / self.seconds
    }

    /// CPU seconds of a process for a million messages.
    pub(crate) fn per_million(&self, usage: Usage) -> f64 {
        usage.cpu_s / self.messages as f64 * 1e6
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { system, mode, format, poles, messages, .. } = self;
        let influx = if self.influx { ", InfluxDB" } else { "" };
        writeln!(
            f,
            "{system:?} {mode:?} {format:?}{influx}: {messages} messages of {poles} poles, {:.0} bytes a packet",
            self.packet_bytes
        )?;
        let rate = self.messages_per_s();
        writeln!(f, "  {rate:>9.0} messages/s, {:.0} readings/s, {:.2} s", rate * READINGS as f64, self.seconds)?;
        let mut processes = vec![("consumer", self.consumer), ("broker", self.broker)];
        processes.extend(self.server.map(|server| ("server", server)));
        processes.push(("load", self.load));
        for (name, usage) in processes {
            let (mega, written) = (usage.peak_bytes as f64 / 1e6, usage.written_bytes as f64 / 1e6);
            let cpu = self.per_million(usage);
            writeln!(
                f,
                "  {cpu:>9.2} CPU s a million of the {name}, peak memory {mega:.0} MB, {written:.0} MB written"
            )?;
        }
        if self.browsers > 0 {
            let (browsers, each) = (self.browsers, self.browser_bytes as f64 / self.browsers as f64 / self.seconds);
            writeln!(f, "  {each:>9.0} bytes a second to each of {browsers} browsers")?;
        }
        if let Some((journal, store)) = self.stored {
            let each = |bytes: u64| bytes as f64 / *messages as f64;
            writeln!(
                f,
                "  {:>9.0} bytes of journal a message, {:.0} of store; committed after {:.2} s",
                each(journal),
                each(store),
                self.commit_s
            )?;
        }
        let mut line = |name: &str, latency: &Latency| {
            let Latency { count, p50_ms, p99_ms, max_ms } = latency;
            writeln!(f, "  {p50_ms:>9.1} ms p50, {p99_ms:.1} ms p99, {max_ms:.1} ms most: {name} ({count})")
        };
        if let Some(acknowledged) = &self.acknowledged {
            line("from sending to acknowledgement", &acknowledged.from_send)?;
            line("of it behind the broker", &acknowledged.behind_broker)?;
        }
        if let Some(shown) = &self.shown {
            line("from sending to the live page", &shown.events)?;
            writeln!(f, "  {:>9} events left out by the stream", shown.missed)?;
        }
        if let Some(Page { frames_per_s, p50_ms, p99_ms, longest_ms, dropped, busy }) = self.page {
            let busy = busy * 100.0;
            writeln!(
                f,
                "  {frames_per_s:>9.1} frames/s, {p50_ms:.1} ms p50, {p99_ms:.1} ms p99, {longest_ms:.1} ms most between them, {dropped} dropped; the page's thread busy {busy:.0} %"
            )?;
        }
        Ok(())
    }
}
