//! What the process says about itself: logs on stderr, and errors with their causes. Stdout is left to results, the
//! address of the page and progress.

use std::{
    error::Error,
    fmt,
    io::{self, IsTerminal},
};

use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use crate::config::LogFormat;

/// Why logging cannot start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TelemetryError {
    /// `RUST_LOG` holds no filter.
    #[error("RUST_LOG is no filter: write it like `info` or `info,smartpole_source=debug`")]
    Filter(#[source] tracing_subscriber::filter::ParseError),
    /// Somebody else has it already.
    #[error("logging was started twice")]
    Started(#[source] Box<dyn Error + Send + Sync>),
}

/// Without `RUST_LOG`: what happens to the service, not each connection of the embedded listener.
const DEFAULT_FILTER: &str = "info,mqtt5=warn";

/// Starts logging for the whole process: what `RUST_LOG` asks for, [`DEFAULT_FILTER`] without it.
///
/// # Errors
/// [`TelemetryError`].
pub(crate) fn start(format: LogFormat) -> Result<(), TelemetryError> {
    let wanted = std::env::var(EnvFilter::DEFAULT_ENV).unwrap_or_else(|_| DEFAULT_FILTER.to_owned());
    let filter = EnvFilter::builder().with_default_directive(LevelFilter::INFO.into()).parse(wanted);
    let filter = filter.map_err(TelemetryError::Filter)?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    let started = match format {
        LogFormat::Text => logs.with_ansi(io::stderr().is_terminal()).try_init(),
        LogFormat::Json => logs.json().flatten_event(true).try_init(),
    };
    started.map_err(TelemetryError::Started)
}

/// An error with its causes, `what: why: why`. A cause that the text before it ends with already (many errors of others
/// repeat their source) is not said twice.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain<'a>(pub(crate) &'a dyn Error);

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        f.write_str(&said)?;
        for cause in std::iter::successors(self.0.source(), |&error| error.source()) {
            let cause = cause.to_string();
            if !said.ends_with(&cause) {
                write!(f, ": {cause}")?;
                said = cause;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Layer {
        text: &'static str,
        source: Option<Box<Layer>>,
    }

    fn chain(texts: &[&'static str]) -> String {
        let layer = texts.iter().rev().fold(None, |source, text| Some(Box::new(Layer { text, source })));
        Chain(&*layer.unwrap()).to_string()
    }

    #[test]
    fn causes_follow_from_the_outermost_to_the_root() {
        assert_eq!(chain(&["cannot start"]), "cannot start");
        assert_eq!(
            chain(&["cannot start", "cannot open x", "no such file"]),
            "cannot start: cannot open x: no such file"
        );
    }

    #[test]
    fn a_cause_that_was_said_is_not_said_again() {
        assert_eq!(chain(&["cannot open x: no such file", "no such file"]), "cannot open x: no such file");
        assert_eq!(chain(&["a", "b: c", "c", "d"]), "a: b: c: d");
        assert_eq!(chain(&["timeout", "timeout", "timeout"]), "timeout");
    }
}
