// What the browser says about the room on this device. Every call may be missing; null means nobody knows.

/** {used, quota, persisted}: bytes, and whether the browser promised to keep them. */
export async function storageState(manager = globalThis.navigator?.storage) {
  if (!manager?.estimate) return null;
  const [{usage, quota}, persisted] = await Promise.all([manager.estimate(), manager.persisted?.() ?? false]);
  return {used: usage ?? null, quota: quota ?? null, persisted};
}

/** Ask the browser to keep what is stored; browsers decide by themselves, mostly once the app is installed. */
export async function askToKeep(manager = globalThis.navigator?.storage) {
  return await manager?.persist?.() ?? false;
}

/** {browser, installed}: how the browser calls itself, and whether the app is installed rather than in a tab. */
export function aboutBrowser(page = globalThis) {
  return {
    browser: (page.navigator?.userAgent ?? '').slice(0, 300),
    installed: page.matchMedia?.('(display-mode: standalone)').matches ?? false,
  };
}

/** Bytes as people read them. */
export function bytes(number, locale) {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, number)) / 3));
  return new Intl.NumberFormat(locale, {style: 'unit', unit: units[step], maximumFractionDigits: step > 1 ? 1 : 0}).format(number / 1000 ** step);
}
