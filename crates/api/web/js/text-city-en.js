/** English texts of the public page: themes, explanations, sharing, foot. */
export const en = {
  'explain.what': 'What does that mean?', 'explain.exactly': 'Computed exactly: method with source',
  'themes.title': 'Warmth, sound, soil', 'themes.note': 'newest values at the poles', 'themes.warmth': 'Air temperature', 'themes.noise': 'Sound level', 'themes.soil': 'Soil moisture at trees', 'themes.ground': 'Soil temperature', 'themes.water': 'Water level', 'themes.parking': 'Parking spaces', 'themes.charging': 'Charging points',
  'themes.high': 'highest', 'themes.low': 'lowest', 'themes.at': '{place}', 'themes.everywhere': 'at all {n} poles', 'themes.free': 'of {n} free', 'themes.asOf': 'as of {time}', 'themes.sensor': 'one sensor', 'themes.sensors': '{n} sensors', 'themes.old': '{n} without a new value',
  'share.page': 'Share this page', 'share.panel': 'Copy link', 'share.done': 'Link copied', 'share.failed': 'The link is in the address bar.',
  'foot.label': 'About this page', 'foot.login': 'Log in', 'foot.logout': 'Log out', 'foot.account': 'Account {name}', 'foot.easy': 'Easy German', 'foot.plain': 'Table without JavaScript', 'foot.data': 'Open data', 'foot.imprint': 'Imprint', 'foot.privacy': 'Privacy', 'foot.accessibility': 'Accessibility', 'foot.processing': 'Data processed', 'foot.report': 'Report a mistake',
  'foot.publisher': 'Publisher: {name}', 'foot.licence': 'Licence of the data: {name}', 'foot.honest': 'No cookies, no requests to other hosts.',
  'method.use.title': 'Use it', 'method.use': 'Free to use if the source is named, as a table for a spreadsheet or for programs.', 'method.use.poles': 'Poles as CSV', 'method.use.counts': 'Crossings as CSV', 'method.use.catalogue': 'Catalogue (DCAT-AP.de)', 'method.use.sta': 'SensorThings', 'method.use.embed': 'Show it on your own page',
  'today.counted': '{share} of the day until then counted', 'today.noCourse': 'The course appears once a full hour is counted.',
  'embed.unknown': 'There is no zone “{zone}” here.', 'embed.air': 'air {air}', 'city.asOf': 'as of {time}',
  'squares.than': 'usual {n}',
};
