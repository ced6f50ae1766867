function (doc) {
  if (doc.type === "lag") {
    emit(doc.at, {lag: doc.lag, most: doc.most, unsent: doc.unsent, states: doc.states});
  }
}
