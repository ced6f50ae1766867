// How far a first sync is and how long it still takes, from the share that has come.

/** Counts what comes; `tell` hears {stage, documents, documents_total, bytes, bytes_total, seconds_left}. */
export class Progress {
  constructor(stage, tell, {documents = null, bytes = null} = {}, clock = () => performance.now()) {
    this.stage = stage;
    this.tell = tell;
    this.total = {documents, bytes};
    this.clock = clock;
    this.started = clock();
    this.documents = 0;
    this.bytes = 0;
  }

  /** So many documents have come; `share` (0 to 1) of everything, by bytes where the total is known. */
  reach(documents, bytes = this.bytes) {
    this.documents = documents;
    this.bytes = bytes;
    const {documents: documents_total, bytes: bytes_total} = this.total;
    const share = bytes_total ? bytes / bytes_total : documents_total ? documents / documents_total : 0;
    const seconds = (this.clock() - this.started) / 1000;
    const seconds_left = share > 0 ? Math.max(0, Math.round((seconds / Math.min(1, share) - seconds) * 10) / 10) : null;
    this.tell({stage: this.stage, documents, documents_total, bytes, bytes_total, seconds_left});
  }
}
