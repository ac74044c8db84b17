//! `smartpole replay …`.

use std::path::PathBuf;

use clap::Args;
use smartpole_api::{Of, Selection};
use smartpole_model::{Reason, UtcMillis};

use super::At;

/// Decode messages again, after a codec, a mapping or the registry was mended.
///
/// Every message stays in the journal as it was received, also one that was refused. A replay reads it once more, by the
/// registry in force and this program: what is new counts from now on, with the remark `replayed`; a value that is another
/// one now takes the place of the former, which is kept beside; windows that are closed already get a new revision. What is
/// known already changes nothing, so that it does no harm to replay too much.
///
/// The running service does it, a step at a time, while live messages go on; this command orders it, shows how far it is
/// and says what it changed. Ending the command does not end the replay; one that was killed with the service goes on at
/// its next start.
#[derive(Debug, Args)]
#[command(after_long_help = EXAMPLES, group(clap::ArgGroup::new("whose").required(true).multiple(true).args(["config", "data", "url"])))]
pub(crate) struct Replay {
    #[command(flatten)]
    pub(crate) at: At,
    /// The data folder instead, for a dry run while no service runs
    #[arg(long, value_name = "DIR", conflicts_with = "config")]
    pub(crate) data: Option<PathBuf>,
    /// Only say what would change; without a service, by the registry that was in force last
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    selected: Selected,
}

const EXAMPLES: &str = "\
Examples:
  smartpole replay --config smartpole.toml --dry-run
      what would leave the quarantine, were it decoded by the registry of now
  smartpole replay --config smartpole.toml --reason unknown_device --device am-07-air
      a device sent for weeks before somebody registered it
  smartpole replay --config smartpole.toml --all --device am-01-air --from 2026-11-01
      the mapping of its profile was wrong since November
  smartpole replay --url http://127.0.0.1:8080 --all --dry-run
      nothing, if nothing was mended";

/// Which messages; all that is given must hold.
#[derive(Debug, Args)]
struct Selected {
    /// Messages in quarantine, as a whole or in part (the default)
    #[arg(long, conflicts_with = "all")]
    quarantined: bool,
    /// All messages that the journal still has, and those in quarantine that it no longer has
    #[arg(long)]
    all: bool,
    /// Messages in quarantine for this reason
    #[arg(long, value_name = "CODE", value_parser = reason, conflicts_with = "all")]
    reason: Option<Reason>,
    /// Messages of this device, by the registry in force
    #[arg(long, value_name = "ID")]
    device: Option<String>,
    /// Messages that this source brought
    #[arg(long, value_name = "NAME")]
    source: Option<String>,
    /// Messages received then or later: 2026-11-29T10:00:00Z, or 2026-11-29 for the beginning of that day (UTC)
    #[arg(long, value_name = "TIME", value_parser = time)]
    from: Option<UtcMillis>,
    /// Messages received before
    #[arg(long, value_name = "TIME", value_parser = time)]
    to: Option<UtcMillis>,
}

impl Replay {
    /// Which messages.
    pub(crate) fn selection(&self) -> Selection {
        let Selected { quarantined: _, all, reason, ref device, ref source, from, to } = self.selected;
        let of = if all { Of::All } else { Of::Quarantined };
        Selection { of, reason, device: device.clone(), source: source.clone(), from, to }
    }
}

fn reason(code: &str) -> Result<Reason, String> {
    let known = || Reason::ALL.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(", ");
    let found = Reason::ALL.into_iter().find(|reason| reason.code() == code);
    found.ok_or_else(|| format!("there are: {}", known()))
}

fn time(text: &str) -> Result<UtcMillis, String> {
    let time: Result<UtcMillis, _> = text.parse().or_else(|_| format!("{text}T00:00:00Z").parse());
    time.map_err(|_| "write it as 2026-11-29T10:00:00Z or 2026-11-29".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    fn replay(line: &[&str]) -> Option<Replay> {
        match Cli::try_parse_from(["smartpole", "replay"].iter().chain(line)).ok()?.command {
            Command::Replay(replay) => Some(*replay),
            _ => None,
        }
    }

    #[test]
    fn the_quarantine_is_meant_unless_all_are() {
        let of = |line: &[&str]| replay(line).unwrap().selection().of;
        assert_eq!(of(&["--config", "a.toml"]), Of::Quarantined);
        assert_eq!(of(&["--url", "http://a", "--quarantined"]), Of::Quarantined);
        assert_eq!(of(&["--data", "a", "--all"]), Of::All);
    }

    #[test]
    fn filters_are_codes_names_and_times() {
        let line = ["--config", "a", "--reason", "unknown_device", "--device", "d", "--source", "s", "--from"];
        let times = ["2026-11-01", "--to", "2026-11-02T12:00:00+01:00"];
        let expected = Selection {
            of: Of::Quarantined,
            reason: Some(Reason::UnknownDevice),
            device: Some("d".to_owned()),
            source: Some("s".to_owned()),
            from: "2026-11-01T00:00:00Z".parse().ok(),
            to: "2026-11-02T11:00:00Z".parse().ok(),
        };
        assert_eq!(replay(&[&line[..], &times].concat()).unwrap().selection(), expected);
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        for wrong in [
            &[][..],
            &["--config", "a", "--data", "b"],
            &["--config", "a", "--all", "--quarantined"],
            &["--config", "a", "--all", "--reason", "unknown_device"],
            &["--config", "a", "--reason", "nonsense"],
            &["--config", "a", "--from", "yesterday"],
        ] {
            assert!(replay(wrong).is_none(), "{wrong:?}");
        }
    }
}
