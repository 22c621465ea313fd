import type { RefObject } from "react";
import type { AnswerControls } from "@/hooks/use-answer.ts";
import { AnswerCard } from "./answer-card.tsx";
import { AnswerNotice } from "./answer-notice.tsx";
import { QuestionForm } from "./question-form.tsx";
import { Suggestions } from "./suggestions.tsx";

type Props = AnswerControls & {
  /** What stands in the field. */
  question: string;
  onQuestion: (question: string) => void;
  heading: RefObject<HTMLHeadingElement | null>;
};

/** Ask a question, read the answer as it is made. */
export function Quiz({ answer, ask, stop, question, onQuestion, heading }: Props) {
  const busy = answer.phase === "waiting" || answer.phase === "streaming";
  return (
    <>
      <div className="intro">
        <h1 ref={heading} tabIndex={-1}>
          Ask anything
        </h1>
        {answer.phase === "idle" ? (
          <p>A language model answers. The more of you ask, the more GPUs come in. Watch the big screen.</p>
        ) : null}
      </div>
      <QuestionForm question={question} onChange={onQuestion} busy={busy} onAsk={ask} onStop={stop} />
      {answer.phase === "idle" ? <Suggestions onPick={onQuestion} /> : <AnswerCard answer={answer} />}
      <AnswerNotice answer={answer} onAgain={ask} />
    </>
  );
}
