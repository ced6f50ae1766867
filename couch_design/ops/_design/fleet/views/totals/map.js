function (doc) {
  if (doc.type === "fleet_sample" && Array.isArray(doc.lines)) {
    doc.lines.forEach(function (line) {
      var where = doc.rep ? "reps" : doc.database;
      emit([where, "lag"], line.lag || 0);
      emit([where, "lines"], 1);
      emit([where, "behind"], line.lag > 0 ? 1 : 0);
      emit([where, "unsent"], line.unsent || 0);
    });
  }
}
