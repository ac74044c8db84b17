//! Where on a line something is near.

use super::outline::TOUCH;

/// Metres to the east and to the north.
pub(super) type Point = [f64; 2];
/// From a point straight to another.
pub(super) type Edge = [Point; 2];

/// A line as the axis that others are measured from.
#[derive(Debug)]
pub(super) struct Frame {
    begin: Point,
    end: Point,
    /// Its direction, 1 m long.
    pub(super) along: Point,
    pub(super) length: f64,
}

impl Frame {
    pub(super) fn of([begin, end]: &Edge) -> Self {
        let (east, north) = (end[0] - begin[0], end[1] - begin[1]);
        let length = east.hypot(north).max(f64::MIN_POSITIVE);
        Self { begin: *begin, end: *end, along: [east / length, north / length], length }
    }

    /// How far along the line and to the left of it a point lies.
    fn local(&self, point: Point) -> Point {
        let (east, north) = (point[0] - self.begin[0], point[1] - self.begin[1]);
        let [x, y] = self.along;
        [east * x + north * y, north * x - east * y]
    }

    /// From where to where along the line it is within [`TOUCH`] of an edge: what is that close to an edge is convex, so it is one part.
    pub(super) fn near(&self, [a, b]: &Edge) -> Option<(f64, f64)> {
        let ends = [self.local(*a), self.local(*b)];
        let discs = ends.map(|[along, across]| {
            let half = TOUCH * TOUCH - across * across;
            (half >= 0.0).then(|| (along - half.sqrt(), along + half.sqrt()))
        });
        let parts = discs.into_iter().flatten().chain(beside(&ends));
        parts.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }

    /// A point from `from` to `to` along the line, an end if both are not.
    pub(super) fn pick(&self, from: f64, to: f64) -> Point {
        let middle = (from + to) / 2.0;
        match (from <= 0.0, to >= self.length) {
            (true, _) => self.begin,
            (false, true) => self.end,
            (false, false) => [0, 1].map(|axis| self.begin[axis] + middle * self.along[axis]),
        }
    }
}

/// From where to where the first axis is within [`TOUCH`] of an edge and beside it, not beyond its ends.
fn beside(edge: &Edge) -> Option<(f64, f64)> {
    let Frame { begin: [x, y], along: [east, north], length, .. } = Frame::of(edge);
    let across = between(-north, north * x - east * y, -TOUCH, TOUCH)?;
    let along = between(east, -east * x - north * y, 0.0, length)?;
    let (from, to) = (across.0.max(along.0), across.1.min(along.1));
    (from <= to).then_some((from, to))
}

/// From where to where `slope` × x + `offset` is between two bounds.
fn between(slope: f64, offset: f64, low: f64, high: f64) -> Option<(f64, f64)> {
    if slope == 0.0 {
        return (low <= offset && offset <= high).then_some((f64::NEG_INFINITY, f64::INFINITY));
    }
    let (one, other) = ((low - offset) / slope, (high - offset) / slope);
    Some((one.min(other), one.max(other)))
}
