function (doc) {
  if (doc.type === "fleet_sample" && doc.rep && Array.isArray(doc.lines)) {
    doc.lines.forEach(function (line) {
      emit([line.rank, line.state, -line.weight, doc.account, line.device], {
        rep: doc.rep, account: doc.account, territory: doc.territory, line: line
      });
    });
  }
}
