import { type Connection, callJson } from "./request.ts";
import type { Announcement, Answer, Draw, DrawRequest, Mode, Receipt } from "./types.ts";

export function submitAnswer(answer: Answer, to: Connection, signal?: AbortSignal): Promise<Receipt> {
  return callJson<Receipt>(to, "/api/survey/submit", {
    method: "POST",
    body: answer,
    ...(signal && { signal }),
  });
}

export function winners(to: Connection, signal?: AbortSignal): Promise<Announcement> {
  return callJson<Announcement>(to, "/api/survey/winners", { ...(signal && { signal }) });
}

export function drawWinners(request: DrawRequest, to: Connection): Promise<Draw> {
  return callJson<Draw>(to, "/api/survey/winners", { method: "POST", body: request });
}

/** The mode of the page. It needs no key. */
export async function mode(base: string, signal: AbortSignal): Promise<Mode> {
  return (await callJson<{ mode: Mode }>({ base, key: null }, "/config", { signal })).mode;
}
