//! Why a question has no answer.

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It cannot be understood, or would cost too much.
    #[error("{detail}")]
    Invalid {
        /// What is wrong.
        detail: String,
        /// What to do.
        remedy: String,
    },
    /// It names nothing.
    #[error("there is nothing at {0:?}")]
    Nothing(String),
    /// The observations could not be read.
    #[error("cannot read observations")]
    Source(#[source] SourceError),
}

/// Why the source could not be read.
pub type SourceError = Box<dyn std::error::Error + Send + Sync>;

impl Refusal {
    /// A question that cannot be understood, or costs too much.
    pub(crate) fn invalid(detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self::Invalid { detail: detail.into(), remedy: remedy.into() }
    }

    /// A name that nothing has, with those there are.
    pub(crate) fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Self {
        let shown: String = name.chars().take(64).collect();
        let scored = known.clone().map(|known| (strsim::jaro_winkler(&shown, known), known));
        let nearest = scored.filter(|(score, _)| *score > 0.8).max_by(|a, b| a.0.total_cmp(&b.0));
        let hint = nearest.map(|(_, known)| format!("did you mean {known}? ")).unwrap_or_default();
        let all = known.collect::<Vec<_>>().join(", ");
        Self::invalid(format!("there is no {what} {shown:?}"), format!("{hint}there are {all}"))
    }
}
