//! Refused lines are found, and only those.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use influxdb_line_protocol::parse_lines;
use smartpole_influx::{Field, Lines, Options, Points, Refusal, RefusedReason, Series, Value, Version};
use smartpole_model::UtcMillis;

use crate::{
    influx::{Bucket, all_fields},
    server::{Server, reply},
    target::{Target, lines, lines_each},
};

/// A server that keeps what it takes in a bucket.
pub(crate) async fn serve(bucket: Bucket) -> (Server, Arc<Mutex<Bucket>>) {
    let bucket = Arc::new(Mutex::new(bucket));
    let kept = Arc::clone(&bucket);
    (Server::start(move |request| bucket.lock().unwrap().write(&request.body)).await, kept)
}

/// That the bucket has every field it takes, and that the others are refused, once. A refusal without a field stands for
/// what is left of its line.
#[track_caller]
pub(crate) fn assert_settled(bucket: &Bucket, lines: &Lines, refusals: &[Refusal]) {
    let mut refused = BTreeSet::new();
    let (singly, whole): (Vec<_>, Vec<_>) = refusals.iter().partition(|refusal| refusal.field.is_some());
    for refusal in singly.into_iter().chain(whole) {
        let text = std::str::from_utf8(lines.line(refusal.line)).unwrap();
        let line = parse_lines(text).next().unwrap().unwrap();
        let key = |field: &str| (line.series.to_string(), line.timestamp.unwrap(), field.to_owned());
        for field in line.field_set.iter().map(|(field, _)| field.as_str()) {
            let meant = match &refusal.field {
                Some(only) => only == field,
                None => !bucket.kept.contains_key(&key(field)) && !refused.contains(&(refusal.line, field.to_owned())),
            };
            if meant {
                assert!(!bucket.takes(text, field), "{field} of a line is refused that the server takes: {text}");
                assert!(refused.insert((refusal.line, field.to_owned())), "{field} is refused twice: {text}");
            }
        }
    }
    let all = all_fields(std::str::from_utf8(lines.bytes()).unwrap());
    for (key, value) in &bucket.kept {
        assert_eq!(all.get(key), Some(value), "{key:?} was kept otherwise than it was sent");
    }
    assert_eq!(bucket.kept.len() + refused.len(), all.len(), "not every field is settled");
    assert_readings(lines, refusals);
}

/// That no line has more readings refused than it stands for.
#[track_caller]
fn assert_readings(lines: &Lines, refusals: &[Refusal]) {
    for line in 0..lines.len() {
        let refused = refusals.iter().filter(|refusal| refusal.line == line).map(|refusal| refusal.readings);
        assert!(refused.sum::<u32>() <= lines.readings(line), "too many readings of line {line} are refused");
    }
}

fn text_in(shard: Option<i64>, field: &str) -> (Option<i64>, String, String) {
    (shard, "air_quality".to_owned(), field.to_owned())
}

fn summary(refusals: &[Refusal]) -> BTreeSet<(&str, Option<&str>, u32)> {
    refusals.iter().map(|refusal| (refusal.reason.code(), refusal.field.as_deref(), refusal.readings)).collect()
}

#[tokio::test]
async fn a_bad_line_is_found_and_the_others_are_written() {
    let lines = lines(1000);
    let unreadable = Some("pm2_5=14.07".to_owned());
    let (server, bucket) = serve(Bucket { unreadable, ..Bucket::default() }).await;
    let refusals = Target::of(&server).deliver(&lines).await;
    let [refusal] = &refusals[..] else { panic!("{refusals:?}") };
    assert_eq!((refusal.line, refusal.field.as_deref(), refusal.readings), (677, Some("pm2_5"), 1));
    assert_eq!(refusal.reason, RefusedReason::Rejected);
    assert_eq!(refusal.text.as_bytes(), lines.line(677));
    assert!(refusal.detail.starts_with("unable to parse 'air_quality,"), "{}", refusal.detail);
    assert!(server.requests().len() <= 30, "{} requests", server.requests().len());
    assert_settled(&bucket.lock().unwrap(), &lines, &refusals);
}

#[tokio::test]
async fn a_line_that_three_cannot_read_takes_no_field_of_the_others_with_it() {
    let lines = lines(3);
    let (texts, unreadable) = (BTreeSet::from([text_in(None, "pm10")]), Some("pm2_5=7.3,".to_owned()));
    let (server, bucket) = serve(Bucket { version: Version::V3, texts, unreadable, ..Bucket::default() }).await;
    let refusals = Target::of_version(&server, Version::V3).deliver(&lines).await;
    let of = |refusal: &Refusal| (refusal.line, refusal.field.clone().unwrap());
    let refused: Vec<_> = refusals.iter().map(of).collect();
    // By itself the first field of the first line can be read.
    assert_eq!(refused, [0, 1, 2].map(|line| (line, "pm10".to_owned())));
    assert_settled(&bucket.lock().unwrap(), &lines, &refusals);
}

#[tokio::test]
async fn a_lasting_type_conflict_costs_two_requests_a_chunk() {
    let lines = lines(1500);
    let texts = BTreeSet::from([text_in(None, "pm2_5")]);
    let (server, bucket) = serve(Bucket { texts, ..Bucket::default() }).await;
    let mut target = Target::with(Options {
        url: format!("http://127.0.0.1:{}", server.port),
        batch_lines: 300,
        ..Options::default()
    });
    let refusals = target.deliver(&lines).await;
    assert_eq!(server.requests().len(), 1 + 5 * 2);
    assert_eq!(refusals.len(), 1500);
    assert_eq!(summary(&refusals), BTreeSet::from([("field_type_conflict", Some("pm2_5"), 1)]));
    assert_settled(&bucket.lock().unwrap(), &lines, &refusals);
}

#[tokio::test]
async fn several_conflicts_at_once_are_told_apart_and_remarks_count_no_reading() {
    let lines = lines(300);
    let texts = ["pm10", "received_at", "pm2_5"].map(|field| text_in(None, field));
    let (server, bucket) = serve(Bucket { texts: texts.into(), ..Bucket::default() }).await;
    let refusals = Target::of(&server).deliver(&lines).await;
    let code = "field_type_conflict";
    let each = [(code, Some("pm10"), 1), (code, Some("pm2_5"), 1), (code, Some("received_at"), 0)];
    assert_eq!(summary(&refusals), BTreeSet::from(each));
    assert_eq!(server.requests().len(), 7);
    assert_settled(&bucket.lock().unwrap(), &lines, &refusals);
}

#[tokio::test]
async fn a_conflict_in_one_day_refuses_nothing_of_the_others() {
    let lines = lines_each(120_000, 2500);
    let day_of = |line: usize| (1_764_400_000_000 + 120_000 * line as i64) / 86_400_000;
    let days = [day_of(0) + 1, day_of(0) + 3];
    let clashing = (0..2500).filter(|line| days.contains(&day_of(*line))).count();
    let texts = days.map(|day| text_in(Some(day), "pm2_5")).into();
    let (server, bucket) = serve(Bucket { texts, ..Bucket::default() }).await;
    let refusals = Target::of(&server).deliver(&lines).await;
    assert_eq!(refusals.len(), clashing);
    assert!(server.requests().len() <= 12, "{} requests", server.requests().len());
    assert_settled(&bucket.lock().unwrap(), &lines, &refusals);
}

#[tokio::test]
async fn lines_out_of_retention_are_refused_whole_and_found_quickly() {
    let lines = lines(2000);
    let oldest = Some(1_764_400_000_000 + 10_000 * 1234);
    let (server, bucket) = serve(Bucket { oldest, ..Bucket::default() }).await;
    let refusals = Target::of(&server).deliver(&lines).await;
    assert_eq!(refusals.iter().map(|refusal| refusal.line).collect::<Vec<_>>(), (0..1234).collect::<Vec<_>>());
    assert_eq!(summary(&refusals), BTreeSet::from([("outside_retention", None, 2)]));
    assert_eq!(server.requests().len(), 3);
    assert_settled(&bucket.lock().unwrap(), &lines, &refusals);
}

#[tokio::test]
async fn a_batch_out_of_retention_costs_one_request() {
    let lines = lines(2000);
    let (server, _) = serve(Bucket { oldest: Some(i64::MAX), ..Bucket::default() }).await;
    assert_eq!(Target::of(&server).deliver(&lines).await.len(), 2000);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_field_with_an_evil_name_is_found_by_its_name() {
    let mut lines = Lines::default();
    for time in 0..100 {
        let fields = [Field { key: "a, =b", value: Value::Int(1) }, Field { key: "b", value: Value::Text("a\\\"") }];
        lines.point(&Series::new("we, ather", &[("t", "x")]), &fields, UtcMillis(time), 1);
    }
    let texts = BTreeSet::from([(None, "we, ather".to_owned(), "a, =b".to_owned())]);
    let (server, bucket) = serve(Bucket { texts, ..Bucket::default() }).await;
    let refusals = Target::of(&server).deliver(&lines).await;
    assert_eq!(summary(&refusals), BTreeSet::from([("field_type_conflict", Some("a, =b"), 1)]));
    assert_eq!((refusals.len(), server.requests().len()), (100, 3));
    assert_settled(&bucket.lock().unwrap(), &lines, &refusals);
}

#[tokio::test]
async fn a_request_that_is_too_large_is_halved_until_it_fits_and_no_line_is_refused() {
    let lines = lines(2000);
    let mut bucket = Bucket::default();
    let kept = Arc::new(Mutex::new(0));
    let count = Arc::clone(&kept);
    let server = Server::start(move |request| {
        if request.body.len() > 20_000 {
            return reply("413 Payload Too Large", &[("Content-Type", "text/html")], b"<html>nginx");
        }
        let reply = bucket.write(&request.body);
        *count.lock().unwrap() = bucket.kept.len();
        reply
    })
    .await;
    assert_eq!(Target::of(&server).deliver(&lines).await, []);
    assert_eq!(*kept.lock().unwrap(), 2000 * 4);
    let too_large = server.requests().iter().filter(|request| request.body.len() > 20_000).count();
    assert!(too_large <= 8, "{too_large} requests were too large");
}

#[tokio::test]
async fn a_single_line_that_is_too_large_is_refused() {
    let mut large = lines(3);
    let text = "x".repeat(5000);
    large.point(&Series::new("m", &[]), &[Field { key: "t", value: Value::Text(&text) }], UtcMillis(1), 1);
    let mut bucket = Bucket::default();
    let server = Server::start(move |request| match request.body.len() {
        4000.. => reply("413 Payload Too Large", &[], b""),
        _ => bucket.write(&request.body),
    })
    .await;
    let refusals = Target::of(&server).deliver(&large).await;
    let [refusal] = &refusals[..] else { panic!("{refusals:?}") };
    assert_eq!((refusal.line, refusal.reason, refusal.readings), (3, RefusedReason::TooLarge, 1));
    assert_eq!(refusal.text.len(), 1000);
}
