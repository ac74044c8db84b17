/** Dated facts of a device: where it hung, in which state, and how its values are corrected. */
import { h } from './dom.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { address } from './route.js';
import { verdictMark } from './shapes.js';
import { state } from './state.js';
import { head, skeleton } from './states.js';

/**
 * @param {any[]|null} installations in the order of time; null while they are on their way. The newest comes first here.
 */
export function placeSection(installations) {
  const inside = installations ? h('ol', { class: 'dated' }, [...installations].reverse().map(installation)) : skeleton();
  return h('section', { 'data-testid': 'device-place' }, head(null, t('device.place')), inside);
}

function installation(one) {
  const pole = state.poles.get(one.pole);
  const name = h(
    'a',
    { href: address('pole', one.pole), 'data-focus': `place ${one.pole} ${one.from}` },
    pole ? `${pole.name} (${one.pole})` : one.pole,
  );
  return h(
    'li',
    {},
    h('div', {}, h('b', {}, name), ' ', h('span', { class: `chip is-${one.state}` }, t(`install.${one.state}`))),
    h('p', { class: 'note' }, spanOf(one)),
    h('p', { class: 'note' }, mounting(one)),
  );
}

/** "von … bis …", with words for what has no beginning or no end. */
function spanOf({ from, to }) {
  const at = (time) => format.moment(Date.parse(time));
  if (!from && !to) return t('dated.always');
  if (!to) return t('dated.since', { from: at(from) });
  return from ? t('dated.span', { from: at(from), to: at(to) }) : t('dated.until', { to: at(to) });
}

function mounting({ profile, line, direction, reversed, height_m: height, width_m: width }) {
  const told = [
    t('install.profile', { profile }),
    line && t('install.line', { line }),
    direction && t('install.direction', { direction }),
    reversed.length > 0 && t('install.reversed', { channels: reversed.join(', ') }),
    height !== null && t('install.height', { metres: format.exact(height) }),
    width !== null && t('install.width', { metres: format.exact(width) }),
  ];
  return told.filter(Boolean).join(' · ');
}

/**
 * @param {any[]|null} calibrations by series and time; null while they are on their way. Most devices have none.
 */
export function calibrationSection(calibrations) {
  if (!calibrations?.length) return null;
  return h(
    'section',
    { 'data-testid': 'device-calibrations' },
    head(null, t('calibration.title'), t('calibration.note')),
    h('ol', { class: 'dated' }, calibrations.map(calibration)),
  );
}

function calibration(one) {
  const property = state.properties.get(one.property);
  const name = format.propertyName(property, one.property);
  const formula = t('calibration.formula', { offset: format.exact(one.offset).replace('-', '−'), gain: format.exact(one.gain) });
  return h('li', {}, h('div', {}, h('b', {}, name)), h('p', { class: 'note' }, `${formula} · ${spanOf(one)}`), ...collocation(one));
}

function collocation({ collocation: found, lifts_uncalibrated: lifts }) {
  if (!found) return [h('p', { class: 'note' }, t('calibration.alone'))];
  const figures = ['slope', 'intercept', 'r2', 'rmse']
    .map((name) => t(`calibration.${name}`, { n: format.exact(found[name]).replace('-', '−') }))
    .join(' · ');
  const words = lifts ? t('calibration.meets') : t('calibration.misses', { missed: found.missed.join('; ') });
  return [
    h('p', { class: 'note' }, t('calibration.reference', { reference: found.reference, span: spanOf(found) })),
    h('p', { class: 'note' }, figures),
    h('p', { class: lifts ? 'fine' : 'warn' }, verdictMark(lifts), ' ', words),
  ];
}
