//! A reading's way as text.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};

use super::answer::{Answer, Decoding, Message, Reading, Reception, Scope, Superseded, Target, Window};

/// Bytes of a payload that are printed.
const SHOWN: usize = 512;

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reading.fmt(f)?;
        writeln!(f, "  verdict     {}", self.verdict)?;
        match (&self.message, &self.no_message) {
            (Some(message), _) => message.fmt(f)?,
            (None, why) => writeln!(f, "  message     not known: {}", why.as_deref().unwrap_or_default())?,
        }
        list(f, "receptions", &self.receptions)?;
        self.decoding.fmt(f)?;
        list(f, "windows", &self.windows)?;
        list(f, "InfluxDB", &self.targets)
    }
}

fn list(f: &mut fmt::Formatter<'_>, title: &str, items: &[impl fmt::Display]) -> fmt::Result {
    match items {
        [] => writeln!(f, "  {title:11} none")?,
        _ => writeln!(f, "  {title}")?,
    }
    items.iter().try_for_each(|item| writeln!(f, "    {item}"))
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = if self.channel == 0 { String::new() } else { format!("/{}", self.channel) };
        writeln!(f, "{} {}{line} at {}", self.device, self.property, self.event_time)?;
        let counts = match &self.counted {
            Some(counted) if *counted == self.value => "it counts as it is".to_owned(),
            Some(counted) => format!("it counts as {counted}"),
            None => "it does not count".to_owned(),
        };
        let unit = if self.unit == "1" { "" } else { &self.unit };
        writeln!(f, "  value       {}; {counts}", format!("{} {unit}", self.value).trim_end())?;
        if !self.flags.is_empty() {
            writeln!(f, "  remarks     {}", self.flags.join(", "))?;
        }
        for Superseded { value, until } in &self.superseded {
            writeln!(f, "  before      {value}, until {until}")?;
        }
        writeln!(f, "  received    {}; measured by the clock of: {}", self.received_at, self.time_source)
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  message     {} of the journal", self.seq)?;
        writeln!(f, "    received  {} by source {}", self.received_at, self.source)?;
        writeln!(f, "    topic     {}", self.topic)?;
        let bytes = STANDARD.decode(&self.payload_base64).unwrap_or_default();
        writeln!(f, "    payload   {} bytes: {}", self.size, shown(&bytes, self.size))
    }
}

/// Bytes as text if they are, else as hexadecimal digits.
fn shown(bytes: &[u8], size: usize) -> String {
    let text = std::str::from_utf8(bytes).ok().filter(|text| !text.chars().any(char::is_control));
    let more = |all: usize| if all < size { "…" } else { "" };
    match text {
        Some(text) => {
            let part = &text[..text.floor_char_boundary(SHOWN)];
            format!("{part}{}", more(part.len()))
        }
        None => {
            let part = &bytes[..bytes.len().min(SHOWN / 2)];
            let digits = part.iter().fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
            format!("{digits}{}", more(part.len()))
        }
    }
}

impl fmt::Display for Reception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let snr = self.snr.as_ref().map_or(String::new(), |snr| format!(", SNR {snr} dB"));
        let factor = self.spreading_factor.map_or(String::new(), |factor| format!(", SF{factor}"));
        let counts = if self.counts { "counts" } else { "a copy" };
        let Self { gateway, rssi, seq, received_at, .. } = self;
        write!(f, "gateway {gateway}  {rssi} dBm{snr}{factor}  message {seq} at {received_at}: {counts}")
    }
}

impl fmt::Display for Decoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codec = self.codec.as_deref().unwrap_or("unknown");
        writeln!(f, "  decoding    profile {}, codec {codec}, fold version {}", self.profile, self.fold_version)?;
        let then = match &self.inputs_then {
            Some(then) if *then == self.inputs => ", as when it came".to_owned(),
            Some(then) => format!(", when it came {then}"),
            None => String::new(),
        };
        writeln!(f, "    inputs    {}{then}", self.inputs)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scope: Scope { kind, id }, property, step, start, state, revision, .. } = self;
        let counts = match &self.excluded_by {
            _ if self.counts => "counts".to_owned(),
            flags => format!("kept out by {}", flags.as_deref().unwrap_or_default().join(", ")),
        };
        let corrected = if *revision == 0 { String::new() } else { format!(", revision {revision}") };
        write!(f, "{kind} {id}  {property} {step} from {start}, {state}{corrected}: {counts}")
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state.as_str() {
            "before" => "not sent: it came before the target was there (`smartpole influx backfill`)",
            "filtered" => "not sent: its theme is not for this target",
            state => state,
        };
        write!(f, "{}  {state}", self.name)?;
        let why = [&self.reason, &self.detail].into_iter().flatten();
        why.into_iter().try_for_each(|why| write!(f, ": {why}"))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(answer: &str, expected: &Expect) {
        expected.assert_eq(&serde_json::from_str::<Answer>(answer).unwrap().to_string());
    }

    #[test]
    fn a_way_is_printed_hop_by_hop() {
        let answer = r#"{
            "reading":{"device":"a81758fffe0a0001","property":"pm2_5","channel":1,"unit":"ug/m3","event_time":"2026-11-25T10:01:30Z",
                "time_source":"gateway","received_at":"2026-11-25T10:03:00Z","value":7.45,"counted":6.2,"flags":["corrected"],
                "superseded":[{"value":7.4,"until":"2026-11-26T08:00:00Z"}]},
            "verdict":"accepted",
            "message":{"seq":4,"received_at":"2026-11-25T10:03:00Z","source":"gateways","topic":"semtech/b827ebfffe000001/rxpk","size":600,
                "payload_base64":"AAEC"},
            "no_message":null,
            "receptions":[
                {"seq":4,"received_at":"2026-11-25T10:03:00Z","gateway":"b827ebfffe000001","rssi":-97,"snr":8.5,"spreading_factor":7,"counts":true},
                {"seq":5,"received_at":"2026-11-25T10:03:00.120Z","gateway":"b827ebfffe000002","rssi":-110,"snr":null,"spreading_factor":null,"counts":false}],
            "decoding":{"profile":"air","codec":"decentlab_dl_pm","fold_version":3,"inputs":"two","inputs_then":"one"},
            "windows":[
                {"scope":{"kind":"device","id":"a81758fffe0a0001"},"property":"pm2_5","step":"15m","start":"2026-11-25T10:00:00Z","end":"2026-11-25T10:15:00Z",
                    "counts":true,"excluded_by":null,"state":"corrected","revision":2}],
            "targets":[{"name":"city","state":"sent","reason":null,"detail":null},{"name":"lab","state":"before","reason":null,"detail":null},
                {"name":"old","state":"refused","reason":"rejected","detail":"field type conflict"}]}"#;
        check(
            answer,
            &expect![[r#"
            a81758fffe0a0001 pm2_5/1 at 2026-11-25T10:01:30Z
              value       7.45 ug/m3; it counts as 6.2
              remarks     corrected
              before      7.4, until 2026-11-26T08:00:00Z
              received    2026-11-25T10:03:00Z; measured by the clock of: gateway
              verdict     accepted
              message     4 of the journal
                received  2026-11-25T10:03:00Z by source gateways
                topic     semtech/b827ebfffe000001/rxpk
                payload   600 bytes: 000102…
              receptions
                gateway b827ebfffe000001  -97 dBm, SNR 8.5 dB, SF7  message 4 at 2026-11-25T10:03:00Z: counts
                gateway b827ebfffe000002  -110 dBm  message 5 at 2026-11-25T10:03:00.120Z: a copy
              decoding    profile air, codec decentlab_dl_pm, fold version 3
                inputs    two, when it came one
              windows
                device a81758fffe0a0001  pm2_5 15m from 2026-11-25T10:00:00Z, corrected, revision 2: counts
              InfluxDB
                city  sent
                lab  not sent: it came before the target was there (`smartpole influx backfill`)
                old  refused: rejected: field type conflict
        "#]],
        );
    }

    #[test]
    fn what_is_not_known_or_does_not_count_is_said() {
        let answer = r#"{
            "reading":{"device":"p","property":"people_in","channel":0,"unit":"1","event_time":"2026-11-25T10:01:30Z",
                "time_source":"payload","received_at":"2026-11-25T10:03:00Z","value":4,"counted":null,"flags":["out_of_range"],"superseded":[]},
            "verdict":"accepted","message":null,"no_message":"it came by a replay","receptions":[],
            "decoding":{"profile":"people","codec":null,"fold_version":3,"inputs":"one","inputs_then":null},
            "windows":[
                {"scope":{"kind":"pole","id":"AM-01"},"property":"people_in","step":"1h","start":"2026-11-25T10:00:00Z","end":"2026-11-25T11:00:00Z",
                    "counts":false,"excluded_by":["out_of_range"],"state":"open","revision":0}],
            "targets":[{"name":"city","state":"filtered","reason":null,"detail":null}]}"#;
        check(
            answer,
            &expect![[r#"
            p people_in at 2026-11-25T10:01:30Z
              value       4; it does not count
              remarks     out_of_range
              received    2026-11-25T10:03:00Z; measured by the clock of: payload
              verdict     accepted
              message     not known: it came by a replay
              receptions  none
              decoding    profile people, codec unknown, fold version 3
                inputs    one
              windows
                pole AM-01  people_in 1h from 2026-11-25T10:00:00Z, open: kept out by out_of_range
              InfluxDB
                city  not sent: its theme is not for this target
        "#]],
        );
    }

    #[test]
    fn a_payload_is_text_if_it_can_be() {
        assert_eq!(shown(b"{\"a\":1}", 7), "{\"a\":1}");
        assert_eq!(shown(b"ab\n", 3), "61620a");
        assert_eq!(shown(&[b'x'; 600], 600), format!("{}…", "x".repeat(SHOWN)));
    }
}
