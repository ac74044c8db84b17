/** The method page in German: sections, and each method by its id. */

export const sections = {
  windows: {
    title: 'Fenster und Mittel',
    text: [
      'Jeder Messwert gehört zu dem Zeitpunkt, an dem er gemessen wurde. Die kleinste Einheit ist das Fenster von 15 Minuten eines Geräts. Daraus entstehen Stunden und Tage, aus Tagen Kalenderwochen (ISO 8601, ab Montag), Monate und Jahre.',
      'Tage, Wochen, Monate und Jahre gehen nach der Uhr am Rathaus (Europe/Berlin): Zwei Tage im Jahr haben 23 und 25 Stunden. Luft hat feste Tage in MEZ ohne Sommerzeit, wie die Schnittstelle des Umweltbundesamts.',
      'Gerechnet wird mit ganzen Zahlen in der Auflösung der Messgröße; Summen sind deshalb genau und von der Reihenfolge unabhängig. Gerundet wird kaufmännisch, die Hälfte von der Null weg.',
      'Abdeckung ist der Anteil der Meldungen, die nach dem Meldeabstand des Geräts da sein müssten. „Nichts bekannt“ und „null“ sind verschieden: Wo kein Messwert kam, steht keine Zahl.',
    ],
  },
  state: {
    title: 'Stand, Revisionen, „Was galt am …?“',
    text: [
      'Offen: Das Fenster läuft noch, nach dessen Ende sind 15 Minuten und der längste Meldeabstand der Geräte noch nicht vorbei, oder eine Viertelstunde darin ist noch offen. Ein Gerät schließt eine Viertelstunde, sobald es 15 Minuten über deren Ende hinaus gemessen hat; schweigt es, schließt sie die Uhr nach weiteren zwei Meldeabständen. Reicht ein Gerät später nach, was es inzwischen gemessen hat, ist das Fenster wieder offen, bis das Gerät es schließt; danach heißt es korrigiert, denn es war ohne diese Messwerte veröffentlicht. Was vor der ersten Stunde des Dienstes liegt und Reihen anderer Stellen korrigieren damit nichts.',
      'Vorläufig: seit höchstens 24 Stunden geschlossen. Endgültig: seit mehr als 24 Stunden. Korrigiert: nach dem Schließen geändert.',
      'Jede Änderung ist eine Revision mit Minute des Eingangs, Gerät, Viertelstunde, alter Zahl und Grund: verspätet eingetroffen (late), Zählerstand kam nach (total), Prüfung der Qualität (quality), neu gelesen (replay), Stammdaten berichtigt (registry), andere Rechenregeln eines neuen Programms (rules). Ein Fenster zählt die Revisionen seiner eigenen Messgröße, auf jedem Kanal für sich: aller Viertelstunden in ihm, die sich geändert haben oder durch berichtigte Stammdaten kamen oder gingen, solange sie zu ihm zählten. Andere Messgrößen des Geräts ändern daran nichts. Hinzugekommene Messwerte oder Hinweise können die Zahl lassen, wie sie war. Stunden und Tage aus der Zeit vor diesem Zählen (Regeln bis Fassung 9) behalten die Nummer, die damals alle Messgrößen des Ortes gemeinsam hatten.',
      'as_of=2026-10-01T00:00:00Z an einer Anfrage beantwortet sie so, wie sie mit allem, was bis zu dieser Minute eingegangen war, beantwortet worden wäre. War ein Fenster damals noch offen, wird es aus den bis dahin eingegangenen Messwerten neu summiert; Hinweise, die an Nachbarwerten hängen, und die Standorte der Geräte sind dabei die von heute. Wer zitiert, nennt Stand, Revision und Methode; dann findet man die Zahl wieder, auch wenn sie sich ändert.',
    ],
  },
  counts: {
    title: 'Querungen',
    text: [
      'Zähler zählen Querungen einer Linie, keine Personen. Wer zweimal vorbeigeht, zählt zweimal. Es gibt keine Bilder und keine Kennungen; wie ein Zähler sieht, steht am Mast.',
      'Eine Zone legt fest, wie ihre Zahl entsteht. Verschachtelte Zonen werden nie zu „Personen“ addiert, eine Stadt hat keine Summe. Eine Linie, die verkehrt herum montiert ist, wird ab ihrem Datum gedreht: Was ihr Gerät „hinein“ nennt, zählt als „hinaus“ und umgekehrt, auch bei Zählerständen. Einzelne Messwerte und ihr Export nennen Größe und Kanal, wie das Gerät sie meldete; welche Kanäle wann gedreht sind, sagt /api/v1/facts (reversed).',
    ],
  },
  compare: {
    title: 'Vergleiche',
    text: [
      'Verglichen wird nur, was vergleichbar ist: beide Zeiträume zu Ende, gleiche Zählregel, gleich viele Zähler, beide zu mindestens 90 % abgedeckt und höchstens 5 Punkte auseinander. Sonst steht da „nicht vergleichbar“ mit dem Grund. Die Grenzen hat dieses Projekt gewählt; das Statistische Bundesamt ist strenger.',
      'Veränderung = (Zahl − frühere Zahl) / frühere Zahl, in Promille.',
      'Öffnungszeiten: Montag bis Samstag 10–20 Uhr (Statistisches Bundesamt, EXSTAT), an verkaufsoffenen Sonntagen 13–18 Uhr (LÖG NRW § 6), nicht an Feiertagen in NRW. Besondere Tage sind Rosenmontag, Heiligabend und Silvester.',
    ],
  },
  air: {
    title: 'Luft: Mittelwerte',
    text: [
      'Die Masten tragen Sensoren, keine amtlichen Messgeräte. Ihre Mittel entstehen trotzdem nach den Regeln der 39. BImSchV.',
      'Ein Beispiel, warum der Tag das Mittel gültiger Stundenmittel ist: Zwölf Stunden mit je 60 Messwerten von 10 und zwölf mit je 6 Messwerten von 40 ergeben 25. Alle Messwerte in einen Topf geworfen ergäben 12,7, weil der Sensor bei sauberer Luft öfter meldet.',
      'Feuchte: Optische Sensoren wiegen das Wasser auf den Teilchen mit; κ-Köhler rechnet es heraus (Crilley et al. 2018, AMT 11, 709, Gleichung 4). κ und die Obergrenze der Feuchte stehen im Profil, hier κ = 0,4 und 95 %. RH ist, was dasselbe Gerät für genau denselben Zeitpunkt meldet, von mehreren Kanälen der niedrigste; ohne sie bleibt der Wert, wie er ist. Bei 80 % ist C = 1,970. Über der Obergrenze zählt der Wert nicht. Ohne jede Korrektur bekommt optischer Feinstaub keine Klasse: eine Stunde eines Masts dann, wenn weniger als 75 % der Werte in ihrem Mittel, aller Sensoren zusammen, berichtigt sind.',
      'Gase: ppb werden µg/m³ bei 293 K und 101,3 kPa (39. BImSchV, Anlage 6 C). Meldet ein Gerät beides, zählt die Masse.',
      'Kalibrierung: je Gerät, nach der Feuchte und vor der Umrechnung, von–bis; der Rohwert bleibt erhalten. Feuchte, Kalibrierung (Versatz und Faktor zusammen) und Umrechnung werden je einmal auf die Auflösung gerundet.',
      'Jahresmittel gelten, wenn 90 % der Stunden gültig sind (39. BImSchV, Anlagen 1 A und 11 A) oder 85 % (Richtlinie (EU) 2024/2881, Anhang V). Von einer Zone zählt jeder Mast gleich viel. Alle Mittel werden auf sechs Stellen gerundet; das nächste entsteht aus den gerundeten.',
    ],
    formulas: [
      'C = 1 + (κ / 1,65) / (100 / RH − 1)      Masse = Messwert / C',
      'Wert = Nullpunkt + Steigung · Masse',
      'µg/m³ = ppb · p · M / (R · T)      R = 8,314462618 J/(mol·K)',
    ],
  },
  index: {
    title: 'Luftqualitätsindex',
    text: [
      'Der schlechteste Schadstoff entscheidet. Welche Schadstoffe fehlen, steht dabei; über sie sagt die Klasse nichts. Rat zur Gesundheit gibt es nur, wenn alle da sind. Ein Mittel wird kaufmännisch auf ganze µg/m³ gerundet und dann eingeordnet: 9,49 ist 9, 9,5 ist 10.',
      'Von einer Zone gibt es keinen Index aus gemittelter Luft, denn die atmet niemand: Es gilt der schlechteste Mast, daneben steht die Spanne.',
    ],
  },
  limits: {
    title: 'Grenz-, Ziel- und Richtwerte',
    text: [
      '„Tage über dem Zahlenwert (Orientierung)“: Ein Mast ist keine amtliche Probenahmestelle (39. BImSchV, Anlage 3), seine Sensoren sind kein Referenzverfahren (Anlage 6). Gezählt wird, wie viele gültige Mittel über der Zahl liegen, immer mit der Unsicherheit und der Vollständigkeit. Ob ein Grenzwert überschritten ist, stellt nur die Behörde fest.',
      'Grenzwerte, Zielwerte, langfristige Ziele und Richtwerte der WHO sind rechtlich Verschiedenes; keiner steht für den anderen.',
    ],
  },
  noise: {
    title: 'Lärm',
    text: [
      'Gemessen werden Pegel in dB(A), nie Ton. Pegel werden nicht gemittelt, sondern ihre Energien (DIN 45641; ISO 1996-1, 3.1.7).',
      'Zeiträume nach § 2 der 34. BImSchV: Tag 06–18, Abend 18–22, Nacht 22–06 Uhr. Die Zahl eines Tages heißt „Tageswert, kein Kartierungs-LDEN“: Der LDEN einer Lärmkarte wird für ein Jahr aus Verkehrsdaten berechnet, 4 m hoch vor Fassaden (34. BImSchV, § 5), und nicht am Mast gemessen.',
    ],
  },
  heat: {
    title: 'Hitze',
    text: [
      'Am Mast, nicht amtlich: Ein Sensor an einer Laterne hängt nicht in der Wetterhütte 2 m über Gras. Begriffe nach dem Deutschen Wetterdienst (Wetter- und Klimalexikon).',
      'Ein einziger Wert entscheidet in die eine Richtung („es waren 31 °C“), nur alle zusammen in die andere. Fehlt eine Stunde, heißt es „unbekannt“, nicht „nein“.',
    ],
  },
  quality: {
    title: 'Prüfung der Messwerte',
    text: [
      'Kein Messwert wird still verworfen. Er trägt Hinweise; welche davon ihn aus Mitteln und Summen heraushalten, sagt der Katalog der Messgröße. Was nicht zählt, bleibt sichtbar und wird mitgezählt.',
      'Sprung, Ausreißer und Abweichung von den Nachbarn schließen nie aus: Silvester ist echt. Regeln sehen nur zurück, höchstens drei Stunden, in der Reihenfolge der Messung. Verspätete Werte ergeben deshalb dieselben Hinweise wie pünktliche.',
      'Ausreißer (Hampel-Filter): weiter vom Median der sieben Werte davor als 5 · 1,4826 · MAD und weiter als in der Tabelle. Abstände der Tabelle müssen überschritten sein, nicht nur erreicht. MAD ist der Median der Abstände vom Median. Die Zahlen hat dieses Projekt gewählt, wo keine Quelle steht.',
    ],
  },
  time: {
    title: 'Wessen Uhr gilt',
    text: [
      'Zuerst die Uhr des Geräts, wenn sein Profil eine hat, dann die des Gateways, dann die des Netzwerkservers, zuletzt der Eingang. Jede Uhr muss in Grenzen liegen: nicht vor der Epoche des Dienstes und nicht mehr als 2 Minuten in der Zukunft; die von Gateway und Netz nicht weiter zurück als die Aufbewahrung (730 Tage). Liegt eine daneben, wird die nächste genommen und der Wert trägt „Uhr des Geräts geht falsch“.',
      'Ein Gerät darf Messwerte beliebig lange aufheben: Sie zählen an dem Tag, an dem sie gemessen wurden.',
    ],
  },
  network: {
    title: 'Masten, Nachrichten, Ledger',
    text: [
      'Ein Mast meldet, solange eines seiner Geräte nicht länger schweigt als 15 Minuten und zwei Meldeabstände; sonst ist er stumm.',
      'Nachrichten je Sekunde: was im Journal dauerhaft wurde, gemittelt über die letzten fünf Sekunden. Im Ledger hat jede Nachricht genau einen Ausgang: im Journal = Uplinks + Steuerung + Duplikate + Quarantäne + noch zu lesen.',
      'Gegen „übliche“ Tage auf der Startseite: Mittel derselben Wochentage der letzten vier Wochen bis zur selben Uhrzeit, aus den gezeigten Zahlen; bis ±10 % heißt „wie üblich“, ab +50 % „viel mehr“. Das ist eine Orientierung, kein Vergleich im Sinne oben.',
    ],
  },
  recompute: {
    title: 'Selbst nachrechnen',
    text: [
      'Einzelne Messwerte: /api/v1/series?step=raw gibt value (wie gemessen) und counted (wie er zählt; null, wenn ihn ein Hinweis heraushält). Fenster: step=15m, 1h, 1d, 1w, 1mo, 1y mit sum, count, expected, coverage, state, revision, flags und method.',
      'Querungen: /api/v1/footfall. Luft: /api/v1/air, /air/days, /air/limits. Korrekturen eines Fensters: /api/v1/revisions. Lärm: /api/v1/noise. Hitze: /api/v1/heat. Nachbarn: /api/v1/peers. Kontrollzählungen: /api/v1/counts. Feiertage und Öffnungszeiten: /api/v1/calendar. Der Weg eines Messwerts: /api/v1/trace. Methoden und Versionen: /api/v1/methods.',
      'Zu einem Export von Messwerten (/api/v1/export?what=readings) gehört /api/v1/facts, mit demselben device, pole oder zone, auch als Tabelle (format=csv): je Gerät von–bis Mast, Zustand (nur active zählt für Masten und Zonen), gedrehte Kanäle (reversed) und Breite der Linie (width_m); dazu aus dem Profil Takt (interval_s), erwartete Größen (expected), für Zählerstände width_bits, max_per_minute, resets_at und resets_at_power_up, für Partikel κ (kappa) und Obergrenze der Feuchte (cap_percent); und die Kalibrierungen (offset, gain). from und to gehen nach dem Zeitpunkt der Messung; as_of nennt den Stand der Angaben. /api/v1/facts bekommt nur die Planung.',
      'Eine Methode ändert nie ihre Bedeutung. Wird eine Zahl anders gebildet, hat sie eine andere Version.',
    ],
  },
};

export const methods = {
  'reading.counted': {
    title: 'Messwert, wie gemessen und wie er zählt',
    text: 'value ist, was das Gerät meldete. counted ist der Wert nach Feuchtekorrektur und Kalibrierung; null, wenn ihn ein Hinweis des Katalogs heraushält.',
    formula: 'counted = Nullpunkt + Steigung · (value / C)',
  },
  'window.mean': {
    title: 'Mittel eines Fensters',
    text: 'Summe der Messwerte, die zählen, durch ihre Anzahl; daneben der kleinste und größte. Einer Zone: Mittel der Mittel ihrer Masten, jeder gleich schwer. Wochen, Monate und Jahre addieren Summen und Anzahlen der Tage. Kein gesetzliches Mittel; das sind Stunden- und Tagesmittel der Luft.',
    formula: 'x̄ = Σ counted / n',
  },
  'window.count': {
    title: 'Zählung eines Fensters',
    text: 'Summe der Intervallzählungen oder der Differenzen von Zählerständen. Längere Fenster und Masten addieren sich genau. Eine Intervallzählung steht in der Viertelstunde, in der sie gemeldet wurde, obwohl davor gezählt wurde: höchstens um den Takt des Profils (interval_s) zu spät. Wer von 19:45 bis 20:00 Uhr vorbeikam und um 20:00 Uhr gemeldet wird, steht in der Viertelstunde ab 20:00 Uhr.',
    formula: 'N = Σ Zählungen',
  },
  'coverage.reports': {
    title: 'Abdeckung',
    text: 'Welcher Teil der Messwerte kam, die die Sensoren eines Mastes nach dem Takt ihres Profils senden sollten, solange sie dort hingen. Eine Lücke sind ganze Stunden, in denen keiner zählt, obwohl einer fällig war. Ein Sensor, der nie etwas sandte, wird nach seinem Profil erwartet.',
    formula: 'Abdeckung = gezählt / erwartet',
  },
  'counter.difference': {
    title: 'Zählerstände',
    text: 'Viele Zähler senden, was sie seit dem Einschalten gezählt haben. Gezählt wird die Differenz zweier Stände in der Reihenfolge der Messung. Ist der neue Stand kleiner, lief der Zähler über (16 oder 32 Bit), wenn so viele hindurchgehen konnten; sonst begann er neu, und der neue Stand ist eine Untergrenze („Zähler zurückgesetzt“). Das ist er auch nach einer Lücke, in der so viele hindurchgehen konnten, wie der Zähler zeigen kann (16 Bit bei 500 je Minute: 2 Stunden 12 Minuten), denn dann weiß es niemand; ein größerer Stand nach so einer Lücke zählt mit seiner Differenz, obwohl der Zähler übergelaufen sein kann: auch das ist eine Untergrenze, an der nur „über die Zeit verteilt“ steht. Meldete das Gerät zwischen beiden, dass es eingeschaltet wurde, und beginnt seine Firmware dann bei 0, zählt der neue Stand ganz; liegt die Uhrzeit eines täglichen Neubeginns zwischen ihnen, zählt die kleinere Zahl, der neue Stand oder die Differenz: ebenfalls Untergrenzen. Mehr als durch die Linie passen, zählt nicht: die Zahl des Profils je Minute und, wo die Installation die Breite der Linie nennt, 81 je Minute und Meter (Weidmann 1993: 1,225 je Sekunde, dazu ein Zehntel für doppelt Gesehenes), auf eine ganze Zahl aufgerundet (0,5 m: 41), je angefangene Minute. Verteilt wird gleichmäßig nach der Zeit, in ganzen Zahlen mit erhaltener Summe; das ist an jeder Viertelstunde vermerkt, in die es reicht („über die Zeit verteilt“), wenn die Stände mehr als eine Viertelstunde auseinanderliegen; über mehr als 7 Tage bleibt eine Lücke. Bits, Höchstzahl, Neubeginn und Breite eines Geräts stehen in /api/v1/facts.',
    formula:
      'Δ = (später − früher) mod 2^Bits, falls Δ ≤ höchstens je Minute · Minuten < 2^Bits\nAnteil = ⌊Δ·(Ende − früher)/T⌋ − ⌊Δ·(Anfang − früher)/T⌋',
  },
  'counter.reconciled': {
    title: 'Intervalle neben Zählerständen',
    text: 'Sendet ein Zähler beides, gelten die Zählerstände; die Differenz eines Tages wird genannt.',
    formula: 'Differenz = Σ Intervalle − Σ Differenzen der Stände',
  },
  'footfall.cordon_in': {
    title: 'Zone, an deren Rand gezählt wird',
    text: 'Wer hinein- und wer hinausgeht, über alle Zähler der Zone.',
    formula: 'hinein = Σ people_in, hinaus = Σ people_out, Querungen = hinein + hinaus',
  },
  'footfall.cross_section': {
    title: 'Straße, im Querschnitt gezählt',
    text: 'Beide Richtungen aller Zähler der Zone. Wer an mehreren Zählern vorbeigeht, zählt an jedem.',
    formula: 'Querungen = Σ people_in + Σ people_out',
  },
  'footfall.none': {
    title: 'Zone ohne Summe',
    text: 'Ihre Zähler dürfen nicht addiert werden; in verschachtelten Zonen und ganzen Städten zählten dieselben Menschen mehrfach.',
  },
  'footfall.profile': {
    title: 'Woche nach Stunden',
    text: 'Wie viele in einer Stunde eines Wochentags im Mittel queren: über die Stunden, die vorbei und zu 90 % abgedeckt sind; ihre Anzahl steht daneben. Feiertage sind eine eigene Zeile. Öffentlich aus den gezeigten Stunden.',
    formula: 'Mittel = Σ Stunden / Anzahl, auf Zehntel gerundet',
  },
  'footfall.ranking': {
    title: 'Zonen nach Querungen je Tag',
    text: 'Mittel der Tage, die vorbei und zu 90 % abgedeckt sind; von Öffnungszeiten ohne Tage, die keine haben. Eine Zone steht in der Reihe derer, die gleicher Art sind und gleich gezählt werden, und in keiner, wenn zu wenig belegt ist oder ein Zähler nur zeitweise hing. Zonen werden nie addiert.',
    formula: 'Querungen je Tag = Σ Tage / Anzahl, auf Zehntel gerundet',
  },
  'sites.beside': {
    title: 'Standorte nebeneinander',
    text: 'Querungen in Öffnungszeiten an Tagen von Montag bis Freitag und an Samstagen, über Tage mit 90 % Abdeckung. Luft: Anteil der Stunden jeder Klasse des LQI, bei mehreren Masten nach dem schlechtesten; Mittel der gültigen Stundenmittel. Lärm: Pegel der mittleren Energie aller gültigen Zeiträume. Parken: Mittel aller Messwerte der Stellplätze. Hitze: am Mast, von dem die meisten Tage bekannt sind. Vergleichbar ist eine Zahl, die jeder Standort hat, nach einer Zählregel, zu 75 % abgedeckt und höchstens 5 Punkte auseinander. Nichts wird gewichtet oder zu einer Note addiert.',
  },
  'control.count': {
    title: 'Kontrollzählung',
    text: 'Ein Mensch zählt neben dem Gerät, beide Richtungen zusammen, über ganze Viertelstunden; nur ab 90 % Abdeckung des Geräts. Abweichung und Datum stehen bei jeder Zahl dieser Zähler.',
    formula: 'Abweichung = (Gerät − Mensch) / Mensch',
  },
  'estimate.gap': {
    title: 'Schätzung einer Lücke',
    text: 'Was eine Stunde, in der Zähler fehlten, gehabt hätte: Mittel derselben Stunde an den letzten vier vergleichbaren Tagen (gleicher Wochentag, kein Feiertag oder besonderer Tag, Sonntagsöffnung, Schulferien und Ereignisse gleich, höchstens 26 Wochen zurück) mit mindestens 90 % Abdeckung. Steht ausdrücklich als Schätzung daneben und ist in keiner Summe.',
    formula: 'Schätzung = (N₁ + N₂ + N₃ + N₄) / 4',
  },
  'public.rounded': {
    title: 'Öffentliche Zahl',
    text: 'Jede öffentliche Zählung ist ein Vielfaches von 5, aus ihrer eigenen genauen Summe, wie sie eine Stunde nach Ende bekannt war; 0, 1 und 2 sehen gleich aus. Gezeigt wird in Schritten von 15 Minuten, von 22 bis 6 Uhr von einer Stunde, eine Stunde nach deren Ende, und danach nicht mehr geändert. Werden Zonen anders gezogen oder gezählt, entfällt, was vorher war: Dieselben Schritte, auf zwei Weisen zusammengezählt, verrieten mehr. Teile und Summen müssen deshalb nicht aufgehen. Wo die Summe der Teile enger begrenzt, wird innerhalb dieser Grenzen gerundet, damit aus allen Zahlen zusammen nie eine 1 oder 2 folgt. Vorbild: Mindestfallzahl 3 der Bundesagentur für Arbeit.',
    formula: 'gezeigt = das nächste Vielfache von 5 in [tief, hoch]; tief und hoch sagen die Teile',
  },
  'compare.previous_week': { title: 'Gegen die Vorwoche', text: 'Dieselben Stunden sieben Tage früher nach der Uhr am Rathaus.' },
  'compare.previous_year': {
    title: 'Gegen das Vorjahr',
    text: 'Gleicher Wochentag der gleichen ISO-Woche; Woche 53 ohne Gegenstück: 52 Wochen früher. Monate und Jahre gegen dieselben des Vorjahrs.',
  },
  'compare.easter': {
    title: 'Nach dem Abstand zu Ostern',
    text: 'Der Tag, oder seine Woche, der im Vorjahr gleich weit vom Ostersonntag liegt.',
  },
  'compare.advent': {
    title: 'Nach dem Abstand zum Advent',
    text: 'Der Tag, oder seine Woche, der im Vorjahr gleich weit vom ersten Advent liegt.',
  },
  'compare.baseline': {
    title: 'Gegen die letzten vier vergleichbaren Tage',
    text: 'Mittel der letzten vier Tage desselben Wochentags in 26 Wochen, kein Feiertag oder besonderer Tag, Sonntagsöffnung und Schulferien gleich, kein Ereignis, das nicht auch an diesem Tag ist.',
    formula: 'Vergleichswert = (N₁ + N₂ + N₃ + N₄) / 4',
  },
  'compare.event': {
    title: 'Tage mit einem Ereignis gegen Tage ohne',
    text: 'Jeder Tag des Ereignisses gegen das Mittel der letzten vier vergleichbaren Tage desselben Wochentags in 26 Wochen, an denen dieses Ereignis nicht war und alle anderen ebenso.',
    formula: 'Vergleichswert = (N₁ + N₂ + N₃ + N₄) / 4',
  },
  'air.hour': {
    title: 'Stundenmittel',
    text: 'Gilt ab 75 % der erwarteten Messwerte (45 Minuten): bei einem Wert alle 10 Minuten ab 5 von 6. Hat ein Mast mehrere Sensoren, gilt das Mittel ihrer gültigen Mittel; die Abdeckung daneben ist die dieser Sensoren, ohne einen gültigen die aller. Stunden heißen nach ihrem Ende in MEZ, wie beim Umweltbundesamt; 24:00 ist 0:00 des nächsten Tages.',
    formula: 'gültig, wenn 4 · n ≥ 3 · erwartet',
    source: '39. BImSchV, Anlage 11 A',
  },
  'air.day': {
    title: 'Tagesmittel',
    text: 'Mittel der gültigen Stundenmittel eines MEZ-Tages, mindestens 18 von 24; nie das Mittel aller Messwerte.',
    formula: 'Tag = Σ gültige Stundenmittel / Anzahl, Anzahl ≥ 18',
    source: '39. BImSchV, Anlage 11 A',
  },
  'air.max_8h': {
    title: 'Größtes 8-Stunden-Mittel',
    text: 'Das größte der 24 gleitenden 8-Stunden-Mittel, die an einem MEZ-Tag enden (das erste 17–1 Uhr). Jedes braucht 6 gültige Stunden, der Tag 18 gültige Mittel.',
    formula: 'max₈ = max (Mittel der 8 Stunden bis h), h = 1 … 24',
    source: '39. BImSchV, § 1 Nr. 13 und Anlage 11 A',
  },
  'index.uba_lqi_2025': {
    title: 'LQI-Klasse nach UBA-Schema (Sensordaten, nicht amtlich)',
    text: 'Stundenmittel von PM2,5, PM10, NO₂, O₃ und SO₂; ein Schadstoff genügt.',
    source: 'Umweltbundesamt, „Der Luftqualitätsindex (LQI)“; Pfäfflin et al. 2025, doi 10.60810/openumwelt-7990',
  },
  'index.uba_lqi_former': {
    title: 'Frühere LQI-Klasse nach UBA-Schema',
    text: 'Stundenmittel von NO₂ und O₃, gleitende 24-Stunden-Mittel von PM2,5 und PM10 aus mindestens 18 Stunden, unter denen keine unkorrigierte ist. Klassen beider Fassungen sind nicht vergleichbar.',
    source: 'Umweltbundesamt, „Berechnungsgrundlagen Luftqualitätsindex“',
  },
  'index.european_aqi_2024': {
    title: 'Europäischer Luftqualitätsindex',
    text: 'Stundenmittel; Stufen 1 bis 6. Nur wo NO₂, O₃ und eine Feinstaubgröße gemessen werden; an einer Hauptstraße (site in poles.csv) genügen NO₂ und Feinstaub. Sonst gibt es nur Klassen der Schadstoffe.',
    source: 'Europäische Umweltagentur, airindex.eea.europa.eu; ETC-HE Report 2024/17',
  },
  'air.limits': {
    title: 'Stunden oder Tage über einem Zahlenwert',
    text: 'Wie viele gültige Stundenmittel, Tagesmittel oder größte 8-Stunden-Mittel eines Jahres über der Zahl liegen; das Mittel wird vorher auf deren Stellen gerundet. Neben einer Zahl für Jahre steht das Mittel des Jahres, mit seinen gültigen Stunden und wie vielen es sein müssen.',
    formula: 'Anzahl der Mittel mit Mittel > Zahl',
    source: '39. BImSchV; Richtlinie (EU) 2024/2881; WHO 2021',
  },
  'window.energy_mean': {
    title: 'Energetisches Mittel (LAeq)',
    text: 'Aus einer festen Tabelle ganzer Zahlen für 10^(L/10) in Zehntel dB, jede kaufmännisch auf eine ganze Zahl gerundet, damit jede Rechnung auf jedem Rechner dasselbe ergibt. Einer Zone: dasselbe über die mittleren Energien ihrer Masten.',
    formula: 'LAeq = 10 · lg( Σ 10^(L/10) / n )',
    source: 'DIN 45641; ISO 1996-1, 3.1.7',
  },
  'noise.period': {
    title: 'LAeq von Tag, Abend und Nacht',
    text: 'Lᵢ ist das energetische Mittel der Messwerte einer Stunde, tᵢ der belegte Teil der Stunde: Messwerte von erwarteten. Gilt, wenn 75 % des Zeitraums belegt sind. Die Nacht gehört zum Tag, an dem sie beginnt; zweimal im Jahr hat sie 7 oder 9 Stunden. Der Pegel wird erst am Ende auf Zehntel Dezibel gerundet.',
    formula: 'L = 10 · lg( Σ tᵢ · 10^(Lᵢ/10) / Σ tᵢ )',
    source: '34. BImSchV, § 2; die 75 % wie bei Stunden der Luft',
  },
  'noise.day_figure': {
    title: 'Tageswert, kein Kartierungs-LDEN',
    text: 'Abend mit 5 dB, Nacht mit 10 dB Zuschlag; nur wenn alle drei Zeiträume gelten. Ltag, Labend und Lnacht sind die auf Zehntel gerundeten Pegel, wie sie dastehen; aus den Messwerten in einem Zug gerechnet kann ein Zehntel mehr oder weniger herauskommen.',
    formula: '10 · lg( (12 · 10^(Ltag/10) + 4 · 10^((Labend+5)/10) + 8 · 10^((Lnacht+10)/10)) / 24 )',
    source: '34. BImSchV, § 2; Richtlinie 2002/49/EG, Anhang I',
  },
  'heat.hot_day': {
    title: 'Heißer Tag',
    text: 'Ein Tag (0–24 Uhr UTC) mit mindestens 30 °C. „Nein“ nur, wenn jede Stunde zu 75 % belegt ist.',
    formula: 'max ≥ 30 °C',
    source: 'Deutscher Wetterdienst, „Heißer Tag“',
  },
  'heat.tropical_night': {
    title: 'Tropennacht',
    text: 'Eine Nacht (18–6 Uhr UTC, nach dem Tag ihres Endes benannt), die nie unter 20 °C fällt. „Ja“ nur, wenn jede Stunde zu 75 % belegt ist.',
    formula: 'min ≥ 20 °C',
    source: 'Deutscher Wetterdienst, „Tropennacht“',
  },
  'peer.check': {
    title: 'Vergleich mit den Nachbarn',
    text: 'Ein Stundenmittel gegen den Median der Masten im Umkreis, wenn genug von ihnen ein gültiges haben. Darüber trägt die Stunde „weicht von Nachbarn ab“ und zählt weiter.',
    formula: '|x − Median| > k · 1,4826 · MAD und > Mindestabstand',
  },
};
