/**
 * The first sentence of the page: what is the case, in words a neighbour would use, by rules from data. Pure: no clock, no page.
 *
 * Air speaks of whole places (the worst pole of each). A crowd is compared with the same weekday at the same time;
 * within ±10 % it is "as usual", from +50 % on "much more".
 */

const USUAL_BAND = 0.1;
const MUCH_MORE = 1.5;
/** Below this many crossings a percentage says nothing. */
const QUIET = 50;
/** Fewer usual days than this are no custom. */
const ENOUGH_DAYS = 2;

const CLASSES = {
  de: ['sehr gut', 'gut', 'mäßig', 'schlecht', 'sehr schlecht'],
  en: ['very good', 'good', 'moderate', 'poor', 'very poor'],
};
const WEEKDAYS = {
  de: ['sonntags', 'montags', 'dienstags', 'mittwochs', 'donnerstags', 'freitags', 'samstags'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};

/**
 * Where, as an adverb: "Am Markt", "In der Langen Straße", "In der Altstadt".
 * @param {string} name a place's name
 * @param {'de'|'en'} language
 */
export function where(name, language) {
  return language === 'de' ? whereDe(name) : whereEn(name);
}

function whereDe(name) {
  if (/^(Am|An|Im|In|Auf|Zum|Zur|Beim)\b/.test(name)) return name;
  if (/(platz|markt|park|bahnhof|hbf)$/i.test(name)) return `Am ${name}`;
  if (/(straße|strasse|gasse|allee|stadt|siedlung)$/i.test(name)) return `In der ${name.replace(/^(\p{Lu}\p{Ll}*e)(?= )/u, '$1n')}`;
  return `In ${name}`;
}

function whereEn(name) {
  if (/(straße|strasse|gasse|allee)$/i.test(name)) return `On ${name}`;
  if (/(stadt|siedlung)$/i.test(name)) return `In the ${name}`;
  if (/^(Am|An|Im|Auf|Zum|Zur|Beim)\b/.test(name) || /(platz|markt|park|bahnhof|hbf)$/i.test(name)) return `At ${name}`;
  return `In ${name}`;
}

/**
 * @param {object} facts
 * @param {{place:string, class:number|null}[]} facts.air the worst pole of each place
 * @param {{zone:string, today:number, usual:number|null, days:number, weekday:number}|null} facts.crowd crossings until now, today and usually
 * @param {{total:number, reporting:number}} facts.poles
 * @param {'de'|'en'} language
 * @returns {string}
 */
export function headline({ air, crowd, poles }, language) {
  if (poles.total === 0 || (poles.reporting === 0 && !air.some(known) && !crowd)) return NOTHING[language];
  const said = [airSentence(air.filter(known), language), crowdSentence(crowd, language)].filter(Boolean);
  return said.join(' ') || WAITING[language](poles.reporting, poles.total);
}

const NOTHING = { de: 'Noch meldet kein Mast.', en: 'No pole is reporting yet.' };
const WAITING = {
  de: (reporting, total) => `${reporting} von ${total} Masten melden. Für ein Urteil über die Luft sind es noch zu wenige Messwerte.`,
  en: (reporting, total) => `${reporting} of ${total} poles are reporting. There are still too few readings to judge the air.`,
};

function known(place) {
  return place.class !== null && place.class !== undefined;
}

function airSentence(air, language) {
  if (air.length === 0) return '';
  const worst = Math.max(...air.map((place) => place.class));
  const best = Math.min(...air.map((place) => place.class));
  const places = air.filter((place) => place.class === worst).map((place) => place.place);
  const rest = air.filter((place) => place.class < worst).map((place) => place.class);
  const say = AIR[language];
  if (air.length === 1) return say.at(where(places[0], language), CLASSES[language][worst]);
  if (best === worst) return say.everywhere(CLASSES[language][worst]);
  if (worst <= 1) return say.goodEverywhere;
  if (places.length <= 2)
    return say.except(
      together(places, language),
      CLASSES[language][worst],
      CLASSES[language][Math.max(...rest)],
      Math.max(...rest) !== best,
    );
  return say.many(places.length, air.length, CLASSES[language][worst]);
}

const AIR = {
  de: {
    at: (place, word) => `${place} ist die Luft ${word}.`,
    everywhere: (word) => `Die Luft ist überall ${word}.`,
    goodEverywhere: 'Die Luft ist überall gut oder sehr gut.',
    except: (place, word, rest, better) => `${place} ist die Luft ${word}, sonst ${rest}${better ? ' oder besser' : ''}.`,
    many: (count, total, word) => `An ${count} von ${total} Plätzen ist die Luft ${word}.`,
  },
  en: {
    at: (place, word) => `${place} the air is ${word}.`,
    everywhere: (word) => `The air is ${word} everywhere.`,
    goodEverywhere: 'The air is good or very good everywhere.',
    except: (place, word, rest, better) => `${place} the air is ${word}, elsewhere ${rest}${better ? ' or better' : ''}.`,
    many: (count, total, word) => `The air is ${word} at ${count} of ${total} places.`,
  },
};

function together(places, language) {
  const [first, second] = places.map((place) => where(place, language));
  return second ? `${first} ${language === 'de' ? 'und' : 'and'} ${lower(second)}` : first;
}

function lower(text) {
  return text[0].toLowerCase() + text.slice(1);
}

function crowdSentence(crowd, language) {
  if (!crowd) return '';
  const place = where(crowd.zone, language);
  const day = WEEKDAYS[language][crowd.weekday];
  const judged = judge(crowd);
  return CROWD[language][judged]?.(place, day) ?? '';
}

/**
 * How a count stands to what is usual.
 * @param {{today:number, usual:number|null, days:number}} count
 * @returns {'unknown'|'quiet'|'much'|'more'|'less'|'usual'}
 */
export function judge({ today, usual, days }) {
  if (usual === null || days < ENOUGH_DAYS) return 'unknown';
  if (today < QUIET && usual < QUIET) return 'quiet';
  const ratio = usual === 0 ? Infinity : today / usual;
  if (ratio >= MUCH_MORE) return 'much';
  if (ratio > 1 + USUAL_BAND) return 'more';
  if (ratio < 1 - USUAL_BAND) return 'less';
  return 'usual';
}

const CROWD = {
  de: {
    quiet: (place) => `${place} ist es noch ruhig.`,
    much: (place, day) => `${place} ist viel mehr los als ${day} üblich.`,
    more: (place, day) => `${place} ist mehr los als ${day} üblich.`,
    less: (place, day) => `${place} ist weniger los als ${day} üblich.`,
    usual: (place, day) => `${place} ist so viel los wie ${day} üblich.`,
  },
  en: {
    quiet: (place) => `${place} it is still quiet.`,
    much: (place, day) => `${place} it is much busier than usual for a ${day}.`,
    more: (place, day) => `${place} it is busier than usual for a ${day}.`,
    less: (place, day) => `${place} it is quieter than usual for a ${day}.`,
    usual: (place, day) => `${place} it is as busy as usual for a ${day}.`,
  },
};

const POLLUTANT_GROUPS = [
  { of: ['pm2_5', 'pm10'], de: 'Feinstaub', en: 'particles' },
  { of: ['no2'], de: 'Stickstoffdioxid', en: 'nitrogen dioxide' },
  { of: ['o3'], de: 'Ozon', en: 'ozone' },
];

/**
 * What is measured and what is not, for the line under the sentence.
 * @param {Set<string>} measured property ids
 * @param {'de'|'en'} language
 */
export function measuredWords(measured, language) {
  const names = (yes) =>
    POLLUTANT_GROUPS.filter((group) => group.of.some((id) => measured.has(id)) === yes).map((group) => group[language]);
  const [has, lacks] = [names(true), names(false)];
  if (has.length === 0) return language === 'de' ? 'Luft wird hier nicht gemessen' : 'air is not measured here';
  if (language === 'de') return `${listed(has, 'und')} gemessen${lacks.length ? `, ${listed(lacks, 'und')} hier nicht` : ''}`;
  return `${listed(has, 'and', ',')} measured${lacks.length ? `, not ${listed(lacks, 'or', ',')}` : ''}`;
}

/** "a, b und c"; `comma` stands before the last word of three, as English has it (CLDR). An Intl.ListFormat takes longer than the sentence. */
function listed(names, word, comma = '') {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')}${names.length > 2 ? comma : ''} ${word} ${names.at(-1)}`;
}
