//! Topic → format and device.

use std::borrow::Cow;

use smartpole_model::{Format, Inputs, Reason};

use crate::{Refusal, chirpstack};

/// The source of what is imported, and the first level of its topics.
pub const IMPORT: &str = "import";

/// The topic of an imported message of a device: `import/<device>/up`, read as `smartpole` whatever the settings' routes are.
pub fn import_topic(device: &str) -> String {
    format!("{IMPORT}/{device}/up")
}

/// The routes of the fold settings, compiled, and behind them the one of imports.
#[derive(Clone, Debug)]
pub struct Router {
    routes: Vec<(Vec<Level>, Format)>,
}

/// A level of an MQTT topic filter.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Level {
    Exact(Box<str>),
    One,
    Rest,
}

/// How a message is read and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressed<'a> {
    /// How its bytes are read.
    pub format: Format,
    /// Id of the device, as in `devices.csv`; none where only the frame in the message tells.
    pub device_id: Option<Cow<'a, str>>,
}

impl Router {
    /// Compiles the routes.
    pub fn new(inputs: &Inputs) -> Self {
        let compile = |filter: &str| filter.split('/').map(Level::of).collect();
        let routes = inputs.settings.routes.iter().map(|route| (compile(&route.filter), route.format));
        let imports = (compile(&import_topic("+")), Format::Smartpole);
        Self { routes: routes.chain([imports]).collect() }
    }

    /// The format of a topic.
    pub fn format(&self, topic: &str) -> Option<Format> {
        self.routes.iter().find(|(filter, _)| fits(filter, topic)).map(|(_, format)| *format)
    }

    /// The first route that fits the topic, and the device: for `smartpole` the topic's last level but one; for
    /// `chirpstack` the level after `device` in lower case, which [`decode`](crate::decode) holds against the body, so
    /// that the body is parsed once. Only a topic without that level costs a look into the body here.
    ///
    /// # Errors
    /// `UnknownTopic` if no route fits, `UnknownDevice` if no device is named, `DecodeFailed` if the body should name it
    /// and cannot be read.
    pub fn route<'a>(&self, topic: &'a str, payload: &[u8]) -> Result<Addressed<'a>, Refusal> {
        let format = self.format(topic);
        let format = format.ok_or_else(|| Refusal::new(Reason::UnknownTopic, "no route fits the topic"))?;
        let device_id = match format {
            Format::Smartpole => Some(topic.rsplit('/').nth(1).unwrap_or_default().into()),
            Format::Chirpstack => Some(match chirpstack::topic_parts(topic) {
                Some((dev_eui, _)) => lower_case(dev_eui),
                None => chirpstack::dev_eui(payload)?.into(),
            }),
            Format::GatewayBridge | Format::Semtech => None,
        };
        match device_id.as_deref() {
            Some("") => Err(Refusal::new(Reason::UnknownDevice, "the topic names no device")),
            _ => Ok(Addressed { format, device_id }),
        }
    }
}

fn lower_case(text: &str) -> Cow<'_, str> {
    match text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => text.to_ascii_lowercase().into(),
        false => text.into(),
    }
}

impl Level {
    fn of(text: &str) -> Self {
        match text {
            "+" => Self::One,
            "#" => Self::Rest,
            exact => Self::Exact(exact.into()),
        }
    }
}

/// MQTT 3.1.1 §4.7: `#` also stands for its parent level, and no wildcard begins a topic of the broker's own (`$SYS`).
fn fits(filter: &[Level], topic: &str) -> bool {
    if topic.starts_with('$') && !matches!(filter.first(), Some(Level::Exact(_))) {
        return false;
    }
    let mut levels = topic.split('/');
    for wanted in filter {
        match (wanted, levels.next()) {
            (Level::Rest, _) => return true,
            (Level::One, Some(_)) => {}
            (Level::Exact(exact), Some(level)) if **exact == *level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}
