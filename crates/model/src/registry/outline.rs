//! The border of an area on a plane, and where it goes deep into another area, or far out of it.
//!
//! In metres and in floating point: what is asked for is a metre, and a place of the city is known to a millionth of one here.

use super::{
    frame::{Edge, Frame, Point},
    polygon::Rings,
};
use crate::Position;

/// Borders that come closer than this, in metres, touch. Files that were digitised by different hands, or from maps of different
/// scales, draw one border some decimetres apart, and a lamp's own place is known no better.
pub(super) const TOUCH: f64 = 1.0;

/// A little more than that.
const DEEP: f64 = 1.01 * TOUCH;

/// Metres of a degree of latitude.
const DEGREE: f64 = 111_195.0;

/// Edges of a border that are looked through for those at a latitude. More would be many entries of each long edge.
const BANDS: usize = 256;

/// A plane on which the edges of areas are straight, as they are in degrees; its metres are those at one latitude.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plane {
    degree_east: f64,
}

impl Plane {
    pub(super) fn at(place: Position) -> Self {
        Self { degree_east: DEGREE * place.lat.to_radians().cos().max(0.01) }
    }

    fn point(self, place: Position) -> Point {
        [place.lon * self.degree_east, place.lat * DEGREE]
    }

    /// The place of a point, to a millionth of a degree (10 cm).
    fn place(self, [east, north]: Point) -> Position {
        let round = |degree: f64| (degree * 1e6).round() / 1e6;
        Position { lat: round(north / DEGREE), lon: round(east / self.degree_east) }
    }
}

/// The border of an area.
#[derive(Debug)]
pub(super) struct Outline {
    plane: Plane,
    edges: Vec<Edge>,
    /// Points a little farther than [`TOUCH`] within, one at least of each part of the area that is so wide: no border that stays beside
    /// this one parts them from the rest of theirs, so areas with the same border know each other by them.
    inner: Vec<Point>,
    /// South-west and north-east corner.
    corners: [Point; 2],
    /// Indices of edges by how far north they are, from the south on; those within [`TOUCH`] are among them.
    bands: Vec<Vec<usize>>,
}

impl Outline {
    /// `None` of an area without a border.
    pub(super) fn of(rings: &Rings, plane: Plane) -> Option<Self> {
        let rings: Vec<Vec<Point>> =
            rings.rings().map(|ring| ring.iter().map(|place| plane.point(*place)).collect()).collect();
        let edges = rings.iter().flat_map(|ring| ring.windows(2)).map(|ends| [ends[0], ends[1]]);
        let edges: Vec<Edge> = edges.filter(|[a, b]| a != b).collect();
        let corners = extent(edges.as_flattened())?;
        let bands = vec![Vec::new(); (edges.len() / 4).clamp(1, BANDS)];
        let mut outline = Self { plane, edges, inner: Vec::new(), corners, bands };
        for index in 0..outline.edges.len() {
            let bands = outline.bands_of(&outline.edges[index]);
            outline.bands[bands].iter_mut().for_each(|band| band.push(index));
        }
        let lines = outline.beside(DEEP).flat_map(|line| outline.far(&line));
        outline.inner = lines.filter(|point| outline.holds(*point)).collect();
        Some(outline)
    }

    /// A place in both areas that is farther than [`TOUCH`] from the border of one.
    pub(super) fn overlap(&self, other: &Self) -> Option<Position> {
        let apart = |axis: usize| {
            self.corners[1][axis] < other.corners[0][axis] || other.corners[1][axis] < self.corners[0][axis]
        };
        if apart(0) || apart(1) {
            return None;
        }
        let deep = |one: &Self, other: &Self| {
            let on_border = one.edges_beside(other).flat_map(|edge| other.far(edge));
            on_border.chain(one.inner.iter().copied()).find(|point| other.holds(*point))
        };
        deep(self, other).or_else(|| deep(other, self)).map(|point| self.plane.place(point))
    }

    /// A place of this area that is farther than [`TOUCH`] outside of the other, a corner if there is one.
    pub(super) fn leaves(&self, around: &Self) -> Option<Position> {
        let mut own = self.edges.iter().flat_map(|edge| around.far(edge));
        let within = || {
            let hole = around.edges_beside(self).flat_map(|edge| sides(edge, 0.99 * TOUCH, self.far(edge)));
            let lines = [DEEP, 2.0 * DEEP].into_iter().flat_map(|away| self.beside(away));
            let mut points = hole.chain(lines.flat_map(|line| around.far(&line)));
            points.find(|point| self.holds(*point) && !around.holds(*point))
        };
        own.find(|point| !around.holds(*point)).or_else(within).map(|point| self.plane.place(point))
    }

    /// Edges at the height of another area, some of them twice.
    fn edges_beside(&self, other: &Self) -> impl Iterator<Item = &Edge> {
        self.bands[self.bands_of(&other.corners)].iter().flatten().map(|index| &self.edges[*index])
    }

    /// Whether a point lies inside.
    fn holds(&self, [east, north]: Point) -> bool {
        let band = &self.bands[self.band(north)];
        let is_east = |index: &&usize| crossing(&self.edges[**index], north).is_some_and(|there| east < there);
        band.iter().filter(is_east).count() % 2 == 1
    }

    /// Lines along the border on both sides of it, so far away.
    fn beside(&self, away: f64) -> impl Iterator<Item = Edge> {
        self.edges.iter().flat_map(move |edge| {
            let ends: Vec<Point> = sides(edge, away, edge.to_vec()).collect();
            [[ends[0], ends[2]], [ends[1], ends[3]]]
        })
    }

    /// A point of each part of a line that is farther than [`TOUCH`] from this border, an end of the line if it is one.
    fn far(&self, line: &Edge) -> Vec<Point> {
        let frame = Frame::of(line);
        let near = |index: &usize| frame.near(&self.edges[*index]);
        let mut touched: Vec<(f64, f64)> = self.bands[self.bands_of(line)].iter().flatten().filter_map(near).collect();
        touched.sort_by(|one, other| one.0.total_cmp(&other.0));
        let (mut from, mut found) = (0.0, Vec::new());
        for (begin, end) in touched.into_iter().chain([(f64::INFINITY, f64::INFINITY)]) {
            if begin > from && from < frame.length {
                found.push(frame.pick(from, begin));
            }
            from = end.max(from);
        }
        found
    }

    fn band(&self, north: f64) -> usize {
        let [[_, south], [_, top]] = self.corners;
        let part = (north - south) / (top - south).max(f64::MIN_POSITIVE);
        ((part * self.bands.len() as f64).max(0.0) as usize).min(self.bands.len() - 1)
    }

    fn bands_of(&self, [a, b]: &Edge) -> std::ops::RangeInclusive<usize> {
        self.band(a[1].min(b[1]) - TOUCH)..=self.band(a[1].max(b[1]) + TOUCH)
    }
}

/// How far east an edge crosses a height, if it does; of two edges with a common end one at most does there.
fn crossing([a, b]: &Edge, north: f64) -> Option<f64> {
    let crosses = (a[1] > north) != (b[1] > north);
    crosses.then(|| a[0] + (north - a[1]) / (b[1] - a[1]) * (b[0] - a[0]))
}

/// Points on both sides of an edge, so far away from `points` on it.
fn sides(edge: &Edge, away: f64, points: Vec<Point>) -> impl Iterator<Item = Point> {
    let [east, north] = Frame::of(edge).along.map(|part| part * away);
    points.into_iter().flat_map(move |[x, y]| [[x - north, y + east], [x + north, y - east]])
}

/// South-west and north-east corner of all points.
fn extent(points: &[Point]) -> Option<Edge> {
    let both = points.iter().map(|point| [*point, *point]);
    both.reduce(|[low, high], [point, _]| {
        [[low[0].min(point[0]), low[1].min(point[1])], [high[0].max(point[0]), high[1].max(point[1])]]
    })
}
