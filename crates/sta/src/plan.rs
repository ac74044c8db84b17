//! Which observations can satisfy a filter: when, and of which datastreams.

use smartpole_model::UtcMillis;

use crate::{
    Item, Kind, Observation, Refusal, Value,
    evaluate::{Evaluator, midnight},
    expression::{Expression, Operator, Route},
};

/// What a filter of observations asks of time, of datastreams, and of each observation.
#[derive(Debug)]
pub(crate) struct Plan {
    /// First instant.
    pub(crate) from: UtcMillis,
    /// First instant after.
    pub(crate) to: UtcMillis,
    /// Conditions about the datastream alone.
    of_datastreams: Vec<Expression>,
    /// All others.
    rest: Vec<Expression>,
}

impl Plan {
    /// The plan of a filter.
    pub(crate) fn new(filter: Option<Expression>, evaluator: &Evaluator<'_>) -> Self {
        let mut plan =
            Self { from: UtcMillis(i64::MIN), to: UtcMillis(i64::MAX), of_datastreams: Vec::new(), rest: Vec::new() };
        for condition in filter.map(Expression::conditions).unwrap_or_default() {
            if let Some((operator, instant)) = time_bound(&condition, evaluator) {
                plan.narrow(operator, instant);
            } else if condition.all_routes(&leads_to_datastream) {
                plan.of_datastreams.push(condition);
            } else {
                plan.rest.push(condition);
            }
        }
        plan
    }

    fn narrow(&mut self, operator: Operator, instant: UtcMillis) {
        let after = instant.plus(1);
        let (from, to) = match operator {
            Operator::Greater => (after, self.to),
            Operator::GreaterOrEqual => (instant, self.to),
            Operator::Less => (self.from, instant),
            Operator::LessOrEqual => (self.from, after),
            _ => (instant, after),
        };
        (self.from, self.to) = (self.from.max(from), self.to.min(to));
    }

    /// The datastreams whose observations can satisfy it.
    pub(crate) fn datastreams(&self, all: Vec<i64>, evaluator: &Evaluator<'_>) -> Result<Vec<i64>, Refusal> {
        let mut kept = Vec::with_capacity(all.len());
        for id in all {
            if every(&self.of_datastreams, &any_of(id), evaluator)? {
                kept.push(id);
            }
        }
        Ok(kept)
    }

    /// Whether an observation of these datastreams and this time satisfies it.
    pub(crate) fn admits(&self, item: &Item, evaluator: &Evaluator<'_>) -> Result<bool, Refusal> {
        every(&self.rest, item, evaluator)
    }
}

fn every(conditions: &[Expression], item: &Item, evaluator: &Evaluator<'_>) -> Result<bool, Refusal> {
    for condition in conditions {
        if !evaluator.holds(condition, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Stands for all observations of a datastream where only that is asked about.
fn any_of(datastream: i64) -> Item {
    Item::Observation(Box::new(Observation {
        id: 0,
        datastream,
        feature_of_interest: 0,
        time: UtcMillis(0),
        result: Value::Null,
        quality: Value::Null,
        parameters: Value::Null,
    }))
}

fn leads_to_datastream(route: &Route) -> bool {
    route.relations.first().is_some_and(|relation| relation.to == Kind::Datastream)
}

/// Whether an expression is the time of an observation.
pub(crate) fn is_time(expression: &Expression) -> bool {
    let Expression::Property(route) = expression else { return false };
    route.relations.is_empty() && matches!(route.property, Some("phenomenonTime" | "resultTime"))
}

/// A comparison of the observation's time with an instant.
fn time_bound(condition: &Expression, evaluator: &Evaluator<'_>) -> Option<(Operator, UtcMillis)> {
    let Expression::Binary(operator, left, right) = condition else { return None };
    let (operator, bound) = match (is_time(left), is_time(right)) {
        (true, false) => (*operator, right),
        (false, true) => (operator.turned(), left),
        _ => return None,
    };
    let narrows = matches!(
        operator,
        Operator::Equal | Operator::Greater | Operator::GreaterOrEqual | Operator::Less | Operator::LessOrEqual
    );
    match evaluator.constant(bound)? {
        Value::Instant(instant) if narrows => Some((operator, instant)),
        Value::Date(date) if narrows => Some((operator, midnight(date))),
        _ => None,
    }
}
