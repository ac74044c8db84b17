//! Files of the registry over HTTP: what is wrong with a change, whose it is, and that it is in force when it is answered.

use std::fs;

use axum::{body::Body, http::Request, response::Response};
use expect_test::expect;
use serde_json::Value;
use smartpole_access::{Name, NewAccount, NewToken, Password, Role, Zones};
use smartpole_api::{Options, Peer, Registries};
use smartpole_registry::hash;

use crate::fixture::{City, FILES, show, text};

const KEYS: &str = "device,activation,join_eui,app_key\n";

/// A city whose registry lies in a folder.
async fn city() -> City {
    let city = City::new(Options::default()).await;
    let dir = city.desk.folder.dir().to_owned();
    fs::create_dir_all(dir.join("profiles")).unwrap();
    for (name, text) in FILES {
        fs::write(dir.join(name), text).unwrap();
    }
    city.desk.take().await.unwrap();
    city
}

fn of(name: &str) -> &'static str {
    FILES.iter().find(|(file, _)| *file == name).unwrap().1
}

fn on_disk(city: &City, name: &str) -> String {
    fs::read_to_string(city.desk.folder.dir().join(name)).unwrap()
}

/// A request of this machine.
async fn send(city: &City, method: &str, uri: &str, headers: &[(&str, &str)], body: &str) -> Response {
    let request = Request::builder().method(method).uri(uri).header("content-length", body.len());
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    request.extensions_mut().insert(Peer("127.0.0.1".parse().unwrap()));
    city.send(request).await
}

/// A change of a file by whoever knows what it was.
async fn put(city: &City, name: &str, query: &str, body: &str) -> Response {
    let tag = format!("\"{}\"", hash(on_disk(city, name).as_bytes()));
    let uri = format!("/api/v1/registry/{}{query}", name.replace('/', ":"));
    send(city, "PUT", &uri, &[("if-match", &tag)], body).await
}

async fn json(response: Response) -> Value {
    serde_json::from_str(&text(response).await).unwrap()
}

/// A token of a new account.
fn token(city: &City, role: Role, zones: &Zones) -> String {
    let now = "2026-11-25T11:00:00Z".parse().unwrap();
    let name = || Name::new(&format!("{role} {:?}", zones.0)).unwrap();
    let new = NewAccount { name: name(), role, zones: zones.clone() };
    let account = city.access.add_account(&new, &Password::new("lamps see the street").unwrap(), now).unwrap();
    let new = NewToken { name: name(), role, zones: Zones::ALL, days: 90 };
    city.access.make_token(&account, &new, now).unwrap().1.reveal().to_owned()
}

#[tokio::test]
async fn files_are_listed_with_what_may_be_done_with_them() {
    let city = city().await;
    fs::write(city.desk.folder.dir().join("keys.csv"), KEYS).unwrap();
    let list = json(city.ask("GET", "/api/v1/registry").await).await;
    let mut shown = String::new();
    for item in list["items"].as_array().unwrap() {
        let key = item["table"]["key"].to_string();
        shown += &format!("{} {} {} {} {key}\n", item["file"], item["address"], item["written_by"], item["may_write"]);
    }
    expect![[r#"
        "devices.csv" "/api/v1/registry/devices.csv" "operator" true ["id","from"]
        "keys.csv" "/api/v1/registry/keys.csv" null false null
        "poles.csv" "/api/v1/registry/poles.csv" "operator" true ["id"]
        "properties.toml" "/api/v1/registry/properties.toml" "admin" false null
        "zones.geojson" "/api/v1/registry/zones.geojson" "operator" true null
        "profiles/air.toml" "/api/v1/registry/profiles:air.toml" "operator" true null
        "profiles/people.toml" "/api/v1/registry/profiles:people.toml" "operator" true null
    "#]]
    .assert_eq(&shown);
    assert_eq!(list["items"][2]["hash"], hash(of("poles.csv").as_bytes()));
    let absent = list["absent"].as_array().unwrap().iter().find(|of| of["file"] == "counts.csv").unwrap();
    assert_eq!((&absent["may_write"], &absent["table"]["required"][0]), (&true.into(), &"device".into()));
}

#[tokio::test]
async fn a_file_is_read_with_the_tag_that_a_change_names() {
    let city = city().await;
    let answer = city.ask("GET", "/api/v1/registry/profiles:air.toml").await;
    assert_eq!(answer.headers()["content-type"], "application/toml");
    assert_eq!(answer.headers()["etag"].to_str().unwrap(), format!("\"{}\"", hash(of("profiles/air.toml").as_bytes())));
    assert_eq!(text(answer).await, of("profiles/air.toml"));
    let escaped = city.ask("GET", "/api/v1/registry/profiles%2Fair.toml").await;
    assert_eq!(text(escaped).await, of("profiles/air.toml"));
    city.check("/api/v1/registry/pole.csv", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:unknown-file","title":"Unknown file","status":404,"detail":"there is no file of the registry called \"pole.csv\"","remedy":"did you mean \"poles.csv\"? GET /api/v1/registry lists all"}"#]]).await;
    city.check("/api/v1/registry/counts.csv", &expect![[r#"
        404 Not Found application/problem+json
        {"type":"urn:smartpole:problem:unknown-file","title":"Unknown file","status":404,"detail":"there is no file of the registry called \"counts.csv\"","remedy":"GET /api/v1/registry lists all"}"#]]).await;
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder_and_keys_are_neither_shown_nor_taken() {
    let city = city().await;
    fs::write(city.desk.folder.dir().join("keys.csv"), KEYS).unwrap();
    for name in ["..%2Fcity.db", "profiles:..%2F..%2Fa.toml", "poles.csv.former", "%00", "README.md"] {
        let (get, put) = (format!("/api/v1/registry/{name}"), format!("/api/v1/registry/{name}?dry_run=true"));
        assert_eq!(city.ask("GET", &get).await.status(), 404, "{name}");
        assert_eq!(send(&city, "PUT", &put, &[("if-none-match", "*")], "x").await.status(), 404, "{name}");
    }
    let odd =
        send(&city, "PUT", "/api/v1/registry/profiles:a:b.toml", &[("if-none-match", "*")], of("profiles/air.toml"));
    assert_eq!(odd.await.status(), 422, "an id has no such character");
    for uri in ["/api/v1/registry/keys.csv", "/api/v1/registry/keys.csv/history"] {
        assert_eq!(city.ask("GET", uri).await.status(), 403, "{uri}");
    }
    for (method, uri) in [
        ("PUT", "/api/v1/registry/keys.csv"),
        ("POST", "/api/v1/registry/keys.csv/rows"),
        ("DELETE", "/api/v1/registry/keys.csv"),
    ] {
        let (tag, body) = (hash(KEYS.as_bytes()), if method == "DELETE" { "" } else { KEYS });
        let refused = send(&city, method, uri, &[("if-match", &tag), ("content-type", "text/csv")], body).await;
        assert_eq!(refused.status(), 403, "{method}");
    }
}

#[tokio::test]
async fn a_change_is_durable_and_in_force_when_it_is_answered_and_says_who_and_what() {
    let city = city().await;
    let moved = of("devices.csv").replace("air-2,LS-02,air", "air-2,AM-01,air");
    let answer = put(&city, "devices.csv", "", &moved).await;
    assert_eq!(answer.headers()["etag"].to_str().unwrap(), format!("\"{}\"", hash(moved.as_bytes())));
    let written = json(answer).await;
    assert_eq!(
        (&written["in_force"], &written["reason"], &written["dry_run"]),
        (&true.into(), &Value::Null, &false.into())
    );
    assert_eq!(written["registry"], city.fold.read().unwrap().inputs_hash());
    expect![[r#"{"entries":[{"added":{"count":0,"ids":[]},"changed":{"count":1,"ids":["air-2"]},"kind":"devices","removed":{"count":0,"ids":[]}}],"move_count":1,"moves":[{"device":"air-2","former":{"pole":"LS-02","profile":"air","state":"active"},"from":null,"now":{"pole":"AM-01","profile":"air","state":"active"},"to":null}],"quarantine":null,"settled":null}"#]].assert_eq(&written["effect"].to_string());
    assert_eq!(on_disk(&city, "devices.csv"), moved);
    assert_eq!(on_disk(&city, "devices.csv.former"), of("devices.csv"));
    let device = city.fold.read().unwrap().inputs().registry.devices[2].clone();
    assert_eq!((device.id.as_str(), device.installations[0].pole), ("air-2", 0));
    let trail = city.access.audit(i64::MAX, 10).unwrap();
    let about = format!("devices.csv {} {}", hash(of("devices.csv").as_bytes()), hash(moved.as_bytes()));
    assert_eq!((trail[0].what.code(), trail[0].who.as_str(), &trail[0].about), ("registry_changed", "local", &about));
    let list = json(city.ask("GET", "/api/v1/registry").await).await;
    assert_eq!(list["items"][0]["changed_by"]["who"], "local");
}

#[tokio::test]
async fn a_dry_run_says_what_would_change_and_changes_nothing() {
    let city = city().await;
    let more = format!("{}MP-01,Münsterplatz 1,Münsterplatz,51.5482,7.3105\n", of("poles.csv"));
    let answer = put(&city, "poles.csv", "?dry_run=true", &more).await;
    assert!(!answer.headers().contains_key("etag"));
    let tried = json(answer).await;
    expect![[r#"{"entries":[{"added":{"count":1,"ids":["MP-01"]},"changed":{"count":0,"ids":[]},"kind":"poles","removed":{"count":0,"ids":[]}},{"added":{"count":0,"ids":[]},"changed":{"count":1,"ids":["altstadt"]},"kind":"zones","removed":{"count":0,"ids":[]}}],"move_count":0,"moves":[],"quarantine":{"conflicts":0,"expired":0,"messages":2,"missing":0,"readings":1,"recovered":1,"replaced":0,"superseded":0,"windows":0},"settled":{"devices":1,"from":"1970-01-01T00:00:00Z","quarters":96}}"#]].assert_eq(&tried["effect"].to_string());
    assert_eq!(
        (&tried["dry_run"], &tried["in_force"], &tried["hash"]),
        (&true.into(), &false.into(), &hash(more.as_bytes()).into())
    );
    assert_eq!(city.desk.tried.lock().unwrap().len(), 1);
    assert_eq!(on_disk(&city, "poles.csv"), of("poles.csv"));
    assert!(city.access.audit(i64::MAX, 10).unwrap().is_empty());
}

#[tokio::test]
async fn all_mistakes_are_answered_at_once_with_file_line_field_and_what_to_do() {
    let city = city().await;
    let wrong = "id,name,place,lat,lon\nAM-1,Am Markt 1,Am Markt,51.5477,7.3110\nLS 02,,,51.5480,north\n";
    let answer = put(&city, "poles.csv", "", wrong).await;
    expect![[r#"
        422 Unprocessable Entity application/problem+json
        {"type":"urn:smartpole:problem:unsound-registry","title":"Unsound registry","status":422,"detail":"nothing was changed: there are 5 mistakes in the registry as it would be","remedy":"mend what `mistakes` lists, and send it again","mistakes":[{"file":"devices.csv","line":2,"row":null,"field":"pole","message":"unknown pole `AM-01`","hint":"did you mean `AM-1`?"},
        {"file":"devices.csv","line":3,"row":null,"field":"pole","message":"unknown pole `AM-01`","hint":"did you mean `AM-1`?"},
        {"file":"devices.csv","line":4,"row":null,"field":"pole","message":"unknown pole `LS-02`","hint":"did you mean `LS 02`?"},
        {"file":"poles.csv","line":3,"row":null,"field":"id","message":"the id ' ' cannot stand in an id","hint":"ids are 1 to 64 letters a–z, A–Z, digits, -, _ and ."},
        {"file":"poles.csv","line":3,"row":null,"field":"lon","message":"\"north\" is no number","hint":"write decimal degrees like 51.54759"}]}"#]].assert_eq(&show(answer).await);
    assert_eq!(on_disk(&city, "poles.csv"), of("poles.csv"));
    let trail = city.access.audit(i64::MAX, 10).unwrap();
    assert_eq!((trail[0].outcome.code(), trail[0].about.as_str()), ("failed", "/api/v1/registry/poles.csv"));
}

#[tokio::test]
async fn a_catalogue_that_what_is_stored_does_not_fit_is_a_mistake_too() {
    let city = city().await;
    let admin = token(&city, Role::Admin, &Zones::ALL);
    let wrong = of("properties.toml").replace("number = 2\n", "number = 902\n");
    let (bearer, tag) = (format!("Bearer {admin}"), hash(of("properties.toml").as_bytes()));
    let headers = [("authorization", bearer.as_str()), ("if-match", &tag)];
    let answer = json(send(&city, "PUT", "/api/v1/registry/properties.toml", &headers, &wrong).await).await;
    assert_eq!(answer["mistakes"][0]["message"], "readings of it are stored under the number 2, which is 902 now");
}

#[tokio::test]
async fn a_count_by_hand_that_has_not_ended_is_a_mistake_too() {
    let city = city().await;
    let put = async |to: &str| {
        let rows = format!("device,from,to,in,out,counted_by\npeople-1,2026-11-25T10:45:00Z,{to},1,2,A\n");
        send(&city, "PUT", "/api/v1/registry/counts.csv?dry_run=true", &[("if-none-match", "*")], &rows).await
    };
    let answer = json(put("2026-11-25T11:15:00Z").await).await;
    assert_eq!(answer["mistakes"][0]["message"], "2026-11-25T11:15:00Z lies in the future");
    assert_eq!(put("2026-11-25T11:00:00Z").await.status(), 200, "the clock of the town says 11:00");
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_not_lost() {
    let city = city().await;
    let uri = "/api/v1/registry/poles.csv";
    expect![[r#"
        428 Precondition Required application/problem+json
        {"type":"urn:smartpole:problem:precondition-required","title":"Precondition required","status":428,"detail":"If-Match is missing: somebody else's change could be lost","remedy":"send the ETag of GET /api/v1/registry/poles.csv as If-Match; for a file that is not there If-None-Match: *"}"#]]
    .assert_eq(&show(send(&city, "PUT", uri, &[], of("poles.csv")).await).await);
    let tag = hash(of("poles.csv").as_bytes());
    let by_hand = format!("{}MP-01,,,51.5482,7.3105\n", of("poles.csv"));
    fs::write(city.desk.folder.dir().join("poles.csv"), &by_hand).unwrap();
    expect![[r#"
        412 Precondition Failed application/problem+json
        {"type":"urn:smartpole:problem:changed-meanwhile","title":"Changed meanwhile","status":412,"detail":"poles.csv is not what you started from: somebody changed it meanwhile, here or on the disk","remedy":"get it again, and make your changes there"}"#]]
    .assert_eq(&show(send(&city, "PUT", uri, &[("if-match", &tag)], of("poles.csv")).await).await);
    let refused = send(&city, "PUT", uri, &[("if-none-match", "*")], of("poles.csv")).await;
    assert_eq!(refused.status(), 412, "it is there");
    assert_eq!(on_disk(&city, "poles.csv"), by_hand);
    let weak = format!("W/\"{}\"", hash(by_hand.as_bytes()));
    let written = send(&city, "PUT", uri, &[("if-match", &weak)], of("poles.csv")).await;
    assert_eq!(written.status(), 200, "a proxy that compresses makes tags weak");
}

#[tokio::test]
async fn operators_change_what_hangs_where_admins_what_everybody_sees_and_nobody_who_is_told() {
    let city = city().await;
    let alerts = "[silent]\nintervals = 4\n";
    let mut table = String::new();
    for (who, role, zones) in [
        ("planner", Some(Role::Planner), Zones::ALL),
        ("operator of a zone", Some(Role::Operator), Zones::only(["altstadt"])),
        ("operator", Some(Role::Operator), Zones::ALL),
        ("admin", Some(Role::Admin), Zones::ALL),
        ("this machine", None, Zones::ALL),
    ] {
        let bearer = role.map(|role| format!("Bearer {}", token(&city, role, &zones)));
        let mut statuses = Vec::new();
        for (method, name, query) in [
            ("GET", "poles.csv", ""),
            ("PUT", "poles.csv", ""),
            ("PUT", "profiles:air.toml", ""),
            ("PUT", "properties.toml", ""),
        ] {
            let file = name.replace(':', "/");
            let tag = hash(of(&file).as_bytes());
            let auth = bearer.as_ref().map(|bearer| ("authorization", bearer.as_str()));
            let headers: Vec<_> = [("if-match", tag.as_str())].into_iter().chain(auth).collect();
            let body = if method == "PUT" { of(&file) } else { "" };
            let answer = send(&city, method, &format!("/api/v1/registry/{name}{query}"), &headers, body).await;
            statuses.push(answer.status().as_u16().to_string());
        }
        table += &format!("{who:<20} {}\n", statuses.join(" "));
    }
    expect![[r#"
        planner              403 403 403 403
        operator of a zone   403 403 403 403
        operator             200 200 200 403
        admin                200 200 200 200
        this machine         200 200 200 403
    "#]]
    .assert_eq(&table);
    let new = [("if-none-match", "*")];
    let tells = format!("{alerts}\n[[webhook]]\nurl = \"https://evil.example/\"\nsecret_file = \"/etc/shadow\"\n");
    let refused = show(send(&city, "PUT", "/api/v1/registry/alerts.toml", &new, &tells).await).await;
    assert!(refused.contains("urn:smartpole:problem:alert-targets"), "{refused}");
    let cross = [("if-none-match", "*"), ("origin", "https://evil.example"), ("host", "lampen.example")];
    assert_eq!(send(&city, "PUT", "/api/v1/registry/counts.csv", &cross, "x").await.status(), 403);
}

#[tokio::test]
async fn profiles_come_and_go_and_one_that_devices_have_stays() {
    let city = city().await;
    let uri = "/api/v1/registry/profiles:noise.toml";
    let written = send(&city, "PUT", uri, &[("if-none-match", "*")], of("profiles/air.toml")).await;
    assert_eq!(written.status(), 200);
    let tag = hash(of("profiles/air.toml").as_bytes());
    let used = json(send(&city, "DELETE", "/api/v1/registry/profiles:air.toml", &[("if-match", &tag)], "").await).await;
    assert_eq!(used["mistakes"][0]["message"], "unknown profile `air`");
    let gone = json(send(&city, "DELETE", uri, &[("if-match", &tag)], "").await).await;
    assert_eq!((&gone["in_force"], &gone["hash"]), (&true.into(), &Value::Null));
    assert!(!city.desk.folder.dir().join("profiles/noise.toml").exists());
}

#[tokio::test]
async fn rows_of_an_inventory_are_put_in_and_mistakes_name_the_rows_that_were_sent() {
    let city = city().await;
    let uri = "/api/v1/registry/poles.csv/rows";
    let tag = hash(of("poles.csv").as_bytes());
    let headers = [("if-match", tag.as_str()), ("content-type", "text/csv; charset=windows-1252")];
    let wrong = "Mastnummer;Rechtswert;Hochwert\n\nAM-01;382950,27;5712089,19\nMP-01;32382950;5712089\nMP 02;382950;5712089\n;1;1\n";
    let answer = json(send(&city, "POST", uri, &headers, wrong).await).await;
    let rows: Vec<_> = answer["mistakes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| format!("row {} line {} {}", of["row"], of["line"], of["field"]))
        .collect();
    assert_eq!(rows, ["row 6 line null \"id\"", "row 4 line 4 \"easting\"", "row 5 line 5 \"id\""]);
    let unread = json(send(&city, "POST", uri, &headers, "Mastnummer;Farbe\nAM-01;rot\n").await).await;
    assert_eq!((&unread["mistakes"][0]["row"], &unread["mistakes"][0]["field"]), (&1.into(), &"Farbe".into()));
    let sound =
        "Mastnummer;Leuchtstellennummer;Schaltstelle;Rechtswert;Hochwert\nAM-01;01-0103;S-0101;382950,27;5712089,19\n";
    let tried = json(send(&city, "POST", &format!("{uri}?dry_run=true"), &headers, sound).await).await;
    assert_eq!(tried["rows"].to_string(), r#"{"added":0,"changed":1,"encoding":"utf-8","same":0}"#);
    let written = json(send(&city, "POST", uri, &headers, sound).await).await;
    assert_eq!(written["in_force"], true);
    let pole = city.fold.read().unwrap().inputs().registry.poles[0].clone();
    assert_eq!((pole.lamp.as_deref(), pole.switch_point.as_deref()), (Some("01-0103"), Some("S-0101")));
    assert!(
        (pole.position.lat - 51.5477).abs() < 0.01 && (pole.position.lon - 7.3110).abs() < 0.01,
        "{:?}",
        pole.position
    );
    let json_rows = send(&city, "POST", uri, &[("if-match", &tag), ("content-type", "application/json")], "{}").await;
    assert_eq!(json_rows.status(), 415);
    let no_table = send(&city, "POST", "/api/v1/registry/zones.geojson/rows", &headers, sound);
    let tag = hash(of("zones.geojson").as_bytes());
    assert_eq!(no_table.await.status(), 412);
    let no_table = [("if-match", tag.as_str()), ("content-type", "text/csv")];
    assert_eq!(send(&city, "POST", "/api/v1/registry/zones.geojson/rows", &no_table, sound).await.status(), 400);
}

#[tokio::test]
async fn what_a_file_was_is_listed_and_can_be_put_back() {
    let city = city().await;
    let more = format!("{}MP-01,Münsterplatz 1,Münsterplatz,51.5482,7.3105\n", of("poles.csv"));
    assert_eq!(put(&city, "poles.csv", "", &more).await.status(), 200);
    let history = json(city.ask("GET", "/api/v1/registry/poles.csv/history").await).await;
    let shown = |history: &Value| {
        let items = history["items"].as_array().unwrap().iter();
        items
            .map(|of| format!("{} {} {} {}\n", of["size"], of["since"], of["by"]["who"], of["is_current"]))
            .collect::<String>()
    };
    expect![[r#"
        163 "2026-11-25T11:00:00Z" "local" true
        112 "2026-11-25T10:03:00.001Z" null false
    "#]]
    .assert_eq(&shown(&history));
    let former = history["items"][1]["hash"].as_str().unwrap();
    let old = text(city.ask("GET", &format!("/api/v1/registry/poles.csv?version={former}")).await).await;
    assert_eq!(old, of("poles.csv"));
    assert_eq!(put(&city, "poles.csv", "", &old).await.status(), 200);
    let history = json(city.ask("GET", "/api/v1/registry/poles.csv/history").await).await;
    expect![[r#"
        112 "2026-11-25T11:00:00Z" "local" true
        163 "2026-11-25T11:00:00Z" "local" false
    "#]]
    .assert_eq(&shown(&history));
    assert_eq!(city.ask("GET", "/api/v1/registry/poles.csv?version=0").await.status(), 404);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_with_what_to_do() {
    let city = city().await;
    // a folder in the way refuses everybody, also whoever is root
    fs::create_dir(city.desk.folder.dir().join("poles.csv.new")).unwrap();
    let refused = show(put(&city, "poles.csv", "", &of("poles.csv").replace("7.3110", "7.3111")).await).await;
    assert!(
        refused.starts_with("409 Conflict")
            && refused.contains("cannot write poles.csv")
            && refused.contains("let the service's user write"),
        "{refused}"
    );
    assert_eq!(on_disk(&city, "poles.csv"), of("poles.csv"));
}
