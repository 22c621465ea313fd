import type { DrawRequest } from "./api/types.ts";
import type { PageStorage } from "./page-storage.ts";
import { randomId } from "./random-id.ts";

const KEPT = "draw";

type Kept = { request: DrawRequest; after: number };

/**
 * The draw to ask for. Where one of as many winners is under way after the same draw, it is that one: a repeated press
 * or a reloaded page never draws twice. `after` is the number of the newest draw that the page knows, 0 for none.
 */
export function drawRequest(
  storage: PageStorage,
  winners: NonNullable<DrawRequest["winners"]>,
  after: number,
): DrawRequest {
  const kept = read(storage);
  if (kept?.request?.winners === winners && kept.after === after) return kept.request;
  const request: DrawRequest = { id: randomId(), winners };
  storage.write(KEPT, JSON.stringify({ request, after } satisfies Kept));
  return request;
}

/** The draw is done, or was refused for good: the next press is another one. */
export function drawDone(storage: PageStorage): void {
  storage.forget(KEPT);
}

function read(storage: PageStorage): Partial<Kept> | null {
  try {
    return JSON.parse(storage.read(KEPT) ?? "null") as Partial<Kept> | null;
  } catch {
    return null;
  }
}
