//! Addresses of answers.

use crate::Kind;

/// Names and values of a query.
pub(crate) type Pairs = Vec<(String, String)>;

/// The address of an entity.
pub(crate) fn of_entity(root: &str, kind: Kind, id: i64) -> String {
    format!("{root}/{}({id})", kind.plural())
}

/// An address with a query in which `name` has another value, and none of `without` is left.
pub(crate) fn with(address: &str, pairs: &Pairs, without: &[&str], (name, value): (&str, String)) -> String {
    let kept = pairs.iter().filter(|(known, _)| known != name && !without.contains(&known.as_str()));
    let kept = kept.map(|(known, value)| (known.as_str(), value.as_str()));
    let all = kept.chain([(name, value.as_str())]).map(|(name, value)| format!("{name}={}", encoded(value)));
    format!("{address}?{}", all.collect::<Vec<_>>().join("&"))
}

/// A value of a query (RFC 3986, 3.4): what may stand in one and is no sign of forms stays as it is.
fn encoded(value: &str) -> String {
    let encode = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._~$()/,:;@*!".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    value.bytes().map(encode).collect()
}
