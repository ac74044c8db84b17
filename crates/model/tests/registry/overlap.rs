//! Whether two areas overlap, beside a slow look at points of both.

use proptest::prelude::*;
use smartpole_model::Inputs;

use crate::fixture::files;

/// Metres of a degree at 51° north, to the east and to the north; the same as in the code, so that a metre is one.
const DEGREE: [f64; 2] = [111_195.0 * 0.629_320_391, 111_195.0];
/// Borders closer than this touch, in metres.
const TOUCH: f64 = 1.0;

type Point = [f64; 2];
type Ring = Vec<Point>;

/// Corners around a middle, by their distance from it, in metres.
fn star(middle: Point, radii: &[f64], turned: f64) -> Ring {
    let corner = |(index, radius): (usize, &f64)| {
        let angle = turned + std::f64::consts::TAU * index as f64 / radii.len() as f64;
        [middle[0] + radius * angle.cos(), middle[1] + radius * angle.sin()]
    };
    radii.iter().enumerate().map(corner).collect()
}

fn any_star() -> impl Strategy<Value = Ring> {
    let middle = (-150.0..150.0, -150.0..150.0);
    (middle, proptest::collection::vec(20.0..100.0, 5..14), 0.0..3.0)
        .prop_map(|((east, north), radii, turned)| star([east, north], &radii, turned))
}

/// Two areas: any, the second one as the first but for half a metre, or beside it with a common border that was drawn twice.
fn two() -> impl Strategy<Value = [Ring; 2]> {
    let offsets = proptest::collection::vec((-0.35..0.35, -0.35..0.35), 14);
    (any_star(), any_star(), offsets, 0..4u8).prop_map(|(one, other, offsets, like)| {
        let shifted =
            |ring: &Ring| -> Ring { ring.iter().zip(&offsets).map(|([x, y], (dx, dy))| [x + dx, y + dy]).collect() };
        match like {
            0 => [one.clone(), shifted(&one)],
            1 => {
                // the first corners of both are the same line, and the second goes back another way
                let half = one.len() / 2;
                let mut beside = shifted(&one)[..=half].to_vec();
                beside.extend(one[..=half].iter().rev().map(|[x, y]| [x * 1.5 + 30.0, y * 1.5 + 20.0]));
                [one, beside]
            }
            _ => [one, other],
        }
    })
}

fn edges(ring: &Ring) -> impl Iterator<Item = (Point, Point)> {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

/// How far inside a point is; negative outside.
fn depth(ring: &Ring, [x, y]: Point) -> f64 {
    let mut inside = false;
    let mut nearest = f64::INFINITY;
    for (a, b) in edges(ring) {
        if (a[1] > y) != (b[1] > y) {
            inside ^= x < a[0] + (y - a[1]) / (b[1] - a[1]) * (b[0] - a[0]);
        }
        let (dx, dy) = (b[0] - a[0], b[1] - a[1]);
        let part = (((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
        nearest = nearest.min((a[0] + part * dx - x).hypot(a[1] + part * dy - y));
    }
    if inside { nearest } else { -nearest }
}

/// The point that the check names, if it says that two places with these borders overlap.
fn named(rings: &[Ring; 2]) -> Option<Point> {
    let place = |(index, ring): (usize, &Ring)| {
        let at = |[x, y]: Point| format!("[{},{}]", 7.0 + x / DEGREE[0], 51.0 + y / DEGREE[1]);
        let corners: Vec<String> = ring.iter().chain(ring.first()).map(|point| at(*point)).collect();
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{index}","name":"-","kind":"place","count":"none"}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}}"#,
            corners.join(",")
        )
    };
    let features: Vec<String> = rings.iter().enumerate().map(place).collect();
    let city = r#"{"type":"Feature","properties":{"id":"c","name":"-","kind":"city","count":"none","poles":["AM-01","AM-02"]},"geometry":null}"#;
    let zones = format!(r#"{{"type":"FeatureCollection","features":[{},{city}]}}"#, features.join(","));
    let problems = Inputs::parse(&files(&[("zones.geojson", &zones)])).err().unwrap_or_default();
    let place = problems.iter().find_map(|problem| problem.message.split_once("overlaps")?.1.split_once(" at ["))?.1;
    let (lon, lat) = place.trim_end_matches(']').split_once(", ").unwrap();
    let degree = |text: &str| text.parse::<f64>().unwrap();
    Some([(degree(lon) - 7.0) * DEGREE[0], (degree(lat) - 51.0) * DEGREE[1]])
}

/// A point that is farther than twice [`TOUCH`] inside of both, by a look each three metres.
fn deep_in_both(rings: &[Ring; 2]) -> Option<Point> {
    let steps = |axis: usize| {
        let of = |ring: &Ring, start: f64, least: fn(f64, f64) -> f64| {
            ring.iter().map(|point| point[axis]).fold(start, least)
        };
        let from = of(&rings[0], f64::INFINITY, f64::min).max(of(&rings[1], f64::INFINITY, f64::min));
        let to = of(&rings[0], f64::NEG_INFINITY, f64::max).min(of(&rings[1], f64::NEG_INFINITY, f64::max));
        (0..).map(move |step| from + 3.0 * f64::from(step)).take_while(move |at| *at < to)
    };
    let points = steps(0).flat_map(|x| steps(1).map(move |y| [x, y]));
    points.into_iter().find(|point| rings.iter().all(|ring| depth(ring, *point) > 2.0 * TOUCH))
}

proptest! {
    #[test]
    fn an_overlap_is_found_wherever_points_deep_in_both_are_and_named_by_a_point_in_both(rings in two()) {
        let (named, deep) = (named(&rings), deep_in_both(&rings));
        prop_assert!(named.is_some() || deep.is_none(), "{deep:?} is deep in both");
        if let Some(point) = named {
            // a place is written to 10 cm
            let depths = rings.each_ref().map(|ring| depth(ring, point));
            prop_assert!(depths[0].min(depths[1]) > -0.2, "{point:?} is not in both: {depths:?}");
            prop_assert!(depths[0].max(depths[1]) > TOUCH - 0.2, "{point:?} is but beside a border: {depths:?}");
        }
    }
    #[test]
    fn a_strip_in_two_areas_is_an_overlap_from_a_metre_on_however_their_common_border_was_drawn(
        width in -0.5..2.5_f64,
        turned in 0.0..3.0,
        cuts in [proptest::collection::vec((0.05..0.95, -0.05..0.05), 0..6), proptest::collection::vec((0.05..0.95, -0.05..0.05), 0..6)],
    ) {
        let [south, north] = [(&cuts[0], 0.0, -60.0), (&cuts[1], -width, 60.0)].map(|(cuts, border, far): (&Vec<(f64, f64)>, f64, f64)| {
            let mut line: Vec<(f64, f64)> = cuts.iter().map(|(part, off)| (100.0 * part, border + off)).collect();
            line.sort_by(|one, other| one.0.total_cmp(&other.0));
            line.insert(0, (0.0, border));
            line.extend([(100.0, border), (100.0, far), (0.0, far)]);
            let (sin, cos) = f64::sin_cos(turned);
            line.into_iter().map(|(x, y)| [x * cos - y * sin, x * sin + y * cos]).collect::<Ring>()
        });
        let named = named(&[south, north]);
        // corners are written to ten digits, and lie a few centimetres beside the line
        prop_assert!(named.is_some() || width < TOUCH + 0.11, "{width} m are an overlap");
        prop_assert!(named.is_none() || width > TOUCH - 0.11, "{width} m touch");
    }

    #[test]
    fn an_area_that_is_drawn_twice_is_found_however_narrow_it_is_in_places(
        halves in proptest::collection::vec((2.0..9.0, 0.3..0.9, 3.0..15.0, 0.5..40.0), 1..5),
        turned in 0.0..3.0,
        shift in (-0.3..0.3, -0.3..0.3),
    ) {
        // rooms, and corridors between them that are narrower than what touches
        let (mut height, mut east) = (0.0, Vec::<Point>::new());
        for (room, corridor, high, long) in halves {
            east.extend([[room, height], [room, height + high], [corridor, height + high], [corridor, height + high + long]]);
            height += high + long;
        }
        let west = east.iter().rev().map(|[x, y]: &Point| [-x, *y]);
        let ring: Ring = east.iter().copied().chain(west).collect();
        let (sin, cos) = f64::sin_cos(turned);
        let ring: Ring = ring.into_iter().map(|[x, y]| [x * cos - y * sin, x * sin + y * cos]).collect();
        let again = ring.iter().map(|[x, y]| [x + shift.0, y + shift.1]).collect();
        prop_assert!(named(&[ring, again]).is_some());
    }
}
