//! Rows by the mapping: cells → values of devices.

use std::{collections::BTreeSet, io, io::BufRead};

use smartpole_model::{Decimal, UtcMillis};

use super::{
    lines::{Line, Lines},
    mapping::{Mapping, Series},
    mistakes::Mistake,
    when::{When, when},
};

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    /// Index of the series in the mapping.
    pub(crate) series: usize,
    /// The instant that stands for its interval.
    pub(crate) time: UtcMillis,
    /// In the property's unit.
    pub(crate) number: Decimal,
}

/// What a line of the file is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Row {
    /// Its values; none if the mapping wants nothing of it.
    Values(Vec<Value>),
    /// Why it is none.
    Bad(Vec<Mistake>),
}

/// Reads the rows of a file.
#[derive(Debug)]
pub(crate) struct Table<'m, R> {
    lines: Lines<R>,
    mapping: &'m Mapping,
    columns: Columns,
    /// The interval before, of each series.
    before: Vec<Option<UtcMillis>>,
}

/// Where the mapping's columns are.
#[derive(Debug, Default)]
struct Columns {
    time: Vec<usize>,
    /// Of each series: its own, and those a row is told by with their cells.
    series: Vec<(usize, Vec<(usize, String)>)>,
    n: usize,
}

/// Why there is no table.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoTable {
    #[error("cannot read it")]
    Read(#[from] io::Error),
    #[error("it has no line that names the columns")]
    Empty,
    #[error("line {line} should name the columns, but {why}")]
    NoText { line: u64, why: &'static str },
    #[error("line {line} has no column {missing}; it has {found}")]
    Columns { line: u64, missing: String, found: String },
}

impl<'m, R: BufRead> Table<'m, R> {
    /// Reads up to the line that names the columns.
    ///
    /// # Errors
    /// If there is none, or a column is missing.
    pub(crate) fn new(from: R, mapping: &'m Mapping) -> Result<Self, NoTable> {
        let mut lines = Lines::new(from, mapping.file.encoding);
        let header = loop {
            let line = lines.next_line()?.ok_or(NoTable::Empty)?;
            if line.number > mapping.file.skip_lines {
                break line;
            }
        };
        let text = header.text.map_err(|why| NoTable::NoText { line: header.number, why })?;
        let names = cells(&text, mapping.file.delimiter);
        let columns = Columns::new(&names, mapping).map_err(|missing| NoTable::Columns {
            line: header.number,
            missing,
            found: names.join(", "),
        })?;
        Ok(Self { lines, mapping, columns, before: vec![None; mapping.series.len()] })
    }

    /// The next row, with its line; none at the end.
    pub(crate) fn next_row(&mut self) -> io::Result<Option<(u64, Row)>> {
        let Some(Line { number, text }) = self.lines.next_line()? else { return Ok(None) };
        let row = match text {
            Ok(text) if self.is_passed_over(&text) => Row::Values(Vec::new()),
            Ok(text) => self.row(number, &cells(&text, self.mapping.file.delimiter)),
            Err(why) => Row::Bad(vec![Mistake::new(number, "", why, "check the mapping's encoding and delimiter")]),
        };
        Ok(Some((number, row)))
    }

    fn is_passed_over(&self, text: &str) -> bool {
        text.trim().is_empty() || self.mapping.file.pass_over.iter().any(|beginning| text.starts_with(beginning))
    }

    fn row(&mut self, line: u64, cells: &[String]) -> Row {
        if cells.len() != self.columns.n {
            let message = format!("the line has {} cells, the line of names {}", cells.len(), self.columns.n);
            let hint = "check the delimiter; a line that is none of the table needs `pass_over`";
            return Row::Bad(vec![Mistake::new(line, "", message, hint)]);
        }
        let cell = |at: usize| cells.get(at).map_or("", |cell| cell.trim());
        let wanted: Vec<usize> = self.columns.wanted(cell).collect();
        let Some(first) = wanted.first() else { return Row::Values(Vec::new()) };
        let trim = |cell: &str| cell.trim_matches(|c| self.mapping.time.trim.contains(c)).to_owned();
        let text: Vec<String> = self.columns.time.iter().map(|at| trim(cell(*at))).collect();
        let before = self.before.get(*first).copied().flatten();
        let time = match when(&self.mapping.time, &text.join(" "), before) {
            Ok(When::At(time)) => time,
            Ok(When::Never) => return Row::Values(Vec::new()),
            Err((message, hint)) => {
                let column = self.mapping.time.columns.join(" ");
                return Row::Bad(vec![Mistake::new(line, &column, message, hint)]);
            }
        };
        let (mut values, mut mistakes) = (Vec::new(), Vec::new());
        for series in wanted {
            if let Some(before) = self.before.get_mut(series) {
                *before = Some(time);
            }
            let (Some(meant), Some((at, _))) = (self.mapping.series.get(series), self.columns.series.get(series))
            else {
                continue;
            };
            match number(self.mapping, meant, cell(*at)) {
                Ok(number) => values.extend(number.map(|number| Value { series, time, number })),
                Err((message, hint)) => mistakes.push(Mistake::new(line, &meant.column, message, hint)),
            }
        }
        if mistakes.is_empty() { Row::Values(values) } else { Row::Bad(mistakes) }
    }
}

impl Columns {
    /// The name of a column that is not there otherwise.
    fn new(names: &[String], mapping: &Mapping) -> Result<Self, String> {
        let mut missing = BTreeSet::new();
        let mut find = |name: &str| {
            let at = names.iter().position(|known| known.trim() == name);
            if at.is_none() {
                missing.insert(format!("{name:?}"));
            }
            at.unwrap_or_default()
        };
        let time = mapping.time.columns.iter().map(|name| find(name)).collect();
        let mut series = Vec::new();
        for meant in &mapping.series {
            let only = meant.only.iter().map(|(name, cell)| (find(name), cell.clone())).collect();
            series.push((find(&meant.column), only));
        }
        if missing.is_empty() {
            return Ok(Self { time, series, n: names.len() });
        }
        Err(missing.into_iter().collect::<Vec<_>>().join(", "))
    }

    /// The series that a row is of.
    fn wanted<'c>(&self, cell: impl Fn(usize) -> &'c str) -> impl Iterator<Item = usize> {
        let is = move |(_, only): &(usize, Vec<(usize, String)>)| only.iter().all(|(at, wanted)| cell(*at) == wanted);
        self.series.iter().enumerate().filter(move |(_, series)| is(series)).map(|(at, _)| at)
    }
}

/// The cells of a line; quotation marks as of RFC 4180, but within a line.
fn cells(text: &str, delimiter: char) -> Vec<String> {
    let delimiter = u8::try_from(delimiter).unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .buffer_capacity(text.len() + 1)
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    // text in memory that is UTF-8 gives no error
    let read = reader.read_record(&mut record).unwrap_or(false);
    if read { record.iter().map(str::to_owned).collect() } else { Vec::new() }
}

/// A cell as a number in the property's unit; none if it says that there is no value.
fn number(mapping: &Mapping, series: &Series, cell: &str) -> Result<Option<Decimal>, (String, &'static str)> {
    if mapping.is_missing(cell) {
        return Ok(None);
    }
    let no_number = || {
        let hint =
            "correct the cell; if it means that there is no value, add it to `missing`; leave out marks of thousands";
        (format!("{cell:?} is no number"), hint)
    };
    let text = match mapping.file.decimal {
        ',' if cell.contains('.') => return Err(no_number()),
        ',' => cell.replace(',', "."),
        _ => cell.to_owned(),
    };
    let number = Decimal::parse(&text).map_err(|_| no_number())?;
    let scaled = number.times(series.scale);
    scaled.map(Some).map_err(|_| (format!("{cell:?} is too large"), "check the cell and the scale"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAPPING: &str = r#"
name = "test"
[file]
delimiter = ";"
decimal = ","
pass_over = ["Quelle"]
missing = ["", "-"]
missing_prefixes = ["<"]
[time]
columns = ["Datum", "Zeit"]
format = "%d.%m.%Y %H:%M"
trim = "'"
zone = "+01:00"
label = "end"
interval_s = 3600
[[series]]
column = "NO2"
device = "eving"
property = "no2"
unit = "ug/m3"
[[series]]
column = "CO"
device = "eving"
property = "co"
unit = "mg/m3"
scale = "0.001"
where = { Ort = "Eving" }
"#;

    fn all(text: &[u8]) -> Result<String, String> {
        let mapping = Mapping::read(MAPPING).unwrap();
        let mut table = Table::new(text, &mapping).map_err(|error| error.to_string())?;
        let mut told = String::new();
        while let Some((line, row)) = table.next_row().unwrap() {
            match row {
                Row::Values(values) => {
                    for Value { series, time, number } in values {
                        told += &format!("{line}: {} {time} {number}\n", mapping.series[series].property);
                    }
                }
                Row::Bad(mistakes) => mistakes.iter().for_each(|mistake| told += &format!("{mistake}\n")),
            }
        }
        Ok(told)
    }

    #[test]
    fn cells_become_values_by_the_mapping_and_what_is_none_is_left_out() {
        let text = "Ort;Datum;Zeit;NO2;CO\nEving;28.11.2026;'10:00';18,4;250\n\nMitte;28.11.2026;'11:00';<7;300\n\
            Eving;28.11.2026;'24:00';-;\nQuelle: LANUK\n";
        expect_test::expect![[r#"
            2: no2 2026-11-28T08:59:59.999Z 18.4
            2: co 2026-11-28T08:59:59.999Z 0.25
        "#]]
        .assert_eq(&all(text.as_bytes()).unwrap());
    }

    #[test]
    fn every_mistake_of_a_row_is_told_with_its_column() {
        let text = "Ort;Datum;Zeit;NO2;CO\nEving;28.11.2026;10:00;1.018,4;n/a\nEving;28.11.2026;25:00;1;2\nEving;1;2\n\"Eving;28.11.2026;10:00;1;2\n";
        expect_test::expect![[r#"
            line 2, NO2: "1.018,4" is no number
              hint: correct the cell; if it means that there is no value, add it to `missing`; leave out marks of thousands
            line 2, CO: "n/a" is no number
              hint: correct the cell; if it means that there is no value, add it to `missing`; leave out marks of thousands
            line 3, Datum Zeit: "28.11.2026 25:00" is no time like "%d.%m.%Y %H:%M"
              hint: correct the cell, or the mapping's format
            line 4: the line has 3 cells, the line of names 5
              hint: check the delimiter; a line that is none of the table needs `pass_over`
            line 5: the line has 1 cells, the line of names 5
              hint: check the delimiter; a line that is none of the table needs `pass_over`
        "#]].assert_eq(&all(text.as_bytes()).unwrap());
    }

    #[test]
    fn a_column_that_is_missing_is_named_with_those_there_are() {
        let error = all(b"Ort;Datum;Uhrzeit;NO2\n").unwrap_err();
        assert_eq!(error, "line 1 has no column \"CO\", \"Zeit\"; it has Ort, Datum, Uhrzeit, NO2");
        assert_eq!(all(b"").unwrap_err(), "it has no line that names the columns");
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_bad_to_be_read(bytes in prop::collection::vec(any::<u8>(), 0..2_048)) {
            let mut file = b"Ort;Datum;Zeit;NO2;CO\n".to_vec();
            file.extend(&bytes);
            prop_assert!(all(&file).is_ok());
            drop(all(&bytes));
        }

        #[test]
        fn no_cells_are_too_bad_to_be_read(cells in prop::collection::vec("[0-9.,:'<e+-]{0,12}|25\\.10\\.2026|24:00", 5..60)) {
            let rows: Vec<String> = cells.chunks(5).map(|cells| cells.join(";")).collect();
            let file = format!("Ort;Datum;Zeit;NO2;CO\n{}\n", rows.join("\n"));
            prop_assert!(all(file.as_bytes()).is_ok());
        }

        #[test]
        fn no_mapping_is_too_bad_to_be_refused(text in "(?s).{0,400}") {
            drop(Mapping::read(&text));
            drop(Mapping::read(&MAPPING.replace("%d.%m.%Y %H:%M", &text.replace(['"', '\\', '\n'], ""))));
        }
    }
}
