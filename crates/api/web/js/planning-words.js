/** What a planner's view says in words, made by rules. Pure: words come from `say(key, values)`. */
import { daysBetween } from './planning-rules.js';

/** A change below this is none, in thousandths. */
const SAME = 5;

/** "1. bis 28. November 2026", "November 2026", "2026" */
export function spanWords({ from, to }, language, say) {
  const locale = language === 'de' ? 'de-DE' : 'en-GB';
  const form = (date, options) => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options }).format(Date.parse(date));
  const isMonthEnd = new Date(Date.parse(to) + 86_400_000).getUTCDate() === 1;
  if (from.endsWith('-01-01') && to.endsWith('-12-31'))
    return from.slice(0, 4) === to.slice(0, 4) ? from.slice(0, 4) : say('planning.span', { from: from.slice(0, 4), to: to.slice(0, 4) });
  if (from.endsWith('-01') && isMonthEnd && from.slice(0, 7) === to.slice(0, 7)) return form(from, { month: 'long', year: 'numeric' });
  const whole = { day: 'numeric', month: 'long', year: 'numeric' };
  if (from === to) return form(from, whole);
  const first =
    from.slice(0, 7) === to.slice(0, 7)
      ? { day: 'numeric' }
      : from.slice(0, 4) === to.slice(0, 4)
        ? { day: 'numeric', month: 'long' }
        : whole;
  const start = form(from, first);
  return say('planning.span', {
    from: language === 'de' && first.month === undefined ? start.replace(/\.?$/, '.') : start,
    to: form(to, whole),
  });
}

/**
 * The first sentence.
 * @param {object} facts
 * @param {string} facts.zone its name
 * @param {string} facts.span see {@link spanWords}
 * @param {string} facts.days one of `DAYS`
 * @param {string} facts.compare
 * @param {string|null} facts.event name of the event compared with
 * @param {any} facts.totals of `/footfall`
 * @param {any} facts.noSum
 * @param {(value:number, digits?:number) => string} number
 * @param {(key:string, values?:object) => string} say
 */
export function headline({ zone, span, days, compare, event, totals, noSum }, number, say) {
  const base = { zone, span, days: days === 'all' ? '' : say(`planning.on.${days}`) };
  if (noSum) return say('planning.noSum', base);
  if (!totals || totals.crossings === null || totals.windows === 0) return say('planning.none', base);
  const said = { ...base, n: number(totals.crossings) };
  if (compare === 'none') return say('planning.total', said);
  const partner = partnerWords(compare, event, say);
  const change = totals.compared?.windows ? totals.compared.change_permille : null;
  if (change === null || change === undefined)
    return say('planning.alone', { ...said, partner: partnerWords(compare, event, say, 'with') });
  if (Math.abs(change) < SAME) return say('planning.same', { ...said, partner });
  return say(change > 0 ? 'planning.more' : 'planning.less', {
    ...said,
    partner,
    change: number(Math.abs(change) / 10, Math.abs(change) < 100 ? 1 : 0),
  });
}

/** What is compared with, after "als" (`than`: "im Vorjahr") or after "mit" (`with`: "dem Vorjahr"). */
export function partnerWords(compare, event, say, after = 'than') {
  return compare.startsWith('event:')
    ? say(`planning.${after}.event`, { event: event ?? compare.slice(6) })
    : say(`planning.${after}.${compare}`);
}

/** How many windows each reason keeps from comparing, the most first. */
export function reasonsNot(items) {
  const counts = new Map();
  for (const { not_comparable: not } of items) if (not) counts.set(not.reason, (counts.get(not.reason) ?? 0) + 1);
  return [...counts].map(([reason, n]) => ({ reason, n })).sort((a, b) => b.n - a.n);
}

/** "26 Tage nicht vergleichbar: auf einer Seite gibt es keine Daten." A line a reason. */
export function notComparable(items, step, number, say) {
  return reasonsNot(items).map(({ reason, n }) =>
    say(n === 1 ? 'planning.not.one' : 'planning.not.many', {
      n: number(n),
      windows: say(`planning.windows.${step}`),
      window: say(`planning.window.${step}`),
      why: say(`not.${reason}`),
    }),
  );
}

/** "12 Tage ohne Daten", or null where there is none. */
export function withoutData({ without_data: n }, step, number, say) {
  return n
    ? say('planning.without', { n: number(n), windows: say(n === 1 ? `planning.window.${step}` : `planning.windows.${step}`) })
    : null;
}

/**
 * A paragraph for the council's paper: what was counted, how much of it is known, against what, as of when, by which method.
 * @param {any} facts as of {@link headline}, with `hours`, `step`, `items`, `asOf` (text), `methods`, `publisher`, `link`
 */
export function paragraph(facts, number, say) {
  const { zone, span, totals, hours, asOf, methods, publisher, link, items, step, compare, event, days } = facts;
  if (!totals || totals.crossings === null) return null;
  const base = {
    zone,
    span,
    n: number(totals.crossings),
    share: number(Math.floor((totals.coverage ?? 0) * 1000) / 10, 1),
    asOf,
    methods,
    publisher,
    link,
    when: say(`planning.paper.hours.${hours}`),
    days: say(`planning.paper.days.${days}`),
  };
  const without = withoutData(totals, step, number, say);
  const covered = without ? say('planning.paper.without', { ...base, without }) : say('planning.paper.covered', base);
  const found = [say('planning.paper.counted', base), covered];
  const compared = totals.compared;
  if (compare !== 'none' && compared?.windows) {
    const change = compared.change_permille;
    const key = Math.abs(change) < SAME ? 'same' : change > 0 ? 'more' : 'less';
    found.push(
      say(`planning.paper.${key}`, {
        change: number(Math.abs(change) / 10, 1),
        partner: partnerWords(compare, event, say),
        now: number(compared.crossings),
        then: number(compared.partner_crossings),
        windows: number(compared.windows),
        of: number(totals.windows),
        word: say(`planning.windowsOf.${step}`),
      }),
    );
  }
  if (compare !== 'none') found.push(...notComparable(items, step, number, say));
  const corrected = items.filter(({ state }) => state === 'corrected').length;
  if (corrected)
    found.push(
      say('planning.paper.corrected', { n: number(corrected), of: number(items.length), word: say(`planning.windowsOf.${step}`) }),
    );
  return [...found, say('planning.paper.honest', base)].join(' ');
}

/** How long a period is, in words for a chip: "28 Tage". */
export function lengthWords({ from, to }, number, say) {
  return say('planning.days', { n: number(daysBetween(from, to)) });
}
