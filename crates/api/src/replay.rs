//! Decoding messages again: which ones, and who does it.

use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use smartpole_model::{Reason, UtcMillis};
use smartpole_pipeline::{Effect, Replay};
use utoipa::ToSchema;

/// Whether messages are sought in the quarantine or everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Of {
    /// Messages in quarantine, as a whole or in part.
    #[default]
    Quarantined,
    /// All messages that are kept.
    All,
}

/// Messages that are decoded again: those for which everything holds that is given. In an order of the journal it is JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Selection {
    /// Whether they are sought in the quarantine or everywhere.
    pub of: Of,
    /// Why they are in quarantine; of several readings the first one's reason.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "unknown_device")]
    pub reason: Option<Reason>,
    /// Whose they are by the registry in force; one that was registered since counts, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "am-01-air")]
    pub device: Option<String>,
    /// Name of the source that brought them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "listener")]
    pub source: Option<String>,
    /// Received then or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub from: Option<UtcMillis>,
    /// Received before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub to: Option<UtcMillis>,
}

/// Who orders replays, and tries them out.
pub trait Replays: Send + Sync {
    /// Orders a replay.
    ///
    /// # Errors
    /// If one is under way, or the journal takes nothing.
    fn order(&self, selection: Selection) -> BoxFuture<'_, Result<Replay, NotOrdered>>;

    /// What was ordered and is not folded yet, so that the fold does not know of it.
    fn waiting(&self) -> Option<Replay>;

    /// What a replay would change. Blocks while it decodes.
    ///
    /// # Errors
    /// If too many messages are concerned, or one is tried out already, or something cannot be read.
    fn try_out(&self, selection: &Selection) -> Result<Effect, NotTried>;
}

/// Why a replay is not ordered.
#[derive(Debug, thiserror::Error)]
pub enum NotOrdered {
    /// One at a time.
    #[error("replay {} is under way", .0.id)]
    UnderWay(Box<Replay>),
    /// Nothing can be ordered.
    #[error("cannot order a replay")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Why a replay is not tried out.
#[derive(Debug, thiserror::Error)]
pub enum NotTried {
    /// One at a time.
    #[error("another replay is being tried out")]
    Busy,
    /// So many are tried out at most.
    #[error("more than {0} messages are concerned")]
    TooMany(u64),
    /// Something cannot be read.
    #[error("cannot try a replay out")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selection_in_an_order_says_what_was_given() {
        let selection = Selection { reason: Some(Reason::UnknownDevice), ..Selection::default() };
        let text = serde_json::to_string(&selection).unwrap();
        assert_eq!(text, r#"{"of":"quarantined","reason":"unknown_device"}"#);
        assert_eq!(serde_json::from_str::<Selection>(&text).unwrap(), selection);
        assert!(serde_json::from_str::<Selection>(r#"{"pole":"AM-01"}"#).is_err());
    }
}
