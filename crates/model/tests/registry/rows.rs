//! Rows put into a file, and what becomes of the rest of it.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use smartpole_model::{
    Problem,
    registry::{Merged, layout, merge},
};

const POLES: &str = "id,name,place,lat,lon\r\nA,\"Markt, oben\",Markt,51.5,7.3\r\n\r\n B , Weg ,Weg,51.6,7.4\r\n";

fn put(file: &str, text: &str, sent: &[u8]) -> Result<Merged, String> {
    let listed = |problems: &[Problem]| problems.iter().map(|problem| format!("{problem}\n")).collect();
    let merged = merge(layout(file).unwrap(), Some(text.as_bytes()), sent).map_err(|problems| listed(&problems))?;
    if merged.problems.is_empty() { Ok(merged) } else { Err(listed(&merged.problems)) }
}

#[track_caller]
fn check(file: &str, text: &str, sent: &str, expect: &Expect) {
    let shown = match put(file, text, sent.as_bytes()) {
        Ok(merged) => {
            let text = String::from_utf8(merged.text).unwrap().replace('\r', "␍");
            format!("{} added, {} changed, {} same\n{text}", merged.added, merged.changed, merged.same)
        }
        Err(problems) => problems,
    };
    expect.assert_eq(&shown);
}

#[test]
fn rows_are_changed_and_added_and_all_else_stays_as_it_was_written() {
    check(
        "poles.csv",
        POLES,
        "id,place,name\nC,Neu,Neu 1\nB,Weg,Weg 2\nA,Markt,\"Markt, oben\"\n",
        &expect![[r#"
            1 added, 1 changed, 1 same
            id,name,place,lat,lon␍
            A,"Markt, oben",Markt,51.5,7.3␍
            ␍
             B ,Weg 2,Weg,51.6,7.4␍
            C,Neu 1,Neu,,␍
        "#]],
    );
}

#[test]
fn a_german_table_of_street_lighting_is_read_by_its_own_words() {
    check(
        "poles.csv",
        POLES,
        "\u{feff}Mastnummer;Leuchtstellennummer;Schaltstelle;Rechtswert;Hochwert\nA;01-0103;S-0101;382950,27;5712089,19\n",
        &expect![[r#"
            0 added, 1 changed, 0 same
            id,name,place,lat,lon,lamp,switch_point,easting,northing␍
            A,"Markt, oben",Markt,,,01-0103,S-0101,382950.27,5712089.19␍
            ␍
             B , Weg ,Weg,51.6,7.4,,,,␍
        "#]],
    );
    let windows = b"id;Ort\nA;M\xFCnsterplatz \x96 Nord\n";
    let merged = put("poles.csv", POLES, windows).unwrap();
    assert!(merged.is_windows_1252);
    assert!(String::from_utf8(merged.text).unwrap().contains("A,\"Markt, oben\",Münsterplatz – Nord,51.5,7.3\r\n"));
}

#[test]
fn columns_that_are_none_are_said_with_what_was_meant() {
    check(
        "poles.csv",
        POLES,
        "id,nmae,farbe,id\n",
        &expect![[r#"
            poles.csv:1: nmae: unknown column `nmae`
              hint: did you mean `name`?
            poles.csv:1: farbe: unknown column `farbe`
              hint: remove it, or use one of id, name, place, lat, lon, easting, northing, site, provider, lamp, switch_point
            poles.csv:1: id: column `id` is there twice
              hint: remove one of them
        "#]],
    );
}

#[test]
fn all_that_is_wrong_with_rows_is_said_and_what_is_no_table_is_refused() {
    check(
        "poles.csv",
        POLES,
        "\nid,name\nA,x\n\nB\n,y\nA,z\n",
        &expect![[r#"
            poles.csv:5: the line has 1 cells, the first line 2
              hint: check the separators; a cell that holds one needs quotation marks, and none goes over several lines
            poles.csv:6: id: it is empty
              hint: say which row is meant, or remove the line
            poles.csv:7: id: line 3 says something of the same row
              hint: remove one of the lines
        "#]],
    );
    check(
        "poles.csv",
        POLES,
        "name\nx\n",
        &expect![[r#"
        poles.csv:1: id: column `id` is missing
          hint: name the columns in the first line; this one says which row is meant
    "#]],
    );
    check(
        "poles.csv",
        POLES,
        "",
        &expect![[r#"
        poles.csv:1: id: column `id` is missing
          hint: name the columns in the first line; this one says which row is meant
    "#]],
    );
    check(
        "poles.csv",
        POLES,
        "id\n",
        &expect![[r#"
        poles.csv: no row was sent
          hint: send a first line with columns, and rows below it
    "#]],
    );
    check(
        "poles.csv",
        POLES,
        "\u{0}",
        &expect![[r#"
        poles.csv: what was sent is no CSV in UTF-8 or Windows-1252
          hint: save it as "CSV UTF-8" (Excel, Save as), not as Unicode text or as a workbook
    "#]],
    );
}

#[test]
fn a_device_on_several_lines_is_told_apart_by_when_it_came_there() {
    let devices = "id;pole;profile;from\n70b3d57ba0001156;A;air;\n70b3d57ba0001156;B;air;2026-03-01\nother;A;air;\n";
    check(
        "devices.csv",
        devices,
        "id,profile\n70B3D57BA0001156,x\nother,y\n",
        &expect![[r#"
        devices.csv:2: from: `70b3d57ba0001156` stands on 2 lines of the file
          hint: send the column `from`, too
    "#]],
    );
    check(
        "devices.csv",
        devices,
        "DevEUI;von;Mast;height_m\n70-B3-D5-7B-A0-00-11-56;2026-03-01;C;3,5\nother;2026-04-01;D;\n",
        &expect![[r#"
        1 added, 1 changed, 0 same
        id;pole;profile;from;height_m
        70b3d57ba0001156;A;air;;
        70b3d57ba0001156;C;air;2026-03-01;3.5
        other;A;air;;
        other;D;;2026-04-01;
    "#]],
    );
}

#[test]
fn a_file_that_is_not_there_is_made_and_lines_of_both_are_known() {
    let merged = merge(layout("gateways.csv").unwrap(), None, b"\nid,lat\n0016c001f153a14c,51.5\n").unwrap();
    assert_eq!(String::from_utf8(merged.text.clone()).unwrap(), "id,name,lat\n0016c001f153a14c,,51.5\n");
    assert_eq!((merged.sent_line(2), merged.sent_line(1)), (Some(3), None));
    assert!(layout("keys.csv").is_none() && layout("fold.toml").is_none());
}

#[test]
fn a_last_line_without_an_end_gets_one() {
    check(
        "poles.csv",
        "id,name,place\nA,a,b",
        "id\nB\n",
        &expect![[r#"
        1 added, 0 changed, 0 same
        id,name,place
        A,a,b
        B,,
    "#]],
    );
}

fn cell() -> impl Strategy<Value = String> {
    "[a-zäß \",;.]{0,6}"
}

fn table(ids: std::ops::Range<u32>) -> impl Strategy<Value = Vec<(u32, String, String)>> {
    proptest::collection::btree_map(ids, (cell(), cell()), 0..12).prop_map(|rows| {
        rows.into_iter().map(|(id, (name, place))| (id, name.trim().to_owned(), place.trim().to_owned())).collect()
    })
}

fn written(rows: &[(u32, String, String)], delimiter: u8) -> String {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(["id", "name", "place"]).unwrap();
    for (id, name, place) in rows {
        writer.write_record([&format!("P{id}"), name, place]).unwrap();
    }
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn rows(text: &[u8], delimiter: u8) -> Vec<(u32, String, String)> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text);
    let row = |row: csv::StringRecord| (row[0][1..].parse().unwrap(), row[1].to_owned(), row[2].to_owned());
    reader.records().map(|record| row(record.unwrap())).collect()
}

proptest! {
    #[test]
    fn nothing_is_lost_and_the_order_stays(was in table(0..20), sent in table(10..30), file in any::<bool>(), of in any::<bool>()) {
        prop_assume!(!sent.is_empty());
        let delimiter = |semicolons: bool| if semicolons { b';' } else { b',' };
        let text = written(&was, delimiter(file));
        let merged = merge(layout("poles.csv").unwrap(), Some(text.as_bytes()), written(&sent, delimiter(of)).as_bytes()).unwrap();
        let mut expected: Vec<_> = was.iter().map(|row| sent.iter().find(|of| of.0 == row.0).unwrap_or(row).clone()).collect();
        expected.extend(sent.iter().filter(|of| !was.iter().any(|row| row.0 == of.0)).cloned());
        prop_assert_eq!(rows(&merged.text, delimiter(file)), expected);
        prop_assert_eq!(merged.added + merged.changed + merged.same, sent.len());
        let again = merge(layout("poles.csv").unwrap(), Some(&merged.text), written(&sent, delimiter(of)).as_bytes()).unwrap();
        prop_assert_eq!((again.same, &again.text), (sent.len(), &merged.text), "sending it again changes nothing");
    }

    #[test]
    fn any_bytes_are_put_in_or_refused(file in proptest::collection::vec(any::<u8>(), 0..200), sent in proptest::collection::vec(any::<u8>(), 0..200)) {
        for name in ["poles.csv", "devices.csv", "calibrations.csv"] {
            merge(layout(name).unwrap(), Some(&file), &sent).ok();
        }
    }
}
