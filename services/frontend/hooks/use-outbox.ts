import { useCallback, useEffect, useState } from "react";
import type { Connection } from "@/lib/api/request.ts";
import { submitAnswer } from "@/lib/api/survey.ts";
import type { Answer } from "@/lib/api/types.ts";
import { admitted, deliver, OUTBOX, type Outbox, restored } from "@/lib/outbox.ts";
import type { PageStorage } from "@/lib/page-storage.ts";
import { randomId } from "@/lib/random-id.ts";

export type Draft = Omit<Answer, "id">;

/** This person's one answer: kept, sent until acknowledged, the same in every tab. */
export function useOutbox(
  gateway: Connection,
  storage: PageStorage,
): { outbox: Outbox; submit: (draft: Draft) => void } {
  const [outbox, setOutbox] = useState<Outbox>(() => restored(storage));
  const pending = outbox.state === "pending" ? outbox.answer : null;

  useEffect(() => {
    if (pending === null) return;
    const leaving = new AbortController();
    const send = (answer: Answer, signal: AbortSignal) => submitAnswer(answer, gateway, signal);
    void deliver(pending, send, storage, setOutbox, leaving.signal);
    return () => leaving.abort();
  }, [pending, gateway, storage]);

  useEffect(() => {
    const changed = (event: StorageEvent) => {
      if (event.key === storage.browserName(OUTBOX)) setOutbox(unlessUnderWay(restored(storage)));
    };
    window.addEventListener("storage", changed);
    return () => window.removeEventListener("storage", changed);
  }, [storage]);

  const submit = useCallback(
    (draft: Draft) => setOutbox(unlessUnderWay(admitted(storage, { id: randomId(), ...draft }))),
    [storage],
  );
  return { outbox, submit };
}

/** `found`, except that an answer which is being sent already goes on as it is. */
function unlessUnderWay(found: Outbox): (before: Outbox) => Outbox {
  return (before) =>
    before.state === "pending" && found.state === "pending" && before.answer.id === found.answer.id
      ? before
      : found;
}
