/** The first sentence and the line under it, drawn from the state. */
import { mainZone } from './data.js';
import { find, h, setText } from './dom.js';
import { hour } from './format.js';
import { language, t } from './i18n.js';
import { headline, measuredWords } from './sentence.js';
import { isClass } from './shapes.js';
import { state } from './state.js';

/** The five of the index. */
const POLLUTANTS = ['pm2_5', 'pm10', 'no2', 'o3', 'so2'];

/** Draws both lines. */
export function drawStory() {
  const title = find('[data-testid=sentence]');
  if (!state.loaded.has('poles')) {
    if (!state.errors.has('poles')) return;
    setText(title, t('error.sentence'));
    setText(find('#subline'), state.errors.get('poles'));
    return;
  }
  const said = headline(facts(), language());
  if (title.textContent !== said)
    title.replaceChildren(...said.split(/(?<=\.) (?=\p{Lu})/u).flatMap((sentence, at) => [...(at ? [' '] : []), h('span', {}, sentence)]));
  const line = subline();
  if (find('#subline').textContent !== line.join(' · '))
    find('#subline').replaceChildren(...line.flatMap((part, at) => (at ? [' · ', h('span', {}, part)] : [h('span', {}, part)])));
}

function facts() {
  const poles = [...state.poles.values()];
  return {
    air: airByPlace(poles),
    crowd: crowd(),
    poles: { total: poles.length, reporting: poles.filter((pole) => pole.state === 'reporting').length },
  };
}

function airByPlace(poles) {
  const worst = new Map();
  for (const pole of poles) {
    if (!isClass(pole.air?.class)) continue;
    worst.set(pole.place, Math.max(worst.get(pole.place) ?? 0, pole.air.class));
  }
  return [...worst].map(([place, found]) => ({ place, class: found }));
}

function crowd() {
  const zone = mainZone();
  const count = zone && state.counts.get(zone.id);
  if (!count || count.today === null) return null;
  return { zone: zone.name, today: count.today, usual: count.usual, days: count.days, weekday: count.weekday };
}

function subline() {
  const poles = [...state.poles.values()];
  const hours = poles
    .map((pole) => pole.air?.hour)
    .filter(Boolean)
    .sort();
  const start = hours.length ? Date.parse(hours.at(-1)) : null;
  const time = start === null ? t('sentence.noHour') : t('sentence.hour', { hours: hour(start) });
  const measured = measuredAt(poles);
  return [time, ...(measured.size ? [measuredWords(measured, language())] : []), t('sentence.honest')];
}

/** Pollutants that set a class somewhere. */
function measuredAt(poles) {
  const classed = poles.filter((pole) => isClass(pole.air?.class));
  return new Set(POLLUTANTS.filter((id) => classed.some(({ air }) => !air.missing.includes(id))));
}
