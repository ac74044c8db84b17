//! Areas that cross: a border that crosses itself encloses nobody knows what, and a pole in two zones of one kind would count in both.

use std::collections::BTreeSet;

use crate::Position;

/// Borders that come closer than this, in degrees (about 10 cm), touch: neighbours' corners are not drawn on each other to the last
/// digit.
const TOUCH: f64 = 1e-6;

/// One edge of a border.
#[derive(Clone, Copy, Debug)]
struct Edge {
    a: Position,
    b: Position,
    /// Whose it is.
    area: usize,
}

/// Where borders cross.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Crossing {
    /// The areas, the earlier first; twice the same of one that crosses itself.
    pub(super) areas: (usize, usize),
    /// A corner beside it.
    pub(super) near: Position,
}

/// The first crossing of each pair of areas whose borders cross, in order of the areas. Edges are compared only with those at the
/// same latitudes.
pub(super) fn find<'a>(rings: impl Iterator<Item = (usize, &'a [Position])>) -> Vec<Crossing> {
    let edges = rings.flat_map(|(area, ring)| ring.windows(2).map(move |ends| Edge { a: ends[0], b: ends[1], area }));
    let mut edges: Vec<Edge> = edges.collect();
    edges.sort_by(|one, other| south(one).total_cmp(&south(other)));
    let (mut found, mut known) = (Vec::new(), BTreeSet::new());
    for (at, edge) in edges.iter().enumerate() {
        let north = edge.a.lat.max(edge.b.lat);
        for other in edges[at + 1..].iter().take_while(|other| south(other) < north) {
            let areas = (edge.area.min(other.area), edge.area.max(other.area));
            if cross(edge, other) && known.insert(areas) {
                found.push(Crossing { areas, near: edge.a });
            }
        }
    }
    found.sort_by_key(|crossing| crossing.areas);
    found
}

fn south(edge: &Edge) -> f64 {
    edge.a.lat.min(edge.b.lat)
}

/// Whether each edge's ends lie on both sides of the other, none of them on it.
fn cross(one: &Edge, other: &Edge) -> bool {
    let parts = |edge: &Edge, across: &Edge| {
        let sides = [across.a, across.b].map(|place| side(edge, place));
        sides[0].abs() > TOUCH && sides[1].abs() > TOUCH && (sides[0] > 0.0) != (sides[1] > 0.0)
    };
    parts(one, other) && parts(other, one)
}

/// How far to the left of an edge's line a place lies, in degrees; 0 of an edge without length.
fn side(edge: &Edge, place: Position) -> f64 {
    let (dx, dy) = (edge.b.lon - edge.a.lon, edge.b.lat - edge.a.lat);
    let length = dx.hypot(dy);
    let cross = dx * (place.lat - edge.a.lat) - dy * (place.lon - edge.a.lon);
    if length > 0.0 { cross / length } else { 0.0 }
}
