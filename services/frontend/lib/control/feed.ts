import { failureOf } from "../api/failure.ts";
import { backoffSeconds, pause } from "../backoff.ts";
import { eventsOf } from "../event-stream.ts";
import type { Message } from "./view.ts";

const MAX_RECONNECT_SECONDS = 10;
/** The server says something each second; silence this long is a dead connection that nobody closed. */
export const SILENCE_SECONDS = 8;

const EVENTS: ReadonlySet<string> = new Set(["hello", "state", "scaling", "chaos"]);

/**
 * Follows the control server's events until aborted, connecting again whenever it must.
 * `fetch` rather than `EventSource`: it tells a refused token from a lost network, and gives up on silence.
 */
export async function follow(
  base: string,
  token: string | null,
  tell: (message: Message) => void,
  signal: AbortSignal,
  silenceSeconds = SILENCE_SECONDS,
): Promise<void> {
  for (let failures = 1; !signal.aborted; failures++) {
    const refused = await connect(base, token, silenceSeconds, signal, (message) => {
      failures = 0;
      tell(message);
    }).catch(() => false);
    if (signal.aborted) return;
    tell({ event: "link", data: refused ? "refused" : "reconnecting" });
    await pause(backoffSeconds(failures, 0.5, MAX_RECONNECT_SECONDS), signal).catch(() => undefined);
  }
}

/** One connection, until it ends. True if the server does not know the token. */
async function connect(
  base: string,
  token: string | null,
  silenceSeconds: number,
  signal: AbortSignal,
  tell: (message: Message) => void,
): Promise<boolean> {
  const ended = new AbortController();
  const end = () => ended.abort();
  signal.addEventListener("abort", end);
  let watch = setTimeout(end, silenceSeconds * 1000);
  try {
    const response = await fetch(`${base}/control/events?token=${encodeURIComponent(token ?? "")}`, {
      signal: ended.signal,
      cache: "no-store",
    });
    if (!response.ok || !response.body) return (await failureOf(response)).kind === "refused";
    for await (const { event, data } of eventsOf(response.body)) {
      clearTimeout(watch);
      watch = setTimeout(end, silenceSeconds * 1000);
      if (EVENTS.has(event)) tell({ event, data: JSON.parse(data) } as Message);
    }
    return false;
  } finally {
    clearTimeout(watch);
    signal.removeEventListener("abort", end);
  }
}
