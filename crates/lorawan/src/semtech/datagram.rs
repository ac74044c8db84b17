//! Datagrams of the Semtech UDP packet forwarder, protocol version 2 (Lora-net `packet_forwarder`, `PROTOCOL.TXT` 1.4;
//! `sx1302_hal`, `PROTOCOL.md` 1.6), and the messages they are journalled as.
//!
//! ```text
//! 0        1..3    3           4..12         12..
//! version  token   identifier  gateway EUI   JSON        PUSH_DATA 0, PULL_DATA 2, TX_ACK 5
//! version  token   identifier                            PUSH_ACK 1, PULL_ACK 4
//! ```
//!
//! Nobody signs a datagram, so anybody can send one in the name of any gateway.

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;
use smartpole_model::Eui;

/// Largest datagram, in bytes: what UDP over IPv4 carries.
pub const LARGEST: usize = 65_507;
/// Most frames in one datagram. A concentrator hears eight at a time; more comes from gateways that catch up.
pub const MOST_FRAMES: usize = 256;

const VERSION: u8 = 2;
const HEADER: usize = 12;

/// What a message of a packet forwarder holds: the last level of its topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A frame: one object of `rxpk`.
    Rxpk,
    /// The gateway's own counters.
    Stat,
    /// What became of a downlink: the whole datagram, whose token names the downlink.
    TxAck,
    /// A whole datagram that is none of these.
    Datagram,
}

impl Kind {
    /// The topic of a message, `semtech/<EUI>/<kind>`; the EUI is `-` if none is known.
    pub fn topic(self, gateway: Option<Eui>) -> String {
        let kind = match self {
            Self::Rxpk => "rxpk",
            Self::Stat => "stat",
            Self::TxAck => "tx_ack",
            Self::Datagram => "datagram",
        };
        gateway.map_or_else(|| format!("semtech/-/{kind}"), |gateway| format!("semtech/{gateway}/{kind}"))
    }
}

/// A datagram of a gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "token: chosen by the sender, given back in the answer; gateway: the EUI it claims")]
pub enum Datagram<'a> {
    /// It heard something, or tells how it is; `body` is JSON for [`split`].
    PushData { token: [u8; 2], gateway: Eui, body: &'a [u8] },
    /// It can be reached where this comes from.
    PullData { token: [u8; 2], gateway: Eui },
    /// It took or refused the downlink that had this token; `body` is JSON, or empty if all is well.
    TxAck { token: [u8; 2], gateway: Eui, body: &'a [u8] },
}

/// Why bytes are no datagram of a gateway.
#[derive(Debug, thiserror::Error)]
pub enum DatagramError {
    /// It is longer than any can be.
    #[error("{0} bytes are more than a datagram holds")]
    TooLong(usize),
    /// It ends within the header.
    #[error("{0} bytes are less than the header has")]
    TooShort(usize),
    /// It speaks another version.
    #[error("protocol version {0} instead of 2")]
    Version(u8),
    /// Gateways send no such thing.
    #[error("identifier {0} is none that a gateway sends")]
    Identifier(u8),
    /// The body is not the JSON it should be.
    #[error("the body is not as the protocol has it")]
    Json(#[from] serde_json::Error),
    /// It claims more frames than a gateway can have heard.
    #[error("{0} frames are more than a datagram may bring")]
    TooMany(usize),
    /// There is neither a frame nor a status in it.
    #[error("there is nothing in it")]
    Empty,
}

impl<'a> Datagram<'a> {
    /// Reads the header. What follows it is looked at by [`split`] alone.
    ///
    /// # Errors
    /// All of [`DatagramError`] but those of [`split`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, DatagramError> {
        if bytes.len() > LARGEST {
            return Err(DatagramError::TooLong(bytes.len()));
        }
        let short = DatagramError::TooShort(bytes.len());
        let Some(([version, t0, t1, identifier, eui @ ..], body)) = bytes.split_first_chunk::<HEADER>() else {
            return Err(short);
        };
        if *version != VERSION {
            return Err(DatagramError::Version(*version));
        }
        let (token, gateway) = ([*t0, *t1], Eui(u64::from_be_bytes(*eui)));
        match identifier {
            0 => Ok(Self::PushData { token, gateway, body }),
            2 => Ok(Self::PullData { token, gateway }),
            5 => Ok(Self::TxAck { token, gateway, body }),
            other => Err(DatagramError::Identifier(*other)),
        }
    }

    /// Who says it sent this.
    pub fn gateway(&self) -> Eui {
        match self {
            Self::PushData { gateway, .. } | Self::PullData { gateway, .. } | Self::TxAck { gateway, .. } => *gateway,
        }
    }

    /// The datagram that acknowledges this one: PUSH_ACK or PULL_ACK. A TX_ACK has none.
    pub fn ack(&self) -> Option<[u8; 4]> {
        match self {
            Self::PushData { token: [t0, t1], .. } => Some([VERSION, *t0, *t1, 1]),
            Self::PullData { token: [t0, t1], .. } => Some([VERSION, *t0, *t1, 4]),
            Self::TxAck { .. } => None,
        }
    }
}

/// The objects of `rxpk` and `stat` in the body of a PUSH_DATA, each with its bytes as they were sent. They are not looked
/// into; `null` stands for nothing there.
///
/// # Errors
/// [`DatagramError::Json`], [`DatagramError::TooMany`], [`DatagramError::Empty`].
pub fn split(body: &[u8]) -> Result<Vec<(Kind, &RawValue)>, DatagramError> {
    let Objects(objects) = serde_json::from_slice(body)?;
    match objects.iter().filter(|(kind, _)| *kind == Kind::Rxpk).count() {
        0 if objects.is_empty() => Err(DatagramError::Empty),
        frames if frames > MOST_FRAMES => Err(DatagramError::TooMany(frames)),
        _ => Ok(objects),
    }
}

struct Objects<'a>(Vec<(Kind, &'a RawValue)>);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "lowercase")]
enum Key {
    Rxpk,
    Stat,
    #[serde(other)]
    Other,
}

impl<'de> Deserialize<'de> for Objects<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Walk)
    }
}

/// Walks through the body by hand, as a key may come twice.
struct Walk;

impl<'de> Visitor<'de> for Walk {
    type Value = Objects<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object with rxpk or stat")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut objects = Vec::new();
        while let Some(key) = map.next_key()? {
            match key {
                Key::Rxpk => {
                    let frames: Option<Vec<&RawValue>> = map.next_value()?;
                    objects.extend(frames.into_iter().flatten().map(|frame| (Kind::Rxpk, frame)));
                }
                Key::Stat => {
                    let stat: Option<&RawValue> = map.next_value()?;
                    objects.extend(stat.map(|stat| (Kind::Stat, stat)));
                }
                Key::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Objects(objects))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    const GATEWAY: Eui = Eui(0x0016_c001_f153_a14c);

    fn bytes(identifier: u8, body: &str) -> Vec<u8> {
        [&[2, 0xab, 0xcd, identifier], &GATEWAY.0.to_be_bytes()[..], body.as_bytes()].concat()
    }

    /// Each object with its topic, or why there are none.
    #[track_caller]
    fn check(body: &str, expected: &Expect) {
        let lines = match split(body.as_bytes()) {
            Ok(objects) => objects.iter().map(|(kind, raw)| format!("{} {raw}\n", kind.topic(Some(GATEWAY)))).collect(),
            Err(error) => format!("{error}\n"),
        };
        expected.assert_eq(&lines);
    }

    #[test]
    fn the_three_datagrams_of_a_gateway_are_told_apart_and_answered_by_their_tokens() {
        let (token, gateway) = ([0xab, 0xcd], GATEWAY);
        let cases = [
            (bytes(0, "{}"), Datagram::PushData { token, gateway, body: b"{}" }, Some([2, 0xab, 0xcd, 1])),
            (bytes(2, ""), Datagram::PullData { token, gateway }, Some([2, 0xab, 0xcd, 4])),
            (bytes(5, ""), Datagram::TxAck { token, gateway, body: b"" }, None),
        ];
        for (bytes, datagram, ack) in cases {
            let parsed = Datagram::parse(&bytes).unwrap();
            assert_eq!((parsed, parsed.gateway(), parsed.ack()), (datagram, GATEWAY, ack));
        }
    }

    #[test]
    fn what_no_gateway_sends_is_refused() {
        let reason = |bytes: &[u8]| Datagram::parse(bytes).unwrap_err().to_string();
        expect![[r#"
            0 bytes are less than the header has
            11 bytes are less than the header has
            protocol version 1 instead of 2
            identifier 3 is none that a gateway sends
            65508 bytes are more than a datagram holds"#]]
        .assert_eq(
            &[
                reason(&[]),
                reason(&bytes(0, "")[..11]),
                reason(&[&[1], &bytes(0, "")[1..]].concat()),
                reason(&bytes(3, "{}")),
                reason(&bytes(0, &" ".repeat(LARGEST - HEADER + 1))),
            ]
            .join("\n"),
        );
    }

    #[test]
    fn each_frame_and_the_status_keep_their_bytes() {
        check(
            r#" {"rxpk":[ {"tmst":1, "data":"AA=="} ,{"tmst":1, "data":"AA=="}],"x":[{}],"stat":{"lati":null}, "rxpk":[{"tmst":2}]} "#,
            &expect![[r#"
                semtech/0016c001f153a14c/rxpk {"tmst":1, "data":"AA=="}
                semtech/0016c001f153a14c/rxpk {"tmst":1, "data":"AA=="}
                semtech/0016c001f153a14c/stat {"lati":null}
                semtech/0016c001f153a14c/rxpk {"tmst":2}
            "#]],
        );
        check(
            r#"{"stat":{"rxnb":2,"ackr":100.0},"rxpk":null}"#,
            &expect![[r#"
                semtech/0016c001f153a14c/stat {"rxnb":2,"ackr":100.0}
            "#]],
        );
    }

    #[test]
    fn a_frame_need_not_be_an_object_to_be_kept_by_itself() {
        check(
            r#"{"rxpk":[1,null,"a"]}"#,
            &expect![[r#"
            semtech/0016c001f153a14c/rxpk 1
            semtech/0016c001f153a14c/rxpk null
            semtech/0016c001f153a14c/rxpk "a"
        "#]],
        );
    }

    #[test]
    fn a_body_without_frames_and_status_is_refused_with_its_reason() {
        for empty in ["{}", r#"{"rxpk":[],"stat":null}"#, r#"{"other":1}"#] {
            check(empty, &expect!["there is nothing in it\n"]);
        }
        for broken in ["", "[]", r#"{"rxpk":{}}"#, r#"{"rxpk":[{]}"#, r#"{"stat":{}} x"#] {
            check(broken, &expect!["the body is not as the protocol has it\n"]);
        }
        assert!(matches!(split(b"{\"stat\":\"\xff\"}"), Err(DatagramError::Json(_))));
        let frames = |count: usize| format!(r#"{{"rxpk":[{}]}}"#, vec!["{}"; count].join(","));
        assert_eq!(split(frames(MOST_FRAMES).as_bytes()).unwrap().len(), MOST_FRAMES);
        check(&frames(MOST_FRAMES + 1), &expect!["257 frames are more than a datagram may bring\n"]);
    }

    #[test]
    fn a_datagram_without_a_gateway_has_a_topic_too() {
        assert_eq!(Kind::Datagram.topic(None), "semtech/-/datagram");
        assert_eq!(Kind::TxAck.topic(Some(GATEWAY)), "semtech/0016c001f153a14c/tx_ack");
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_datagram_or_refused(
            header in prop::collection::vec(prop_oneof![Just(2u8), any::<u8>()], 0..16),
            body in r#"(\{|\}|\[|\]|,|:|"rxpk"|"stat"|null|[0-9]|\PC){0,60}"#,
        ) {
            let bytes = [header.as_slice(), body.as_bytes()].concat();
            if let Ok(Datagram::PushData { body, .. }) = Datagram::parse(&bytes) {
                split(body).ok();
            }
            split(body.as_bytes()).ok();
        }

        #[test]
        fn what_was_put_together_comes_apart_again(
            frames in prop::collection::vec(r#"\{"data":"[A-Za-z0-9+/-]{0,20}"\}"#, 0..20),
            stat in prop::option::of(r#"\{"rxnb": ?[1-9]\}"#),
        ) {
            let stat_first = stat.iter().map(|stat| format!(r#""stat":{stat},"#)).collect::<String>();
            let body = format!(r#"{{{stat_first}"rxpk":[{}]}}"#, frames.join(" , "));
            let expected: Vec<_> =
                stat.into_iter().map(|stat| (Kind::Stat, stat)).chain(frames.into_iter().map(|f| (Kind::Rxpk, f))).collect();
            let found = split(body.as_bytes()).unwrap_or_default();
            let found: Vec<_> = found.into_iter().map(|(kind, raw)| (kind, raw.get().to_owned())).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
