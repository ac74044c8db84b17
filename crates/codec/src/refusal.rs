//! Why a message is refused.

use smartpole_model::Reason;

/// Most characters of a [`Refusal::detail`]: parsers' messages quote what they met.
const MAX_DETAIL: usize = 200;

/// A message that is not read, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct Refusal {
    /// The ledger's reason.
    pub reason: Reason,
    /// What is wrong and where in the bytes; at most 200 characters.
    pub detail: String,
}

impl Refusal {
    pub(crate) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        let mut detail = detail.into();
        if let Some((end, _)) = detail.char_indices().nth(MAX_DETAIL) {
            detail.truncate(end);
        }
        Self { reason, detail }
    }

    pub(crate) fn decode(detail: impl Into<String>) -> Self {
        Self::new(Reason::DecodeFailed, detail)
    }
}
