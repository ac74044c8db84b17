import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { headline, judge, measuredWords, where } from '../js/sentence.js';

const poles = { total: 42, reporting: 40 };
const air = (...classes) =>
  classes.map((found, at) => ({ place: ['Am Markt', 'Lange Straße', 'Ickerner Markt', 'Neuroder Platz'][at], class: found }));
const crowd = (today, usual, days = 4) => ({ zone: 'Altstadt', today, usual, days, weekday: 3 });
const says = (facts, de, en) => {
  const whole = { air: [], crowd: null, poles, ...facts };
  assert.equal(headline(whole, 'de'), de);
  assert.equal(headline(whole, 'en'), en);
};

test('the first words are those that the service puts into the page', () => {
  for (const { air: classes, reporting, total, measured, ...said } of JSON.parse(
    readFileSync(new URL('first-words.json', import.meta.url), 'utf8'),
  )) {
    const facts = { air: classes.map(([place, found]) => ({ place, class: found })), crowd: null, poles: { reporting, total } };
    for (const language of /** @type {const} */ (['de', 'en']))
      assert.deepEqual([headline(facts, language), measuredWords(new Set(measured), language)], said[language]);
  }
});

test('one class everywhere is said once', () => {
  says({ air: air(1, 1, 1) }, 'Die Luft ist überall gut.', 'The air is good everywhere.');
});

test('a single place is named', () => {
  says({ air: air(1) }, 'Am Markt ist die Luft gut.', 'At Am Markt the air is good.');
});

test('good and very good need no places', () => {
  says({ air: air(0, 1, 0) }, 'Die Luft ist überall gut oder sehr gut.', 'The air is good or very good everywhere.');
});

test('the worse place is named and the rest said after it', () => {
  says(
    { air: air(1, 2, 1) },
    'In der Langen Straße ist die Luft mäßig, sonst gut.',
    'On Lange Straße the air is moderate, elsewhere good.',
  );
  says(
    { air: air(0, 3, 1) },
    'In der Langen Straße ist die Luft schlecht, sonst gut oder besser.',
    'On Lange Straße the air is poor, elsewhere good or better.',
  );
});

test('two worse places stand together, more are counted', () => {
  says(
    { air: air(2, 2, 1) },
    'Am Markt und in der Langen Straße ist die Luft mäßig, sonst gut.',
    'At Am Markt and on Lange Straße the air is moderate, elsewhere good.',
  );
  says({ air: air(4, 4, 4, 1) }, 'An 3 von 4 Plätzen ist die Luft sehr schlecht.', 'The air is very poor at 3 of 4 places.');
});

test('places without a class are not spoken of', () => {
  says({ air: air(1, null, 1) }, 'Die Luft ist überall gut.', 'The air is good everywhere.');
});

test('a crowd is compared with the same weekday', () => {
  says(
    { air: air(1, 1), crowd: crowd(1200, 1000) },
    'Die Luft ist überall gut. In der Altstadt ist mehr los als mittwochs üblich.',
    'The air is good everywhere. In the Altstadt it is busier than usual for a Wednesday.',
  );
  says(
    { crowd: crowd(1050, 1000) },
    'In der Altstadt ist so viel los wie mittwochs üblich.',
    'In the Altstadt it is as busy as usual for a Wednesday.',
  );
  says(
    { crowd: crowd(700, 1000) },
    'In der Altstadt ist weniger los als mittwochs üblich.',
    'In the Altstadt it is quieter than usual for a Wednesday.',
  );
  says(
    { crowd: crowd(1600, 1000) },
    'In der Altstadt ist viel mehr los als mittwochs üblich.',
    'In the Altstadt it is much busier than usual for a Wednesday.',
  );
  says({ crowd: crowd(10, 30) }, 'In der Altstadt ist es noch ruhig.', 'In the Altstadt it is still quiet.');
});

test('without a custom nothing is said about a crowd', () => {
  says({ air: air(1, 1), crowd: crowd(1200, null, 0) }, 'Die Luft ist überall gut.', 'The air is good everywhere.');
  says({ air: air(1, 1), crowd: crowd(1200, 900, 1) }, 'Die Luft ist überall gut.', 'The air is good everywhere.');
});

test('a city without data says so', () => {
  says({ poles: { total: 42, reporting: 0 } }, 'Noch meldet kein Mast.', 'No pole is reporting yet.');
  says(
    { poles: { total: 42, reporting: 7 } },
    '7 von 42 Masten melden. Für ein Urteil über die Luft sind es noch zu wenige Messwerte.',
    '7 of 42 poles are reporting. There are still too few readings to judge the air.',
  );
});

test('the borders of usual are ten per cent', () => {
  const of = (today) => judge({ today, usual: 1000, days: 4 });
  assert.deepEqual([899, 900, 1100, 1101, 1500].map(of), ['less', 'usual', 'usual', 'more', 'much']);
  assert.equal(judge({ today: 500, usual: 0, days: 4 }), 'much');
});

test('places take the preposition that people use', () => {
  const cases = {
    'Am Markt': ['Am Markt', 'At Am Markt'],
    Münsterplatz: ['Am Münsterplatz', 'At Münsterplatz'],
    'Ickerner Markt': ['Am Ickerner Markt', 'At Ickerner Markt'],
    Lönsstraße: ['In der Lönsstraße', 'On Lönsstraße'],
    'Lange Straße': ['In der Langen Straße', 'On Lange Straße'],
    'Castroper Altstadt': ['In der Castroper Altstadt', 'In the Castroper Altstadt'],
    Ickern: ['In Ickern', 'In Ickern'],
  };
  for (const [name, [de, en]] of Object.entries(cases)) assert.deepEqual([where(name, 'de'), where(name, 'en')], [de, en]);
});

test('what is measured and what is not is named', () => {
  assert.equal(measuredWords(new Set(['pm10', 'no2']), 'de'), 'Feinstaub und Stickstoffdioxid gemessen, Ozon hier nicht');
  assert.equal(measuredWords(new Set(['pm2_5']), 'en'), 'particles measured, not nitrogen dioxide or ozone');
  assert.equal(measuredWords(new Set(['pm2_5', 'no2', 'o3']), 'de'), 'Feinstaub, Stickstoffdioxid und Ozon gemessen');
  assert.equal(measuredWords(new Set(), 'de'), 'Luft wird hier nicht gemessen');
});
