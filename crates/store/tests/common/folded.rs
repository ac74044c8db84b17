//! A registry, a fold and a real file.

use std::{
    fmt::Display,
    sync::{Arc, RwLock},
};

use smartpole_model::{Inputs, RawMessage, RecordRef, Seq, UtcMillis};
use smartpole_pipeline::{Changes, Env, Fold, LoadError, LoadInputs, NameKind, RESETTLE};
use smartpole_store::{Queries, Store};

struct Registry(Arc<Inputs>);

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
        let queries = Queries::new(&store, Arc::clone(&fold));
        let mut folded = Self { store, fold, queries, registry, seq: 0, dir };
        folded.apply(&RecordRef::Inputs { received_at: UtcMillis(received), hash: "first" });
        folded
    }

    /// Other inputs come into force, and what they change of the past is settled.
    pub fn put_in_force(&mut self, inputs: Inputs, received: i64) {
        self.registry = Registry(Arc::new(inputs));
        let received_at = UtcMillis(received);
        self.apply(&RecordRef::Inputs { received_at, hash: &format!("inputs of {received}") });
        while self.fold.read().unwrap().is_resettling() {
            self.apply(&RecordRef::Command { received_at, text: RESETTLE });
        }
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
