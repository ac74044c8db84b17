/** Records for reference managers. Pure: no clock, no page. */

/**
 * @typedef {object} Source
 * @property {string} title what and how much
 * @property {string} publisher
 * @property {string|null} licence its IRI
 * @property {string} link
 * @property {number} asOf as of when, UTC ms
 * @property {string} method id/version
 */

/** A record for BibTeX and BibLaTeX. */
export function bibtex({ title, publisher, licence, link, asOf, method }) {
  const day = new Date(asOf).toISOString().slice(0, 10);
  const fields = [
    ['title', `{${plain(title)}}`],
    ['author', `{${plain(publisher)}}`],
    ['year', day.slice(0, 4)],
    ['url', link],
    ['urldate', day],
    ['note', plain([`Stand ${new Date(asOf).toISOString()}`, `Methode ${method}`, licence].filter(Boolean).join('; '))],
  ];
  const key = `smartpole-${day}-${shortHash(link)}`;
  return `@misc{${key},\n${fields.map(([name, value]) => `  ${name} = {${value}},\n`).join('')}}\n`;
}

/** A record by RIS (Research Information Systems), as most reference managers read it. */
export function ris({ title, publisher, licence, link, asOf, method }) {
  const iso = new Date(asOf).toISOString();
  const lines = [
    ['TY', 'DATA'],
    ['TI', title],
    ['AU', publisher],
    ['PB', publisher],
    ['PY', iso.slice(0, 4)],
    ['DA', iso.slice(0, 10).replaceAll('-', '/')],
    ['UR', link],
    ['N1', [`Stand ${iso}`, `Methode ${method}`, licence].filter(Boolean).join('; ')],
    ['ER', ''],
  ];
  return lines.map(([tag, value]) => `${tag}  - ${oneLine(value)}\r\n`).join('');
}

function oneLine(text) {
  return text.replace(/\s+/g, ' ').trim();
}

/** What TeX would take for a command stays a letter. */
function plain(text) {
  return oneLine(text)
    .replace(/[\\{}]/g, '')
    .replace(/[#$%&_~^]/g, (sign) => ({ '~': '\\textasciitilde{}', '^': '\\textasciicircum{}' })[sign] ?? `\\${sign}`);
}

/** Tells records of one day apart: FNV-1a of the address. */
function shortHash(text) {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}
