/** German texts of the public page: themes, explanations, sharing, foot. */
export const de = {
  'explain.what': 'Was bedeutet das?', 'explain.exactly': 'Genau gerechnet: Methode mit Quelle',
  'themes.title': 'Wärme, Geräusche, Boden', 'themes.note': 'neueste Werte an den Masten', 'themes.warmth': 'Lufttemperatur', 'themes.noise': 'Schallpegel', 'themes.soil': 'Bodenfeuchte an Bäumen', 'themes.ground': 'Bodentemperatur', 'themes.water': 'Wasserstand', 'themes.parking': 'Stellplätze', 'themes.charging': 'Ladepunkte',
  'themes.high': 'am höchsten', 'themes.low': 'am niedrigsten', 'themes.at': '{place}', 'themes.everywhere': 'an allen {n} Masten', 'themes.free': 'von {n} frei', 'themes.asOf': 'Stand {time}', 'themes.sensor': 'ein Sensor', 'themes.sensors': '{n} Sensoren', 'themes.old': '{n} ohne neuen Wert',
  'share.page': 'Seite teilen', 'share.panel': 'Link kopieren', 'share.done': 'Link kopiert', 'share.failed': 'Die Adresse steht in der Adresszeile.',
  'foot.label': 'Über diese Seite', 'foot.login': 'Anmelden', 'foot.logout': 'Abmelden', 'foot.account': 'Konto {name}', 'foot.easy': 'Leichte Sprache', 'foot.plain': 'Tabelle ohne JavaScript', 'foot.data': 'Offene Daten', 'foot.imprint': 'Impressum', 'foot.privacy': 'Datenschutz', 'foot.accessibility': 'Barrierefreiheit', 'foot.processing': 'Verarbeitete Daten', 'foot.report': 'Fehler melden',
  'foot.publisher': 'Herausgeber: {name}', 'foot.licence': 'Lizenz der Daten: {name}', 'foot.honest': 'Keine Cookies, keine Anfragen an andere Anbieter.',
  'method.use.title': 'Nutzen', 'method.use': 'Frei zu verwenden mit Nennung der Quelle, als Tabelle für die Tabellenkalkulation oder für Programme.', 'method.use.poles': 'Masten als CSV', 'method.use.counts': 'Querungen als CSV', 'method.use.catalogue': 'Katalog (DCAT-AP.de)', 'method.use.sta': 'SensorThings', 'method.use.embed': 'Auf der eigenen Seite zeigen',
  'today.counted': '{share} des Tages bis dahin gezählt', 'today.noCourse': 'Der Verlauf erscheint, sobald eine volle Stunde gezählt ist.',
  'embed.unknown': 'Hier gibt es keine Zone „{zone}“.', 'embed.air': 'Luft {air}', 'city.asOf': 'Stand {time}',
  'squares.than': 'üblich {n}',
};
