function (doc) {
  // What QuickBooks, or the way to it, said no with: codes of QuickBooks are numbers, the others name what follows.
  var others = {retry: 1, throttle: 1, reauthorize: 1, configure: 1, park: 1, pause: 1};
  var trail = doc.trail, i, entry;
  if (doc.type !== "ledger" || !trail) { return; }
  for (i = 0; i < trail.length; i += 1) {
    entry = trail[i];
    if (entry && typeof entry.reason === "string" && (/^[0-9]+$/.test(entry.reason) || others[entry.reason] === 1)) {
      emit(entry.at, {code: entry.reason, event: entry.event});
    }
  }
}
