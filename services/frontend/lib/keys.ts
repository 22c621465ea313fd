/** What a URL's fragment carries: the gateway's key of this page's reader, and the control server's token. */
export type Keys = { key: string | null; control: string | null };

const NAMES = ["key", "control"] as const;
const PREFIX = "headway:";

/**
 * Keys from the address bar's fragment, kept for this tab and taken out of the address bar, so that nobody
 * reads them from a screen or a shared link. A fragment never reaches a server.
 */
export function takeKeys(location: Location, history: History, storage: Storage): Keys {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const keys: Keys = { key: null, control: null };
  for (const name of NAMES) {
    const given = fragment.get(name);
    if (given) remember(storage, PREFIX + name, given);
    keys[name] = given || recall(storage, PREFIX + name);
  }
  if (NAMES.some((name) => fragment.has(name))) {
    history.replaceState(null, "", location.pathname + location.search);
  }
  return keys;
}

function remember(storage: Storage, name: string, value: string): void {
  try {
    storage.setItem(name, value);
  } catch {
    // Storage may be denied; the key then lasts as long as the page.
  }
}

function recall(storage: Storage, name: string): string | null {
  try {
    return storage.getItem(name);
  } catch {
    return null;
  }
}
