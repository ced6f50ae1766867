function (doc) {
  if (doc.type === "fleet_sample" && doc.rep && Array.isArray(doc.lines)) {
    doc.lines.forEach(function (line) {
      emit([doc.account, line.rank, line.device], {
        rep: doc.rep, account: doc.account, territory: doc.territory, line: line
      });
    });
  }
}
