//! From the text of an expression to its meaning, within bounds.

use crate::{
    Kind, Refusal, Value,
    expression::{Expression, Operator, Route},
    function::Function,
    lexer::{HELP, Token, tokens},
};

/// Longest text of an expression, in bytes.
const MAX_LENGTH: usize = 4_096;
/// Most parts of an expression.
const MAX_TOKENS: usize = 256;
/// Most parentheses, functions and negations within one another.
const MAX_DEPTH: usize = 32;
/// Most relations that one property is away.
const MAX_RELATIONS: usize = 4;
/// Properties that are instants.
const TIMES: [&str; 3] = ["phenomenonTime", "resultTime", "time"];

/// An expression about entities of a kind.
pub(crate) fn expression(kind: Kind, text: &str) -> Result<Expression, Refusal> {
    let long = || Refusal::invalid(format!("an expression has more than {MAX_TOKENS} parts"), "ask something shorter");
    if text.len() > MAX_LENGTH {
        return Err(long());
    }
    let tokens = tokens(text)?;
    if tokens.len() > MAX_TOKENS {
        return Err(long());
    }
    let mut parser = Parser { kind, tokens: &tokens, depth: 0 };
    let expression = parser.binary(0)?;
    match parser.tokens.first() {
        None => Ok(expression),
        Some(token) => Err(unexpected(Some(token))),
    }
}

/// What a text says of the properties of a kind: `Datastream/Thing/name`.
pub(crate) fn route(kind: Kind, text: &str) -> Result<Route, Refusal> {
    let (mut at, mut relations) = (kind, Vec::new());
    let mut names = text.split('/');
    loop {
        let name = names.next().unwrap_or_default();
        if matches!(name, "id" | "@iot.id") {
            return end(relations, None, names);
        }
        if let Some(property) = at.property(name) {
            return end(relations, Some(property), names);
        }
        let Some(relation) = at.relation(name) else {
            let related = at.relations().iter().map(|relation| relation.name);
            let known = ["id"].into_iter().chain(at.properties().iter().copied()).chain(related);
            return Err(Refusal::unknown(&format!("property of {}", at.plural()), name, known));
        };
        if relation.to == Kind::Observation {
            let remedy = "ask for Observations, and filter them by what is said of their Datastream";
            return Err(Refusal::invalid("no filter or order looks through all observations", remedy));
        }
        relations.push(relation);
        if relations.len() > MAX_RELATIONS {
            return Err(Refusal::invalid(format!("more than {MAX_RELATIONS} relations in {text:?}"), "ask nearer by"));
        }
        at = relation.to;
    }
}

fn end<'a>(
    relations: Vec<crate::Relation>,
    property: Option<&'static str>,
    names: impl Iterator<Item = &'a str>,
) -> Result<Route, Refusal> {
    Ok(Route { relations, property, within: names.map(str::to_owned).collect() })
}

struct Parser<'a> {
    kind: Kind,
    tokens: &'a [Token],
    depth: usize,
}

impl<'a> Parser<'a> {
    fn next(&mut self) -> Option<&'a Token> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn take(&mut self, sign: char) -> Result<(), Refusal> {
        match self.next() {
            Some(Token::Sign(found)) if *found == sign => Ok(()),
            other => Err(unexpected(other)),
        }
    }

    /// Operators that bind more tightly than `least`, from left to right.
    fn binary(&mut self, least: u8) -> Result<Expression, Refusal> {
        let mut left = self.unary()?;
        while let Some(Token::Word(word)) = self.tokens.first() {
            let Some(operator) = Operator::of(word).filter(|operator| operator.tightness() > least) else { break };
            self.next();
            let right = self.binary(operator.tightness())?;
            check_times(operator, &left, &right)?;
            left = Expression::Binary(operator, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expression, Refusal> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let detail = format!("an expression is nested more than {MAX_DEPTH} deep");
            return Err(Refusal::invalid(detail, "ask something simpler"));
        }
        let expression = match self.next() {
            Some(Token::Literal(value)) => Expression::Literal(value.clone()),
            Some(Token::Minus) => Expression::Minus(Box::new(self.unary()?)),
            Some(Token::Sign('(')) => {
                let inner = self.binary(0)?;
                self.take(')')?;
                inner
            }
            // of what it stands before it denies the whole comparison
            Some(Token::Word(word)) if word == "not" => {
                Expression::Not(Box::new(self.binary(Operator::And.tightness())?))
            }
            Some(Token::Word(word)) if self.tokens.first() == Some(&Token::Sign('(')) => self.call(word)?,
            Some(Token::Word(word)) if Operator::of(word).is_none() => Expression::Property(route(self.kind, word)?),
            other => return Err(unexpected(other)),
        };
        self.depth -= 1;
        Ok(expression)
    }

    fn call(&mut self, name: &str) -> Result<Expression, Refusal> {
        let function = Function::of(name)?;
        self.take('(')?;
        let mut arguments = Vec::new();
        if self.tokens.first() == Some(&Token::Sign(')')) {
            self.next();
        } else {
            loop {
                arguments.push(self.binary(0)?);
                match self.next() {
                    Some(Token::Sign(',')) => {}
                    Some(Token::Sign(')')) => break,
                    other => return Err(unexpected(other)),
                }
            }
        }
        function.check(&arguments.len())?;
        Ok(Expression::Call(function, arguments))
    }
}

/// Refuses a time that is compared with what is none, as it would be neither before nor after that.
fn check_times(operator: Operator, left: &Expression, right: &Expression) -> Result<(), Refusal> {
    let (Expression::Property(route), Expression::Literal(value)) = (match left {
        Expression::Literal(_) => (right, left),
        _ => (left, right),
    }) else {
        return Ok(());
    };
    let Some(property) = route.property.filter(|property| TIMES.contains(property) && route.within.is_empty()) else {
        return Ok(());
    };
    let detail = match value {
        Value::Text(text) => format!("{property} is a time, and '{text}' a text"),
        Value::Bool(_) | Value::Whole(_) | Value::Decimal(_) | Value::Computed(_) => {
            format!("{property} is a time, and what it is compared with is none")
        }
        _ => return Ok(()),
    };
    let remedy = format!("write the time without '…': {property} ge 2026-11-29T10:00:00Z; a + in it is written %2B");
    if operator.compares() { Err(Refusal::invalid(detail, remedy)) } else { Ok(()) }
}

fn unexpected(token: Option<&Token>) -> Refusal {
    let detail = match token {
        None => "the expression ends too early".to_owned(),
        Some(Token::Sign(sign)) => format!("{sign:?} does not belong here"),
        Some(Token::Word(word)) => format!("{word:?} does not belong here"),
        Some(Token::Literal(Value::Text(text))) => format!("'{text}' does not belong here"),
        Some(Token::Literal(_) | Token::Minus) => "a value does not belong here".to_owned(),
    };
    Refusal::invalid(detail, HELP)
}
