//! A city, a fold over it, and requests without a network.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, RwLock},
};

use axum::{body::Body, http::Request, response::Response};
use expect_test::Expect;
use futures::future::{BoxFuture, FutureExt};
use metrics_exporter_prometheus::PrometheusBuilder;
use smartpole_access::{Access, Cost};
use smartpole_api::{
    ApiState, Health, History, Keeping, Legal, Networks, NotOrdered, NotTried, Options, Parts, Peer, Publish,
    Registries, Replays, Selection, router,
};
use smartpole_journal::{Journal, OsFs};
use smartpole_model::{Inputs, RawMessage, Record, RecordRef, Seq, UtcMillis};
use smartpole_openid::Provider;
use smartpole_pipeline::{Effect, Env, Fold, LoadError, LoadInputs, REPLAY, Replay, Restore};
use smartpole_store::{Queries, Store};
use tempfile::TempDir;
use tokio::sync::{broadcast, watch};
use tower::ServiceExt;

use crate::desk::Desk;

const POLES: &str =
    "id,name,place,lat,lon\nAM-01,Am Markt 1,Am Markt,51.5477,7.3110\nLS-02,Lönsstraße 2,Lönsstraße,51.5480,7.3120\n";
pub(crate) const DEVICES: &str = "id,pole,profile,from,line,direction\nair-1,AM-01,air,,,\npeople-1,AM-01,people,,Platzrand,zum Platz\nair-2,LS-02,air,,,\n";
const ZONES: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"altstadt","name":"Altstadt","kind":"district","parent":null,"count":"cross_section"},"geometry":{"type":"Polygon","coordinates":[[[7.30,51.54],[7.32,51.54],[7.32,51.55],[7.30,51.55],[7.30,51.54]]]}}]}"#;
/// A city around all poles of those tests that ask nothing of zones.
pub(crate) const CITY: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"id":"stadt","name":"Stadt","kind":"city","parent":null,"count":"none"},"geometry":{"type":"Polygon","coordinates":[[[7.2,51.4],[7.5,51.4],[7.5,51.7],[7.2,51.7],[7.2,51.4]]]}}]}"#;
const PROPERTIES: &str = r#"
[[property]]
id = "pm2_5"
number = 2
name_de = "Feinstaub PM2,5"
name_en = "Particles PM2.5"
unit = "ug/m3"
kind = "gauge"
decimals = 2
min = 0
max = 1000
theme = "air_quality"

[[property]]
id = "people_in"
number = 30
name_de = "Querungen hinein"
name_en = "Crossings in"
unit = "1"
kind = "interval_count"
decimals = 0
min = 0
max = 10000
theme = "footfall"
personal = true

[[property]]
id = "people_out"
number = 31
name_de = "Querungen hinaus"
name_en = "Crossings out"
unit = "1"
kind = "interval_count"
decimals = 0
min = 0
max = 10000
theme = "footfall"
personal = true

[[property]]
id = "people_total"
number = 32
name_de = "Querungen seit Beginn"
name_en = "Crossings since the start"
unit = "1"
kind = "total_count"
decimals = 0
min = 0
max = 4294967295
theme = "footfall"
personal = true
counts = "people_in"
"#;
const PROFILE: &str = "name = \"A\"\ncodec = \"smartpole\"\ninterval_s = 60\npayload_time = true\n";
const COUNTER: &str =
    "name = \"A\"\ncodec = \"smartpole\"\ninterval_s = 60\npayload_time = true\nsensing = \"laser\"\n";

/// The registry of the test: the newest that was put in.
#[derive(Clone)]
pub(crate) struct Library(pub(crate) Arc<Mutex<Arc<Inputs>>>);

impl LoadInputs for Library {
    fn load(&self, _: &str) -> Result<Arc<Inputs>, LoadError> {
        Ok(Arc::clone(&self.0.lock().unwrap()))
    }
}

/// Files of the small city.
pub(crate) const FILES: [(&str, &str); 6] = [
    ("poles.csv", POLES),
    ("devices.csv", DEVICES),
    ("zones.geojson", ZONES),
    ("properties.toml", PROPERTIES),
    ("profiles/air.toml", PROFILE),
    ("profiles/people.toml", COUNTER),
];

/// The small city's registry, with these files beside.
pub(crate) fn with(more: &[(&str, &str)]) -> Inputs {
    parsed(&[&FILES, more].concat())
}

/// The registry of these files.
pub(crate) fn parsed(files: &[(&str, &str)]) -> Inputs {
    let files: BTreeMap<_, _> = files.iter().map(|(name, text)| ((*name).to_owned(), (*text).into())).collect();
    Inputs::parse(&files).unwrap()
}

/// Takes one order, and knows what comes of a dry run.
#[derive(Default)]
pub(crate) struct Ordered {
    pub(crate) newest: Mutex<Option<Replay>>,
    pub(crate) tried: Mutex<Vec<Selection>>,
}

impl Replays for Ordered {
    fn order(&self, selection: Selection) -> BoxFuture<'_, Result<Replay, NotOrdered>> {
        let mut newest = self.newest.lock().unwrap();
        let answer = match newest.take() {
            Some(replay) => Err(NotOrdered::UnderWay(Box::new(replay))),
            None => {
                let order = serde_json::to_string(&selection).unwrap();
                Ok(Replay { id: Seq(7), ordered_at: at(4), order, ..Replay::default() })
            }
        };
        *newest = answer.as_ref().ok().cloned();
        std::future::ready(answer).boxed()
    }

    fn waiting(&self) -> Option<Replay> {
        self.newest.lock().unwrap().clone()
    }

    fn try_out(&self, selection: &Selection) -> Result<Effect, NotTried> {
        self.tried.lock().unwrap().push(selection.clone());
        match selection.device.as_deref() {
            Some("air-2") => Err(NotTried::TooMany(10)),
            Some("people-1") => Err(NotTried::Busy),
            _ => Ok(Effect { messages: 1_203, readings: 4_812, windows: 7, recovered: 1_203, ..Effect::default() }),
        }
    }
}

pub(crate) struct City {
    pub(crate) state: ApiState,
    pub(crate) fold: Arc<RwLock<Fold>>,
    pub(crate) live: broadcast::Sender<Arc<smartpole_pipeline::Live>>,
    pub(crate) health: watch::Sender<Health>,
    pub(crate) journal: Journal,
    pub(crate) store: Store,
    pub(crate) library: Library,
    pub(crate) desk: Arc<Desk>,
    pub(crate) ordered: Arc<Ordered>,
    pub(crate) book: smartpole_alerting::Book,
    pub(crate) access: Access,
    _dir: TempDir,
}

/// The first minute of the story.
const START: &str = "2026-11-25T10:00:00Z";

impl City {
    /// A city that has heard three messages and quarantined a fourth and a fifth.
    pub(crate) async fn new(options: Options) -> Self {
        Self::with(&[], options).await
    }

    /// The same, with these files in its registry.
    pub(crate) async fn with(more: &[(&str, &str)], options: Options) -> Self {
        let city = Self::over(with(more), options).await;
        city.story().await;
        city
    }

    /// The same, which asks for older readings elsewhere.
    pub(crate) async fn asking(more: &[(&str, &str)], history: Arc<dyn History>) -> Self {
        let city = Self::made(with(more), Options::default(), Some(history), Legal::default(), None).await;
        city.story().await;
        city
    }

    /// A city of this registry that has heard nothing.
    pub(crate) async fn over(inputs: Inputs, options: Options) -> Self {
        Self::made(inputs, options, None, Legal::default(), None).await
    }

    /// The same, with what the law asks of its page.
    pub(crate) async fn lawful(inputs: Inputs, options: Options, legal: Legal) -> Self {
        Self::made(inputs, options, None, legal, None).await
    }

    /// A city that has heard nothing, where people log in by this provider as well.
    pub(crate) async fn with_provider(provider: Arc<Provider>) -> Self {
        Self::made(with(&[]), Options::default(), None, Legal::default(), Some(provider)).await
    }

    /// The same, which asks for older readings elsewhere, with what the law asks of its page, and a provider.
    pub(crate) async fn made(
        inputs: Inputs,
        options: Options,
        history: Option<Arc<dyn History>>,
        legal: Legal,
        openid: Option<Arc<Provider>>,
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let library = Library(Arc::new(Mutex::new(Arc::new(inputs))));
        let fold = Fold::restore(Restore::default(), &Env { stored: &store, inputs: &library }).unwrap();
        let fold = Arc::new(RwLock::new(fold));
        let queries = Queries::new(&store, Arc::clone(&fold));
        let unbounded = smartpole_journal::Options { min_free_bytes: 0, ..Default::default() };
        let (journal, _) = Journal::open(&dir.path().join("journal"), unbounded, Arc::new(OsFs)).unwrap();
        let (live, _) = broadcast::channel(64);
        let (health, watched) = watch::channel(Health::default());
        let metrics = PrometheusBuilder::new().build_recorder().handle();
        let (parts_fold, parts_journal) = (Arc::clone(&fold), journal.clone());
        let ordered = Arc::new(Ordered::default());
        let book = smartpole_alerting::Book::open(dir.path()).unwrap();
        let access = Access::open(dir.path(), Cost::LEAST).unwrap();
        let desk = Arc::new(Desk::new(&fold, &journal, &store, &library, dir.path()));
        let parts = Parts {
            registries: Arc::clone(&desk) as Arc<dyn Registries>,
            folder: desk.folder.clone(),
            fold: parts_fold,
            queries: desk.teach(queries),
            journal: parts_journal,
            live: live.clone(),
            health: watched,
            metrics,
            replays: Arc::clone(&ordered) as Arc<dyn Replays>,
            history,
            alerts: book.clone(),
            clock: || at(60),
            access: access.clone(),
            openid,
            networks: Networks {
                operators: vec!["10.0.0.0/8".parse().unwrap()],
                proxies: vec!["192.0.2.1/32".parse().unwrap()],
                local_operators: true,
            },
            publish: Publish {
                contact: "opendata@example.org".to_owned(),
                contributor: "openNRW".to_owned(),
                base_url: "https://luft.example.org".to_owned(),
                report: "https://example.org/form?about=air".to_owned(),
                embed_origins: vec!["https://www.example.org".to_owned()],
                ..Publish::default()
            },
            legal,
            keeping: Keeping { journal_days: 14, audit_days: 365 },
        };
        let state = ApiState::new(parts, options);
        let city = Self { state, fold, live, health, journal, store, library, desk, ordered, book, access, _dir: dir };
        city.record(Record::Inputs { received_at: at(0), hash: "one".to_owned() }).await;
        city
    }

    async fn story(&self) {
        self.message("air-1", 1, r#"{"time":"2026-11-25T10:00:30Z","values":{"pm2_5":7.3}}"#).await;
        let people = r#"{"time":"2026-11-25T10:01:00Z","values":{"people_in":4,"people_out":0,"people_in/1":7}}"#;
        self.message("people-1", 2, people).await;
        self.message("air-1", 3, r#"{"time":"2026-11-25T10:01:30Z","values":{"pm2_5":7.45}}"#).await;
        self.message("nobody", 3, r#"{"values":{"pm2_5":1}}"#).await;
        self.message("air-1", 3, "{").await;
    }

    /// Takes in a message of `device`, received so many minutes after [`START`].
    pub(crate) async fn message(&self, device: &str, minute: i64, payload: &str) {
        self.deliver(&format!("smartpole/castrop-rauxel/AM-01/{device}/up"), minute, payload).await;
    }

    /// Takes in a command.
    pub(crate) async fn command(&self, minute: i64, text: &str) {
        self.record(Record::Command { received_at: at(minute), text: text.to_owned() }).await;
    }

    /// Takes in a message of any topic.
    pub(crate) async fn deliver(&self, topic: &str, minute: i64, payload: &str) {
        let message = RawMessage {
            source: "listener".to_owned(),
            topic: topic.to_owned(),
            payload: payload.into(),
            received_at: at(minute),
            qos: 1,
            ..RawMessage::default()
        };
        self.record(Record::Message(message)).await;
    }

    /// Orders a replay that finds nothing, and ends it.
    pub(crate) async fn replay(&self, minute: i64, ended: bool) {
        let text = format!(r#"{REPLAY}{{"of":"all"}}"#);
        self.record(Record::Command { received_at: at(minute), text }).await;
        if ended {
            self.record(Record::ReplayStep { seqs: Vec::new() }).await;
        }
    }

    /// Puts another registry into force.
    pub(crate) async fn change_registry(&self, minute: i64, inputs: Inputs) {
        *self.library.0.lock().unwrap() = Arc::new(inputs);
        self.record(Record::Inputs { received_at: at(minute), hash: "two".to_owned() }).await;
    }

    /// Decodes these quarantined messages again.
    pub(crate) async fn replay_messages(&self, minute: i64, seqs: &[u64]) {
        self.commit();
        let message = |seq: u64| match self.journal.read_one(Seq(seq)) {
            Ok(Some(Record::Message(message))) => (Seq(seq), message),
            other => unreachable!("record {seq} is {other:?}"),
        };
        self.store.keep_quarantined(seqs.iter().copied().map(message)).unwrap();
        self.replay(minute, false).await;
        for seqs in [seqs.iter().copied().map(Seq).collect(), Vec::new()] {
            self.record(Record::ReplayStep { seqs }).await;
        }
    }

    /// Lets so many minutes have passed since [`START`].
    pub(crate) async fn tick(&self, minute: i64) {
        self.record(Record::Tick { received_at: at(minute), connected: Vec::new() }).await;
    }

    /// Journals a record and folds it as the journal has it.
    async fn record(&self, record: Record) {
        let seq: Seq = self.journal.append_durable(record).await.unwrap();
        self.fold_journalled(seq);
    }

    /// Folds what the interface journalled.
    pub(crate) fn fold_journalled(&self, seq: Seq) {
        let record = self.journal.read_one(seq).unwrap().unwrap();
        let env = Env { stored: &self.store, inputs: &self.library };
        self.fold.write().unwrap().apply(seq, &borrowed(&record), false, &env).unwrap();
    }

    /// Puts what was folded into the store.
    pub(crate) fn commit(&self) {
        let mut fold = self.fold.write().unwrap();
        self.store.commit(&fold.take_changes()).unwrap();
        fold.committed();
    }

    /// The answer to a request of this machine without a body.
    pub(crate) async fn ask(&self, method: &str, uri: &str) -> Response {
        self.ask_of(Ipv4Addr::LOCALHOST, method, uri).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Response {
        router(self.state.clone()).oneshot(request).await.unwrap()
    }

    /// The answer to a request of somebody from the internet.
    pub(crate) async fn ask_publicly(&self, method: &str, uri: &str) -> Response {
        self.ask_of(Ipv4Addr::new(203, 0, 113, 7), method, uri).await
    }

    async fn ask_of(&self, peer: Ipv4Addr, method: &str, uri: &str) -> Response {
        let mut request = Request::builder().method(method).uri(uri).body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer(peer.into()));
        self.send(request).await
    }

    /// What [`City::check`] is to operators.
    pub(crate) async fn check_publicly(&self, uri: &str, expect: &Expect) {
        expect.assert_eq(&show(self.ask_publicly("GET", uri).await).await);
    }

    /// Status, type and body of `GET uri`; JSON is laid out, one item a line.
    pub(crate) async fn get(&self, uri: &str) -> String {
        show(self.ask("GET", uri).await).await
    }

    pub(crate) async fn check(&self, uri: &str, expect: &Expect) {
        expect.assert_eq(&self.get(uri).await);
    }
}

pub(crate) async fn text(response: Response) -> String {
    let bytes = axum::body::to_bytes(response.into_body(), 16 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) async fn show(response: Response) -> String {
    let (status, kind) = (response.status(), response.headers()["content-type"].to_str().unwrap().to_owned());
    format!("{status} {kind}\n{}", uncited(&text(response).await).replace("},{", "},\n{"))
}

/// An answer without its citation, which stands at its end and is tested by itself.
fn uncited(body: &str) -> String {
    body.find(r#","citation":{"#).map_or_else(|| body.to_owned(), |at| format!("{}}}", &body[..at]))
}

pub(crate) fn borrowed(record: &Record) -> RecordRef<'_> {
    match record {
        Record::Inputs { received_at, hash } => RecordRef::Inputs { received_at: *received_at, hash },
        Record::Message(message) => RecordRef::Message(message.as_ref()),
        Record::Command { received_at, text } => RecordRef::Command { received_at: *received_at, text },
        Record::ReplayStep { seqs } => RecordRef::ReplayStep { seqs: seqs.clone() },
        Record::Tick { received_at, .. } => RecordRef::Tick { received_at: *received_at, connected: Vec::new() },
        _ => unreachable!("the story has no other"),
    }
}

pub(crate) fn at(minute: i64) -> UtcMillis {
    START.parse::<UtcMillis>().unwrap().plus(minute * 60_000)
}
