// A `fetch` that remembers how the last request was answered: PouchDB hides a 413 behind an error without a status.

/** {fetch, lastStatus}: give `fetch` to PouchDB. */
export function statusFetch(fetcher) {
  let status = 0;
  return {
    async fetch(url, options) {
      const answer = await fetcher(url, options);
      status = answer.status;
      return answer;
    },
    lastStatus: () => status,
  };
}
