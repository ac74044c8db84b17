/** The live feed: messages as they come, to filter and to pause. It takes only while somebody sees it. */
import { draw, missed, newFeed, ROWS, take, wants } from './feed-rules.js';
import { find, h, setText } from './dom.js';
import { remarks } from './fleet-rules.js';
import * as format from './format.js';
import { t } from './i18n.js';
import { onGap, onReading, showMost } from './live.js';
import { address } from './route.js';
import { state } from './state.js';
import { head, nothing } from './states.js';
import { count } from './targets.js';

/** A list that changes more often than this, in ms, cannot be read. */
const PACE = 500;
/** Messages a second that it takes: more than it draws, so that what it leaves out it can count. */
const TAKEN = 200;
/** Whoever looks for one device looks among all, as far as a browser can read them. */
const SEARCHED = 5000;
/** Values of a message that are told; the rest is counted. */
const VALUES = 3;
const filter = { text: '', remarked: false };
let feed = newFeed();
let parts = {};
let isSeen = false;
let isPaused = false;
let drawing = false;

/** Follows the stream while the card is seen. */
export function startFeed() {
  new IntersectionObserver((entries) => {
    isSeen = entries.at(-1).isIntersecting;
    ask();
  }).observe(find('#feed'));
  onReading(heard);
  onGap((n) => {
    if (isOpen()) missed(feed, n);
  });
}

function ask() {
  const isSearch = filter.text.trim() !== '' || filter.remarked;
  showMost(isSeen && !isPaused ? (isSearch ? SEARCHED : TAKEN) : null);
}

function isOpen() {
  return isSeen && !isPaused && !document.hidden;
}

function heard(reading) {
  if (!isOpen() || !wants(filter, wordsOf(reading), remarks(reading))) return;
  take(feed, reading);
  if (drawing) return;
  drawing = true;
  setTimeout(
    () =>
      requestAnimationFrame(() => {
        drawing = false;
        drawNew();
      }),
    PACE,
  );
}

function wordsOf({ device, pole, property }) {
  return `${device} ${pole} ${state.poles.get(pole)?.name ?? ''} ${property} ${format.propertyName(state.properties.get(property), property)}`.toLowerCase();
}

/** Draws the card anew (language). */
export function drawFeed() {
  parts = {
    list: h('ol', { class: 'feed', 'aria-live': 'off', 'aria-labelledby': 'feed-title' }),
    told: h('p', { class: 'note feed-told', role: 'status' }),
    empty: h('div', {}, nothing(t('feed.empty'))),
  };
  find('#feed').replaceChildren(head('feed-title', t('feed.title'), t('feed.note')), tools(), parts.empty, parts.list, parts.told);
  parts.list.append(...feed.rows.map(row));
  tell();
}

function tools() {
  const typed = (event) => {
    filter.text = event.target.value;
    again();
  };
  const box = h('input', {
    type: 'checkbox',
    checked: filter.remarked,
    onchange: (event) => {
      filter.remarked = event.target.checked;
      again();
    },
  });
  parts.pause = h(
    'button',
    { type: 'button', class: 'btn', 'data-focus': 'feed pause', 'aria-pressed': String(isPaused), onclick: pause },
    t(isPaused ? 'feed.go' : 'feed.pause'),
  );
  return h(
    'div',
    { class: 'tools' },
    h('input', {
      type: 'search',
      class: 'search',
      value: filter.text,
      placeholder: t('feed.search'),
      'aria-label': t('feed.search'),
      spellcheck: 'false',
      oninput: typed,
    }),
    h('label', { class: 'check' }, box, t('feed.remarked')),
    parts.pause,
  );
}

/** Another filter begins with an empty list: what it left out before nobody counted. */
function again() {
  feed = newFeed();
  ask();
  parts.list.replaceChildren();
  tell();
}

function pause() {
  isPaused = !isPaused;
  ask();
  setText(parts.pause, t(isPaused ? 'feed.go' : 'feed.pause'));
  parts.pause.setAttribute('aria-pressed', String(isPaused));
  tell();
}

function drawNew() {
  if (isPaused) return; // what waited is drawn when it goes on
  const fresh = draw(feed);
  parts.list.prepend(...fresh.map(row));
  while (parts.list.children.length > ROWS) parts.list.lastChild.remove();
  tell();
}

function tell() {
  parts.empty.hidden = feed.rows.length > 0;
  const left = feed.left > 0 ? t('feed.left', { n: format.number(feed.left) }) : t('feed.all');
  const gap = feed.missed ? t('feed.missed', { n: format.number(feed.missed) }) : null;
  setText(
    parts.told,
    feed.came === 0
      ? isPaused
        ? t('feed.paused')
        : ''
      : [isPaused ? t('feed.paused') : null, t('feed.came', { messages: count('message', feed.came) }), left, gap]
          .filter(Boolean)
          .join(' · '),
  );
}

function row({ device, pole, at, readings }) {
  const own = [...new Set(readings.flatMap(remarks))];
  const more = readings.length - VALUES;
  return h(
    'li',
    {},
    h('time', { datetime: at }, format.seconds(Date.parse(at))),
    h('a', { href: address('device', device), class: 'quiet' }, h('code', {}, device)),
    h('span', { class: 'note where' }, state.poles.get(pole)?.name ?? pole),
    h(
      'span',
      { class: 'what' },
      readings.slice(0, VALUES).map(value),
      more > 0 ? h('span', { class: 'note' }, t('devices.further', { n: more })) : null,
    ),
    own.length ? h('span', { class: 'warn own' }, own.map((flag) => t(`flag.${flag}`)).join(', ')) : null,
  );
}

function value({ property, value: measured, unit, channel }) {
  const known = state.properties.get(property);
  const name = format.propertyName(known, property) + (channel ? t('pole.line', { n: channel }) : '');
  return h(
    'span',
    { class: 'one' },
    `${name} `,
    h('b', {}, [format.value(measured, known), format.unit(unit)].filter(Boolean).join('\u00a0')),
  );
}
