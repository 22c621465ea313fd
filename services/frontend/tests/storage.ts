import { PageStorage } from "../lib/page-storage.ts";

/** What a browser keeps, in memory. */
export function memoryStorage(): PageStorage {
  const kept = new Map<string, string>();
  const browser: Storage = {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    getItem: (name) => kept.get(name) ?? null,
    key: (place) => [...kept.keys()][place] ?? null,
    removeItem: (name) => void kept.delete(name),
    setItem: (name, value) => void kept.set(name, value),
  };
  return new PageStorage(() => browser);
}

/** A browser that keeps nothing, as in some private windows. */
export function deniedStorage(): PageStorage {
  return new PageStorage(() => {
    throw new DOMException("denied", "SecurityError");
  });
}
