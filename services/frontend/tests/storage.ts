/** What a browser keeps, in memory. */
export function memoryStorage(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    getItem: (name) => kept.get(name) ?? null,
    key: (place) => [...kept.keys()][place] ?? null,
    removeItem: (name) => void kept.delete(name),
    setItem: (name, value) => void kept.set(name, value),
  };
}

/** A browser that keeps nothing, as in some private windows. */
export function deniedStorage(): Storage {
  const deny = () => {
    throw new DOMException("denied", "SecurityError");
  };
  return { length: 0, clear: deny, getItem: deny, key: deny, removeItem: deny, setItem: deny };
}
