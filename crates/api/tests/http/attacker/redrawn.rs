//! What the public gets while zones are drawn anew, added and removed, and a counter is said to have hung elsewhere all the time.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Value;
use smartpole_api::Registries;
use smartpole_model::UtcMillis;
use smartpole_pipeline::RESETTLE;

use super::{
    a_story,
    story::{DAY, HOUR, MONDAY, Story, at, build, files_of},
};
use crate::fixture::{City, text};

/// Zones of a city with their poles; those that begin with `c` count who comes in.
type Drawing = &'static [(&'static str, &'static str, &'static [&'static str])];

/// What may be in force one after the other, and the pole at which counter 1 is said to hang and have hung.
const DRAWINGS: [(Drawing, &str); 8] = [
    (&[("a", "place", &["P0", "P1"]), ("b", "place", &["P2"]), ("d", "district", &["P0", "P1", "P2", "P3"])], "P1"),
    (&[("a", "place", &["P0"]), ("b", "place", &["P2"]), ("d", "district", &["P0", "P1", "P2", "P3"])], "P1"),
    (&[("a", "place", &["P0", "P1"]), ("b", "place", &["P2"])], "P1"),
    (&[("a", "place", &["P0", "P1"]), ("b", "place", &["P2"]), ("e", "place", &["P3"])], "P2"),
    (&[("ca", "place", &["P0", "P1"]), ("b", "place", &["P2"])], "P1"),
    (&[("d", "district", &["P0", "P1", "P2"])], "P1"),
    (&[("a", "place", &["P0", "P1"]), ("b", "place", &["P2"]), ("d", "district", &["P0", "P1", "P2", "P3"])], "P2"),
    (&[("a", "place", &["P0", "P1", "P3"]), ("b", "place", &["P2"])], "P3"),
];

/// The sums that hang together: pole by pole of each, and whether in and out are apart.
type Tree = (bool, BTreeSet<&'static [&'static str]>);

/// The tree of a zone: all zones that share a pole with it, or with one that does.
fn tree(drawing: Drawing, zone: &str) -> Tree {
    let mut all: BTreeSet<&str> = BTreeSet::from([zone]);
    loop {
        let poles: BTreeSet<&str> =
            drawing.iter().filter(|(id, ..)| all.contains(id)).flat_map(|(.., poles)| *poles).copied().collect();
        let meets = drawing.iter().filter(|(.., own)| own.iter().any(|pole| poles.contains(pole)));
        let more: BTreeSet<&str> = meets.map(|(id, ..)| *id).collect();
        if more == all {
            let own = drawing.iter().filter(|(id, ..)| all.contains(id));
            return (all.iter().any(|id| id.starts_with('c')), own.map(|(.., poles)| *poles).collect());
        }
        all = more;
    }
}

/// A figure of some poles by a tree: step, first minute.
type Place = (&'static [&'static str], Tree, &'static str, i64);

/// Whatever was shown at any time.
#[derive(Default)]
struct Seen {
    figures: BTreeMap<Place, Value>,
    /// By which tree a quarter of an hour of a pole was summed up.
    trees: BTreeMap<(&'static str, i64), Tree>,
}

impl Seen {
    async fn look(&mut self, city: &City, drawing: Drawing) -> Result<(), TestCaseError> {
        city.commit();
        for (zone, _, poles) in drawing {
            for step in ["15m", "1h", "1d", "1w"] {
                let span = format!("from={}&to={}", at(MONDAY), at(MONDAY + 14 * DAY));
                let uri = format!("/api/v1/footfall?zone={zone}&step={step}&{span}");
                let answer: Value = serde_json::from_str(&text(city.ask_publicly("GET", &uri).await).await).unwrap();
                for item in answer["items"].as_array().unwrap() {
                    self.note((poles, tree(drawing, zone), step), item)?;
                }
            }
        }
        Ok(())
    }

    fn note(
        &mut self,
        (poles, tree, step): (&'static [&'static str], Tree, &'static str),
        item: &Value,
    ) -> Result<(), TestCaseError> {
        let minute = |name: &str| item[name].as_str().unwrap().parse::<UtcMillis>().unwrap().since(at(MONDAY)) / 60_000;
        let (start, end) = (minute("start"), minute("end"));
        let counts = Value::from_iter(["in", "out", "crossings"].map(|name| (name, item[name].clone())));
        let known = self.figures.entry((poles, tree.clone(), step, start)).or_insert_with(|| counts.clone());
        prop_assert_eq!(&*known, &counts, "{:?} {} {} stays", poles, step, start);
        for quarter in (start..end).step_by(15) {
            for pole in poles {
                let by = self.trees.entry((pole, quarter)).or_insert_with(|| tree.clone());
                prop_assert_eq!(&*by, &tree, "{} at {} is summed up in one way", pole, quarter);
            }
        }
        Ok(())
    }
}

/// Takes a drawing into force.
async fn draw(city: &City, (zones, pole): (Drawing, &str)) {
    let dir = city.desk.folder.dir();
    std::fs::create_dir_all(dir.join("profiles")).unwrap();
    let count = |id: &str| if id.starts_with('c') { "cordon_in" } else { "cross_section" };
    let zones: Vec<_> = zones.iter().map(|(id, kind, poles)| (*id, *kind, count(id), *poles)).collect();
    for (name, text) in files_of(&zones, pole) {
        std::fs::write(dir.join(name), text).unwrap();
    }
    city.desk.take().await.unwrap();
}

async fn play(story: &Story, changes: &[(i64, usize)], is_settled: bool) -> Result<(), TestCaseError> {
    let (city, mut seen, mut drawing) = (build(false).await, Seen::default(), DRAWINGS[0]);
    draw(&city, drawing).await;
    let mut changes = changes.iter().peekable();
    for (n, (minute, counter, payload)) in story.messages().into_iter().enumerate() {
        while let Some((_, next)) = changes.next_if(|(change, _)| MONDAY + change <= minute) {
            seen.look(&city, drawing.0).await?;
            drawing = DRAWINGS[*next];
            draw(&city, drawing).await;
            seen.look(&city, drawing.0).await?;
            while is_settled && city.fold.read().unwrap().is_resettling() {
                city.command(minute, RESETTLE).await;
            }
            seen.look(&city, drawing.0).await?;
        }
        city.message(&format!("c{counter}"), minute, &payload).await;
        if n % 16 == 3 {
            seen.look(&city, drawing.0).await?;
        }
    }
    for minute in [2 * DAY, 7 * DAY + HOUR + 1] {
        city.message("nobody", MONDAY + minute, "{}").await;
        seen.look(&city, drawing.0).await?;
    }
    Ok(())
}

fn changes() -> impl Strategy<Value = Vec<(i64, usize)>> {
    let change = (21 * HOUR..2 * DAY, 0..DRAWINGS.len());
    prop::collection::vec(change, 1..4).prop_map(|mut changes| {
        changes.sort_unstable();
        changes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 40, ..ProptestConfig::with_cases(6) })]

    #[test]
    fn whatever_registries_come_into_force_a_quarter_of_a_pole_is_summed_up_in_one_way_and_its_figures_stay(
        story in a_story(),
        changes in changes(),
        is_settled in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(play(&story, &changes, is_settled))?;
    }
}
