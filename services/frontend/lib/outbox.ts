import { either } from "./abort.ts";
import { type ApiFailure, asFailure } from "./api/failure.ts";
import type { Answer, Receipt } from "./api/types.ts";
import { backoffSeconds, pause } from "./backoff.ts";
import type { PageStorage } from "./page-storage.ts";

/**
 * What became of this person's answer. `pending`: not known to be stored, will be sent again. `stored`: the gateway
 * said so. `returned`: it will not take it as it is; nothing was stored.
 */
export type Outbox =
  | { state: "empty" }
  | { state: "pending"; answer: Answer; failure: ApiFailure | null; retryAt: number | null }
  | { state: "stored"; answer: Answer; ticket: string }
  | { state: "returned"; answer: Answer; failure: ApiFailure };

export type Submit = (answer: Answer, signal: AbortSignal) => Promise<Receipt>;

export const OUTBOX = "survey-answer";
const FIRST_RETRY_SECONDS = 1;
const MAX_RETRY_SECONDS = 30;

type Kept = { answer: Answer; ticket: string | null };

/** What an earlier visit or another tab left behind. */
export function restored(storage: PageStorage): Outbox {
  const kept = read(storage);
  if (!kept) return { state: "empty" };
  return kept.ticket
    ? { state: "stored", answer: kept.answer, ticket: kept.ticket }
    : { state: "pending", answer: kept.answer, failure: null, retryAt: null };
}

/** The answer to send: the one already under way in this browser if there is one, else `fresh`, which is kept first. */
export function admitted(storage: PageStorage, fresh: Answer): Outbox {
  const earlier = restored(storage);
  if (earlier.state !== "empty") return earlier;
  keep(storage, { answer: fresh, ticket: null });
  return { state: "pending", answer: fresh, failure: null, retryAt: null };
}

/** Sends `answer` with its one id until it is acknowledged or returned; tells each change. Ends when aborted. */
export async function deliver(
  answer: Answer,
  submit: Submit,
  storage: PageStorage,
  tell: (outbox: Outbox) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 1; !signal.aborted; failures++) {
    try {
      const receipt = await submit(answer, signal);
      keep(storage, { answer, ticket: receipt.ticket });
      return tell({ state: "stored", answer, ticket: receipt.ticket });
    } catch (thrown) {
      if (signal.aborted) return;
      const failure = asFailure(thrown);
      if (failure.kind === "rejected" || failure.kind === "conflict") {
        storage.forget(OUTBOX);
        return tell({ state: "returned", answer, failure });
      }
      const wait = waitSeconds(failure, failures);
      tell({ state: "pending", answer, failure, retryAt: Date.now() + wait * 1000 });
      await untilRetry(wait, signal);
    }
  }
}

function waitSeconds(failure: ApiFailure, failures: number): number {
  const wait = backoffSeconds(failures, FIRST_RETRY_SECONDS, MAX_RETRY_SECONDS);
  return failure.kind === "busy" ? Math.max(wait, failure.retryAfterSeconds) : wait;
}

/** The pause between two tries; it ends early when the phone is back on the network. */
async function untilRetry(seconds: number, signal: AbortSignal): Promise<void> {
  const early = new AbortController();
  const online = () => early.abort();
  globalThis.addEventListener?.("online", online, { once: true });
  await pause(seconds, either(signal, early.signal)).catch(() => undefined);
  globalThis.removeEventListener?.("online", online);
}

function keep(storage: PageStorage, kept: Kept): void {
  storage.write(OUTBOX, JSON.stringify(kept));
}

/** Null also for what is no answer of ours. */
function read(storage: PageStorage): Kept | null {
  try {
    const kept = JSON.parse(storage.read(OUTBOX) ?? "null") as Kept | null;
    return typeof kept?.answer?.id === "string" ? kept : null;
  } catch {
    return null;
  }
}
