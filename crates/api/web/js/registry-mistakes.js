/** What is wrong with a file, in the reader's language: the service says it in English; what is frequent is said in German here. */
import { h } from './dom.js';
import { language, t } from './i18n.js';

/** What the service says, with places for what is quoted, and the same in German. @type {[RegExp, string][]} */
const GERMAN = [
  [/^unknown pole `(.*)`$/, 'einen Mast „$1“ gibt es nicht'],
  [/^unknown profile `(.*)`$/, 'ein Profil „$1“ gibt es nicht'],
  [/^unknown device `(.*)`$/, 'ein Gerät „$1“ gibt es nicht'],
  [/^unknown zone `(.*)`$/, 'eine Zone „$1“ gibt es nicht'],
  [/^unknown property `(.*)`$/, 'eine Messgröße „$1“ gibt es nicht'],
  [/^unknown column `(.*)`$/, 'eine Spalte „$1“ gibt es nicht'],
  [/^unknown key `(.*)`$/, 'einen Schlüssel „$1“ gibt es nicht'],
  [/^unknown (\w+) `(.*)`$/, '„$2“ gibt es hier nicht ($1)'],
  [/^column `(.*)` is missing$/, 'die Spalte „$1“ fehlt'],
  [/^column `(.*)` is there twice$/, 'die Spalte „$1“ steht zweimal da'],
  [/^`(.*)` is missing$/, '„$1“ fehlt'],
  [/^(pole|device|gateway|zone) `(.*)` is on line (\d+) already(, with the same `from`)?$/, '„$2“ steht schon auf Zeile $3'],
  [/^line (\d+) says something of the same row$/, 'dieselbe Zeile steht schon auf Zeile $1'],
  [/^`(.*)` stands on (\d+) lines of the file$/, '„$1“ steht auf $2 Zeilen der Datei'],
  [/^device `(.*)` stands on line (\d+) until (.*), and here from (.*)$/, '„$1“ hängt auf Zeile $2 bis $3 und hier ab $4'],
  [/^the end is not after the begin, (.*)$/, 'das Ende liegt nicht nach dem Anfang, $1'],
  [/^"(.*)" is no number$/, '„$1“ ist keine Zahl'],
  [/^"(.*)" is no date$/, '„$1“ ist kein Datum'],
  [/^"(.*)" is no EUI$/, '„$1“ ist keine EUI'],
  [/^"(.*)" is no length of at most (\d+) m$/, '„$1“ ist keine Länge bis $2 m'],
  [/^"(.*)" is no list of channels$/, '„$1“ ist keine Liste von Kanälen'],
  [/^(\S+) is no WGS 84 degree: (lat|lon) lies between (\S+) and (\S+)$/, '$1 ist kein Grad nach WGS 84: $2 liegt zwischen $3 und $4'],
  [
    /^(\S+) is no (easting|northing) of EPSG:25832: those here lie between (\S+) and (\S+)$/,
    '$1 ist kein $2 nach EPSG:25832: hier liegen sie zwischen $3 und $4',
  ],
  [/^latitude (\S+) and longitude (\S+) seem swapped$/, 'Breite $1 und Länge $2 sind wohl vertauscht'],
  [/^the place is missing$/, 'der Ort fehlt'],
  [/^the place is given twice$/, 'der Ort steht zweimal da'],
  [/^the id is empty$/, 'die Kennung ist leer'],
  [/^it is empty$/, 'das Feld ist leer'],
  [/^the id is longer than 64 characters$/, 'die Kennung ist länger als 64 Zeichen'],
  [/^the id '(.*)' cannot stand in an id$/, 'das Zeichen „$1“ kann in keiner Kennung stehen'],
  [/^`(.*)` looks like a DevEUI but has (\d+) digits$/, '„$1“ sieht nach einer DevEUI aus, hat aber $2 Stellen'],
  [/^the line has (\d+) cells, the first line (\d+)$/, 'die Zeile hat $1 Felder, die erste Zeile $2'],
  [/^a cell goes over several lines$/, 'ein Feld geht über mehrere Zeilen'],
  [/^the file is empty$/, 'die Datei ist leer'],
  [/^the file is missing$/, 'die Datei fehlt'],
  [/^no row was sent$/, 'es ist keine Zeile dabei'],
  [/^what was sent is no CSV in UTF-8 or Windows-1252$/, 'das ist keine CSV-Datei in UTF-8 oder Windows-1252'],
  [/^expected (.*), found (.*)$/, 'erwartet: $1, gefunden: $2'],
  [/^(\S+) is out of bounds$/, '$1 liegt außerhalb der Grenzen'],
  [/^readings of it are stored, and the entry is gone$/, 'davon sind Messwerte gespeichert, und der Eintrag fehlt'],
  [/^its border crosses itself (.*)$/, 'die Grenze kreuzt sich selbst ($1)'],
  [/^it overlaps the (\w+) `(.*)` of line (\d+) (.*)$/, 'sie überschneidet „$2“ ($1) auf Zeile $3 ($4)'],
  [/^did you mean `(.*)`\?$/, 'gemeint ist vielleicht „$1“'],
  [/^add it to (\S+), or correct the id$/, 'in $1 eintragen oder die Kennung berichtigen'],
  [/^use one of (.*)$/, 'möglich sind $1'],
  [/^remove it, or use one of (.*)$/, 'weglassen; möglich sind $1'],
  [/^add `(.*)`$/, '„$1“ ergänzen'],
  [/^ids are 1 to 64 letters.*$/, 'Kennungen haben 1 bis 64 Zeichen: a–z, A–Z, Ziffern, -, _ und .'],
  [/^write decimal degrees like (\S+)$/, 'Dezimalgrad schreiben, wie $1'],
  [/^write metres of ETRS89 .*$/, 'Meter nach ETRS89 / UTM 32N schreiben, wie 382950,27 und 5712089,19, ohne die 32 der Zone davor'],
  [/^give lat and lon in degrees, or easting and northing in metres$/, 'lat und lon in Grad angeben, oder easting und northing in Metern'],
  [/^leave either lat and lon or easting and northing empty$/, 'entweder lat und lon oder easting und northing leer lassen'],
  [/^give each (pole|zone) its own id$/, 'jede Kennung nur einmal vergeben'],
  [/^remove one of (the lines|them)$/, 'eine davon löschen'],
  [/^remove one line, or say in `from` when the device moved$/, 'eine Zeile löschen, oder in from sagen, wann das Gerät umzog'],
  [/^end line (\d+) when this one begins, or leave its `to` empty$/, 'Zeile $1 enden lassen, wenn diese beginnt, oder ihr to leer lassen'],
  [/^send the column `(.*)`, too$/, 'die Spalte „$1“ mitschicken'],
  [/^say which row is meant, or remove the line$/, 'sagen, welche Zeile gemeint ist, oder sie löschen'],
  [/^check the separators; .*$/, 'Trennzeichen prüfen; ein Feld, das eines enthält, braucht Anführungszeichen'],
  [/^a DevEUI has 16 hex digits: .*$/, 'eine DevEUI hat 16 Hexadezimalziffern: mit dem Etikett vergleichen'],
  [/^write metres like 3\.5, or leave it empty$/, 'Meter schreiben, wie 3.5, oder leer lassen'],
  [/^name the columns in the first line; .*$/, 'die Spalten in der ersten Zeile nennen; diese sagt, welche Zeile gemeint ist'],
  [/^save it as "CSV UTF-8" .*$/, 'in Excel unter „Speichern unter“ als „CSV UTF-8“ speichern'],
  [/^add it to the first line$/, 'sie in der ersten Zeile ergänzen'],
  [/^remove it$/, 'weglassen'],
];

/** A sentence of the service in the reader's language, if it is known there. */
export function inWords(said, words = language()) {
  if (words !== 'de') return said;
  const [pattern, german] = GERMAN.find(([known]) => known.test(said)) ?? [];
  return pattern ? said.replace(pattern, german) : said;
}

/** "pole: einen Mast „AM-1“ gibt es nicht. Gemeint ist vielleicht „AM-01“." */
export function mistakeWords({ field, message, hint }) {
  return h(
    'p',
    { class: 'mistake-words' },
    field ? h('code', {}, field) : null,
    field ? ' ' : null,
    h('b', {}, sentence(inWords(message))),
    ' ',
    h('span', { class: 'note' }, t('registry.hint', { hint: sentence(inWords(hint)) })),
  );
}

function sentence(text) {
  const first = text.slice(0, 1).toUpperCase() + text.slice(1);
  return /[.?!…]$/.test(first) ? first : `${first}.`;
}
