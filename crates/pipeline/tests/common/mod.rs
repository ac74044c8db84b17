//! A store in memory, a small registry and messages to fold.
#![allow(missing_docs, dead_code, unreachable_pub, clippy::unwrap_used, reason = "helpers of tests")]

use std::{
    cell::RefCell,
    collections::{BTreeMap, HashMap},
    rc::Rc,
    sync::Arc,
};

use lrwn::{
    AES128Key, DevAddr, EUI64, FCtrl, FHDR, FRMPayload, FType, JoinRequestPayload, MACCommandSet, MACPayload,
    MACVersion, MHDR, Major, Payload, PhyPayload,
};
use prost::Message as _;
use sha2::{Digest, Sha256};
use smartpole_codec::v1;
use smartpole_model::{
    DeviceNo, Inputs, PropertyNo, Quarter, RawMessage, Record, RecordRef, Seq, UtcMillis,
    registry::{QualityRules, Spike},
};
use smartpole_pipeline::{
    Anew, BlockSpan, Changes, Counts, Env, Fold, LedgerDeviceRow, LedgerMove, LedgerSourceKey, LoadError, LoadInputs,
    Name, QuarantineRow, Replay, Restore, RevisionRow, Scope, StoredBlock, StoredBlocks,
};
use smartpole_window::{Aggregates, Level, next_start};

pub const MINUTE: i64 = 60_000;
/// 2026-03-28T21:00:00Z: the night before the clocks change, so that days of 23 hours are in it.
pub const START: i64 = 1_774_731_600_000;

const PROPERTIES: &str = r#"
[[property]]
id = "pm2_5"
number = 1
name_de = "Feinstaub PM2,5"
name_en = "PM2.5"
unit = "ug/m3"
kind = "gauge"
decimals = 2
min = 0
max = 1000
sentinels = [-1]
theme = "air_quality"
public = true
excluded_by = ["out_of_range", "sentinel", "stuck", "warming_up"]

[[property]]
id = "people_in"
number = 2
name_de = "hinein"
name_en = "in"
unit = "{#}"
kind = "interval_count"
decimals = 0
min = 0
max = 100000
theme = "footfall"
public = true
excluded_by = ["out_of_range", "sentinel"]
opposite = "people_out"

[[property]]
id = "people_out"
number = 5
name_de = "hinaus"
name_en = "out"
unit = "{#}"
kind = "interval_count"
decimals = 0
min = 0
max = 100000
theme = "footfall"
opposite = "people_in"

[[property]]
id = "people_in_total"
number = 3
name_de = "hinein, gesamt"
name_en = "in, total"
unit = "{#}"
kind = "total_count"
counts = "people_in"
decimals = 0
min = 0
max = 4294967295
theme = "footfall"
public = false
excluded_by = ["out_of_range", "sentinel"]

[[property]]
id = "power_up"
number = 4
name_de = "eingeschaltet"
name_en = "switched on"
unit = "1"
kind = "state"
decimals = 0
min = 0
max = 1
theme = "device"
"#;

const RADIO: &str = "name = \"radio\"\ncodec = \"cayenne_lpp\"\ninterval_s = 300\npayload_time = false\n[[mapping]]\npath = \"analog_input.1\"\nproperty = \"pm2_5\"\nunit = \"ug/m3\"\n";
const GATEWAYS: &str = "id,name,lat,lon\n0000000000000001,Eins,,\n0000000000000002,Zwei,,\n";
const NWK: u128 = 0x2b7e_1516_28ae_d2a6_abf7_1588_09cf_4f3c;
const APP: u128 = 0x3b7e_1516_28ae_d2a6_abf7_1588_09cf_4f3c;

const ZONES: &str = r#"{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"id":"markt","name":"Markt","kind":"place","parent":"stadt","count":"cross_section","poles":["P1","P2"]},"geometry":{"type":"Polygon","coordinates":[[[7.3,51.5],[7.4,51.5],[7.4,51.6],[7.3,51.5]]]}},
{"type":"Feature","properties":{"id":"stadt","name":"Stadt","kind":"city","parent":null,"count":"none","poles":["P1","P2","P3"]},"geometry":{"type":"Polygon","coordinates":[[[7.2,51.4],[7.5,51.4],[7.5,51.7],[7.2,51.4]]]}}]}"#;

/// Registry files; with `later`, one device moved and one more.
pub fn files(later: bool) -> smartpole_model::registry::Files {
    let devices = match later {
        false => {
            "id,pole,profile,from,line,direction\nd1,P1,station,,,\nd2,P2,station,,,\nd3,P3,station,,,\n00000000000000a1,P1,radio,,,\n00000000000000b2,P2,radio,,,\n"
        }
        true => {
            "id,pole,profile,from,line,direction\nd1,P1,station,,,\nd1,P3,station,2026-03-29T00:00:00Z,,\nd2,P2,station,,,\nd3,P3,station,,,\nd4,P1,station,,,\n00000000000000a1,P1,radio,,,\n00000000000000b2,P2,radio,,,\n"
        }
    };
    // a new key for the device that joins, so that its former frames are forged from then on
    let app_key = if later { "0f" } else { "0e" }.repeat(16);
    let keys = format!(
        "device,activation,app_key,dev_addr,nwk_s_key,app_s_key\n00000000000000a1,abp,,26011bda,{NWK:032x},{APP:032x}\n00000000000000b2,otaa,{app_key},,,\n"
    );
    let profile = "name = \"station\"\ncodec = \"smartpole\"\ninterval_s = 300\npayload_time = true\n[counter]\nwidth_bits = 16\nmax_per_minute = 500\n";
    let poles =
        "id,name,place,lat,lon\nP1,Eins,Markt,51.55,7.31\nP2,Zwei,Markt,51.551,7.311\nP3,Drei,Markt,51.56,7.32\n";
    [
        ("properties.toml", PROPERTIES),
        ("poles.csv", poles),
        ("devices.csv", devices),
        ("zones.geojson", ZONES),
        ("profiles/station.toml", profile),
        ("profiles/radio.toml", RADIO),
        ("gateways.csv", GATEWAYS),
        ("keys.csv", &keys),
    ]
    .map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()))
    .into()
}

/// What the inputs `ruled` ask of `pm2_5`.
pub const RULES: QualityRules = QualityRules {
    stuck: Some(4),
    spike: Some(Spike { neighbours: 5, deviations_milli: 3_000, least: 20 }),
    step: Some(100),
    warming_up_s: 900,
    uncalibrated: false,
    peer: None,
};

pub struct Library(HashMap<String, Arc<Inputs>>);

pub fn library() -> Library {
    let parse = |later| Arc::new(Inputs::parse(&files(later)).unwrap());
    let mut mended = files(false);
    let radio = RADIO.replace("unit = \"ug/m3\"", "unit = \"ug/m3\"\nscale = 10");
    mended.insert("profiles/radio.toml".to_owned(), radio.into_bytes());
    let mended = Arc::new(Inputs::parse(&mended).unwrap());
    let mut ruled = Inputs::parse(&files(false)).unwrap();
    ruled.registry.rules.insert((PropertyNo(1), None), RULES);
    let devices = "id,pole,profile,from,to,state,reversed\nd1,P1,station,,2026-03-28T22:00:00Z,,\nd1,P3,station,2026-03-28T22:00:00Z,,,0\n\
                   d2,P2,station,,,,\nd3,P3,station,,,stock,\n00000000000000a1,P1,radio,,,,\n00000000000000b2,P2,radio,,,,\n";
    let mut moved = files(false);
    moved.insert("devices.csv".to_owned(), devices.as_bytes().to_vec());
    let calibrations =
        "device,property,channel,from,to,offset,gain\nd2,pm2_5,0,2026-03-28T22:37:00Z,2026-03-29T01:10:00Z,1.5,2\n";
    moved.insert("calibrations.csv".to_owned(), calibrations.as_bytes().to_vec());
    let moved = Arc::new(Inputs::parse(&moved).unwrap());
    let all = [
        ("moved", moved),
        ("first", parse(false)),
        ("later", parse(true)),
        ("mended", mended),
        ("ruled", Arc::new(ruled)),
    ];
    Library(all.map(|(hash, inputs)| (hash.to_owned(), inputs)).into())
}

impl LoadInputs for Library {
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError> {
        self.0.get(hash).cloned().ok_or_else(|| LoadError(format!("no inputs {hash}").into()))
    }
}

/// What the store keeps, as plainly as can be.
#[derive(Clone, Default)]
pub struct Memory {
    pub restore: Restore,
    pub blocks: BTreeMap<(Quarter, DeviceNo), StoredBlock>,
    pub rollups: BTreeMap<(Level, i64, Scope), (Aggregates, u32)>,
    pub revisions: Vec<RevisionRow>,
    pub ledger: BTreeMap<(i32, u32, u16), i64>,
    pub ledger_devices: BTreeMap<(i32, DeviceNo), Vec<u8>>,
    pub quarantine: BTreeMap<Seq, QuarantineRow>,
    pub replays: BTreeMap<Seq, Replay>,
    /// What is folded, to be read again.
    pub journal: Rc<Vec<Record>>,
    pub checkpoints: Vec<(Seq, Vec<u8>)>,
}

impl Memory {
    pub fn commit(&mut self, changes: Changes) {
        self.commit_ledger(changes.ledger_sources, changes.ledger_devices, changes.ledger_moves);
        let restore = &mut self.restore;
        (restore.batch, restore.cursor, restore.received_at) = (changes.batch, changes.cursor, changes.received_at);
        restore.names.extend(changes.names);
        restore.names.sort_by_key(|Name { kind, number, .. }| (*kind, *number));
        restore.inputs = changes.inputs.or(restore.inputs.take());
        for row in changes.devices {
            restore.devices.retain(|known| known.device != row.device);
            restore.devices.push(row);
        }
        for row in changes.lorawan {
            restore.lorawan.retain(|known| known.device != row.device);
            restore.lorawan.push(row);
        }
        restore.lorawan.sort_by_key(|row| row.device);
        for row in changes.gateways {
            restore.gateways.retain(|known| known.gateway != row.gateway);
            restore.gateways.push(row);
        }
        restore.gateways.sort_by_key(|row| row.gateway);
        for (source, n) in changes.ticks {
            restore.ticks.retain(|(known, _)| *known != source);
            restore.ticks.push((source, n));
        }
        restore.batch_rows.push((changes.batch, changes.batch_row));
        restore.batch_rows.retain(|(batch, _)| *batch >= changes.replay_from);
        for row in changes.blocks {
            let (revision, revised_minute, closed_minute) = (row.revision, row.revised_minute, row.closed_minute);
            let (aggregates, rows) = (row.aggregates, row.rows);
            let stored = StoredBlock { revision, revised_minute, closed_minute, aggregates, rows };
            self.blocks.insert((row.quarter, row.device), stored);
        }
        for row in changes.rollups {
            let (aggregates, revisions) = self.rollups.entry((row.level, row.start.0, row.scope)).or_default();
            *revisions += row.revisions;
            match row.anew {
                None => aggregates.merge(&row.aggregates),
                Some(anew) => {
                    let sum = sum_up(&self.blocks, &self.rollups, (row.level, row.start, row.scope), &anew);
                    self.rollups.entry((row.level, row.start.0, row.scope)).or_default().0 = sum;
                }
            }
        }
        self.revisions.extend(changes.revisions);
        for row in changes.quarantine {
            self.quarantine.insert(row.seq, row);
        }
        for seq in changes.released {
            self.quarantine.remove(&seq);
        }
        restore.resettling = changes.resettling.unwrap_or(std::mem::take(&mut restore.resettling));
        for replay in changes.replays {
            restore.replay = Some(replay.clone());
            self.replays.insert(replay.id, replay);
        }
        if let Some(checkpoint) = changes.checkpoint {
            self.restore.checkpoint_day = Some(checkpoint.day);
            self.checkpoints.push((checkpoint.seq, checkpoint.state));
        }
    }

    fn commit_ledger(
        &mut self,
        sources: Vec<(LedgerSourceKey, i64)>,
        devices: Vec<LedgerDeviceRow>,
        moves: Vec<LedgerMove>,
    ) {
        for (key, n) in sources {
            let sum = self.ledger.entry((key.hour, key.source, key.entry)).or_insert(0);
            *sum += n;
            let sum = self.restore.ledger.0.entry(key.entry).or_insert(0);
            *sum = sum.checked_add_signed(n).unwrap();
        }
        self.ledger.retain(|_, n| *n != 0);
        for row in devices {
            self.ledger_devices.insert((row.day, row.device), row.counts);
        }
        for LedgerMove { day, device, entry, n } in moves {
            let row = self.ledger_devices.entry((day, device)).or_insert_with(|| Counts::default().pack());
            let mut counts = Counts::unpack(row).unwrap();
            let sum = counts.0.entry(entry).or_insert(0);
            *sum = sum.checked_add_signed(n).unwrap();
            counts.0.retain(|_, n| *n > 0);
            *row = counts.pack();
        }
    }

    pub fn restored(&self, library: &Library) -> Fold {
        let mut restore = self.restore.clone();
        let day = restore.received_at.utc_day();
        let rows = self.ledger_devices.iter().filter(|((row_day, _), _)| *row_day == day);
        restore.ledger_devices = rows
            .map(|((day, device), counts)| smartpole_pipeline::LedgerDeviceRow {
                day: *day,
                device: *device,
                counts: counts.clone(),
            })
            .collect();
        Fold::restore(restore, &Env { stored: self, inputs: library }).unwrap()
    }

    /// Everything that must not depend on batches and kills.
    pub fn text(&self) -> String {
        let mut devices = self.restore.devices.clone();
        devices.retain(|row| row.last_closed.0 > i32::MIN); // a checkpoint has rows of devices that never reported, too
        devices.sort_by_key(|row| row.device);
        format!(
            "{:#?}{:#?}{:#?}{:#?}{:#?}{:#?}{:#?}{:#?}{:#?}",
            self.blocks,
            self.rollups,
            self.revisions,
            self.ledger,
            self.ledger_devices,
            self.quarantine,
            self.replays,
            devices,
            (
                &self.restore.names,
                &self.restore.ticks,
                &self.restore.inputs,
                self.restore.cursor,
                &self.restore.lorawan,
                &self.restore.gateways
            ),
        )
    }

    pub fn digest(&self) -> String {
        Sha256::digest(self.text().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub fn counts(&self) -> Counts {
        self.restore.ledger.clone()
    }
}

impl StoredBlocks for Memory {
    fn load(&self, device: DeviceNo, quarter: Quarter) -> Result<Option<StoredBlock>, LoadError> {
        Ok(self.blocks.get(&(quarter, device)).cloned())
    }

    fn messages(&self, seqs: &[Seq]) -> Result<Vec<Option<RawMessage>>, LoadError> {
        let message = |seq: &Seq| match self.journal.get(seq.0 as usize - 1) {
            Some(Record::Message(message)) => Some(message.clone()),
            _ => None,
        };
        Ok(seqs.iter().map(message).collect())
    }

    fn first_quarter(&self) -> Result<Option<Quarter>, LoadError> {
        Ok(self.blocks.keys().next().map(|(quarter, _)| *quarter))
    }

    fn quarantined(&self, seq: Seq) -> Result<Option<QuarantineRow>, LoadError> {
        Ok(self.quarantine.get(&seq).cloned())
    }
}

fn sum_up(
    blocks: &BTreeMap<(Quarter, DeviceNo), StoredBlock>,
    rollups: &BTreeMap<(Level, i64, Scope), (Aggregates, u32)>,
    (level, start, scope): (Level, UtcMillis, Scope),
    anew: &Anew,
) -> Aggregates {
    let mut sum = Aggregates::default();
    match anew {
        Anew::Blocks(spans) => {
            for BlockSpan { device, from, to } in spans {
                let of_device = |((_, of), _): &(&(Quarter, DeviceNo), &StoredBlock)| of == device;
                for (_, block) in blocks.range((*from, DeviceNo(0))..(*to, DeviceNo(0))).filter(of_device) {
                    sum.merge(&Aggregates::unpack(&block.aggregates).unwrap());
                }
            }
        }
        Anew::Hours(air) => {
            let hours = rollups.iter().filter(|((of, at, whose), _)| {
                *of == Level::Hour && *whose == scope && (start.0..next_start(level, start).0).contains(at)
            });
            for (_, (hour, _)) in hours {
                let mut part = hour.clone();
                part.0.retain(|(series, _)| air.belongs(level, series.property));
                sum.merge(&part);
            }
        }
        Anew::Poles(poles) => {
            for pole in poles {
                if let Some((part, _)) = rollups.get(&(level, start.0, Scope::Pole(*pole))) {
                    sum.merge(part);
                }
            }
        }
    }
    sum
}

/// Folds records in batches of `size`; after the batches that `kill` names the fold is thrown away, uncommitted changes with it.
pub fn fold(records: &[Record], size: usize, kill: impl Fn(usize) -> bool) -> Memory {
    fold_on(Memory::default(), records, size, kill)
}

pub fn fold_on(memory: Memory, records: &[Record], size: usize, kill: impl Fn(usize) -> bool) -> Memory {
    let library = library();
    let memory = RefCell::new(Memory { journal: Rc::new(records.to_vec()), ..memory });
    let mut fold = memory.borrow().restored(&library);
    let mut steps = 0;
    loop {
        let from = fold.position().0.0 as usize;
        let batch = &records[from.min(records.len())..(from + size).min(records.len())];
        if batch.is_empty() {
            return memory.into_inner();
        }
        let numbered = batch.iter().zip(from as u64 + 1..).map(|(record, seq)| (Seq(seq), as_ref(record)));
        let records: Vec<_> = numbered.collect();
        let committed = memory.borrow();
        let env = Env { stored: &*committed, inputs: &library };
        fold.apply_all(&records, |_| false, &env, |_| {}).unwrap();
        drop(committed);
        steps += 1;
        let changes = fold.take_changes();
        if kill(steps) {
            fold = memory.borrow().restored(&library);
            continue;
        }
        memory.borrow_mut().commit(changes);
        fold.committed();
        if kill(steps + 1_000_000) {
            fold = memory.borrow().restored(&library);
        }
    }
}

pub fn device_scope(number: u32) -> Scope {
    Scope::Device(DeviceNo(number))
}

pub fn as_ref(record: &Record) -> RecordRef<'_> {
    match record {
        Record::Message(message) => RecordRef::Message(message.as_ref()),
        Record::Tick { received_at, connected } => {
            RecordRef::Tick { received_at: *received_at, connected: connected.iter().map(String::as_str).collect() }
        }
        Record::Inputs { received_at, hash } => RecordRef::Inputs { received_at: *received_at, hash },
        Record::CodecStalled { seq } => RecordRef::CodecStalled { seq: *seq },
        Record::ReplayStep { seqs } => RecordRef::ReplayStep { seqs: seqs.clone() },
        Record::Command { received_at, text } => RecordRef::Command { received_at: *received_at, text },
    }
}

pub fn inputs(hash: &str, at: i64) -> Record {
    Record::Inputs { received_at: UtcMillis(at), hash: hash.to_owned() }
}

pub fn tick(at: i64) -> Record {
    Record::Tick { received_at: UtcMillis(at), connected: vec!["broker".to_owned(), "udp".to_owned()] }
}

/// A message of one sample; values are (property, hundredths).
pub fn message(device: &str, at: i64, received_at: i64, values: &[(&str, i64)]) -> Record {
    let value = |(property, value): &(&str, i64)| v1::Value {
        property: (*property).to_owned(),
        channel: 0,
        mantissa: *value,
        decimals: if *property == "pm2_5" { 2 } else { 0 },
    };
    let sample = v1::Sample { time_ms: Some(at), values: values.iter().map(value).collect() };
    bytes(device, received_at, v1::Uplink { samples: vec![sample] }.encode_to_vec())
}

pub fn bytes(device: &str, received_at: i64, payload: Vec<u8>) -> Record {
    let topic = format!("smartpole/castrop-rauxel/P1/{device}/up");
    let (source, received_at) = ("broker".to_owned(), UtcMillis(received_at));
    Record::Message(RawMessage { source, topic, payload, received_at, qos: 1, ..RawMessage::default() })
}

/// What a gateway says: an object of Semtech's protocol.
pub fn gateway(gateway: u64, kind: &str, received_at: i64, object: &str) -> Record {
    let (source, topic) = ("udp".to_owned(), format!("semtech/{gateway:016x}/{kind}"));
    let (payload, received_at) = (object.as_bytes().to_vec(), UtcMillis(received_at));
    Record::Message(RawMessage { source, topic, payload, received_at, ..RawMessage::default() })
}

/// A frame that a gateway heard at `time`, as it passes it on.
pub fn heard(by: u64, frame: &[u8], time: i64, received_at: i64) -> Record {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let (data, time, tmst) = (STANDARD.encode(frame), UtcMillis(time), time as u32);
    let object = format!(
        "{{\"time\":\"{time}\",\"tmst\":{tmst},\"freq\":868.1,\"stat\":1,\"modu\":\"LORA\",\"datr\":\"SF7BW125\",\"codr\":\"4/5\",\"rssi\":-92,\"lsnr\":7.2,\"size\":{},\"data\":\"{data}\"}}",
        frame.len()
    );
    gateway(by, "rxpk", received_at, &object)
}

/// An uplink of the personalized device, as ChirpStack's library makes it; `pm` in hundredths.
pub fn uplink(f_cnt: u32, confirmed: bool, pm: i16) -> Vec<u8> {
    let keys = [NWK, APP].map(|key| AES128Key::from_bytes(key.to_be_bytes()));
    let f_type = if confirmed { FType::ConfirmedDataUp } else { FType::UnconfirmedDataUp };
    let [high, low] = pm.to_be_bytes();
    let (devaddr, f_opts) = (DevAddr::from_be_bytes([0x26, 0x01, 0x1b, 0xda]), MACCommandSet::new(vec![]));
    let mut phy = PhyPayload {
        mhdr: MHDR { f_type, major: Major::LoRaWANR1 },
        payload: Payload::MACPayload(MACPayload {
            fhdr: FHDR { devaddr, f_ctrl: FCtrl::default(), f_cnt, f_opts },
            f_port: Some(1),
            frm_payload: Some(FRMPayload::Raw(vec![1, 2, high, low])),
        }),
        mic: None,
    };
    phy.encrypt_frm_payload(&keys[1]).unwrap();
    phy.set_uplink_data_mic(MACVersion::LoRaWAN1_0, 0, 0, 0, &keys[0], &keys[0]).unwrap();
    phy.to_vec().unwrap()
}

/// A request of the other device to join, with its first key.
pub fn join(dev_nonce: u16) -> Vec<u8> {
    let join_eui = EUI64::from_be_bytes([0; 8]);
    let dev_eui = EUI64::from_be_bytes(0xb2u64.to_be_bytes());
    let mut phy = PhyPayload {
        mhdr: MHDR { f_type: FType::JoinRequest, major: Major::LoRaWANR1 },
        payload: Payload::JoinRequest(JoinRequestPayload { join_eui, dev_eui, dev_nonce }),
        mic: None,
    };
    phy.set_join_request_mic(&AES128Key::from_bytes([0x0e; 16])).unwrap();
    phy.to_vec().unwrap()
}
