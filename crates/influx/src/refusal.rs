//! Lines, or fields of them, that a server does not take.

/// Why a server refuses a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedReason {
    /// A field has another type in the bucket.
    FieldTypeConflict,
    /// Its time is outside of what the bucket keeps.
    OutsideRetention,
    /// The line alone is larger than the server takes.
    TooLarge,
    /// Anything else that the server says of a line.
    Rejected,
}

impl RefusedReason {
    /// Its code in the ledger and in metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::FieldTypeConflict => "field_type_conflict",
            Self::OutsideRetention => "outside_retention",
            Self::TooLarge => "too_large",
            Self::Rejected => "rejected",
        }
    }
}

/// What a server refused: a line or some of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Number of the line in its [`crate::Lines`].
    pub line: usize,
    /// The field, if it was refused alone; none stands for the whole line or for all of its fields that were left.
    pub field: Option<String>,
    /// How many accepted readings were refused with it: those of a line are its first fields, as [`crate::Points::point`]
    /// takes them, so a field counts 1 or, if it is a remark or the like, 0.
    pub readings: u32,
    /// Why.
    pub reason: RefusedReason,
    /// What the server said, at most 300 characters.
    pub detail: String,
    /// The line, at most 1,000 characters.
    pub text: String,
}
