//! Answers of InfluxDB 2.9.1, as they were recorded, and of what may stand before it.

mod versions;

use std::io::Write;

use expect_test::{Expect, expect};
use flate2::{Compression, write::GzEncoder};
use reqwest::header::{HeaderName, HeaderValue};

use super::*;
use crate::RefusedReason;

const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");
const HTML: (&str, &str) = ("content-type", "text/html");
/// 2026-11-29T04:45:32Z.
const NOW: UtcMillis = UtcMillis(1_795_927_532_000);

fn answer(status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Answer {
    answer_of(Version::V2, status, headers, body)
}

fn answer_of(version: Version, status: u16, headers: &[(&'static str, &str)], body: &[u8]) -> Answer {
    let pair =
        |(name, value): &(&'static str, &str)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    let headers: HeaderMap = headers.iter().map(pair).collect();
    let status = StatusCode::from_u16(status).unwrap();
    Received { version, status, headers: &headers, body, at: NOW }.answer()
}

fn shown(answer: &Answer) -> String {
    match answer {
        Answer::Written => "written".to_owned(),
        Answer::TooLarge(detail) => format!("too large: {detail}"),
        Answer::Refused(Words { reason, conflict, column, dropped, text }) => {
            let column = column.as_ref().map(|column| format!(" {:?} in line {}", column.name, column.line));
            let field = conflict.as_ref().map(|conflict| format!(" {:?}.{:?}", conflict.measurement, conflict.field));
            let dropped = dropped.map_or("?".to_owned(), |dropped| dropped.to_string());
            format!("{}{} dropped {dropped}: {text}", reason.code(), field.or(column).unwrap_or_default())
        }
        Answer::Wait(Wait { trouble, reason, retry_after }) => {
            let pause = retry_after.map(|pause| format!(" for {pause:?}")).unwrap_or_default();
            format!("wait{pause}, {trouble:?}: {reason}")
        }
    }
}

#[track_caller]
fn check(status: u16, headers: &[(&'static str, &str)], body: &str, wanted: &Expect) {
    wanted.assert_eq(&shown(&answer(status, headers, body.as_bytes())));
}

fn said(code: &str, message: &str) -> String {
    serde_json::json!({ "code": code, "message": message }).to_string()
}

fn unprocessable(message: &str) -> String {
    said("unprocessable entity", &format!("failure writing points to database: partial write: {message}"))
}

const OLD: &str = "dropped 1 points outside retention policy of duration 1h0m0s - oldest point m at 1970-01-01T00:00:01Z dropped \
                   because it violates a Retention Policy Lower Bound at 2026-11-29T03:45:32.226289168Z dropped=1 for database: \
                   265002d623ea46d2 for retention policy: autogen";

#[test]
fn only_204_says_that_lines_are_written() {
    check(204, &[], "", &expect!["written"]);
    check(
        200,
        &[HTML],
        "<html>Welcome",
        &expect!["wait, NotInfluxdb: the answer is not InfluxDB's: 200 OK, text/html"],
    );
    check(200, &[], "", &expect!["wait, NotInfluxdb: the answer is not InfluxDB's: 200 OK, no content type"]);
    check(
        202,
        &[JSON],
        "{}",
        &expect!["wait, NotInfluxdb: the answer is not InfluxDB's: 202 Accepted, application/json"],
    );
}

#[test]
fn a_type_conflict_names_its_field() {
    let conflict = r#"field type conflict: input field "f ," on measurement "m, \"x\\" is type string, already exists as type float dropped=3"#;
    let wanted = expect![[
        r#"field_type_conflict "m, \"x\\"."f ," dropped 3: failure writing points to database: partial write: field type conflict: input field "f ," on measurement "m, \"x\\" is type string, already exists as type float dropped=3"#
    ]];
    check(422, &[JSON], &unprocessable(conflict), &wanted);
    let strange = r#"field type conflict: input field "\x00" on measurement "m" is type string dropped=1"#;
    let wanted = expect![[
        r#"field_type_conflict dropped 1: failure writing points to database: partial write: field type conflict: input field "\x00" on measurement "m" is type string dropped=1"#
    ]];
    check(422, &[JSON], &unprocessable(strange), &wanted);
}

#[test]
fn lines_beyond_retention_are_refused_unless_clocks_differ() {
    let refused = |headers: &[(&'static str, &str)]| match answer(422, headers, unprocessable(OLD).as_bytes()) {
        Answer::Refused(words) => (words.reason.code(), words.dropped.map_or(String::new(), |n| n.to_string())),
        other => ("", shown(&other).split(", and").next().unwrap().to_owned()),
    };
    let date = |date| refused(&[JSON, ("date", date)]);
    let outside = ("outside_retention", "1".to_owned());
    assert_eq!(refused(&[JSON]), outside);
    assert_eq!(date("Sun, 29 Nov 2026 04:41:00 GMT"), outside);
    assert_eq!(
        date("Sun, 29 Nov 2026 03:45:32 GMT"),
        ("", "wait, Clock: the server's clock is 3600 s behind ours".to_owned())
    );
    assert_eq!(
        date("Sun, 29 Nov 2026 05:45:32 GMT"),
        ("", "wait, Clock: the server's clock is 3600 s ahead of ours".to_owned())
    );
    let former = unprocessable("points beyond retention policy dropped=7");
    let wanted = expect![
        "outside_retention dropped 7: failure writing points to database: partial write: points beyond retention policy dropped=7"
    ];
    check(422, &[JSON], &former, &wanted);
}

#[test]
fn what_else_is_said_of_lines_refuses_them() {
    let wanted = expect!["rejected dropped ?: unable to parse 'm f= 1000': missing field value"];
    check(400, &[JSON], &said("invalid", "unable to parse 'm f= 1000': missing field value"), &wanted);
    let stripped = r#"invalid field name: input field "time" on measurement "m" is invalid. Field "time" has been stripped from point. dropped=0 for database: 27772d00c47be451 for retention policy: autogen"#;
    let wanted = expect![[
        r#"rejected dropped 0: failure writing points to database: partial write: invalid field name: input field "time" on measurement "m" is invalid. Field "time" has been stripped from point. dropped=0 for database: 27772d00c47be451 for retention policy: autogen"#
    ]];
    check(422, &[JSON], &unprocessable(stripped), &wanted);
}

#[test]
fn a_refusal_longer_than_what_is_read_still_counts() {
    let long = said("invalid", &"unable to parse 'm,t=ü f= 1': missing field value\n".repeat(5000));
    let Answer::Refused(words) = answer(400, &[JSON], &long.as_bytes()[..LARGEST]) else { panic!("it is a refusal") };
    assert_eq!((words.reason, words.dropped, words.text.len() > 200), (RefusedReason::Rejected, None, true));
}

#[test]
fn words_about_the_request_or_the_server_settle_no_line() {
    let body = said("invalid", "Please provide either orgID or org");
    check(400, &[JSON], &body, &expect!["wait, Server: invalid: Please provide either orgID or org"]);
    let body = said("invalid", "unable to read data: gzip: invalid checksum");
    check(400, &[JSON], &body, &expect!["wait, Server: invalid: unable to read data: gzip: invalid checksum"]);
    let body = unprocessable("shard 7 is pending deletion dropped=12");
    let wanted = expect![
        "wait, Server: unprocessable entity: failure writing points to database: partial write: shard 7 is pending deletion dropped=12"
    ];
    check(422, &[JSON], &body, &wanted);
}

#[test]
fn a_refused_token_and_a_missing_bucket_are_waited_out() {
    let body = said("unauthorized", "unauthorized access");
    check(401, &[JSON], &body, &expect!["wait, Token: 401 Unauthorized: unauthorized access"]);
    let body = said("forbidden", "insufficient permissions for write");
    check(403, &[JSON], &body, &expect!["wait, Token: 403 Forbidden: insufficient permissions for write"]);
    let body = said("not found", "bucket \"b\" not found");
    check(404, &[JSON], &body, &expect![[r#"wait, Bucket: 404 Not Found: bucket "b" not found"#]]);
    let body = said("not found", "organization name \"o\" not found");
    check(404, &[JSON], &body, &expect![[r#"wait, Bucket: 404 Not Found: organization name "o" not found"#]]);
}

#[test]
fn a_busy_or_broken_server_is_waited_for_as_long_as_it_asks() {
    let busy =
        |after| shown(&answer(429, &[JSON, ("retry-after", after)], said("too many requests", "slow").as_bytes()));
    expect!["wait for 7s, Server: 429 Too Many Requests: slow"].assert_eq(&busy("7"));
    expect!["wait for 3600s, Server: 429 Too Many Requests: slow"].assert_eq(&busy("86400"));
    expect!["wait for 28s, Server: 429 Too Many Requests: slow"].assert_eq(&busy("Sun, 29 Nov 2026 04:46:00 GMT"));
    expect!["wait for 0ns, Server: 429 Too Many Requests: slow"].assert_eq(&busy("Sun, 29 Nov 2020 04:46:00 GMT"));
    expect!["wait, Server: 429 Too Many Requests: slow"].assert_eq(&busy("soon"));
    let body = said("internal error", "unexpected error writing points to database: timeout");
    let wanted =
        expect!["wait, Server: 500 Internal Server Error: unexpected error writing points to database: timeout"];
    check(500, &[JSON], &body, &wanted);
    check(503, &[HTML], "<h1>no server</h1>", &expect!["wait, Server: 503 Service Unavailable, text/html"]);
    check(408, &[], "", &expect!["wait, Server: 408 Request Timeout, no content type"]);
}

#[test]
fn what_a_proxy_says_settles_no_line() {
    for (status, wanted) in [
        (400, expect!["wait, NotInfluxdb: the answer is not InfluxDB's: 400 Bad Request, text/html"]),
        (401, expect!["wait, NotInfluxdb: the answer is not InfluxDB's: 401 Unauthorized, text/html"]),
        (404, expect!["wait, NotInfluxdb: the answer is not InfluxDB's: 404 Not Found, text/html"]),
        (413, expect!["too large: 413 Payload Too Large, text/html"]),
        (422, expect!["wait, NotInfluxdb: the answer is not InfluxDB's: 422 Unprocessable Entity, text/html"]),
    ] {
        check(status, &[HTML], &unprocessable("dropped=1"), &wanted);
    }
    let wanted = expect!["wait, NotInfluxdb: the answer is not InfluxDB's: 422 Unprocessable Entity, application/json"];
    check(422, &[JSON], r#"{"error":"no"}"#, &wanted);
    check(422, &[JSON], r#"{"code":"unprocessable entity","mess"#, &wanted);
}

#[test]
fn a_redirection_is_named_without_what_may_be_secret() {
    let to = |place| shown(&answer(308, &[("location", place)], b""));
    let wanted =
        expect!["wait, NotInfluxdb: the server redirects to https://host/api/v2/write: give the address itself as url"];
    wanted.assert_eq(&to("https://host/api/v2/write?token=hush"));
    expect!["wait, NotInfluxdb: the server redirects to host/x: give the address itself as url"]
        .assert_eq(&to("https://me:hush@host/x"));
    check(302, &[], "", &expect!["wait, NotInfluxdb: the server redirects and does not say where"]);
}

#[test]
fn a_packed_answer_is_read_if_it_is_whole() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(unprocessable("x dropped=1").as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let headers = [JSON, ("content-encoding", "gzip")];
    let wanted = expect!["rejected dropped 1: failure writing points to database: partial write: x dropped=1"];
    wanted.assert_eq(&shown(&answer(422, &headers, &packed)));
    let wanted = expect![
        "wait, NotInfluxdb: the answer is not InfluxDB's: 422 Unprocessable Entity, application/json, its gzip is broken"
    ];
    wanted.assert_eq(&shown(&answer(422, &headers, &packed[..packed.len() - 12])));
}
