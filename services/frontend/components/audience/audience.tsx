"use client";

import { useState } from "react";
import { Button } from "react-aria-components/Button";
import { Masthead } from "@/components/shell/masthead.tsx";
import { Notice } from "@/components/shell/notice.tsx";
import { useAnswer } from "@/hooks/use-answer.ts";
import { usePoll } from "@/hooks/use-poll.ts";
import { useSession } from "@/hooks/use-session.tsx";
import { mode } from "@/lib/api/survey.ts";
import { ConnectionState } from "./connection-state.tsx";
import { Quiz } from "./quiz.tsx";
import { Survey } from "./survey.tsx";

const MODE_SECONDS = 3;

/** The phone in somebody's hand: the quiz, then the survey, as the show goes. */
export function Audience() {
  const { runtime, gateway } = useSession();
  const asked = usePoll((signal) => mode(runtime.api, signal), MODE_SECONDS);
  const answering = useAnswer(gateway, runtime.model);
  const [following, setFollowing] = useState(true);

  const current = asked.answer ?? "quiz";
  // Nobody's answer is taken off the screen: the survey then waits behind a button.
  const reading = answering.answer.phase !== "idle";
  const showSurvey = current === "survey" && !(reading && following);

  return (
    <>
      <Masthead>
        <ConnectionState failure={asked.failure} />
      </Masthead>
      <main>
        {current === "survey" && !showSurvey ? (
          <Notice tone="good" title="The survey is open">
            <Button className="primary" onPress={() => setFollowing(false)}>
              Go to the survey
            </Button>
          </Notice>
        ) : null}
        {showSurvey ? <Survey /> : <Quiz {...answering} />}
      </main>
    </>
  );
}
