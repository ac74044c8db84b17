//! Tells people and programs of alerts: what a message says, and how it leaves by mail or by HTTP.
//!
//! ```text
//! smartpole_alerting::Message ─► Notice, by the registry ─┬► text, German first ─► Letter ─► SMTP         (lettre)
//!                                                         └► JSON, signed by Standard Webhooks ─► HTTP POST (reqwest)
//! ```
//!
//! Invariants: nothing is remembered here, `smartpole_alerting` does that; a message that is sent again has the same id; no word of
//! the registry reaches a mail's headers with a control character in it; secrets are read when they are needed, and are in no error.

mod email;
mod error;
mod letter;
mod notice;
mod pause;
mod secret;
mod text;
mod webhook;
mod words;

use std::path::Path;

pub use error::Error;
pub use notice::{Entry, Notice};
pub use pause::{GIVE_UP_MS, pause};
pub use secret::{files, unusable};
use smartpole_model::{
    UtcMillis,
    registry::{AlertTarget, AlertTargetKind, AlertTargets},
};

/// Sends a notice to one target; what the other side said to it. Files of secrets begin at `folder`.
///
/// # Errors
/// [`Error`]; then it may have come all the same, as when the answer was lost.
pub async fn send(
    targets: &AlertTargets,
    to: &AlertTarget,
    folder: &Path,
    notice: &Notice,
    now: UtcMillis,
) -> Result<String, Error> {
    match to.kind {
        AlertTargetKind::Email => match &targets.email {
            Some(email) => email::send(email, &to.name, folder, notice).await,
            None => Err(Error::Unknown),
        },
        AlertTargetKind::Webhook => match targets.webhooks.iter().find(|hook| hook.name == to.name) {
            Some(hook) => webhook::send(hook, folder, notice, now).await,
            None => Err(Error::Unknown),
        },
    }
}
