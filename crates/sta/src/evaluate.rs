//! What an expression comes to for one entity.

use std::{cell::Cell, cmp::Ordering};

use smartpole_model::UtcMillis;

use crate::{
    Item, Refusal, Source, Value,
    expression::{Expression, Operator, Route},
    function::Function,
};

/// Most work on the expressions of one question, in values looked at.
const MAX_WORK: usize = 2_000_000;
/// Most values that a property of related entities has together.
const MAX_VALUES: usize = 10_000;

/// Evaluates expressions, and counts what that costs.
pub(crate) struct Evaluator<'a> {
    source: &'a dyn Source,
    now: UtcMillis,
    work: Cell<usize>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(source: &'a dyn Source) -> Self {
        Self { source, now: source.now(), work: Cell::new(0) }
    }

    /// Whether a condition holds. One about several related entities holds if it does for one of them.
    pub(crate) fn holds(&self, condition: &Expression, item: &Item) -> Result<bool, Refusal> {
        Ok(self.all(condition, item)?.contains(&Value::Bool(true)))
    }

    /// The value to order by.
    pub(crate) fn first(&self, expression: &Expression, item: &Item) -> Result<Value, Refusal> {
        Ok(self.all(expression, item)?.into_iter().next().unwrap_or(Value::Null))
    }

    /// What an expression without properties comes to; none if there are any.
    pub(crate) fn constant(&self, expression: &Expression) -> Option<Value> {
        let nowhere = Item::Entity(crate::Kind::Thing, 0);
        expression.all_routes(&|_| false).then(|| self.first(expression, &nowhere).ok())?
    }

    /// All values, as several related entities may have one each.
    fn all(&self, expression: &Expression, item: &Item) -> Result<Vec<Value>, Refusal> {
        match expression {
            Expression::Literal(value) => Ok(vec![value.clone()]),
            Expression::Property(route) => self.property(route, item),
            Expression::Not(inner) => {
                let holds = self.all(inner, item)?.contains(&Value::Bool(true));
                Ok(vec![Value::Bool(!holds)])
            }
            Expression::Minus(inner) => {
                let negative = |value: &Value| value.number().map_or(Value::Null, |number| Value::Computed(-number));
                Ok(self.all(inner, item)?.iter().map(negative).collect())
            }
            Expression::Binary(operator, left, right) => self.binary(*operator, left, right, item),
            Expression::Call(function, arguments) => {
                let given = arguments.iter().map(|argument| self.all(argument, item));
                let given = given.collect::<Result<Vec<_>, _>>()?;
                let taken = self.combinations(&given)?;
                let of = |arguments: &Vec<Value>| {
                    self.spend(Function::work(arguments))?;
                    function.of_values(arguments, self.now)
                };
                taken.iter().map(of).collect()
            }
        }
    }

    fn binary(
        &self,
        operator: Operator,
        left: &Expression,
        right: &Expression,
        item: &Item,
    ) -> Result<Vec<Value>, Refusal> {
        if matches!(operator, Operator::And | Operator::Or) {
            let decides = operator == Operator::Or;
            let holds = self.holds(left, item)?;
            let holds = if holds == decides { decides } else { self.holds(right, item)? };
            return Ok(vec![Value::Bool(holds)]);
        }
        let (left, right) = (self.all(left, item)?, self.all(right, item)?);
        self.spend(left.len().saturating_mul(right.len()))?;
        let pairs = left.iter().flat_map(|left| right.iter().map(move |right| (left, right)));
        Ok(pairs.map(|(left, right)| apply(operator, left, right)).collect())
    }

    /// Each value of each argument with each of the others.
    fn combinations(&self, given: &[Vec<Value>]) -> Result<Vec<Vec<Value>>, Refusal> {
        let mut all = vec![Vec::with_capacity(given.len())];
        for values in given {
            self.spend(all.len().saturating_mul(values.len()))?;
            let longer = |begun: &Vec<Value>| {
                let begun = begun.clone();
                values.iter().map(move |value| [begun.as_slice(), std::slice::from_ref(value)].concat())
            };
            all = all.iter().flat_map(longer).collect();
        }
        Ok(all)
    }

    fn property(&self, route: &Route, item: &Item) -> Result<Vec<Value>, Refusal> {
        let mut items = vec![item.clone()];
        for relation in &route.relations {
            items = items.iter().flat_map(|item| item.related(self.source, relation.to)).collect();
            self.spend(items.len())?;
            if items.len() > MAX_VALUES {
                return Err(too_much());
            }
        }
        self.spend(items.len() + 1)?;
        Ok(items.iter().map(|item| self.value(route, item)).collect())
    }

    fn value(&self, route: &Route, item: &Item) -> Value {
        let Some(property) = route.property else { return Value::Whole(item.id()) };
        let value = item.property(self.source, property);
        let found = route.within.iter().try_fold(&value, |value, name| value.within(name));
        found.cloned().unwrap_or(Value::Null)
    }

    fn spend(&self, work: usize) -> Result<(), Refusal> {
        let spent = self.work.get().saturating_add(work);
        self.work.set(spent);
        if spent > MAX_WORK { Err(too_much()) } else { Ok(()) }
    }
}

fn too_much() -> Refusal {
    Refusal::invalid("the filter looks at too many values", "ask of fewer entities, or nearer by")
}

fn apply(operator: Operator, left: &Value, right: &Value) -> Value {
    let ordered = |is: fn(Ordering) -> bool| compare(left, right).map_or(Value::Null, |found| Value::Bool(is(found)));
    match operator {
        Operator::Equal => equal(left, right).map_or(Value::Null, Value::Bool),
        Operator::NotEqual => equal(left, right).map_or(Value::Null, |equal| Value::Bool(!equal)),
        Operator::Greater => ordered(Ordering::is_gt),
        Operator::GreaterOrEqual => ordered(Ordering::is_ge),
        Operator::Less => ordered(Ordering::is_lt),
        Operator::LessOrEqual => ordered(Ordering::is_le),
        _ => reckon(operator, left, right).unwrap_or(Value::Null),
    }
}

/// Whether two values are equal; nothing equals nothing.
fn equal(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Null, other) | (other, Value::Null) => Some(*other == Value::Null),
        (Value::Bool(left), Value::Bool(right)) => Some(left == right),
        (Value::List(values), one) | (one, Value::List(values)) => {
            Some(values.iter().any(|value| equal(value, one) == Some(true)))
        }
        _ => compare(left, right).map(Ordering::is_eq),
    }
}

/// Which of two values comes first, if they can be compared.
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Whole(left), Value::Whole(right)) | (Value::Duration(left), Value::Duration(right)) => {
            Some(left.cmp(right))
        }
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Instant(left), Value::Instant(right)) => Some(left.cmp(right)),
        (Value::Instant(left), Value::Date(right)) => Some(left.cmp(&midnight(*right))),
        (Value::Date(left), Value::Instant(right)) => Some(midnight(*left).cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::TimeOfDay(left), Value::TimeOfDay(right)) => Some(left.cmp(right)),
        _ => left.number()?.partial_cmp(&right.number()?),
    }
}

/// The first instant of a date, in UTC.
pub(crate) fn midnight(date: jiff::civil::Date) -> UtcMillis {
    let timestamp = jiff::tz::Offset::UTC.to_timestamp(date.at(0, 0, 0, 0));
    UtcMillis(timestamp.map_or(i64::MAX, jiff::Timestamp::as_millisecond))
}

fn reckon(operator: Operator, left: &Value, right: &Value) -> Option<Value> {
    match (operator, left, right) {
        (Operator::Add, Value::Instant(instant), Value::Duration(ms))
        | (Operator::Add, Value::Duration(ms), Value::Instant(instant)) => Some(Value::Instant(instant.plus(*ms))),
        (Operator::Subtract, Value::Instant(instant), Value::Duration(ms)) => {
            Some(Value::Instant(instant.plus(ms.saturating_neg())))
        }
        (Operator::Subtract, Value::Instant(left), Value::Instant(right)) => Some(Value::Duration(left.since(*right))),
        (Operator::Add, Value::Duration(left), Value::Duration(right)) => {
            Some(Value::Duration(left.saturating_add(*right)))
        }
        _ => {
            let (left, right) = (left.number()?, right.number()?);
            let found = match operator {
                Operator::Add => left + right,
                Operator::Subtract => left - right,
                Operator::Multiply => left * right,
                Operator::Divide => left / right,
                Operator::Modulo => left % right,
                _ => return None,
            };
            found.is_finite().then_some(Value::Computed(found))
        }
    }
}
