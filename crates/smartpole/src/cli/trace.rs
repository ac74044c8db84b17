//! `smartpole trace …`.

use clap::Args;
use smartpole_model::UtcMillis;

use super::{At, time};

/// Show the way of one reading: message, receptions, codec, verdict, windows, InfluxDB.
///
/// A figure is made of readings, and a reading came by a message. This asks the running service for one reading and prints
/// what it was measured as and what it counts as, the message that brought it with its bytes, the gateways that heard it,
/// how it was read, each window it belongs to (or the remark that keeps it out), and which InfluxDB has it.
///
/// Which readings there are says `GET /api/v1/series?device=…&property=…&step=raw`: its `event_time` is the TIME here.
/// What a window said before it was corrected says `GET /api/v1/revisions`.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Trace {
    /// Id of the device, as in devices.csv
    pub(crate) device: String,
    /// Id of the property, with `/1` for the second channel (line) of the device
    #[arg(value_name = "PROPERTY[/CHANNEL]")]
    pub(crate) property: Of,
    /// When it was measured, to the millisecond: 2026-11-29T10:00:00Z or 2026-11-29T11:00:00.250+01:00
    #[arg(value_parser = time)]
    pub(crate) time: UtcMillis,
    #[command(flatten)]
    pub(crate) at: At,
}

const EXAMPLES: &str = "\
Examples:
  smartpole trace am-01-air pm2_5 2026-11-29T10:00:00Z
      of a service or demo on this machine
  smartpole trace --config smartpole.toml am-01-people people_in/1 2026-11-29T10:15:00Z
      the second line of a counter
  smartpole trace --url http://lamps.example:8080 24e124538b223344 people_total 2026-11-29T10:07:31.204Z";

/// A property and its channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Of {
    pub(crate) id: String,
    pub(crate) channel: u8,
}

impl std::str::FromStr for Of {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (id, channel) = text.split_once('/').unwrap_or((text, "0"));
        let channel = channel.parse().map_err(|_| "write a channel from 0 to 255 after the `/`".to_owned())?;
        Ok(Self { id: id.to_owned(), channel })
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn trace(line: &[&str]) -> Option<Trace> {
        match Cli::try_parse_from(["smartpole", "trace"].iter().chain(line)).ok()?.command {
            Command::Trace(trace) => Some(trace),
            _ => None,
        }
    }

    #[test]
    fn a_reading_is_named_by_device_property_and_time() {
        let asked = trace(&["am-01-people", "people_in/1", "2026-11-29T11:00:00.25+01:00"]).unwrap();
        assert_eq!(
            (asked.device.as_str(), asked.property.id.as_str(), asked.property.channel),
            ("am-01-people", "people_in", 1)
        );
        assert_eq!(asked.time, "2026-11-29T10:00:00.250Z".parse().unwrap());
        assert_eq!(trace(&["a", "pm2_5", "2026-11-29T10:00:00Z"]).unwrap().property.channel, 0);
    }

    #[test]
    fn what_names_no_reading_is_refused() {
        for wrong in [
            &["a", "pm2_5"][..],
            &["a", "pm2_5", "yesterday"],
            &["a", "pm2_5", "2026-11-29"],
            &["a", "pm2_5/256", "2026-11-29T10:00:00Z"],
            &["a", "pm2_5/", "2026-11-29T10:00:00Z"],
        ] {
            assert!(trace(wrong).is_none(), "{wrong:?}");
        }
    }
}
