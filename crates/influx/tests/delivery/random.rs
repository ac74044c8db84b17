//! Whatever a server does, each field is written or refused in the end, and none is refused that it takes.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use smartpole_influx::{Options, Version};

use crate::{
    influx::Bucket,
    refusals::assert_settled,
    server::{Reply, Request, Server, reply, said},
    target::{Target, lines_each},
};

/// What befalls a request before it reaches the bucket, or its answer after.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Kept,
    KeptButCut,
    KeptButBroken,
    Page,
    Busy,
    TooLarge,
    HangUp,
}

#[derive(Clone, Debug)]
struct Scenario {
    version: Version,
    lines: usize,
    batch_lines: usize,
    texts: BTreeSet<(Option<i64>, String, String)>,
    oldest: Option<i64>,
    unreadable: Option<String>,
    fates: Vec<Fate>,
}

const DAY: i64 = 1_764_400_000_000 / 86_400_000;
const STEP: i64 = 2_000_000;

fn scenario() -> impl Strategy<Value = Scenario> {
    let field = prop::sample::select(vec!["pm2_5", "pm10", "received_at", "time_source"]);
    let text = (prop::option::of(DAY..DAY + 3), field)
        .prop_map(|(shard, field)| (shard, "air_quality".to_owned(), field.to_owned()));
    let fates = prop::sample::select(vec![
        Fate::Kept,
        Fate::Kept,
        Fate::Kept,
        Fate::KeptButCut,
        Fate::KeptButBroken,
        Fate::Page,
        Fate::Busy,
        Fate::TooLarge,
        Fate::HangUp,
    ]);
    let unreadable =
        (0..120i64).prop_map(|i| format!("pm10={}", smartpole_model::Decimal { mantissa: 1200 + i, decimals: 2 }));
    let version = prop::sample::select(vec![Version::V1, Version::V2, Version::V3]);
    (
        version,
        1usize..120,
        1usize..60,
        prop::collection::btree_set(text, 0..3),
        prop::option::of((0..120i64).prop_map(|i| 1_764_400_000_000 + STEP * i)),
        prop::option::of(unreadable),
        prop::collection::vec(fates, 0..8),
    )
        .prop_map(|(version, lines, batch_lines, texts, oldest, unreadable, fates)| Scenario {
            version,
            lines,
            batch_lines,
            // InfluxDB 3 has one type of a column for all time, and refuses nothing for its age.
            texts: texts
                .into_iter()
                .map(|(shard, of, field)| (shard.filter(|_| version != Version::V3), of, field))
                .collect(),
            oldest: oldest.filter(|_| version != Version::V3),
            unreadable,
            fates,
        })
}

fn befall(fate: Fate, bucket: &mut Bucket, request: &Request) -> Reply {
    let mut kept = |cut: usize| match bucket.write(&request.body) {
        Reply::Bytes(bytes) => Reply::Cut(bytes[..bytes.len().saturating_sub(cut)].to_vec()),
        other => other,
    };
    match fate {
        Fate::Kept => bucket.write(&request.body),
        Fate::KeptButCut => kept(5),
        Fate::KeptButBroken => {
            kept(0);
            said(bucket.version, "500 Internal Server Error", &[], "timeout")
        }
        Fate::Page => reply("200 OK", &[("Content-Type", "text/html")], b"<html>partial write: dropped=1"),
        Fate::Busy => said(bucket.version, "429 Too Many Requests", &[("Retry-After", "0")], "slow"),
        Fate::TooLarge if request.body.lines().count() > 1 => reply("413 Payload Too Large", &[], b""),
        Fate::TooLarge => reply("503 Service Unavailable", &[], b""),
        Fate::HangUp => Reply::Cut(Vec::new()),
    }
}

async fn play(scenario: Scenario) {
    let Scenario { version, lines, batch_lines, texts, oldest, unreadable, fates } = scenario;
    let bucket = Arc::new(Mutex::new(Bucket { version, texts, oldest, unreadable, ..Bucket::default() }));
    let kept = Arc::clone(&bucket);
    let mut fates = fates.into_iter();
    let server =
        Server::start(move |request| befall(fates.next().unwrap_or(Fate::Kept), &mut bucket.lock().unwrap(), request))
            .await;
    let url = format!("http://127.0.0.1:{}", server.port);
    let lines = lines_each(STEP, lines);
    let refusals = Target::with(Options { url, version, batch_lines, ..Options::default() }).deliver(&lines).await;
    assert_settled(&kept.lock().unwrap(), &lines, &refusals);
}

/// They run beside each other: what takes time is to wait for the next attempt.
#[tokio::test]
async fn whatever_a_server_does_everything_is_written_or_refused_as_it_must() {
    let mut runner = TestRunner::new(Config::default());
    let scenarios: Vec<Scenario> = (0..100).map(|_| scenario().new_tree(&mut runner).unwrap().current()).collect();
    let mut playing = tokio::task::JoinSet::new();
    for scenario in scenarios {
        playing.spawn(async move {
            let told = format!("{scenario:?}");
            (tokio::spawn(play(scenario)).await, told)
        });
    }
    while let Some(played) = playing.join_next().await {
        let (settled, scenario) = played.unwrap();
        assert!(settled.is_ok(), "{scenario}");
    }
}
