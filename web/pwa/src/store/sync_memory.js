// When this device last synced and was last known to be signed in, over a restart.

const name = (rep) => `roadbook.sync.${rep}`;

/** {read(), write({at, signed_in_at})} for a Sync. */
export function syncMemory(rep, storage = localStorage) {
  return {
    read() {
      try {
        const {at = null, signed_in_at = null} = JSON.parse(storage.getItem(name(rep))) ?? {};
        return {at, signed_in_at};
      } catch {
        return {};
      }
    },
    write(state) {
      try {
        storage.setItem(name(rep), JSON.stringify(state));
      } catch { /* no room: the next sync says it again */ }
    },
  };
}

/** Nothing of a rep is here any more; `leftAt` where the rep meant that. */
export function forgetSync(rep, {leftAt = null, storage = localStorage} = {}) {
  storage.removeItem(name(rep));
  if (leftAt) storage.setItem(`roadbook.left.${rep}`, leftAt.toISOString());
}

/** When the rep left this device last, as text; null: never. */
export function leftAt(rep, storage = localStorage) {
  return storage.getItem(`roadbook.left.${rep}`);
}
