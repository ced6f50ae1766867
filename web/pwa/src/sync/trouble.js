// What kind of trouble an error is: the sync's phase and a code for strings.js and the report. Pure.

/** Whether the browser refused to store something because there is no room. */
export function isStorageFull(error) {
  return [error?.name, error?.reason, error?.message, error?.cause?.name, error?.result?.errors?.[0]?.reason]
    .some((text) => /quota/i.test(String(text ?? '')));
}

/** Whether it is the storage that failed, whatever the reason: an adapter whose database was closed under it fails in many ways. */
export function isStorageBroken(error) {
  return ['indexed_db_went_bad', 'InvalidStateError', 'AbortError', 'TypeError', 'UnknownError'].includes(error?.name);
}

/** "sign_in", "offline" or "failing"; a replica's errors come from its worker with a name and a status only. */
export function phaseOf(error) {
  if (error.name === 'SignInNeeded' || error.status === 401) return 'sign_in';
  return error.name === 'Unreachable' ? 'offline' : 'failing';
}

/** "storage_full", "refused" (this account may not), "server" (it is in trouble) or "other". */
export function codeOf(error) {
  if (isStorageFull(error)) return 'storage_full';
  if (error.status === 403) return 'refused';
  return error.status >= 500 && error.name !== 'indexed_db_went_bad' ? 'server' : 'other';
}
