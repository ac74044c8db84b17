//! Lists: `{"items":[…],"next":cursor|null}`.

use serde::Serialize;
use utoipa::ToSchema;

/// Some items, and where the next ones are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// Give this back as `cursor` for more; null at the end.
    #[schema(nullable)]
    pub(crate) next: Option<String>,
}

impl<T> List<T> {
    /// A list with nothing after it.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}
