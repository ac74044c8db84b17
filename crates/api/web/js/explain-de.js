/** "Was bedeutet das?" in German: plain words for each topic, and where the exact method stands. Bands of the classes: see `method-tables.js`. */

export const de = [
  {
    id: 'luft',
    method: 'index',
    title: 'Wie gut ist die Luft?',
    text: {
      paragraphs: [
        'Jeder Mast misst, was in der Luft ist, zum Beispiel Feinstaub. Für jede volle Stunde gibt es einen Mittelwert. Der Stoff, der am schlechtesten dasteht, bestimmt das Urteil.',
        'Gezeigt wird immer der schlechteste Mast eines Platzes. Was ein Mast nicht misst, steht auch nicht im Urteil: „gut“ heißt dann, dass die gemessenen Stoffe gut sind.',
        'Die Einteilung ist die des Umweltbundesamts. Unsere Masten sind aber keine amtlichen Messgeräte. Ratschläge für die Gesundheit leiten wir daraus nicht ab.',
      ],
      classes: [
        'Feinstaub PM2,5 bis 5 µg/m³',
        'Feinstaub PM2,5 bis 15 µg/m³',
        'Feinstaub PM2,5 bis 30 µg/m³',
        'Feinstaub PM2,5 bis 50 µg/m³',
        'Feinstaub PM2,5 über 50 µg/m³',
      ],
    },
  },
  {
    id: 'zaehlung',
    method: 'counts',
    title: 'Was ist eine Querung?',
    text: {
      paragraphs: [
        'Ein Zähler zählt, wie oft eine gedachte Linie überquert wird. Wer zweimal vorbeikommt, zählt zweimal. Es gibt keine Bilder, keine Namen, keine Handy-Kennungen.',
        'Öffentliche Zahlen sind Vielfache von 5 und erscheinen eine Stunde später. So erfährt niemand, ob gerade ein einzelner Mensch vorbeiging.',
        'Weil jede Zahl für sich gerundet wird, ist die Summe der Plätze nicht immer genau die Zahl des Stadtteils.',
      ],
    },
  },
  {
    id: 'ueblich',
    method: 'compare',
    title: 'Was heißt „üblich“?',
    text: {
      paragraphs: [
        'Wir vergleichen mit demselben Wochentag zur gleichen Uhrzeit in den letzten vier Wochen. Die Fläche im Bild reicht vom ruhigsten bis zum vollsten dieser Tage.',
        '„Wie üblich“ heißt: höchstens 10 % mehr oder weniger. „Viel mehr“ beginnt bei 50 %. Unter 50 Querungen sagen Prozente nichts; dann steht da „ruhig“.',
        'Ein Feiertag, ein Markt oder Regen kann der Grund für einen Unterschied sein. Das Bild sagt, dass es anders ist, nicht warum.',
      ],
    },
  },
  {
    id: 'stand',
    method: 'state',
    title: 'Was heißt „vorläufig“?',
    text: {
      paragraphs: [
        'Manche Messwerte kommen später an, etwa nach einem Funkloch. Solange das möglich ist, heißt eine Zahl „vorläufig“. Kommt noch etwas, wird sie berichtigt und sagt das.',
        'Der Anteil, zum Beispiel „98 % der Messwerte“, nennt, wie viel von dem da ist, was die Geräte hätten schicken sollen. Unter 75 % bekommt eine Stunde kein Urteil über die Luft.',
        'Wo nichts gemessen wurde, steht keine Zahl. Eine Null bedeutet dagegen: gemessen, und es war nichts.',
      ],
    },
  },
  {
    id: 'umwelt',
    method: 'quality',
    title: 'Wärme, Geräusche, Boden, Wasser',
    text: {
      paragraphs: [
        'Gezeigt werden der höchste und der niedrigste der neuesten Werte, mit dem Mast, der sie hat. Werte, die älter als drei Stunden oder nicht glaubhaft sind, bleiben weg und werden mitgezählt.',
        'Bodenfeuchte ist der Anteil Wasser im Boden neben einem Baum. Was ein Baum braucht, hängt vom Boden ab; ein einzelner Wert ist deshalb noch kein Urteil.',
        'Geräusche sind Pegel in Dezibel. Aufgenommen wird nichts: Der Sensor rechnet den Pegel aus und vergisst den Ton.',
        'Ob ein Stellplatz belegt ist, könnte etwas über einzelne Menschen sagen. Das sieht nur, wer den Dienst betreibt.',
      ],
    },
  },
];
