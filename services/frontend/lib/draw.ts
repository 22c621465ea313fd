import type { DrawRequest } from "./api/types.ts";
import { randomId } from "./random-id.ts";

const KEPT = "headway:draw";

/** The draw under way: a repeated press or a reloaded page asks for the same one, and never draws twice. */
export function drawRequest(storage: Storage, winners: DrawRequest["winners"]): DrawRequest {
  const kept = storage.getItem(KEPT);
  if (kept) return JSON.parse(kept) as DrawRequest;
  const request: DrawRequest = { id: randomId(), ...(winners && { winners }) };
  storage.setItem(KEPT, JSON.stringify(request));
  return request;
}

/** The draw is done, or was refused for good: the next press is another one. */
export function drawDone(storage: Storage): void {
  storage.removeItem(KEPT);
}
