import { useCallback, useEffect, useState } from "react";
import type { Connection } from "@/lib/api/request.ts";
import { submitAnswer } from "@/lib/api/survey.ts";
import type { Answer } from "@/lib/api/types.ts";
import { admitted, deliver, OUTBOX_KEY, type Outbox, restored } from "@/lib/outbox.ts";
import { randomId } from "@/lib/random-id.ts";

export type Draft = Omit<Answer, "id">;

/** This person's one answer: kept, sent until acknowledged, the same in every tab. */
export function useOutbox(gateway: Connection): { outbox: Outbox; submit: (draft: Draft) => void } {
  const [outbox, setOutbox] = useState<Outbox>(() => restored(localStorage));
  const pending = outbox.state === "pending" ? outbox.answer.id : null;

  useEffect(() => {
    const kept = restored(localStorage);
    if (pending === null || kept.state !== "pending") return;
    const leaving = new AbortController();
    const send = (answer: Answer, signal: AbortSignal) => submitAnswer(answer, gateway, signal);
    void deliver(kept.answer, send, localStorage, setOutbox, leaving.signal);
    return () => leaving.abort();
  }, [pending, gateway]);

  useEffect(() => {
    const changed = (event: StorageEvent) => {
      if (event.key === OUTBOX_KEY) setOutbox(restored(localStorage));
    };
    window.addEventListener("storage", changed);
    return () => window.removeEventListener("storage", changed);
  }, []);

  const submit = useCallback(
    (draft: Draft) => setOutbox(admitted(localStorage, { id: randomId(), ...draft })),
    [],
  );
  return { outbox, submit };
}
