//! The questions of OGC SensorThings API 1.1, Part 1 (OGC 18-088), reading: what a path and its options ask, and the answer.
//!
//! ```text
//! path ──► path::Path ──┐
//! query ─► query::Options ─► parse::expression (of $filter, $orderby)
//!                       └──► page::Pages ──► plan::Plan (when, which datastreams) ──► Source ──► evaluate ──► answer
//! ```
//!
//! Invariants: no I/O and no clock but the [`Source`]'s; any text is understood or refused, never more than within bounds of
//! length, depth, values looked at, blocks looked for and entities written; a filter's bounds of time and of datastreams are kept
//! from the source, all else is evaluated one by one.

mod answer;
mod evaluate;
mod expression;
mod function;
mod kind;
mod lexer;
mod link;
mod page;
mod parse;
mod path;
mod plan;
mod query;
mod refusal;
mod source;
mod value;

pub use answer::{Answer, answer, root};
pub use kind::{Kind, Relation};
pub use refusal::{Refusal, SourceError};
pub(crate) use source::Item;
pub use source::{Observation, Source, Walk, Wanted};
pub use value::Value;
