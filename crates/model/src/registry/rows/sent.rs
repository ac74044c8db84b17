//! What was sent: its bytes, its columns, its rows.

use std::borrow::Cow;

use super::{
    super::{
        Problem,
        names::{FirstLines, did_you_mean, one_of},
        table::{Layout, has_semicolons},
    },
    compared,
    sheet::split,
};

/// What columns are called in German inventories, in lower case; of several meanings the first that a file has.
const GERMAN: [(&str, &str); 32] = [
    ("mastnummer", "id"),
    ("mast-nr", "id"),
    ("mast", "pole"),
    ("mast", "id"),
    ("deveui", "id"),
    ("gerät", "device"),
    ("gerät", "id"),
    ("bezeichnung", "name"),
    ("ort", "place"),
    ("standort", "place"),
    ("platz", "place"),
    ("breite", "lat"),
    ("breitengrad", "lat"),
    ("länge", "lon"),
    ("längengrad", "lon"),
    ("rechtswert", "easting"),
    ("ostwert", "easting"),
    ("hochwert", "northing"),
    ("nordwert", "northing"),
    ("leuchtstellennummer", "lamp"),
    ("leuchtstelle", "lamp"),
    ("schaltstelle", "switch_point"),
    ("datenquelle", "provider"),
    ("profil", "profile"),
    ("von", "from"),
    ("bis", "to"),
    ("zustand", "state"),
    ("linie", "line"),
    ("richtung", "direction"),
    ("höhe_m", "height_m"),
    ("breite_m", "width_m"),
    ("messgröße", "property"),
];

/// Windows-1252 where it is not Latin-1, from 0x80 to 0x9F; what it leaves free is a control character (WHATWG Encoding, index-windows-1252).
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// A table that was sent.
pub(super) struct Sent {
    pub(super) columns: Vec<&'static str>,
    pub(super) rows: Vec<SentRow>,
    pub(super) is_windows_1252: bool,
    /// What is wrong with its other rows.
    pub(super) problems: Vec<Problem>,
}

/// One row of it.
pub(super) struct SentRow {
    /// Its line, from 1.
    pub(super) line: usize,
    /// Cells of the columns of the key, as they are compared; none for a column that was not sent.
    pub(super) key: Vec<Option<String>>,
    cells: Vec<(&'static str, String)>,
}

impl SentRow {
    /// The cell of a column, if it was sent.
    pub(super) fn get(&self, column: &str) -> Option<&str> {
        self.cells.iter().find(|(known, _)| *known == column).map(|(_, cell)| cell.as_str())
    }
}

impl Sent {
    pub(super) fn read(layout: &'static Layout, bytes: &[u8]) -> Result<Self, Vec<Problem>> {
        let (text, is_windows_1252) = decode(layout, bytes).map_err(|problem| vec![problem])?;
        let semicolons = has_semicolons(&text);
        let delimiter = if semicolons { b';' } else { b',' };
        let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
        let (first, header) = lines.next().unwrap_or((1, ""));
        let columns = columns(layout, first, &split(header, delimiter))?;
        let (mut problems, mut seen) = (Vec::new(), FirstLines::default());
        let mut rows = Vec::new();
        for (line, text) in lines {
            let cells = split(text, delimiter);
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let row = row(layout, line, &columns, &cells, semicolons).and_then(|row| {
                let first = seen.taken(row.key.clone(), line);
                first.map_or(Ok(row), |first| Err(twice(layout, line, first)))
            });
            match row {
                Ok(row) => rows.push(row),
                Err(problem) => problems.push(problem),
            }
        }
        if rows.is_empty() && problems.is_empty() {
            problems.push(Problem::new(
                layout.file,
                "no row was sent",
                "send a first line with columns, and rows below it",
            ));
        }
        Ok(Self { columns, rows, is_windows_1252, problems })
    }
}

/// The text of a file as people save it, and whether it is Windows-1252.
fn decode<'b>(layout: &Layout, bytes: &'b [u8]) -> Result<(Cow<'b, str>, bool), Problem> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") || bytes.contains(&0) {
        let hint = "save it as \"CSV UTF-8\" (Excel, Save as), not as Unicode text or as a workbook";
        return Err(Problem::new(layout.file, "what was sent is no CSV in UTF-8 or Windows-1252", hint));
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok((text.into(), false)),
        Err(_) => Ok((bytes.iter().map(|byte| of_windows_1252(*byte)).collect(), true)),
    }
}

fn of_windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9F => WINDOWS_1252[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}

fn columns(layout: &'static Layout, line: usize, cells: &[String]) -> Result<Vec<&'static str>, Vec<Problem>> {
    let (mut problems, mut columns) = (Vec::new(), Vec::new());
    let problem = |name: &str, message: String, hint: String| {
        Problem::new(layout.file, message, hint).at_line(line).in_field(name)
    };
    for name in cells.iter().map(|cell| cell.trim()) {
        match column(layout, name) {
            None => {
                let hint = did_you_mean(name, layout.columns());
                let hint = hint.unwrap_or_else(|| format!("remove it, or {}", one_of(layout.columns())));
                problems.push(problem(name, format!("unknown column `{name}`"), hint));
            }
            Some(column) if columns.contains(&column) => {
                problems.push(problem(
                    name,
                    format!("column `{column}` is there twice"),
                    "remove one of them".to_owned(),
                ));
            }
            Some(column) => columns.push(column),
        }
    }
    let id = layout.key[0];
    if !columns.contains(&id) && problems.is_empty() {
        let hint = "name the columns in the first line; this one says which row is meant".to_owned();
        problems.push(problem(id, format!("column `{id}` is missing"), hint));
    }
    if problems.is_empty() { Ok(columns) } else { Err(problems) }
}

fn column(layout: &'static Layout, name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let german = || {
        let mut meant = GERMAN.iter().filter(|(word, _)| *word == lower);
        meant.find_map(|(_, column)| layout.columns().find(|known| known == column))
    };
    layout.columns().find(|known| *known == lower).or_else(german)
}

fn row(
    layout: &'static Layout,
    line: usize,
    columns: &[&'static str],
    cells: &[String],
    semicolons: bool,
) -> Result<SentRow, Problem> {
    if cells.len() != columns.len() {
        let message = format!("the line has {} cells, the first line {}", cells.len(), columns.len());
        let hint =
            "check the separators; a cell that holds one needs quotation marks, and none goes over several lines";
        return Err(Problem::new(layout.file, message, hint).at_line(line));
    }
    let cell = |(column, cell): (&&'static str, &String)| {
        let cell = cell.trim();
        let is_number = semicolons && layout.numbers.contains(column);
        (*column, if is_number { cell.replace(',', ".") } else { cell.to_owned() })
    };
    let cells: Vec<_> = columns.iter().zip(cells).map(cell).collect();
    let of = |column: &&str| cells.iter().find(|(known, _)| known == column).map(|(_, cell)| compared(column, cell));
    let key: Vec<Option<String>> = layout.key.iter().map(of).collect();
    if key[0].as_ref().is_none_or(String::is_empty) {
        let hint = "say which row is meant, or remove the line";
        return Err(Problem::new(layout.file, "it is empty", hint).at_line(line).in_field(layout.key[0]));
    }
    Ok(SentRow { line, key, cells })
}

fn twice(layout: &Layout, line: usize, first: usize) -> Problem {
    let message = format!("line {first} says something of the same row");
    Problem::new(layout.file, message, "remove one of the lines").at_line(line).in_field(layout.key[0])
}
