//! Makes the journal that the fold's digest is of: `cargo run -p smartpole-tests --example make_journal_v1 -- FOLDER`.
//!
//! A committed journal is never made again: the fold of an old journal must stay what it was. Another one gets another name.
//! In it is a bit of everything that the fold may meet: a registry in force, then another one with a device moved and a
//! device more; a town's messages with all faults (late, doubled, garbage, conflicting, of 1970 and 2100), retained ones, an
//! event of ChirpStack, a join; the end of summer time; a stalled codec, a replay, a command; a tick each minute.

use std::{env, error::Error, fs, path::Path, sync::Arc};

use firmware_sim::{Faults, Fleet, Spec, Transmission, synthetic};
use smartpole_journal::{Journal, Options, OsFs};
use smartpole_model::{Inputs, RawMessage, Record, Seq, UtcMillis, registry::Files};
use smartpole_pipeline::FOLD_VERSION;

const MINUTE: i64 = 60_000;
const EVENT: &str = include_str!("../../crates/codec/tests/fixtures/milesight-vs133.json");
const PROFILE: &str = include_str!("../../deploy/castrop-rauxel/profiles/milesight-vs133.toml");

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("give the folder to make")?;
    let folder = Path::new(&folder);
    let (first, second) = (registry(false), registry(true));
    let records = records(&first, &second)?;
    for files in [&first, &second] {
        keep(&folder.join("inputs").join(Inputs::hash(files, FOLD_VERSION)), files)?;
    }
    // Small segments, so that the journal has several.
    let options = Options { min_free_bytes: 0, segment_bytes: 64 << 10, ..Options::default() };
    let (journal, _) = Journal::open(&folder.join("journal"), options, Arc::new(OsFs))?;
    let count = records.len();
    for record in records {
        journal.append_durable(record).await?;
    }
    journal.close().await?;
    println!("{count} records in {}", folder.display());
    Ok(())
}

/// Two poles with four sensors, and one that speaks by ChirpStack; later one sensor hangs at the other pole, and one is new.
fn registry(later: bool) -> Files {
    let mut files = synthetic(2, 1);
    files.insert("profiles/milesight-vs133.toml".to_owned(), PROFILE.as_bytes().to_vec());
    files.insert("fold.toml".to_owned(), format!("lateness_s = {}\n", if later { 600 } else { 900 }).into_bytes());
    let mut devices = "24e124756f000133,p000000,milesight-vs133,,Gehweg,stadteinwärts\n".to_owned();
    if later {
        devices += "p000000-air,p000001,air-station,2026-10-25T06:00:00Z,,\nghost-p000000-air,p000000,air-station,,,\n";
    }
    files.entry("devices.csv".to_owned()).or_default().extend_from_slice(devices.as_bytes());
    files
}

fn keep(folder: &Path, files: &Files) -> Result<(), Box<dyn Error>> {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().ok_or("a file has a folder")?)?;
        fs::write(path, bytes)?;
    }
    Ok(())
}

/// A day and a half over the end of summer time.
fn records(first: &Files, second: &Files) -> Result<Vec<Record>, Box<dyn Error>> {
    let from: UtcMillis = "2026-10-24T18:00:00Z".parse()?;
    let (change, to) = (from.plus(16 * 60 * MINUTE), from.plus(34 * 60 * MINUTE));
    let inputs = Inputs::parse(first).map_err(|problems| format!("{problems:?}"))?;
    let faults = Faults { drift: 0.5, wrap: 0.5, loss: 0.01, garbage: 0.01, ..Faults::all(0.03) };
    let fleet = Fleet::new(&inputs, Spec { faults, step_s: Some(600), ..Spec::new(3, from, to) });
    let mut records = vec![in_force(first, from)];
    let mut minute = from;
    for sent in fleet.transmissions() {
        while minute.plus(MINUTE) <= sent.at {
            minute = minute.plus(MINUTE);
            records.push(Record::Tick { received_at: minute, connected: vec!["broker".to_owned()] });
            if minute == change {
                records.extend(between(second, change, records.len() as u64));
            }
        }
        records.push(of_pole(sent));
    }
    records.extend((1..180).map(|more| Record::Tick {
        received_at: minute.plus(more * MINUTE),
        connected: vec!["broker".to_owned(), "listener".to_owned()],
    }));
    Ok(records)
}

fn in_force(files: &Files, received_at: UtcMillis) -> Record {
    Record::Inputs { received_at, hash: Inputs::hash(files, FOLD_VERSION) }
}

/// What comes once.
fn between(second: &Files, at: UtcMillis, seq: u64) -> Vec<Record> {
    let event = EVENT.replace("2026-11-25T09:59:45", "2026-10-25T09:59:45");
    let topic = |event: &str| format!("application/1/device/24e124756f000133/event/{event}");
    vec![
        of_broker(topic("up"), &event, at),
        of_broker(topic("join"), &event, at.plus(1)),
        of_broker(topic("up"), &event, at.plus(2)),
        in_force(second, at.plus(3)),
        Record::CodecStalled { seq: Seq(seq) },
        Record::ReplayStep { seqs: vec![Seq(2), Seq(seq)] },
        Record::Command { received_at: at.plus(4), text: "replay 2".to_owned() },
    ]
}

fn of_broker(topic: String, payload: &str, received_at: UtcMillis) -> Record {
    let (source, payload) = ("broker".to_owned(), payload.as_bytes().to_vec());
    Record::Message(RawMessage { source, topic, payload, received_at, qos: 1, ..RawMessage::default() })
}

fn of_pole(sent: Transmission) -> Record {
    let (retained, received_at) = (sent.retain(), sent.at);
    let Transmission { topic, mut payload, .. } = sent;
    payload.truncate(2_000); // what is long is long enough
    let (source, peer) = ("listener".to_owned(), "192.0.2.7:40000".to_owned());
    let message = RawMessage {
        source,
        topic: topic.to_string(),
        payload,
        received_at,
        peer,
        qos: 1,
        retained,
        ..RawMessage::default()
    };
    Record::Message(message)
}
