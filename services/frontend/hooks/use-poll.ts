import { useEffect, useRef, useState } from "react";
import type { ApiFailure } from "@/lib/api/failure.ts";
import { poll } from "@/lib/poll.ts";

/** The newest answer and, since then, the newest failure. */
export type Polled<T> = { answer: T | null; failure: ApiFailure | null };

/** Asks every `everySeconds` while `enabled`; the last answer stays while asking fails. */
export function usePoll<T>(
  ask: (signal: AbortSignal) => Promise<T>,
  everySeconds: number,
  enabled = true,
): Polled<T> {
  const [polled, setPolled] = useState<Polled<T>>({ answer: null, failure: null });
  const newest = useRef(ask);
  newest.current = ask;
  useEffect(() => {
    if (!enabled) return;
    const leaving = new AbortController();
    void poll(
      {
        ask: (signal) => newest.current(signal),
        everySeconds,
        onAnswer: (answer) => setPolled({ answer, failure: null }),
        onFailure: (failure) => setPolled((before) => ({ ...before, failure })),
      },
      leaving.signal,
    );
    return () => leaving.abort();
  }, [everySeconds, enabled]);
  return polled;
}
