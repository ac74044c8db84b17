//! Expressions: what `$filter` and `$orderby` say (OGC 18-088, 9.3.3.5).

use crate::{Relation, Value, function::Function};

/// An expression about an entity.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    /// A value.
    Literal(Value),
    /// What a property says, of the entity itself or of those it is related to.
    Property(Route),
    /// The opposite.
    Not(Box<Expression>),
    /// The negative number.
    Minus(Box<Expression>),
    /// Two values taken together.
    Binary(Operator, Box<Expression>, Box<Expression>),
    /// A function of values.
    Call(Function, Vec<Expression>),
}

/// The way from an entity to what a property says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    /// Relations to go along.
    pub(crate) relations: Vec<Relation>,
    /// Which property; none is the identifier.
    pub(crate) property: Option<&'static str>,
    /// Names within its value.
    pub(crate) within: Vec<String>,
}

/// How two values are taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

impl Operator {
    /// The operator of a word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        Some(match word {
            "or" => Self::Or,
            "and" => Self::And,
            "eq" => Self::Equal,
            "ne" => Self::NotEqual,
            "gt" => Self::Greater,
            "ge" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "le" => Self::LessOrEqual,
            "add" => Self::Add,
            "sub" => Self::Subtract,
            "mul" => Self::Multiply,
            "div" => Self::Divide,
            "mod" => Self::Modulo,
            _ => return None,
        })
    }

    /// How tightly it binds (OData 4.0 URL conventions, 5.1.1.9).
    pub(crate) fn tightness(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::NotEqual => 3,
            Self::Greater | Self::GreaterOrEqual | Self::Less | Self::LessOrEqual => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide | Self::Modulo => 6,
        }
    }

    /// Whether it says which of two values comes first, or whether they are equal.
    pub(crate) fn compares(self) -> bool {
        matches!(self.tightness(), 3 | 4)
    }

    /// The same with its sides exchanged, of a comparison.
    pub(crate) fn turned(self) -> Self {
        match self {
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            other => other,
        }
    }
}

impl Expression {
    /// The conditions that must all hold.
    pub(crate) fn conditions(self) -> Vec<Self> {
        match self {
            Self::Binary(Operator::And, left, right) => {
                let mut all = left.conditions();
                all.extend(right.conditions());
                all
            }
            other => vec![other],
        }
    }

    /// Whether every property in it satisfies this.
    pub(crate) fn all_routes(&self, satisfies: &dyn Fn(&Route) -> bool) -> bool {
        match self {
            Self::Literal(_) => true,
            Self::Property(route) => satisfies(route),
            Self::Not(inner) | Self::Minus(inner) => inner.all_routes(satisfies),
            Self::Binary(_, left, right) => left.all_routes(satisfies) && right.all_routes(satisfies),
            Self::Call(_, arguments) => arguments.iter().all(|argument| argument.all_routes(satisfies)),
        }
    }
}
