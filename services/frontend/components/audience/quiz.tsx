import { useState } from "react";
import type { AnswerControls } from "@/hooks/use-answer.ts";
import { AnswerCard } from "./answer-card.tsx";
import { AnswerNotice } from "./answer-notice.tsx";
import { QuestionForm } from "./question-form.tsx";
import { Suggestions } from "./suggestions.tsx";

/** Ask a question, read the answer as it is made. */
export function Quiz({ answer, ask, stop }: AnswerControls) {
  const [question, setQuestion] = useState("");
  const busy = answer.phase === "waiting" || answer.phase === "streaming";
  return (
    <>
      <div className="intro">
        <h1>Ask anything</h1>
        {answer.phase === "idle" ? (
          <p>A language model answers. The more of you ask, the more GPUs come in. Watch the big screen.</p>
        ) : null}
      </div>
      <QuestionForm question={question} onChange={setQuestion} busy={busy} onAsk={ask} onStop={stop} />
      {answer.phase === "idle" ? <Suggestions onPick={setQuestion} /> : <AnswerCard answer={answer} />}
      <AnswerNotice answer={answer} onAgain={ask} />
    </>
  );
}
