/**
 * Texts by name that a page keeps in the browser. Where the browser denies it (private windows, webviews without storage)
 * or has no room left, they last as long as the page; nothing here throws.
 */
export class PageStorage {
  readonly #open: () => Storage;
  readonly #prefix: string;
  readonly #notTaken = new Map<string, string>();

  /** `open` may throw, and is asked each time: the storage of a browser is not there while a page is built. */
  constructor(open: () => Storage, prefix = "headway:") {
    this.#open = open;
    this.#prefix = prefix;
  }

  /** The part for one run of a show; without a name it is this one. */
  ofRun(run: string): PageStorage {
    return run ? new PageStorage(this.#open, `${this.#prefix}${run}:`) : this;
  }

  /** The name under which the browser keeps `name`, as its `storage` events say it. */
  browserName(name: string): string {
    return this.#prefix + name;
  }

  read(name: string): string | null {
    const here = this.#notTaken.get(name);
    if (here !== undefined) return here;
    try {
      return this.#open().getItem(this.browserName(name));
    } catch {
      return null;
    }
  }

  write(name: string, text: string): void {
    try {
      this.#open().setItem(this.browserName(name), text);
      this.#notTaken.delete(name);
    } catch {
      this.#notTaken.set(name, text);
    }
  }

  /** Whether what was written under `name` outlives the page. */
  lasts(name: string): boolean {
    return !this.#notTaken.has(name);
  }

  forget(name: string): void {
    this.#notTaken.delete(name);
    try {
      this.#open().removeItem(this.browserName(name));
    } catch {
      // The browser keeps nothing, so there is nothing to forget.
    }
  }
}

/** For all tabs of this browser. */
export const browserStorage = new PageStorage(() => window.localStorage);
/** For this tab, over reloads. */
export const tabStorage = new PageStorage(() => window.sessionStorage);
