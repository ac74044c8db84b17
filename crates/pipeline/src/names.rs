//! Numbers of things, in the order the journal names them.

use std::collections::HashMap;

use crate::{Name, NameKind};

/// Numbers of devices, poles, zones and sources; never reused.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    kinds: [Table; 4],
    new: Vec<Name>,
}

#[derive(Clone, Debug, Default)]
struct Table {
    ids: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Names {
    pub(crate) fn restore(names: Vec<Name>) -> Self {
        let mut restored = Self::default();
        for name in names {
            restored.number_or_new(name.kind, &name.id);
        }
        restored.new.clear();
        restored
    }

    pub(crate) fn number_or_new(&mut self, kind: NameKind, id: &str) -> u32 {
        let table = &mut self.kinds[kind as usize - 1];
        if let Some(known) = table.numbers.get(id) {
            return *known;
        }
        let number = table.ids.len() as u32;
        table.ids.push(id.to_owned());
        table.numbers.insert(id.to_owned(), number);
        self.new.push(Name { kind, number, id: id.to_owned() });
        number
    }

    pub(crate) fn number(&self, kind: NameKind, id: &str) -> Option<u32> {
        self.kinds[kind as usize - 1].numbers.get(id).copied()
    }

    pub(crate) fn id(&self, kind: NameKind, number: u32) -> Option<&str> {
        self.kinds[kind as usize - 1].ids.get(number as usize).map(String::as_str)
    }

    pub(crate) fn count(&self, kind: NameKind) -> usize {
        self.kinds[kind as usize - 1].ids.len()
    }

    pub(crate) fn take_new(&mut self) -> Vec<Name> {
        std::mem::take(&mut self.new)
    }

    pub(crate) fn all(&self) -> Vec<Name> {
        let kinds = [NameKind::Device, NameKind::Pole, NameKind::Zone, NameKind::Source];
        let of = |kind: NameKind| {
            let ids = self.kinds[kind as usize - 1].ids.iter().enumerate();
            ids.map(move |(number, id)| Name { kind, number: number as u32, id: id.clone() })
        };
        kinds.into_iter().flat_map(of).collect()
    }
}
