//! Names of the street lighting, as they stand on masts and cabinets.

use super::{Problem, table::Row};

/// Longest of them, in characters.
const MOST: usize = 40;

/// The name in a column; none if it is empty.
pub(super) fn name(row: &Row<'_>, column: &str, problems: &mut Vec<Problem>) -> Option<String> {
    let name = row.get(column);
    if name.chars().count() > MOST || name.chars().any(char::is_control) {
        let message = format!("no name of at most {MOST} characters");
        problems.push(row.problem(column, message, "write it as it stands on mast or cabinet"));
    }
    (!name.is_empty()).then(|| name.to_owned())
}
