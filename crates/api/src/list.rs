//! Lists: `{"items":[…],"next":cursor|null}`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use utoipa::ToSchema;

/// Most items of one answer.
const MAX_ITEMS: usize = 10_000;

/// A number of a query string, within bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number<const MIN: usize, const MAX: usize>(pub(crate) usize);

/// Most items of one answer, as asked for.
pub(crate) type Limit = Number<1, MAX_ITEMS>;

/// A channel, as asked for.
pub(crate) type Channel = Number<0, 255>;

/// Where a list goes on; opaque to those who ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cursor(pub(crate) String);

/// Some items, and where the next ones are.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct List<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// Give this back as `cursor` for more; null at the end.
    #[schema(value_type = Option<String>)]
    pub(crate) next: Option<Cursor>,
}

impl<T> List<T> {
    /// A list with nothing after it.
    pub(crate) fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(MAX_ITEMS)
    }
}

impl<const MIN: usize, const MAX: usize> Number<MIN, MAX> {
    fn parse(text: &str) -> Result<Self, String> {
        let number = text.parse().ok().filter(|number| (MIN..=MAX).contains(number));
        let shown: String = text.chars().take(40).collect();
        number.map(Self).ok_or_else(|| format!("not a number from {MIN} to {MAX}: {shown:?}"))
    }
}

impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for Number<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let inner = URL_SAFE_NO_PAD.decode(&text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        let shown: String = text.chars().take(40).collect();
        inner.map(Self).ok_or_else(|| D::Error::custom(format!("not a `next` of an answer: {shown:?}")))
    }
}
