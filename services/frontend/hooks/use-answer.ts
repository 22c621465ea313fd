import { useCallback, useEffect, useRef, useState } from "react";
import { answerTo } from "@/lib/api/chat.ts";
import { type ApiFailure, asFailure } from "@/lib/api/failure.ts";
import type { Connection } from "@/lib/api/request.ts";

/** `waiting`: asked, no word yet. `stopped`: by the person. A failure keeps the words that had come. */
export type AnswerState =
  | { phase: "idle" }
  | { phase: "waiting" | "streaming" | "stopped" | "done"; question: string; text: string }
  | { phase: "failed"; question: string; text: string; failure: ApiFailure; retryAt: number | null };

export type AnswerControls = { answer: AnswerState; ask: (question: string) => void; stop: () => void };

/** One question at a time: asking again leaves the earlier answer. */
export function useAnswer(gateway: Connection, model = ""): AnswerControls {
  const [answer, setAnswer] = useState<AnswerState>({ phase: "idle" });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const ask = useCallback(
    (question: string) => {
      running.current?.abort();
      const leaving = new AbortController();
      running.current = leaving;
      void follow(question, gateway, model, leaving.signal, setAnswer);
    },
    [gateway, model],
  );
  const stop = useCallback(() => {
    running.current?.abort();
    setAnswer((before) =>
      before.phase === "waiting" || before.phase === "streaming" ? { ...before, phase: "stopped" } : before,
    );
  }, []);
  return { answer, ask, stop };
}

async function follow(
  question: string,
  gateway: Connection,
  model: string,
  signal: AbortSignal,
  tell: (answer: AnswerState) => void,
): Promise<void> {
  let text = "";
  tell({ phase: "waiting", question, text });
  try {
    for await (const piece of answerTo(question, gateway, signal, model)) {
      if (signal.aborted) return;
      text += piece;
      tell({ phase: "streaming", question, text });
    }
    if (!signal.aborted) tell({ phase: "done", question, text });
  } catch (thrown) {
    if (signal.aborted) return;
    const failure = asFailure(thrown);
    const retryAt = failure.kind === "busy" ? Date.now() + failure.retryAfterSeconds * 1000 : null;
    tell({ phase: "failed", question, text, failure, retryAt });
  }
}
