"use client";

import { useState } from "react";
import { Masthead } from "@/components/shell/masthead.tsx";
import { NoticePlace } from "@/components/shell/notice-place.tsx";
import { useAnswer } from "@/hooks/use-answer.ts";
import { useFocusWhenChanged } from "@/hooks/use-focus-when-changed.ts";
import { useMode } from "@/hooks/use-mode.ts";
import { useSession } from "@/hooks/use-session.tsx";
import { useSurvey } from "@/hooks/use-survey.ts";
import { AnswerKept } from "./answer-kept.tsx";
import { ConnectionState } from "./connection-state.tsx";
import { Quiz } from "./quiz.tsx";
import { Survey } from "./survey.tsx";
import { SurveyOpen } from "./survey-open.tsx";

/** The phone in somebody's hand: the quiz, then the survey, as the show goes. */
export function Audience() {
  const { runtime, gateway, inBrowser, inTab } = useSession();
  const { mode, failure } = useMode(runtime.api, inTab);
  const answering = useAnswer(gateway, runtime.model);
  const survey = useSurvey(gateway, inBrowser);
  const [question, setQuestion] = useState("");
  const [following, setFollowing] = useState(true);

  // Nobody's answer or half a question is taken off the screen: the survey then waits behind a button.
  const occupied = answering.answer.phase !== "idle" || question.trim() !== "";
  const showSurvey = mode === "survey" && !(occupied && following);
  const heading = useFocusWhenChanged<HTMLHeadingElement>(showSurvey ? partOf(survey.outbox.state) : "quiz");

  return (
    <>
      <Masthead>
        <ConnectionState failure={failure} />
      </Masthead>
      <main>
        <NoticePlace>
          {mode === "survey" && !showSurvey ? <SurveyOpen onGo={() => setFollowing(false)} /> : null}
          {showSurvey ? null : <AnswerKept outbox={survey.outbox} />}
        </NoticePlace>
        {showSurvey ? (
          <Survey {...survey} heading={heading} />
        ) : (
          <Quiz {...answering} question={question} onQuestion={setQuestion} heading={heading} />
        )}
      </main>
    </>
  );
}

const partOf = (state: ReturnType<typeof useSurvey>["outbox"]["state"]) =>
  state === "empty" || state === "returned" ? "form" : "delivery";
