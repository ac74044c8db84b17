//! Rows of a CSV file put into another one: those that are there are changed, others added, all else stays byte for byte.

mod sent;
mod sheet;

use std::collections::BTreeMap;

use self::{
    sent::{Sent, SentRow},
    sheet::Sheet,
};
use super::{Problem, calibrations, counts, devices, events, gateways, poles, table::Layout, text};

/// The two ways to say where something stands.
const PLACES: [[&str; 2]; 2] = [["lat", "lon"], ["easting", "northing"]];

/// What a CSV file of the registry looks like; none for other files, and for that of the keys.
pub fn layout(file: &str) -> Option<&'static Layout> {
    const LAYOUTS: [&Layout; 6] =
        [&calibrations::LAYOUT, &counts::LAYOUT, &devices::LAYOUT, &events::LAYOUT, &gateways::LAYOUT, &poles::LAYOUT];
    LAYOUTS.into_iter().find(|layout| layout.file == file)
}

/// A file with rows put in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// Its bytes.
    pub text: Vec<u8>,
    /// Rows that are new.
    pub added: usize,
    /// Rows that were there and say something else now.
    pub changed: usize,
    /// Rows that were there like this.
    pub same: usize,
    /// Whether what was sent was Windows-1252, as Excel saves it unless asked.
    pub is_windows_1252: bool,
    /// What is wrong with rows that were sent, with their lines; these were not put in.
    pub problems: Vec<Problem>,
    /// Lines that were sent by the lines of the file, from 1.
    lines: BTreeMap<usize, usize>,
}

impl Merged {
    /// The line that was sent which became a line of the file.
    pub fn sent_line(&self, line: usize) -> Option<usize> {
        self.lines.get(&line).copied()
    }
}

/// Puts the rows of a CSV (`,` or `;`, decimal comma with the latter, UTF-8 or Windows-1252, columns in any order and also by their German
/// names) into a file, which may not be there yet. A row is one of the file if the columns of its key say so; cells of columns that were
/// not sent stay as they are.
///
/// # Errors
/// If what was sent is no table with columns of the file. Whether the result is sound, [`Inputs::parse`](super::Inputs::parse) says.
pub fn merge(layout: &'static Layout, file: Option<&[u8]>, bytes: &[u8]) -> Result<Merged, Vec<Problem>> {
    let sent = Sent::read(layout, bytes)?;
    let (mark, former) = match file {
        Some(bytes) => {
            let text = text::decode(layout.file, bytes).map_err(|problem| vec![problem])?;
            (&bytes[..bytes.len() - text.len()], text)
        }
        None => (&b""[..], ""),
    };
    let mut sheet = Sheet::read(former, layout, &sent.columns);
    let (is_windows_1252, problems) = (sent.is_windows_1252, sent.problems);
    let mut merged = Merged { is_windows_1252, problems, ..Merged::default() };
    let index = sheet.index(layout);
    for row in &sent.rows {
        let places = index.get(&row.key[0]).map_or(&[][..], Vec::as_slice);
        let meant: Vec<usize> = places.iter().copied().filter(|at| sheet.is(*at, layout, row)).collect();
        let line = match meant[..] {
            [] => {
                merged.added += 1;
                sheet.add(cells(&sheet, layout, None, row))
            }
            [at] => {
                let cells = cells(&sheet, layout, Some(at), row);
                let is_same = sheet.cells(at) == cells;
                *if is_same { &mut merged.same } else { &mut merged.changed } += 1;
                if is_same { at } else { sheet.replace(at, cells) }
            }
            _ => {
                merged.problems.push(ambiguous(layout, row, meant.len()));
                continue;
            }
        };
        merged.lines.insert(line + 1, row.line);
    }
    merged.text = [mark, sheet.text().as_bytes()].concat();
    merged.problems.sort();
    Ok(merged)
}

fn ambiguous(layout: &Layout, row: &SentRow, n: usize) -> Problem {
    let missing = layout.key[1..].iter().zip(&row.key[1..]).find(|(_, cell)| cell.is_none());
    let column = missing.map_or(layout.key[0], |(column, _)| column);
    let id = row.key[0].clone().unwrap_or_default();
    let hint = format!("send the column `{column}`, too");
    Problem::new(layout.file, format!("`{id}` stands on {n} lines of the file"), hint)
        .at_line(row.line)
        .in_field(column)
}

/// The cells of a row as it is to be, in the order of the file; its key stays as it was written. A place that is sent in one way is no longer
/// given in the other.
fn cells(sheet: &Sheet<'_>, layout: &Layout, at: Option<usize>, row: &SentRow) -> Vec<String> {
    let mut cells = at.map_or_else(|| vec![String::new(); sheet.columns.len()], |at| sheet.cells(at));
    let is_sent =
        |columns: [&str; 2]| columns.iter().all(|column| row.get(column).is_some_and(|cell| !cell.is_empty()));
    let other = PLACES.iter().zip(PLACES.iter().rev()).find(|(one, _)| is_sent(**one)).map(|(_, other)| *other);
    for (cell, column) in cells.iter_mut().zip(&sheet.columns) {
        let is_key = at.is_some() && layout.key.contains(&column.as_str());
        match row.get(column) {
            Some(sent) if is_key || cell.trim() == sent => {}
            Some(sent) => sent.clone_into(cell),
            None if other.is_some_and(|other| other.contains(&column.as_str())) => cell.clear(),
            None => {}
        }
    }
    cells
}

/// A cell of a key as it is compared: labels print a DevEUI in capitals, and no channel is the first one.
fn compared(column: &str, cell: &str) -> String {
    match column {
        "id" | "device" => devices::bare_id(cell),
        "channel" if cell.is_empty() => "0".to_owned(),
        _ => cell.to_owned(),
    }
}
