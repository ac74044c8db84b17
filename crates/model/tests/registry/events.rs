//! The planner's own calendar.

use expect_test::expect;
use smartpole_model::{
    UtcMillis,
    registry::{Event, EventKind, is_input},
};

use crate::fixture::{check, files, parse};

const HEADER: &str = "id,name,kind,from,to,weekdays,zones,note\n";

fn events(rows: &str) -> Vec<Event> {
    parse(&files(&[("events.csv", &format!("{HEADER}{rows}"))])).registry.events
}

fn at(time: &str) -> UtcMillis {
    time.parse().unwrap()
}

#[test]
fn an_event_has_a_kind_zones_and_times() {
    assert!(is_input("events.csv"));
    let events = events(
        "kocht,Castrop kocht über,festival,2026-08-27,2026-08-31,,markt,\n\
         markt,Wochenmarkt,market,2026-01-01,,thursday;saturday,,\n\
         kocht,Castrop kocht über,festival,2025-08-28T15:00:00Z,2025-09-01,,markt,with rain\n",
    );
    let [kocht, market] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((kocht.kind, kocht.zones.as_slice(), kocht.times.len()), (EventKind::Festival, &[1][..], 2));
    assert_eq!((kocht.times[0].from, kocht.times[0].note.as_str()), (at("2025-08-28T15:00:00Z"), "with rain"));
    assert_eq!((kocht.times[1].from, kocht.times[1].to), (at("2026-08-26T22:00:00Z"), at("2026-08-30T22:00:00Z")));
    assert_eq!((market.zones.len(), market.times[0].weekdays.len()), (0, 2), "no zone: all of the city");
}

#[test]
fn weekdays_zones_and_note_may_be_left_out() {
    let text = "id,name,kind,from,to\nlauf,Stadtlauf,sport,2026-06-21,2026-06-22\n";
    assert_eq!(parse(&files(&[("events.csv", text)])).registry.events.len(), 1);
}

#[test]
fn mistakes_in_events_are_reported_together() {
    let rows = "a b,,markt,,2026-01-01,sonntag,,\nkocht,K,festival,2026-08-27,2026-08-27,,mark,\n\
        lauf,Lauf,sport,2026-06-21,2026-06-22,,,\nlauf,Läufe,other,2027-06-20,2027-06-21,,markt,\n";
    check(
        &[("events.csv", &format!("{HEADER}{rows}"))],
        &expect![[r#"
        events.csv:2: from: is empty
          hint: write its first day, like 2026-12-05, or instant
        events.csv:2: id: ' ' cannot stand in an id
          hint: ids are 1 to 64 letters a–z, A–Z, digits, -, _ and .
        events.csv:2: kind: "markt" is no kind of event
          hint: did you mean `market`?
        events.csv:2: name: is empty
          hint: write what people call it
        events.csv:2: weekdays: "sonntag" is no weekday
          hint: use one of monday, tuesday, wednesday, thursday, friday, saturday, sunday
        events.csv:3: to: the end is not after the begin, 2026-08-26T22:00:00Z
          hint: write in `to` the first day or instant after the span
        events.csv:3: zones: unknown zone `mark`
          hint: did you mean `markt`?
        events.csv:5: kind: line 4 says something else of `lauf`
          hint: several rows of an id are several times of one event: give this one another id, or the same words
        events.csv:5: name: line 4 says something else of `lauf`
          hint: several rows of an id are several times of one event: give this one another id, or the same words
        events.csv:5: zones: line 4 says something else of `lauf`
          hint: several rows of an id are several times of one event: give this one another id, or the same words
    "#]],
    );
}
