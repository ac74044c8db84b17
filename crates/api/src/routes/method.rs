//! Methods as answers name them.

use std::fmt;

use serde::Serialize;
use smartpole_method::methods::Method;
use utoipa::ToSchema;

/// The method by which figures were made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
pub(crate) struct MethodName {
    /// Its name.
    #[schema(value_type = String, example = "air.day")]
    id: &'static str,
    /// Which version of it.
    version: u32,
}

impl fmt::Display for MethodName {
    /// As it is cited.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.id, self.version)
    }
}

impl From<Method> for MethodName {
    fn from(method: Method) -> Self {
        Self { id: method.id, version: method.version }
    }
}
