//! What is answered.

use std::{borrow::Cow, cell::Cell};

use crate::{
    Item, Kind, Observation, Refusal, Relation, Source, Value, link,
    page::{Members, Page, Pages},
    path::{self, End, Step},
    query::{self, Options},
};

/// Most entities of an answer, those within others included.
const MAX_ENTITIES: usize = 20_000;

/// What is answered.
#[derive(Debug)]
pub enum Answer {
    /// JSON.
    Json(Value),
    /// Plain text.
    Text(String),
    /// What is asked for has no value.
    Nothing,
}

type Entries = Vec<(Cow<'static, str>, Value)>;

/// The requirement classes that are met (OGC 18-088, 7.2 and annex A).
const CONFORMANCE: [&str; 3] = [
    "http://www.opengis.net/spec/iot_sensing/1.1/req/datamodel",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/resource-path/resource-path-to-entities",
    "http://www.opengis.net/spec/iot_sensing/1.1/req/request-data",
];

/// The service's root document (OGC 18-088, 9.2.1).
pub fn root(root: &str) -> Value {
    let set = |kind: Kind| {
        let name = kind.plural();
        Value::object([("name", Value::text(name)), ("url", Value::text(format!("{root}/{name}")))])
    };
    let conformance = Value::List(CONFORMANCE.map(Value::text).into());
    Value::object([
        ("value", Value::List(Kind::ALL.map(set).into())),
        ("serverSettings", Value::object([("conformance", conformance)])),
    ])
}

/// The answer to a path behind the root, with its query's names and values.
///
/// # Errors
/// [`Refusal`].
pub fn answer(source: &dyn Source, root: &str, path: &str, query: Vec<(String, String)>) -> Result<Answer, Refusal> {
    let writer = Writer { source, root, pages: Pages::new(source), entities: Cell::new(0) };
    let known = path::path(path)?;
    let found = writer.find(&known.steps)?.ok_or_else(|| Refusal::Nothing(path.chars().take(128).collect()))?;
    let address = format!("{root}/{}", path.strip_suffix("/$ref").unwrap_or(path));
    match (found, known.end) {
        (Found::Many(kind, members), end) => {
            let options = query::options(kind, query)?;
            let page = writer.pages.page(members, &options)?;
            let address = if end == End::References { format!("{address}/$ref") } else { address };
            writer.list(&page, &options, &address, end == End::References).map(Answer::Json)
        }
        (Found::One(item), End::Entities) => {
            query::only(&query, &["$select", "$expand"])?;
            writer.entity(&item, &query::options(item.kind(), query)?).map(Answer::Json)
        }
        (Found::One(item), End::References) => {
            query::only(&query, &[])?;
            Ok(Answer::Json(writer.reference(&item)))
        }
        (Found::One(item), End::Property(name, within)) => {
            query::only(&query, &[])?;
            let named = within.last().map_or(Cow::Borrowed(name), |name| Cow::Owned(name.clone()));
            Ok(match writer.value(&item, name, &within, path)? {
                Value::Null => Answer::Nothing,
                value => Answer::Json(Value::Object(vec![(named, value)])),
            })
        }
        (Found::One(item), End::Bare(name, within)) => {
            query::only(&query, &[])?;
            Ok(match writer.value(&item, name, &within, path)? {
                Value::Null => Answer::Nothing,
                value => value.plain().map_or_else(|| Answer::Json(value), Answer::Text),
            })
        }
    }
}

/// What a path leads to.
enum Found {
    One(Item),
    Many(Kind, Members),
}

struct Writer<'a> {
    source: &'a dyn Source,
    root: &'a str,
    pages: Pages<'a>,
    /// Entities written so far.
    entities: Cell<usize>,
}

impl Writer<'_> {
    fn find(&self, steps: &[Step]) -> Result<Option<Found>, Refusal> {
        let Some((first, rest)) = steps.split_first() else { return Ok(None) };
        let kind = first.relation.to;
        let mut found = match (first.id, kind) {
            (None, Kind::Observation) => Found::Many(kind, Members::Observations(self.source.ids(Kind::Datastream))),
            (None, _) => Found::Many(kind, Members::Entities(kind, self.source.ids(kind))),
            (Some(id), Kind::Observation) => match self.observation(id)? {
                Some(observation) => Found::One(observation),
                None => return Ok(None),
            },
            (Some(id), _) => match self.source.ids(kind).binary_search(&id) {
                Ok(_) => Found::One(Item::Entity(kind, id)),
                Err(_) => return Ok(None),
            },
        };
        for step in rest {
            let Found::One(item) = found else { return Ok(None) };
            match self.step(&item, *step)? {
                Some(next) => found = next,
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    fn step(&self, item: &Item, step: Step) -> Result<Option<Found>, Refusal> {
        let Relation { to, many, .. } = step.relation;
        let members = self.members(item, to);
        let wanted = |id: &i64| step.id.is_none_or(|wanted| wanted == *id);
        Ok(match (members, step.id) {
            (members, None) if many => Some(Found::Many(to, members)),
            (Members::Observations(datastreams), Some(id)) => self
                .observation(id)?
                .filter(|item| matches!(item, Item::Observation(found) if datastreams.contains(&found.datastream)))
                .map(Found::One),
            (Members::Entities(_, ids), _) => {
                ids.iter().find(|id| wanted(id)).map(|id| Found::One(Item::Entity(to, *id)))
            }
            (Members::Observations(_), None) => None,
        })
    }

    fn observation(&self, id: i64) -> Result<Option<Item>, Refusal> {
        let found: Option<Observation> = self.source.observation(id).map_err(Refusal::Source)?;
        Ok(found.map(|observation| Item::Observation(Box::new(observation))))
    }

    /// What a relation of an item leads to.
    fn members(&self, item: &Item, to: Kind) -> Members {
        let ids = |items: Vec<Item>| items.iter().map(Item::id).collect();
        match (item, to) {
            (Item::Entity(Kind::Datastream, id), Kind::Observation) => Members::Observations(vec![*id]),
            (item, Kind::Observation) => Members::Observations(ids(item.related(self.source, Kind::Datastream))),
            (item, to) => Members::Entities(to, ids(item.related(self.source, to))),
        }
    }

    fn value(&self, item: &Item, name: &'static str, within: &[String], path: &str) -> Result<Value, Refusal> {
        let value = item.property(self.source, name);
        let found = within.iter().try_fold(&value, |value, name| value.within(name)).cloned();
        found.ok_or_else(|| Refusal::Nothing(path.chars().take(128).collect()))
    }

    fn list(&self, page: &Page, options: &Options, address: &str, references: bool) -> Result<Value, Refusal> {
        let mut entries: Entries = Vec::new();
        let entry = |name: &'static str, value| (Cow::Borrowed(name), value);
        entries.extend(page.count.map(|count| entry("@iot.count", Value::Whole(count as i64))));
        let next = next_link(page, options, address);
        entries.extend(next.map(|next| entry("@iot.nextLink", Value::text(next))));
        let values = match (references, options.data_array) {
            (true, _) => page.items.iter().map(|item| self.reference(item)).collect(),
            (false, true) => self.tables(&page.items, options)?,
            (false, false) => self.entities(&page.items, options)?,
        };
        entries.push(entry("value", Value::List(values)));
        Ok(Value::Object(entries))
    }

    fn entities(&self, items: &[Item], options: &Options) -> Result<Vec<Value>, Refusal> {
        items.iter().map(|item| self.entity(item, options)).collect()
    }

    fn address(&self, item: &Item) -> String {
        link::of_entity(self.root, item.kind(), item.id())
    }

    fn reference(&self, item: &Item) -> Value {
        Value::object([("@iot.selfLink", Value::text(self.address(item)))])
    }

    fn entity(&self, item: &Item, options: &Options) -> Result<Value, Refusal> {
        self.entities.set(self.entities.get() + 1);
        if self.entities.get() > MAX_ENTITIES {
            let detail = format!("the answer would have more than {MAX_ENTITIES} entities");
            return Err(Refusal::invalid(detail, "expand less, or ask for fewer: $top=10"));
        }
        let is_wanted =
            |name: &str| options.select.as_ref().is_none_or(|names| names.iter().any(|known| known == name));
        let address = self.address(item);
        let mut entries: Entries = Vec::new();
        if is_wanted("id") {
            entries.push((Cow::Borrowed("@iot.id"), Value::Whole(item.id())));
            entries.push((Cow::Borrowed("@iot.selfLink"), Value::text(address.clone())));
        }
        for name in item.kind().properties().iter().filter(|name| is_wanted(name)) {
            let value = item.property(self.source, name);
            if value != Value::Null || *name == "result" {
                entries.push((Cow::Borrowed(*name), value));
            }
        }
        for relation in item.kind().relations() {
            let expanded = options.expand.iter().find(|expand| expand.relation == *relation);
            let chosen = options.select.is_some() && is_wanted(relation.name);
            if chosen || (options.select.is_none() && expanded.is_none()) {
                let link = Value::text(format!("{address}/{}", relation.name));
                entries.push((Cow::Owned(format!("{}@iot.navigationLink", relation.name)), link));
            }
            if let Some(expand) = expanded {
                self.expand(item, *relation, &expand.options, &address, &mut entries)?;
            }
        }
        Ok(Value::Object(entries))
    }

    fn expand(
        &self,
        item: &Item,
        relation: Relation,
        options: &Options,
        address: &str,
        entries: &mut Entries,
    ) -> Result<(), Refusal> {
        let name = relation.name;
        let page = self.pages.page(self.members(item, relation.to), options)?;
        let value = match page.items.first() {
            Some(one) if !relation.many => self.entity(one, options)?,
            None if !relation.many => Value::Null,
            _ => Value::List(self.entities(&page.items, options)?),
        };
        if let Some(count) = page.count {
            entries.push((Cow::Owned(format!("{name}@iot.count")), Value::Whole(count as i64)));
        }
        if let Some(next) = next_link(&page, options, &format!("{address}/{name}")) {
            entries.push((Cow::Owned(format!("{name}@iot.nextLink")), Value::text(next)));
        }
        entries.push((Cow::Borrowed(name), value));
        Ok(())
    }

    /// Observations as tables, one a datastream (OGC 18-088, 12.1).
    fn tables(&self, items: &[Item], options: &Options) -> Result<Vec<Value>, Refusal> {
        if !options.expand.is_empty() {
            return Err(Refusal::invalid(
                "$expand: tables have no entities within",
                "leave out $expand or $resultFormat",
            ));
        }
        let is_wanted =
            |name: &&str| options.select.as_ref().is_none_or(|names| names.iter().any(|known| known == name));
        let columns = ["id"].iter().chain(Kind::Observation.properties()).copied().filter(|name| is_wanted(name));
        let columns: Vec<&'static str> = columns.collect();
        let mut tables: Vec<(i64, Vec<Value>)> = Vec::new();
        for item in items {
            let Item::Observation(observation) = item else { continue };
            let cell = |name: &&'static str| match *name {
                "id" => Value::Whole(observation.id),
                name => item.property(self.source, name),
            };
            let row = Value::List(columns.iter().map(cell).collect());
            match tables.iter_mut().find(|(datastream, _)| *datastream == observation.datastream) {
                Some((_, rows)) => rows.push(row),
                None => tables.push((observation.datastream, vec![row])),
            }
        }
        let table = |(datastream, rows): (i64, Vec<Value>)| {
            Value::object([
                (
                    "Datastream@iot.navigationLink",
                    Value::text(link::of_entity(self.root, Kind::Datastream, datastream)),
                ),
                ("components", Value::List(columns.iter().map(|name| Value::text(*name)).collect())),
                ("dataArray@iot.count", Value::Whole(rows.len() as i64)),
                ("dataArray", Value::List(rows)),
            ])
        };
        Ok(tables.into_iter().map(table).collect())
    }
}

fn next_link(page: &Page, options: &Options, address: &str) -> Option<String> {
    let (name, value) = page.next.clone()?;
    // counting again would cost as much again
    let without: &[&str] = if name == "$skiptoken" { &["$skip", "$count"] } else { &["$count"] };
    Some(link::with(address, &options.pairs, without, (name, value)))
}
