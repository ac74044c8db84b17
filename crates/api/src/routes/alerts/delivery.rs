//! Who was told of an alert.

use serde::Serialize;
use smartpole_alerting::{Delivery, DeliveryState, Event};
use smartpole_model::{
    UtcMillis,
    registry::{AlertTarget, AlertTargetKind},
};
use utoipa::ToSchema;

/// What became of telling somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertDelivery)]
pub(super) struct DeliveryItem {
    /// Who.
    pub(super) target: TargetItem,
    /// Of what: `opened` or `closed`.
    #[schema(value_type = String, example = "opened")]
    event: Event,
    /// `waiting` (to be sent, or sent again), `sent`, or `failed` (given up after three days).
    #[schema(value_type = String, example = "sent")]
    pub(super) state: DeliveryState,
    /// How often it was tried.
    attempts: u32,
    /// When it was tried last; null if it never was.
    #[schema(value_type = Option<String>, format = DateTime)]
    at: Option<UtcMillis>,
    /// Why it was not sent, in the other side's words; null if it was, or never tried.
    error: Option<String>,
}

/// Who is told of alerts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AlertTarget)]
pub(super) struct TargetItem {
    /// `email` or `webhook`.
    #[schema(value_type = String, example = "email")]
    kind: AlertTargetKind,
    /// The mail address, or the webhook's name.
    #[schema(example = "betrieb@example.org")]
    pub(super) name: String,
}

impl From<Delivery> for DeliveryItem {
    fn from(Delivery { event, target, state, attempts, at, error }: Delivery) -> Self {
        let AlertTarget { kind, name } = target;
        Self { target: TargetItem { kind, name }, event, state, attempts, at, error }
    }
}
