//! A registry, a fold and a real file.

use std::{
    fmt::Display,
    sync::{Arc, Mutex, RwLock},
};

use smartpole_model::{Inputs, RawMessage, RecordRef, Seq, UtcMillis};
use smartpole_pipeline::{Changes, Env, Fold, LoadError, LoadInputs, NameKind, RESETTLE};
use smartpole_store::{InForce, Queries, Store};

struct Registry(Arc<Inputs>);

/// Registries by hash, and since when each was in force.
#[derive(Debug, Default)]
struct Kept(Mutex<Vec<(UtcMillis, String, Arc<Inputs>)>>);

impl InForce for Kept {
    fn before(&self, instant: UtcMillis) -> Result<Option<(String, Arc<Inputs>)>, LoadError> {
        let kept = self.0.lock().unwrap();
        let last = kept.iter().rev().find(|(since, ..)| *since < instant);
        Ok(last.map(|(_, hash, inputs)| (hash.clone(), Arc::clone(inputs))))
    }
}

impl LoadInputs for Registry {
    fn load(&self, _: &str) -> Result<Arc<Inputs>, LoadError> {
        Ok(Arc::clone(&self.0))
    }
}

pub struct Folded {
    pub store: Store,
    pub fold: Arc<RwLock<Fold>>,
    pub queries: Queries,
    registry: Registry,
    kept: Arc<Kept>,
    seq: u64,
    dir: tempfile::TempDir,
}

impl Folded {
    /// With inputs that come into force at an instant.
    pub fn new(inputs: Inputs, received: i64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let registry = Registry(Arc::new(inputs));
        let env = Env { stored: &store, inputs: &registry };
        let fold = Arc::new(RwLock::new(Fold::restore(store.restore().unwrap(), &env).unwrap()));
        let kept = Arc::new(Kept::default());
        let queries = Queries::new(&store, Arc::clone(&fold)).with_former(Arc::clone(&kept) as _);
        let mut folded = Self { store, fold, queries, registry, kept, seq: 0, dir };
        folded.keep("first", received);
        folded.apply(&RecordRef::Inputs { received_at: UtcMillis(received), hash: "first" });
        folded
    }

    /// Other inputs come into force, and what they change of the past is settled.
    pub fn put_in_force(&mut self, inputs: Inputs, received: i64) {
        self.registry = Registry(Arc::new(inputs));
        let (received_at, hash) = (UtcMillis(received), format!("inputs of {received}"));
        self.keep(&hash, received);
        self.apply(&RecordRef::Inputs { received_at, hash: &hash });
        while self.fold.read().unwrap().is_resettling() {
            self.apply(&RecordRef::Command { received_at, text: RESETTLE });
        }
    }

    fn keep(&self, hash: &str, received: i64) {
        let kept = (UtcMillis(received), hash.to_owned(), Arc::clone(&self.registry.0));
        self.kept.0.lock().unwrap().push(kept);
    }

    fn apply(&mut self, record: &RecordRef<'_>) {
        self.seq += 1;
        let env = Env { stored: &self.store, inputs: &self.registry };
        self.fold.write().unwrap().apply(Seq(self.seq), record, false, &env).unwrap();
    }

    /// A message with values of one instant, received at another.
    pub fn report(&mut self, device: &str, measured: i64, received: i64, values: &[(&str, impl Display)]) {
        let values = members(values);
        self.send(device, format!("{{\"time\":\"{}\",\"values\":{{{values}}}}}", UtcMillis(measured)), received);
    }

    /// A message that does not say when it was measured.
    pub fn report_untimed(&mut self, device: &str, received: i64, values: &[(&str, i64)]) {
        self.send(device, format!("{{\"values\":{{{}}}}}", members(values)), received);
    }

    fn send(&mut self, device: &str, payload: String, received: i64) {
        let payload = payload.into_bytes();
        let topic = format!("smartpole/castrop-rauxel/P1/{device}/up");
        let (source, received_at) = ("broker".to_owned(), UtcMillis(received));
        let message = RawMessage { source, topic, payload, received_at, qos: 1, ..RawMessage::default() };
        self.apply(&RecordRef::Message(message.as_ref()));
    }

    /// Questions to one who was never asked.
    pub fn never_asked(&self) -> Queries {
        Queries::new(&self.store, Arc::clone(&self.fold)).with_former(Arc::clone(&self.kept) as _)
    }

    /// A minute passes.
    pub fn tick(&mut self, received: i64) {
        self.apply(&RecordRef::Tick { received_at: UtcMillis(received), connected: vec!["broker"] });
    }

    /// Where the file is.
    pub fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    pub fn take(&self) -> Changes {
        self.fold.write().unwrap().take_changes()
    }

    /// Commits, and the fold does not know yet.
    pub fn commit_untold(&self) {
        self.store.commit(&self.take()).unwrap();
    }

    pub fn commit(&self) {
        self.commit_untold();
        self.fold.write().unwrap().committed();
    }

    /// The state as the store has it.
    pub fn restored(&self) -> Fold {
        let env = Env { stored: &self.store, inputs: &self.registry };
        Fold::restore(self.store.restore().unwrap(), &env).unwrap()
    }

    pub fn number(&self, kind: NameKind, id: &str) -> u32 {
        self.fold.read().unwrap().number(kind, id).unwrap()
    }
}

fn members(values: &[(&str, impl Display)]) -> String {
    let values: Vec<String> = values.iter().map(|(property, value)| format!("\"{property}\":{value}")).collect();
    values.join(",")
}
