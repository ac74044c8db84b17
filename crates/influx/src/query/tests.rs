use std::fs;

use expect_test::{Expect, expect};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use super::*;

const TOKEN: &str = "hush-hush==";

/// A client, and what its server will be asked; it answers once, with these bytes.
async fn server(answer: String) -> (Queries, JoinHandle<String>) {
    servers(vec![answer]).await
}

/// The same with an answer for each request; told is the last request.
async fn servers(answers: Vec<String>) -> (Queries, JoinHandle<String>) {
    let (org, bucket) = ("castrop-rauxel".to_owned(), "smart pole".to_owned());
    servers_of(Options { org, bucket, ..Options::default() }, answers).await
}

/// A server of version 1 that asks for nobody.
async fn server_1(retention_policy: &str, answers: Vec<String>) -> (Queries, JoinHandle<String>) {
    let (database, retention_policy) = ("smart pole".to_owned(), retention_policy.to_owned());
    servers_of(Options { version: Version::V1, database, retention_policy, ..Options::default() }, answers).await
}

async fn servers_of(options: Options, answers: Vec<String>) -> (Queries, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let token_file = folder.path().join("token");
    fs::write(&token_file, TOKEN).unwrap();
    let url = format!("http://{}/influx", listener.local_addr().unwrap());
    let access =
        if options.version == Version::V2 { format!("authorization: Token {TOKEN}\r\n") } else { String::new() };
    let options = Options { url, token_file, timeout_s: 1, ..options };
    let queries = Queries { largest: 4096, ..Queries::new(&options).unwrap() };
    let asked = tokio::spawn(async move {
        let mut asked = String::new();
        for answer in answers {
            let (stream, _) = listener.accept().await.unwrap();
            asked = answer_with(stream, &access, &answer).await;
        }
        asked
    });
    (queries, asked)
}

/// The request's first line, and its body.
async fn answer_with(mut stream: TcpStream, access: &str, answer: &str) -> String {
    let (mut request, mut buffer) = (String::new(), [0; 4096]);
    let has_body = |request: &str| request.contains("content-type: application/json");
    while !request.contains("\r\n\r\n") || (has_body(&request) && !request.ends_with('}')) {
        let n = stream.read(&mut buffer).await.unwrap();
        request.push_str(&String::from_utf8_lossy(&buffer[..n]));
    }
    assert!(request.contains(access) && request.contains("authorization") != access.is_empty(), "{request}");
    stream.write_all(answer.as_bytes()).await.unwrap();
    if answer.is_empty() {
        std::future::pending::<()>().await; // it says nothing, and keeps the connection
    }
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    format!("{}\n{body}", head.lines().next().unwrap())
}

fn http(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}

#[tokio::test]
async fn integers_are_exact_and_decimals_are_as_they_were_written() {
    let body = r#"{"results":[{"statement_id":0,"series":[{"name":"air","tags":{"pole":"A \"1\""},
        "columns":["time","count_n","sum_n","sum_pm","s","b"],
        "values":[[1795000000000,2,9007199254740993,7.3999999999999995,"ü\n",true],[1795000000001,null,-9223372036854775808,1e400,"",false]]}]}]}"#;
    let (queries, asked) = server(http("200 OK", body)).await;
    let tables = queries.influxql("SELECT * FROM air").await.unwrap();
    assert_eq!(asked.await.unwrap(), "GET /influx/query?db=smart+pole&epoch=ms&q=SELECT+*+FROM+air HTTP/1.1\n");
    expect![[r#"
        [Table { measurement: "air", tags: {"pole": "A \"1\""}, columns: ["time", "count_n", "sum_n", "sum_pm", "s", "b"], rows: [[Int(1795000000000), Int(2), Int(9007199254740993), Decimal("7.3999999999999995"), Text("ü\n"), Bool(true)], [Int(1795000000001), Null, Int(-9223372036854775808), Decimal("1e400"), Text(""), Bool(false)]] }]"#]]
    .assert_eq(&format!("{tables:?}"));
}

#[tokio::test]
async fn measurements_are_listed() {
    let body = r#"{"results":[{"statement_id":0,"series":[{"name":"measurements","columns":["name"],"values":[["air"],["footfall_1h"]]}]}]}"#;
    let (queries, _asked) = server(http("200 OK", body)).await;
    assert_eq!(queries.measurements().await.unwrap(), ["air", "footfall_1h"]);
}

#[tokio::test]
async fn a_bucket_without_measurements_is_told_from_none() {
    let nothing = || http("200 OK", r#"{"results":[{"statement_id":0}]}"#);
    let buckets = |name: &str| {
        let rows = format!(r#"{{"name":"databases","columns":["name"],"values":[["_tasks"],["{name}"]]}}"#);
        http("200 OK", &format!(r#"{{"results":[{{"statement_id":0,"series":[{rows}]}}]}}"#))
    };
    let (queries, _asked) = servers(vec![nothing(), buckets("smart pole")]).await;
    assert!(queries.measurements().await.unwrap().is_empty());
    let (queries, _asked) = servers(vec![nothing(), buckets("setup")]).await;
    let error = queries.measurements().await.unwrap_err().to_string();
    assert_eq!(error, "there is no bucket or database smart pole that may be read; `smartpole influx init` makes it");
}

#[tokio::test]
async fn points_are_deleted_up_to_an_instant_that_stays() {
    let (queries, asked) = server(http("204 No Content", "")).await;
    let (from, to) = ("2026-11-27T00:00:00Z".parse().unwrap(), "2026-11-28T00:00:00Z".parse().unwrap());
    queries.delete("air_quality\"", from, to).await.unwrap();
    expect![[r#"
        POST /influx/api/v2/delete?org=castrop-rauxel&bucket=smart+pole HTTP/1.1
        {"predicate":"_measurement=\"air_quality\\\"\"","start":"2026-11-27T00:00:00Z","stop":"2026-11-27T23:59:59.999Z"}"#]]
    .assert_eq(&asked.await.unwrap());
}

#[tokio::test]
async fn a_bucket_is_told_how_long_it_keeps_points() {
    let (queries, asked) = server(http("200 OK", "{}")).await;
    queries.set_retention("36e19691de2151da", Retention::days(30)).await.unwrap();
    expect![[r#"
        PATCH /influx/api/v2/buckets/36e19691de2151da HTTP/1.1
        {"retentionRules":[{"everySeconds":2592000,"shardGroupDurationSeconds":86400,"type":"expire"}]}"#]]
    .assert_eq(&asked.await.unwrap());
}

/// As 1.6.7 answers.
#[tokio::test]
async fn a_database_of_version_1_tells_its_retention_policies_or_that_it_is_none() {
    let rows = r#"[["autogen","0s","168h0m0s",1,false],["kept","168h0m0s","24h0m0s",1,true]]"#;
    let columns = r#"["name","duration","shardGroupDuration","replicaN","default"]"#;
    let body = format!(r#"{{"results":[{{"statement_id":0,"series":[{{"columns":{columns},"values":{rows}}}]}}]}}"#);
    let (queries, asked) = server_1("", vec![http("200 OK", &body)]).await;
    let policy =
        |name: &str, days, is_default| Policy { name: name.to_owned(), retention: Retention::days(days), is_default };
    assert_eq!(queries.policies().await.unwrap(), Some(vec![policy("autogen", 0, false), policy("kept", 7, true)]));
    let line = "GET /influx/query?db=smart+pole&epoch=ms&q=SHOW+RETENTION+POLICIES+ON+%22smart+pole%22 HTTP/1.1\n";
    assert_eq!(asked.await.unwrap(), line);
    let none = r#"{"results":[{"statement_id":0,"error":"database not found: smart pole"}]}"#;
    assert_eq!(server_1("", vec![http("200 OK", none)]).await.0.policies().await.unwrap(), None);
    let other = http("200 OK", r#"{"results":[{"statement_id":0,"error":"timeout"}]}"#);
    assert!(server_1("", vec![other]).await.0.policies().await.is_err());
}

#[tokio::test]
async fn version_1_is_changed_by_post_in_its_retention_policy() {
    let done = || vec![http("200 OK", r#"{"results":[{"statement_id":0}]}"#)];
    let (from, to) = ("2026-11-27T00:00:00Z".parse().unwrap(), "2026-11-28T00:00:00Z".parse().unwrap());
    let (queries, asked) = server_1("kept", done()).await;
    queries.delete("air", from, to).await.unwrap();
    expect![[r#"
        POST /influx/query?db=smart+pole&epoch=ms&q=DELETE+FROM+%22air%22+WHERE+time+%3E%3D+%272026-11-27T00%3A00%3A00Z%27+AND+time+%3C+%272026-11-28T00%3A00%3A00Z%27&rp=kept HTTP/1.1
    "#]].assert_eq(&asked.await.unwrap());
    let (queries, asked) = server_1("", done()).await;
    queries.make_database("kept", Retention::days(1)).await.unwrap();
    expect![[r#"
        POST /influx/query?db=smart+pole&epoch=ms&q=CREATE+DATABASE+%22smart+pole%22+WITH+DURATION+86400s+REPLICATION+1+SHARD+DURATION+3600s+NAME+%22kept%22 HTTP/1.1
    "#]].assert_eq(&asked.await.unwrap());
    let (queries, asked) = server_1("", done()).await;
    queries.make_policy("kept", Retention::days(0)).await.unwrap();
    expect![[r#"
        POST /influx/query?db=smart+pole&epoch=ms&q=CREATE+RETENTION+POLICY+%22kept%22+ON+%22smart+pole%22+DURATION+INF+REPLICATION+1+SHARD+DURATION+604800s HTTP/1.1
    "#]].assert_eq(&asked.await.unwrap());
    let (queries, asked) = server_1("", done()).await;
    queries.change_policy("ke\"pt", Retention::days(30)).await.unwrap();
    expect![[r#"
        POST /influx/query?db=smart+pole&epoch=ms&q=ALTER+RETENTION+POLICY+%22ke%5C%22pt%22+ON+%22smart+pole%22+DURATION+2592000s+SHARD+DURATION+86400s HTTP/1.1
    "#]].assert_eq(&asked.await.unwrap());
}

#[tokio::test]
async fn a_server_of_version_1_tells_its_version_and_a_page_none() {
    let told = "HTTP/1.1 204 No Content\r\nx-influxdb-version: 1.6.7~rc0\r\nconnection: close\r\n\r\n".to_owned();
    assert_eq!(server_1("", vec![told]).await.0.server_version().await.unwrap(), "1.6.7~rc0");
    let page = server_1("", vec![http("200 OK", "<html>")]).await.0.server_version().await.unwrap_err().to_string();
    assert!(page.contains("200 OK to /ping tells no version"), "{page}");
}

/// What is said when a question is answered so.
async fn said(answer: String, expected: Expect) {
    let (queries, _asked) = server(answer).await;
    expected.assert_eq(&queries.influxql("SELECT * FROM air").await.unwrap_err().to_string());
}

#[tokio::test]
async fn a_refusal_is_told_in_the_servers_words_without_the_token() {
    let unauthorized = format!(r#"{{"code":"unauthorized","message":"{TOKEN} is no token"}}"#);
    said(http("401 Unauthorized", &unauthorized), expect!["InfluxDB refused with 401: … is no token; see that the token or the user may read and write the bucket or database"]).await;
    said(
        http("400 Bad Request", r#"{"error":"failed to parse query"}"#),
        expect!["InfluxDB refused with 400: failed to parse query"],
    )
    .await;
    let missing = r#"{"results":[{"statement_id":0,"error":"database not found: smart pole"}]}"#;
    said(http("200 OK", missing), expect!["InfluxDB cannot answer: database not found: smart pole"]).await;
}

#[tokio::test]
async fn a_token_that_is_repeated_is_never_told_not_even_by_half() {
    for body in [
        format!("{:70}{TOKEN}", "<html>"),
        format!("\"{TOKEN}\""),
        format!("{{\"results\":\"{TOKEN}\"}}"),
        format!("{{\"results\":[{{\"error\":\"{TOKEN}\"}}]}}"),
    ] {
        for status in ["200 OK", "502 Bad Gateway"] {
            let (queries, _asked) = server(http(status, &body)).await;
            let error = queries.influxql("SELECT * FROM air").await.unwrap_err();
            let shown = format!("{error} {error:?} {queries:?}");
            assert!(!shown.contains("hush"), "{shown}");
        }
    }
}

#[tokio::test]
async fn what_is_no_answer_of_influxdb_is_named_so() {
    said(http("200 OK", "<html>Log in</html>"), expect![[r#"the answer is not InfluxDB's: expected value at line 1 column 1 (it begins "<html>Log in</html>"); see that url leads to the server itself"#]]).await;
    said(
        http("502 Bad Gateway", "<html>no</html>"),
        expect![[r#"the answer is not InfluxDB's: 502 "<html>no</html>"; see that url leads to the server itself"#]],
    )
    .await;
    said(
        http("302 Found", ""),
        expect![[r#"the answer is not InfluxDB's: 302 ""; see that url leads to the server itself"#]],
    )
    .await;
    said(http("200 OK", r#"{"results":[]}"#), expect![[r#"the answer is not InfluxDB's: 0 results to one statement (it begins "{\"results\":[]}"); see that url leads to the server itself"#]]).await;
    let ragged = r#"{"results":[{"series":[{"name":"a","columns":["time"],"values":[[1,2]]}]}]}"#;
    said(http("200 OK", ragged), expect![[r#"the answer is not InfluxDB's: a row has not as many values as there are columns (it begins "{\"results\":[{\"series\":[{\"name\":\"a\",\"columns\":[\"time\"],\"values\":[[1,2]]}]}]}"); see that url leads to the server itself"#]]).await;
}

#[tokio::test]
async fn half_an_answer_is_none() {
    let partial =
        r#"{"results":[{"series":[{"name":"a","columns":["time"],"values":[[1]],"partial":true}],"partial":true}]}"#;
    said(
        http("200 OK", partial),
        expect!["InfluxDB answered in part only: raise its limits of rows and time of queries"],
    )
    .await;
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"results\":[{".to_owned();
    said(cut, expect!["InfluxDB's answer ended after 13 bytes"]).await;
    said(http("200 OK", &" ".repeat(5000)), expect!["InfluxDB's answer is larger than 4096 bytes"]).await;
    said(String::new(), expect!["InfluxDB did not answer within 1 s; raise timeout_s if it is that busy"]).await;
}

proptest::proptest! {
    #[test]
    fn any_body_gives_tables_or_an_error(body: Vec<u8>, json in r#"\{"results":\[\{"series":\[\{"name":"a","columns":\["t"\],"values":\[\[(1|-|"a"|\{\}|null|\[\])\]\]\}\]\}\]\}"#) {
        table::read(&body).err();
        table::read(json.as_bytes()).err();
    }
}
