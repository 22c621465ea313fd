import type { PageStorage } from "./page-storage.ts";

/** What a URL's fragment carries: the gateway's key of this page's reader, and the control server's token. */
export type Keys = { key: string | null; control: string | null };

const NAMES = ["key", "control"] as const;

/**
 * Keys from the address bar's fragment, kept for this tab and taken out of the address bar, so that nobody
 * reads them from a screen or a shared link. A fragment never reaches a server.
 */
export function takeKeys(location: Location, history: History, storage: PageStorage): Keys {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const keys: Keys = { key: null, control: null };
  for (const name of NAMES) {
    const given = fragment.get(name);
    if (given) storage.write(name, given);
    keys[name] = given || storage.read(name);
  }
  if (NAMES.some((name) => fragment.has(name))) {
    history.replaceState(null, "", location.pathname + location.search);
  }
  return keys;
}
