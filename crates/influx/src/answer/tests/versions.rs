//! Answers of InfluxDB 1.6.7, as they were recorded, and of InfluxDB 3, as they are documented.

use expect_test::{Expect, expect};

use super::{HTML, JSON, answer_of, said, shown};
use crate::{
    Version,
    answer::{Answer, LARGEST},
};

#[track_caller]
fn check_of(version: Version, status: u16, headers: &[(&'static str, &str)], body: &str, wanted: &Expect) {
    wanted.assert_eq(&shown(&answer_of(version, status, headers, body.as_bytes())));
}

/// `curl` of a 1.6.7 with `auth-enabled` and `max-body-size`.
#[test]
fn what_influxdb_1_says_is_understood() {
    let one = |status, body: &str, wanted: &Expect| check_of(Version::V1, status, &[JSON], body, wanted);
    let body = r#"{"error":"partial write: field type conflict: input field \"f\" on measurement \"m\" is type string, already exists as type float dropped=1"}"#;
    let wanted = expect![[
        r#"field_type_conflict "m"."f" dropped 1: partial write: field type conflict: input field "f" on measurement "m" is type string, already exists as type float dropped=1"#
    ]];
    one(400, body, &wanted);
    one(
        400,
        r#"{"error":"partial write: points beyond retention policy dropped=1"}"#,
        &expect!["outside_retention dropped 1: partial write: points beyond retention policy dropped=1"],
    );
    let body = r#"{"error":"partial write: unable to parse 'm,a=b f= 1000': missing field value dropped=0"}"#;
    one(
        400,
        body,
        &expect!["rejected dropped 0: partial write: unable to parse 'm,a=b f= 1000': missing field value dropped=0"],
    );
    one(
        400,
        r#"{"error":"unable to parse 'm,a=b f= 1000': missing field value"}"#,
        &expect!["rejected dropped ?: unable to parse 'm,a=b f= 1000': missing field value"],
    );
    one(400, r#"{"error":"gzip: invalid header"}"#, &expect!["wait, Server: 400 Bad Request: gzip: invalid header"]);
    one(400, r#"{"error":"database is required"}"#, &expect!["wait, Server: 400 Bad Request: database is required"]);
    one(
        404,
        r#"{"error":"database not found: \"none\""}"#,
        &expect![[r#"wait, Bucket: 404 Not Found: database not found: "none""#]],
    );
    one(
        500,
        r#"{"error":"retention policy not found: none"}"#,
        &expect!["wait, Bucket: 500 Internal Server Error: retention policy not found: none"],
    );
    one(500, r#"{"error":"timeout"}"#, &expect!["wait, Server: 500 Internal Server Error: timeout"]);
    one(401, r#"{"error":"authorization failed"}"#, &expect!["wait, Token: 401 Unauthorized: authorization failed"]);
    let body = r#"{"error":"\"reader\" user is not authorized to write to database \"smart pole\""}"#;
    one(
        403,
        body,
        &expect![[r#"wait, Token: 403 Forbidden: "reader" user is not authorized to write to database "smart pole""#]],
    );
    one(413, r#"{"error":"Request Entity Too Large"}"#, &expect!["too large: Request Entity Too Large"]);
    one(204, "", &expect!["written"]);
    one(
        200,
        r#"{"results":[]}"#,
        &expect!["wait, NotInfluxdb: the answer is not InfluxDB's: 200 OK, application/json"],
    );
}

/// docs.influxdata.com/influxdb3/core/write-data/http-api/v3-write-lp, "partial writes", and the server's `http.rs`.
#[test]
fn what_influxdb_3_says_is_understood() {
    let three = |status, body: &str, wanted: &Expect| check_of(Version::V3, status, &[], body, wanted);
    let partial = r#"{"error":"partial write of line protocol occurred","data":[{"original_line":"home,room=Sunroom temp=hi","line_number":2,"error_message":"invalid column type for column 'temp', expected iox::column_type::field::float, got iox::column_type::field::string"}]}"#;
    three(
        400,
        partial,
        &expect![[
            r#"field_type_conflict "temp" in line 1 dropped 1: partial write of line protocol occurred: invalid column type for column 'temp', expected iox::column_type::field::float, got iox::column_type::field::string"#
        ]],
    );
    let body = r#"{"error":"partial write of line protocol occurred","data":[{"original_line":"cpu,host=a val= 123","line_number":1,"error_message":"No fields were provided"},{"original_line":"","line_number":3,"error_message":"No fields were provided"}]}"#;
    three(400, body, &expect!["rejected dropped 2: partial write of line protocol occurred: No fields were provided"]);
    let body = r#"{"error":"parsing failed for write_lp endpoint","data":{"original_line":"cpu,host=a val= 123","line_number":1,"error_message":"No fields were provided"}}"#;
    three(400, body, &expect!["rejected dropped 1: parsing failed for write_lp endpoint: No fields were provided"]);
    three(
        400,
        r#"{"error":"invalid database name"}"#,
        &expect!["wait, Server: 400 Bad Request: invalid database name"],
    );
    three(
        422,
        r#"{"error":"update to catalog would exceed limit of 500 columns"}"#,
        &expect!["wait, Server: 422 Unprocessable Entity: update to catalog would exceed limit of 500 columns"],
    );
    three(
        401,
        r#"{"error": "the request was not authenticated"}"#,
        &expect!["wait, Token: 401 Unauthorized: the request was not authenticated"],
    );
    three(401, "", &expect!["wait, Token: 401 Unauthorized, no content type"]);
    three(404, "database not found: city", &expect!["wait, Bucket: 404 Not Found, no content type"]);
    three(503, "", &expect!["wait, Server: 503 Service Unavailable, no content type"]);
    three(
        400,
        "line protocol is empty",
        &expect!["wait, NotInfluxdb: the answer is not InfluxDB's: 400 Bad Request, no content type"],
    );
    check_of(
        Version::V3,
        400,
        &[HTML],
        partial,
        &expect!["wait, NotInfluxdb: the answer is not InfluxDB's: 400 Bad Request, text/html"],
    );
    check_of(Version::V3, 204, &[], "", &expect!["written"]);
}

#[test]
fn a_list_of_lines_longer_than_what_is_read_counts_as_far_as_it_goes() {
    let line = r#"{"original_line":"m,t=\"},{\" f=1 1","line_number":7,"error_message":"invalid column type for column 'f', expected tag"}"#;
    let long = format!(r#"{{"error":"partial write","data":[{}]}}"#, vec![line; 2000].join(","));
    let Answer::Refused(words) = answer_of(Version::V3, 400, &[JSON], &long.as_bytes()[..LARGEST]) else {
        panic!("a refusal")
    };
    let whole = (LARGEST - 30) / (line.len() + 1);
    assert_eq!((words.dropped, words.column.map(|column| column.line)), (Some(whole), Some(6)));
}

#[test]
fn the_words_of_another_version_settle_no_line() {
    let forms = [
        (Version::V1, said("invalid", "unable to parse 'm f= 1000': missing field value")),
        (Version::V2, r#"{"error":"partial write: points beyond retention policy dropped=1"}"#.to_owned()),
        (Version::V3, said("invalid", "unable to parse 'm f= 1000': missing field value")),
    ];
    let wanted = expect!["wait, NotInfluxdb: the answer is not InfluxDB's: 400 Bad Request, application/json"];
    forms.iter().for_each(|(version, body)| check_of(*version, 400, &[JSON], body, &wanted));
    let one = r#"{"error":"partial write: points beyond retention policy dropped=1"}"#;
    let wanted = expect!["wait, Server: 400 Bad Request: partial write: points beyond retention policy dropped=1"];
    check_of(Version::V3, 400, &[JSON], one, &wanted);
}
