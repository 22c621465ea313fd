import type { AnswerState } from "@/hooks/use-answer.ts";

type Shown = Exclude<AnswerState, { phase: "idle" }>;

/** Question and answer, as plain text whatever they hold. A screen reader reads the answer once it is complete. */
export function AnswerCard({ answer }: { answer: Shown }) {
  const busy = answer.phase === "waiting" || answer.phase === "streaming";
  return (
    <article
      className={answer.phase === "failed" && !answer.text ? "answer answer-none" : "answer"}
      aria-labelledby="asked"
    >
      <h2 id="asked">{answer.question}</h2>
      {/* There from the start, or screen readers would miss what comes into it. */}
      <div className="answer-text" aria-live="polite" aria-busy={busy}>
        {answer.text}
        {busy ? <span className="caret" aria-hidden="true" /> : null}
      </div>
      {answer.phase === "stopped" ? <p className="aside">Stopped by you.</p> : null}
    </article>
  );
}
