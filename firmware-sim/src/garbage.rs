//! Bytes that are no message.

use crate::dice::Dice;

/// Bytes that no decoder may take for a measurement, some of them close to the real one.
pub(crate) fn bytes(payload: &[u8], dice: &mut Dice) -> Vec<u8> {
    match dice.below(6) {
        // Wire type 7 does not exist, so this is no protobuf; nor is it JSON.
        0 => std::iter::once(0xff).chain((0..dice.below(200)).map(|_| dice.next() as u8)).collect(),
        1 => payload[..payload.len() / 2].to_vec(),
        2 => Vec::new(),
        3 => b"{\"time\":\"2026-11-25T10:00:00Z\",\"values\":{\"\xff\xfe\":1}}".to_vec(),
        4 => vec![b'{'; 10_000],
        _ => b"{\"time\":\"yesterday\",\"values\":{\"pm2_5\":7.3}}".to_vec(),
    }
}
