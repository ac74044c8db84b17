/** German texts of the view Betrieb: fleet, live feed, causes. */
export const de = {
  ago: 'vor {span}',
  'devices.seen': 'gehört', 'devices.battery': 'Batterie', 'devices.clock': 'Uhr', 'devices.remarks': 'Hinweise', 'devices.refused': 'Quarantäne', 'devices.signal': 'Empfang', 'devices.scroll': 'Geräte; mit den Pfeiltasten von Zeile zu Zeile',
  'devices.frames': '{n} Frames', 'devices.every': 'alle {span}', 'devices.andMore': '{name} + {n}', 'devices.further': '+ {n} weitere', 'devices.clock.right': 'richtig', 'devices.clock.slow': 'geht nach', 'devices.clock.fast': 'geht vor',
  'feed.title': 'Live', 'feed.note': 'Nachrichten, wie sie kommen', 'feed.search': 'Gerät, Mast, Messgröße suchen', 'feed.remarked': 'nur mit Hinweisen', 'feed.pause': 'Anhalten', 'feed.go': 'Weiter', 'feed.paused': 'angehalten', 'feed.empty': 'Hier erscheint die nächste Nachricht, die zur Auswahl passt.', 'feed.came': '{n} Nachrichten, seit die Liste läuft', 'feed.left': '{n} davon ausgelassen, weil mehr kommt, als man lesen kann', 'feed.all': 'alle gezeigt', 'feed.missed': '{n} Messwerte schickte der Dienst nicht',
  'ledger.pending': '{n} ausstehend',
  'fleet.views': 'Ansicht', 'fleet.all': 'alle', 'fleet.attention': 'auffällig', 'fleet.silent': 'stumm', 'fleet.battery': 'Batterie schwach', 'fleet.radio': 'Funk schlecht', 'fleet.clock': 'Uhr falsch', 'fleet.refused': 'Quarantäne',
  'fleet.keep': 'Ansicht merken', 'fleet.keepIt': 'Merken', 'fleet.name': 'Name der Ansicht', 'fleet.kept': 'bleibt in diesem Browser', 'fleet.drop': 'Ansicht „{name}“ vergessen', 'fleet.sort': 'Sortieren nach', 'fleet.byAttention': 'Dringlichkeit', 'fleet.table': 'Als Tabelle (CSV)',
};
