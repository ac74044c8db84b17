//! Borders that cross themselves: such a border encloses nobody knows what.

use crate::Position;

/// Borders that come closer than this, in degrees (about 10 cm), touch: neighbours' corners are not drawn on each other to the last
/// digit.
const TOUCH: f64 = 1e-6;

/// One edge of a border.
#[derive(Clone, Copy, Debug)]
struct Edge {
    a: Position,
    b: Position,
}

/// A corner beside which rings cross themselves or each other. Edges are compared only with those at the same latitudes.
pub(super) fn find<'a>(rings: impl Iterator<Item = &'a [Position]>) -> Option<Position> {
    let mut edges: Vec<Edge> =
        rings.flat_map(|ring| ring.windows(2)).map(|ends| Edge { a: ends[0], b: ends[1] }).collect();
    edges.sort_by(|one, other| south(one).total_cmp(&south(other)));
    let crosses_later = |(at, edge): &(usize, &Edge)| {
        let north = edge.a.lat.max(edge.b.lat);
        edges[at + 1..].iter().take_while(|other| south(other) < north).any(|other| cross(edge, other))
    };
    edges.iter().enumerate().find(crosses_later).map(|(_, edge)| edge.a)
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
