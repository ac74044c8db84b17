//! Base64 as gateways write it.

use std::borrow::Cow;

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// Writers differ in padding, and some do not clear the bits after the last byte.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// The bytes of either alphabet, padded or not; the examples of Semtech's protocol mix both alphabets in one text.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let standard = if text.contains(['-', '_']) {
        Cow::Owned(text.replace('-', "+").replace('_', "/"))
    } else {
        Cow::Borrowed(text)
    };
    LENIENT.decode(&*standard).ok()
}
