//! A change of one file: whether it may be, whether the registry is sound then, and making it.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Json,
    body::Bytes,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use smartpole_model::{
    Inputs,
    registry::{Files, Merged, layout, merge},
};
use smartpole_registry::{Error, hash};

use super::{
    answer::{Mistake, Refusal, Rows, Written},
    effect::RegistryEffect,
    file_name::FileName,
    trail::Deed,
};
use crate::{
    ApiState, Parts,
    asker::{About, Asker},
    problem::Problem,
};

/// How long a change waits until it is in force, and how often it looks.
const IN_FORCE: Duration = Duration::from_secs(5);
const LOOK: Duration = Duration::from_millis(10);

/// What a file is to be.
pub(super) enum Text {
    Whole(Bytes),
    /// What it is, with these rows put in.
    Rows(Bytes),
    Gone,
}

/// A change that may be made.
pub(super) struct Change {
    name: FileName,
    /// Hash of the text that it starts from; none if there is to be no file.
    former: Option<String>,
}

/// A registry that is sound with the change.
struct Sound {
    text: Option<Vec<u8>>,
    merged: Option<Merged>,
    next: Arc<Inputs>,
}

impl Change {
    /// A change of a file by somebody who may make it, and knows what it was.
    pub(super) fn begin(file: &str, headers: &HeaderMap, asker: &Asker) -> Result<Self, Problem> {
        let name = FileName::read(file)?.written("a change", asker)?;
        let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(str::trim);
        let former = match (text(header::IF_MATCH), text(header::IF_NONE_MATCH)) {
            (Some(tag), None) => Some(tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"').to_owned()),
            (None, Some("*")) => None,
            _ => return Err(Problem::no_precondition(&name.address())),
        };
        Ok(Self { name, former })
    }

    /// Makes it and waits until it is in force, or says what would change.
    pub(super) async fn make(self, state: &ApiState, text: Text, dry_run: bool) -> Result<Response, Refusal> {
        let weighed = state.ask(move |parts| Ok(self.weigh(parts, text, dry_run))).await?;
        let mut written = weighed?;
        if !dry_run {
            in_force(state, &mut written).await;
        }
        let tag = written.hash.as_ref().and_then(|hash| HeaderValue::try_from(format!("\"{hash}\"")).ok());
        let deed = Deed { file: &written.file, former: written.former.as_deref(), hash: written.hash.as_deref() };
        let about = About(deed.to_string());
        let mut response = Json(written).into_response();
        response.extensions_mut().insert(about);
        if let Some(tag) = tag.filter(|_| !dry_run) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        Ok(response)
    }

    fn weigh(self, parts: &Parts, text: Text, dry_run: bool) -> Result<Written, Refusal> {
        let _turn = (!dry_run).then(|| parts.folder.turn());
        let mut files = parts.folder.read().map_err(|error| Problem::folder(&error))?;
        let former = files.get(self.name.as_str()).map(|bytes| hash(bytes));
        if former != self.former {
            return Err(Problem::changed_meanwhile(self.name.as_str()).into());
        }
        let Sound { text, merged, next } = self.sound(parts, &mut files, text)?;
        let was = Arc::clone(parts.fold().inputs());
        if was.registry.alerts.targets != next.registry.alerts.targets {
            return Err(Problem::alert_targets().into());
        }
        let effect = RegistryEffect::of(parts, &was.registry, &next, dry_run)?;
        if !dry_run {
            let replaced = parts.folder.replace(self.name.as_str(), former.as_deref(), text.as_deref());
            replaced.map_err(|error| not_written(&error))?;
        }
        Ok(Written {
            file: self.name.as_str().to_owned(),
            hash: text.as_deref().map(hash),
            former,
            dry_run,
            registry: parts.fold().inputs_hash().to_owned(),
            in_force: false,
            reason: None,
            rows: merged.as_ref().map(Rows::of),
            effect,
        })
    }

    /// The registry with the change, by the code that reads it at a start.
    fn sound(&self, parts: &Parts, files: &mut Files, text: Text) -> Result<Sound, Refusal> {
        let name = self.name.as_str();
        let (text, merged) = match text {
            Text::Whole(text) => (Some(text.to_vec()), None),
            Text::Gone => (None, None),
            Text::Rows(rows) => {
                let layout = layout(name).ok_or_else(|| Problem::no_table(name))?;
                let merged = merge(layout, files.get(name).map(Vec::as_slice), &rows);
                let of_rows = |problems: Vec<_>| problems.into_iter().map(Mistake::of_row).collect();
                let merged = merged.map_err(|problems| Refusal::Unsound(of_rows(problems)))?;
                (Some(merged.text.clone()), Some(merged))
            }
        };
        match &text {
            Some(text) => drop(files.insert(name.to_owned(), text.clone())),
            None => drop(files.remove(name)),
        }
        let parsed = Inputs::parse(files).and_then(|inputs| {
            let mut misfits = parts.fold().misfits(&inputs.registry.properties);
            misfits.extend(Inputs::premature(files, (parts.clock)()));
            if misfits.is_empty() { Ok(inputs) } else { Err(misfits) }
        });
        let of_rows = merged.iter().flat_map(|merged| &merged.problems).cloned().map(Mistake::of_row);
        let (next, problems) = match parsed {
            Ok(next) => (Some(next), Vec::new()),
            Err(problems) => (None, problems),
        };
        let mistake = |problem| Mistake::new(problem, name, merged.as_ref());
        let mistakes: Vec<Mistake> = of_rows.chain(problems.into_iter().map(mistake)).collect();
        match next.filter(|_| mistakes.is_empty()) {
            Some(next) => Ok(Sound { text, merged, next: Arc::new(next) }),
            None => Err(Refusal::Unsound(mistakes)),
        }
    }
}

/// Lets what was written come into force.
async fn in_force(state: &ApiState, written: &mut Written) {
    let taken = state.parts.registries.take().await;
    let begun = Instant::now();
    let is_folded = |hash: &String| state.parts.fold().inputs_hash() == hash;
    while taken.as_ref().is_ok_and(|hash| !is_folded(hash)) && begun.elapsed() < IN_FORCE {
        tokio::time::sleep(LOOK).await;
    }
    state.parts.fold().inputs_hash().clone_into(&mut written.registry);
    written.in_force = taken.as_ref().is_ok_and(is_folded);
    written.reason = match taken {
        Err(reason) => Some(reason),
        Ok(_) if !written.in_force => Some("what was received before is still being read".to_owned()),
        Ok(_) => None,
    };
}

fn not_written(error: &Error) -> Problem {
    match error {
        Error::Changed(file) => Problem::changed_meanwhile(file),
        Error::Write { .. } => {
            tracing::error!(error = error.to_string(), "the registry cannot be written");
            Problem::folder(error)
        }
    }
}
