//! CPU of folding: 10,000 devices, a message of 8 values a minute, protobuf and JSON, into changes ready to commit.
//!
//! `cargo bench -p smartpole-pipeline`. Runs on one thread; the journal's bytes and the store's commit are measured by their
//! own crates and together by `cargo bench -p smartpole-store`.

use std::{collections::HashMap, sync::Arc, time::Instant};

use firmware_sim::synthetic;
use prost::Message as _;
use smartpole_codec::v1;
use smartpole_model::{DeviceNo, Inputs, Quarter, RawMessageRef, RecordRef, Seq, UtcMillis};
use smartpole_pipeline::{Env, Fold, LoadError, LoadInputs, Restore, StoredBlock, StoredBlocks};

const DEVICES: i64 = 10_000;
const MINUTES: i64 = 60;
const BATCH: usize = 10_000;
/// 2026-11-02T10:00:00Z
const START: i64 = 1_793_613_600_000;

const PROPERTIES: [(&str, u32, i64); 8] = [
    ("pm1", 1, 52),
    ("pm2_5", 1, 73),
    ("pm4", 1, 95),
    ("pm10", 1, 121),
    ("no2", 1, 184),
    ("temperature", 2, 2_130),
    ("relative_humidity", 1, 612),
    ("pressure", 1, 10_132),
];

struct Nothing(HashMap<String, Arc<Inputs>>);

impl StoredBlocks for Nothing {
    fn load(&self, _: DeviceNo, _: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        Ok(None)
    }
}

impl LoadInputs for Nothing {
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError> {
        self.0.get(hash).cloned().ok_or_else(|| LoadError(hash.into()))
    }
}

fn main() {
    for (name, encode) in [("protobuf", protobuf as fn(i64, &[i64]) -> Vec<u8>), ("json", json)] {
        let messages = messages(encode);
        for round in 1..=3 {
            measure(name, round, &messages);
        }
    }
}

fn measure(name: &str, round: usize, messages: &[(String, Vec<u8>, i64)]) {
    let inputs = Inputs::parse(&synthetic(DEVICES as usize / 2, 1)).unwrap_or_default();
    let env_data = Nothing([("h".to_owned(), Arc::new(inputs))].into());
    let env = Env { stored: &env_data, inputs: &env_data };
    let Ok(mut fold) = Fold::restore(Restore::default(), &env) else { return };
    let first = RecordRef::Inputs { received_at: UtcMillis(START), hash: "h" };
    fold.apply(Seq(1), &first, false, &env).ok();
    let (start, mut blocks, mut bytes, mut row_bytes, mut agg_bytes) = (Instant::now(), 0, 0, 0, 0);
    for (index, (topic, payload, at)) in messages.iter().enumerate() {
        let message = RawMessageRef {
            source: "broker",
            topic,
            payload,
            received_at: UtcMillis(*at),
            principal: "",
            peer: "",
            qos: 1,
            retained: false,
        };
        fold.apply(Seq(index as u64 + 2), &RecordRef::Message(message), false, &env).ok();
        if (index + 1) % BATCH == 0 {
            let changes = fold.take_changes();
            blocks += changes.blocks.len();
            bytes += changes.batch_row.len();
            row_bytes += changes.blocks.iter().map(|block| block.rows.len()).sum::<usize>();
            agg_bytes += changes.blocks.iter().map(|block| block.aggregates.len()).sum::<usize>();
            fold.committed();
        }
    }
    let (n, seconds) = (messages.len() as f64, start.elapsed().as_secs_f64());
    let per_reading = |bytes: usize| bytes as f64 / (blocks as f64 * 15.0 * 8.0);
    println!(
        "{round} {name:8} {:.2} µs/message, {:.0} messages/s; {blocks} blocks, {:.2} + {:.2} bytes/reading (rows + aggregates), batch row {:.0} bytes/message",
        seconds * 1e6 / n,
        n / seconds,
        per_reading(row_bytes),
        per_reading(agg_bytes),
        bytes as f64 / n,
    );
    println!("    {:?}", fold.ledger().0);
}

fn messages(encode: fn(i64, &[i64]) -> Vec<u8>) -> Vec<(String, Vec<u8>, i64)> {
    let inputs = Inputs::parse(&synthetic(DEVICES as usize / 2, 1)).unwrap_or_default();
    let mut dice = 0x9e37_79b9_7f4a_7c15u64;
    let mut noise = move |spread: i64| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as i64 % (2 * spread + 1) - spread
    };
    let mut messages = Vec::new();
    for minute in 0..MINUTES {
        for (index, device) in inputs.registry.devices.iter().enumerate() {
            let at = START + minute * 60_000 + index as i64 * 60_000 / DEVICES;
            // 2 % of noise
            let values: Vec<i64> = PROPERTIES.iter().map(|(_, _, value)| value + noise((value / 50).max(1))).collect();
            let pole = &inputs.registry.poles[device.assignments[0].pole].id;
            let topic = format!("smartpole/castrop-rauxel/{pole}/{}/up", device.id);
            messages.push((topic, encode(at - 300 - noise(200), &values), at));
        }
    }
    messages
}

fn protobuf(at: i64, values: &[i64]) -> Vec<u8> {
    let value = |((property, decimals, _), value): (&(&str, u32, i64), &i64)| v1::Value {
        property: (*property).to_owned(),
        channel: 0,
        mantissa: *value,
        decimals: *decimals,
    };
    let values = PROPERTIES.iter().zip(values).map(value).collect();
    v1::Uplink { samples: vec![v1::Sample { time_ms: Some(at), values }] }.encode_to_vec()
}

fn json(at: i64, values: &[i64]) -> Vec<u8> {
    let decimal = |mantissa, decimals: u32| smartpole_model::Decimal { mantissa, decimals: decimals as u8 };
    let pairs = PROPERTIES.iter().zip(values);
    let values: Vec<String> =
        pairs.map(|((id, decimals, _), value)| format!("\"{id}\":{}", decimal(*value, *decimals))).collect();
    format!("{{\"time\":\"{}\",\"values\":{{{}}}}}", UtcMillis(at), values.join(",")).into_bytes()
}
