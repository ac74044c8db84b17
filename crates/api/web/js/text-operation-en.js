/** English texts of the view Operations: fleet, live feed, causes. */
export const en = {
  ago: '{span} ago',
  'devices.seen': 'heard', 'devices.battery': 'Battery', 'devices.clock': 'Clock', 'devices.remarks': 'Remarks', 'devices.refused': 'Quarantine', 'devices.signal': 'Reception', 'devices.scroll': 'Devices; arrow keys lead from row to row',
  'devices.frames': '{n} frames', 'devices.every': 'every {span}', 'devices.andMore': '{name} + {n}', 'devices.further': '+ {n} more', 'devices.clock.right': 'right', 'devices.clock.slow': 'slow', 'devices.clock.fast': 'fast',
  'feed.title': 'Live', 'feed.note': 'messages as they come', 'feed.search': 'Find device, pole, property', 'feed.remarked': 'with remarks only', 'feed.pause': 'Pause', 'feed.go': 'Go on', 'feed.paused': 'paused', 'feed.empty': 'The next message that fits shows here.', 'feed.came': '{n} messages since the list began', 'feed.left': '{n} of them left out, as more comes than can be read', 'feed.all': 'all of them shown', 'feed.missed': '{n} further values were not sent by the service',
  'ledger.pending': '{n} pending',
  'history.message': 'Newest message', 'history.asItCame': 'as it came', 'history.heard': 'Receptions: {n}', 'history.corrected': 'Corrected quarters of an hour', 'history.day': 'last 24 hours', 'history.noneCorrected': 'None.', 'history.peers': 'Beside its neighbours', 'history.peersNote': 'hourly means of the pole and median of the poles around', 'history.noPeers': 'no hour that can be compared yet', 'history.beside': 'around it {median}, of {poles} of {around} poles, {hours}', 'history.marked': '{n} of {hours} hours conspicuous',
  'fleet.views': 'View', 'fleet.all': 'all', 'fleet.attention': 'conspicuous', 'fleet.silent': 'silent', 'fleet.battery': 'battery low', 'fleet.radio': 'radio poor', 'fleet.clock': 'clock wrong', 'fleet.refused': 'quarantine',
  'fleet.keep': 'Keep this view', 'fleet.keepIt': 'Keep', 'fleet.name': 'Name of the view', 'fleet.kept': 'stays in this browser', 'fleet.drop': 'Forget the view “{name}”', 'fleet.sort': 'Sort by', 'fleet.byAttention': 'urgency', 'fleet.table': 'As a table (CSV)',
};
