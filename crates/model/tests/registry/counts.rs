//! Counts by hand beside counters.

use expect_test::expect;
use smartpole_model::{
    Inputs, UtcMillis,
    registry::{ManualCount, is_input},
};

use crate::fixture::{PROPERTIES, STATION, check, files, parse};

const HEADER: &str = "device,channel,from,to,in,out,counted_by\n";

fn counts(rows: &str) -> Vec<ManualCount> {
    parse(&files(&[("counts.csv", &format!("{HEADER}{rows}"))])).registry.counts
}

fn at(time: &str) -> UtcMillis {
    time.parse().unwrap()
}

#[test]
fn a_count_by_hand_has_a_line_a_span_and_both_directions() {
    assert!(is_input("counts.csv"));
    let counts =
        counts("70-B3-D5-CD-00-01-1F-B1,,2026-05-05T10:00:00+02:00,2026-05-05T11:00:00+02:00,412,388,Ordnungsamt\n");
    let (from, to) = (at("2026-05-05T08:00:00Z"), at("2026-05-05T09:00:00Z"));
    let counted_by = "Ordnungsamt".to_owned();
    let expected = ManualCount { device: 1, channel: 0, from, to, passed_in: 412, passed_out: 388, counted_by };
    assert_eq!(counts, [expected]);
}

#[test]
fn counts_are_in_order_of_line_and_time_and_may_follow_one_another() {
    let counts = counts(
        "70B3D5CD00011FB1,1,2026-05-05T08:00:00Z,2026-05-05T09:00:00Z,1,2,A\n70B3D5CD00011FB1,0,2026-05-05T08:15:00Z,2026-05-05T09:00:00Z,3,4,A\n\
         70B3D5CD00011FB1,,2026-05-05T08:00:00Z,2026-05-05T08:15:00Z,5,6,A\n",
    );
    let order: Vec<_> = counts.iter().map(|count| (count.channel, count.passed_in)).collect();
    assert_eq!(order, [(0, 5), (0, 3), (1, 1)]);
}

#[test]
fn a_count_that_is_not_on_quarters_is_told_why() {
    let rows = "70B3D5CD00011FB1,0,2026-05-05T10:00:00Z,2026-05-05T10:20:00Z,1,2,A\n";
    check(
        &[("counts.csv", &format!("{HEADER}{rows}"))],
        &expect![[r#"
            counts.csv:2: to: 2026-05-05T10:20:00Z is not on a quarter of an hour
              hint: the device's count is known for quarters of an hour: count from and to :00, :15, :30 or :45, not for 20 minutes; the quarter around it begins at 2026-05-05T10:15:00Z
        "#]],
    );
}

#[test]
fn counts_of_one_line_that_overlap_are_named_with_both_lines() {
    let rows = "70B3D5CD00011FB1,0,2026-05-05T08:00:00Z,2026-05-05T09:00:00Z,1,2,A\n70B3D5CD00011FB1,,2026-05-05T08:45:00Z,2026-05-05T09:45:00Z,3,4,B\n";
    check(
        &[("counts.csv", &format!("{HEADER}{rows}"))],
        &expect![[r#"
            counts.csv:3: from: line 2 counts the same line until 2026-05-05T09:00:00Z, and this one from 2026-05-05T08:45:00Z
              hint: correct the times, or remove one of the two: a line is counted once at a time
        "#]],
    );
    assert_eq!(counts(&rows.replace("08:45", "09:00")).len(), 2);
}

#[test]
fn a_count_beside_a_device_that_counts_nothing_is_refused_and_one_in_force_stays() {
    let rows = format!("{HEADER}am-01-air,,2026-05-05T08:00:00Z,2026-05-05T09:00:00Z,1,2,A\n");
    check(
        &[("counts.csv", &rows)],
        &expect![[r#"
        counts.csv:2: device: `am-01-air` is no counter: its profile station measures nothing that is counted
          hint: name the counter that counts this line, or what else the device counts in `expected` of its profile
    "#]],
    );
    let kept = |station: &str| {
        let files = files(&[("counts.csv", &rows), ("profiles/station.toml", station)]);
        (Inputs::parse(&files).is_ok(), Inputs::parse_kept(files).unwrap().registry.counts.len())
    };
    assert_eq!(kept(STATION), (false, 1));
    assert_eq!(
        kept(&STATION.replace("\"pm2_5\"", "\"people_in\", \"pm2_5\"")),
        (true, 1),
        "a station that counts, too"
    );
    assert_eq!(kept(&STATION.replace("expected = [\"pm2_5\"]\n", "")), (true, 1), "nobody knows what it measures");
    for flawed in [STATION.replace("name", "nam"), STATION.replace("\"pm2_5\"", "\"pm2_5\", \"people_inn\"")] {
        let files = files(&[("counts.csv", &rows), ("profiles/station.toml", &flawed)]);
        let problems = Inputs::parse(&files).unwrap_err();
        assert!(problems.iter().all(|problem| problem.file == "profiles/station.toml"), "{problems:?}");
    }
    let counter = STATION.replace("\"pm2_5\"", "\"people_in\", \"pm2_5\"");
    for (unit, is_sound) in [("1", true), ("{#}", true), ("kWh", false)] {
        let catalogue = PROPERTIES.replacen("unit = \"1\"", &format!("unit = \"{unit}\""), 1);
        let files =
            files(&[("counts.csv", &rows), ("profiles/station.toml", &counter), ("properties.toml", &catalogue)]);
        let problems = Inputs::parse(&files).err().unwrap_or_default();
        assert_eq!(problems.iter().all(|problem| problem.file != "counts.csv"), is_sound, "{unit}: {problems:?}");
    }
}

#[test]
fn mistakes_in_counts_are_reported_together() {
    let rows = "am-01-aie,x,2026-05-05,2027-05-05,-1,,\n70B3D5CD00011FB1,0,,2026-05-05T09:00:00Z,1000001,1.5,A\n\
        70B3D5CD00011FB1,0,2026-05-05T09:00:00Z,2026-05-05T09:00:00Z,1,1,A\n";
    check(
        &[("counts.csv", &format!("{HEADER}{rows}"))],
        &expect![[r#"
        counts.csv:2: channel: "x" is no channel
          hint: use 0 to 255, or leave it empty for 0
        counts.csv:2: counted_by: nobody is named
          hint: write the office or firm that counted
        counts.csv:2: device: unknown device `am-01-aie`
          hint: did you mean `am-01-air`?
        counts.csv:2: in: "-1" is no count
          hint: write how many passed, 0 to 1000000; 0 if nobody did
        counts.csv:2: out: "" is no count
          hint: write how many passed, 0 to 1000000; 0 if nobody did
        counts.csv:2: to: the count lasts 8760 hours
          hint: nobody counts for more than a week: correct the date, or write a row a day
        counts.csv:3: from: is empty
          hint: write when the count began and ended, 2026-05-05T10:00:00+02:00
        counts.csv:3: in: "1000001" is no count
          hint: write how many passed, 0 to 1000000; 0 if nobody did
        counts.csv:3: out: "1.5" is no count
          hint: write how many passed, 0 to 1000000; 0 if nobody did
        counts.csv:4: to: the end is not after the begin, 2026-05-05T09:00:00Z
          hint: write in `to` the first day or instant after the span
    "#]],
    );
    assert_eq!(counts("70B3D5CD00011FB1,0,2026-05-04T00:00:00Z,2026-05-11T00:00:00Z,0,1000000,A\n").len(), 1, "a week");
}
