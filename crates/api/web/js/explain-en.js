/** "What does that mean?" in English: plain words for each topic, and where the exact method stands. Bands of the classes: see `method-tables.js`. */

export const en = [
  {
    id: 'luft',
    method: 'index',
    title: 'How good is the air?',
    text: {
      paragraphs: [
        'Each pole measures what is in the air, fine particles for example. There is a mean for every full hour. The substance that does worst decides.',
        'What you see is always the worst pole of a place. What a pole does not measure is not in the verdict: “good” then means that the measured substances are good.',
        'The classes are those of the German Environment Agency. Our poles are no official instruments, though. We derive no health advice from them.',
      ],
      classes: [
        'particles PM2.5 up to 5 µg/m³',
        'particles PM2.5 up to 15 µg/m³',
        'particles PM2.5 up to 30 µg/m³',
        'particles PM2.5 up to 50 µg/m³',
        'particles PM2.5 above 50 µg/m³',
      ],
    },
  },
  {
    id: 'zaehlung',
    method: 'counts',
    title: 'What is a crossing?',
    text: {
      paragraphs: [
        'A counter counts how often an imaginary line is crossed. Whoever passes twice counts twice. There are no pictures, no names, no telephone identifiers.',
        'Public numbers are multiples of 5 and appear an hour later. So nobody learns whether a single person has just passed.',
        'As each number is rounded by itself, the sum of the places is not always exactly the number of the district.',
      ],
    },
  },
  {
    id: 'ueblich',
    method: 'compare',
    title: 'What is “usual”?',
    text: {
      paragraphs: [
        'We compare with the same weekday at the same time in the last four weeks. The band in the picture goes from the quietest to the busiest of these days.',
        '“As usual” means at most 10 % more or less. “Much more” begins at 50 %. Below 50 crossings a percentage says nothing; then it says “quiet”.',
        'A holiday, a market or rain may be the reason for a difference. The picture says that it is different, not why.',
      ],
    },
  },
  {
    id: 'stand',
    method: 'state',
    title: 'What does “provisional” mean?',
    text: {
      paragraphs: [
        'Some readings arrive later, after a gap in radio coverage for example. As long as that is possible a figure is “provisional”. If something still comes it is corrected, and says so.',
        'The share, “98 % of readings” for example, tells how much is there of what the devices should have sent. Below 75 % an hour gets no verdict on the air.',
        'Where nothing was measured there is no number. A zero means: measured, and there was nothing.',
      ],
    },
  },
  {
    id: 'umwelt',
    method: 'quality',
    title: 'Warmth, sound, soil, water',
    text: {
      paragraphs: [
        'What you see are the highest and the lowest of the newest values, with the pole that has them. Values that are older than three hours or not credible are left out and counted.',
        'Soil moisture is the share of water in the ground beside a tree. What a tree needs depends on the soil; so a single value is no verdict yet.',
        'Sound is a level in decibels. Nothing is recorded: the sensor computes the level and forgets the sound.',
        'Whether a parking space is taken could tell something of single persons. Only those who run the service see it.',
      ],
    },
  },
];
