//! A day and a half of a small town with everything going wrong now and then, LoRaWAN frames and ticks among it, as a journal.
#![allow(missing_docs, dead_code, unreachable_pub, clippy::unwrap_used, reason = "helpers of tests")]

use std::{collections::BTreeMap, path::Path, sync::Arc};

use base64::{Engine, engine::general_purpose::STANDARD};
use firmware_sim::{Faults, Fleet, Spec, synthetic};
use lrwn::{
    AES128Key, DevAddr, FCtrl, FHDR, FRMPayload, FType, MACCommandSet, MACPayload, MACVersion, MHDR, Major, Payload,
    PhyPayload,
};
use smartpole_model::{Inputs, RawMessage, Record, RecordRef, Seq, UtcMillis};
use smartpole_pipeline::{Env, Fold, LoadError, LoadInputs, Restore, StoredBlocks};
use smartpole_store::{Compared, Difference, Scratch, Store, compare};

const HOUR: i64 = 3_600_000;
const GATEWAY: &str = "0016c001f153a14c";
const RADIO: &str = "name = \"radio\"\ncodec = \"cayenne_lpp\"\ninterval_s = 300\npayload_time = false\n[[mapping]]\npath = \"analog_input.1\"\nproperty = \"pm2_5\"\nunit = \"ug/m3\"\n";

pub struct Town {
    pub library: Library,
    pub records: Vec<Record>,
}

/// Registries by hash.
pub struct Library(pub BTreeMap<&'static str, Arc<Inputs>>);

impl LoadInputs for Library {
    fn load(&self, hash: &str) -> Result<Arc<Inputs>, LoadError> {
        self.0.get(hash).cloned().ok_or_else(|| LoadError(format!("no inputs {hash}").into()))
    }
}

impl Town {
    pub fn new(seed: u64) -> Self {
        let mut files = synthetic(4, seed);
        let mut add = |name: &str, text: String| files.entry(name.to_owned()).or_default().extend(text.into_bytes());
        add("devices.csv", "00000000000000a1,p000000,radio,,,\n".to_owned());
        add("profiles/radio.toml", RADIO.to_owned());
        add("gateways.csv", format!("id,name,lat,lon\n{GATEWAY},Eins,,\n"));
        let keys = "device,activation,app_key,dev_addr,nwk_s_key,app_s_key";
        add("keys.csv", format!("{keys}\n00000000000000a1,abp,,26011bda,{:032x},{:032x}\n", 1, 2));
        let inputs = Arc::new(Inputs::parse(&files).unwrap());
        let from: UtcMillis = "2026-10-24T12:00:00Z".parse().unwrap();
        let spec = Spec { faults: Faults::all(0.03), ..Spec::new(seed, from, from.plus(36 * HOUR)) };
        let mut records = vec![Record::Inputs { received_at: from, hash: "registry".to_owned() }];
        let mut minute = 0;
        for sent in Fleet::new(&inputs, spec).transmissions() {
            while from.plus(minute * 60_000 + 17_000) <= sent.at {
                records.extend(of_minute(from.plus(minute * 60_000 + 17_000), minute));
                minute += 1;
            }
            let retained = sent.retain();
            let message = raw("broker", &sent.topic, &sent.payload, delayed(sent.at, records.len() as u64));
            records.push(Record::Message(RawMessage { retained, ..message }));
        }
        records.sort_by_key(Record::received_at);
        Self { library: Library([("registry", inputs)].into()), records }
    }

    /// Folds into a store, committing each `size` records; each `kill`th batch is lost with the process.
    pub fn fold(&self, dir: &Path, size: usize, kill: usize) -> Store {
        let mut store = Store::open(dir).unwrap();
        let reopen = |store: &Store| Fold::restore(store.restore().unwrap(), &self.env(store)).unwrap();
        let mut fold = reopen(&store);
        let mut batches = 0;
        loop {
            let from = fold.position().0;
            self.apply(&mut fold, &self.env(&store), from, Seq(from.0 + size as u64));
            let changes = fold.take_changes();
            batches += 1;
            if batches % kill == 0 {
                store = Store::open(dir).unwrap();
                fold = reopen(&store);
                continue;
            }
            if changes.cursor == from {
                return store;
            }
            store.commit(&changes).unwrap();
            fold.committed();
        }
    }

    /// Folds beside the store from `start`, committing each `size` records, and compares.
    pub fn verify(&self, original: &Store, start: &Restore, size: usize) -> (Compared, Vec<String>) {
        let dir = tempfile::tempdir().unwrap();
        let record = start.cursor.0.checked_sub(1).and_then(|index| self.records.get(index as usize));
        let scratch = Scratch::begin(dir.path(), original, start, record, &self.library).unwrap();
        let mut fold = scratch.fold(&self.library).unwrap();
        let view = original.view().unwrap();
        while fold.position().0 < view.cursor() {
            let from = fold.position().0;
            let to = Seq(from.0 + size as u64).min(view.cursor());
            self.apply(&mut fold, &self.env(&scratch), from, to);
            scratch.commit(&fold.take_changes()).unwrap();
            fold.committed();
        }
        let mut found = Vec::new();
        let compared =
            compare(&view, &scratch, &fold, &self.library, |difference: Difference| found.push(difference.to_string()));
        (compared.unwrap(), found)
    }

    fn env<'a>(&'a self, stored: &'a dyn StoredBlocks) -> Env<'a> {
        Env { stored, inputs: &self.library }
    }

    fn apply(&self, fold: &mut Fold, env: &Env<'_>, after: Seq, to: Seq) {
        let to = (to.0 as usize).min(self.records.len());
        let from = (after.0 as usize).min(to);
        let numbered = self.records[from..to].iter().zip(after.0 + 1..);
        let records: Vec<_> = numbered.map(|(record, seq)| (Seq(seq), as_ref(record))).collect();
        fold.apply_all(&records, |_| false, env, |_| {}).unwrap();
    }
}

/// Each eighth message comes hours late; all that come in the first half hour of a day in its fifth millisecond, so that the
/// record of a checkpoint has others of the same instant behind it.
fn delayed(at: UtcMillis, n: u64) -> UtcMillis {
    let dice = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    if !dice.is_multiple_of(8) {
        return at;
    }
    let late = at.plus((dice % 7 + 1) as i64 * HOUR);
    let of_day = late.0.rem_euclid(24 * HOUR);
    if of_day < HOUR / 2 { late.plus(5 - of_day) } else { late }
}

fn as_ref(record: &Record) -> RecordRef<'_> {
    match record {
        Record::Message(message) => RecordRef::Message(message.as_ref()),
        Record::Tick { received_at, connected } => {
            RecordRef::Tick { received_at: *received_at, connected: connected.iter().map(String::as_str).collect() }
        }
        Record::Inputs { received_at, hash } => RecordRef::Inputs { received_at: *received_at, hash },
        Record::Command { received_at, text } => RecordRef::Command { received_at: *received_at, text },
        other => unreachable!("{other:?}"),
    }
}

/// A tick, each five minutes a frame with it.
fn of_minute(at: UtcMillis, minute: i64) -> Vec<Record> {
    let mut records = vec![Record::Tick { received_at: at, connected: vec!["broker".to_owned(), "udp".to_owned()] }];
    if minute % 5 == 0 {
        let frame = frame((minute / 5) as u32 + 1, 700 + minute as i16 % 300);
        let (data, tmst, time) = (STANDARD.encode(&frame), at.0 as u32, at.plus(-300));
        let object = format!(
            "{{\"time\":\"{time}\",\"tmst\":{tmst},\"freq\":868.1,\"stat\":1,\"modu\":\"LORA\",\"datr\":\"SF7BW125\",\"codr\":\"4/5\",\"rssi\":-92,\"lsnr\":7.2,\"size\":{},\"data\":\"{data}\"}}",
            frame.len()
        );
        records.push(Record::Message(raw("udp", &format!("semtech/{GATEWAY}/rxpk"), object.as_bytes(), at)));
    }
    records
}

fn raw(source: &str, topic: &str, payload: &[u8], received_at: UtcMillis) -> RawMessage {
    let (source, topic, payload) = (source.to_owned(), topic.to_owned(), payload.to_vec());
    RawMessage { source, topic, payload, received_at, qos: 1, ..RawMessage::default() }
}

fn frame(f_cnt: u32, pm: i16) -> Vec<u8> {
    let keys = [1u128, 2].map(|key| AES128Key::from_bytes(key.to_be_bytes()));
    let [high, low] = pm.to_be_bytes();
    let (devaddr, f_opts) = (DevAddr::from_be_bytes([0x26, 0x01, 0x1b, 0xda]), MACCommandSet::new(vec![]));
    let mut phy = PhyPayload {
        mhdr: MHDR { f_type: FType::UnconfirmedDataUp, major: Major::LoRaWANR1 },
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
