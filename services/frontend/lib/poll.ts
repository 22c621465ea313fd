import { type ApiFailure, asFailure } from "./api/failure.ts";
import { backoffSeconds, pause } from "./backoff.ts";

export const MAX_POLL_SECONDS = 30;

export type Poll<T> = {
  ask: (signal: AbortSignal) => Promise<T>;
  everySeconds: number;
  onAnswer: (answer: T) => void;
  /** Called at each failure in a row; the next success calls `onAnswer`. */
  onFailure: (failure: ApiFailure) => void;
};

/** Asks until aborted: every `everySeconds`, and after failures more rarely, never sooner than Retry-After says. */
export async function poll<T>(
  { ask, everySeconds, onAnswer, onFailure }: Poll<T>,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let wait = everySeconds;
    try {
      const answer = await ask(signal);
      failures = 0;
      if (!signal.aborted) onAnswer(answer);
    } catch (thrown) {
      if (signal.aborted) return;
      const failure = asFailure(thrown);
      failures += 1;
      wait = backoffSeconds(failures, everySeconds, MAX_POLL_SECONDS);
      if (failure.kind === "busy") wait = Math.max(wait, failure.retryAfterSeconds);
      onFailure(failure);
    }
    await pause(wait, signal).catch(() => undefined);
  }
}
