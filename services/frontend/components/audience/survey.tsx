import type { RefObject } from "react";
import type { SurveyControls } from "@/hooks/use-survey.ts";
import { Delivery } from "./delivery.tsx";
import { SurveyForm } from "./survey-form.tsx";
import { Winners } from "./winners.tsx";

type Props = SurveyControls & { heading: RefObject<HTMLHeadingElement | null> };

/** The survey's form, what became of the answer, and who won. */
export function Survey({ outbox, fields, change, send, heading }: Props) {
  const ticket = outbox.state === "stored" ? outbox.ticket : null;
  return (
    <>
      <Winners ticket={ticket} />
      {outbox.state === "empty" || outbox.state === "returned" ? (
        <SurveyForm
          fields={fields}
          failure={outbox.state === "returned" ? outbox.failure : null}
          onChange={change}
          onSend={send}
          heading={heading}
        />
      ) : (
        <Delivery outbox={outbox} heading={heading} />
      )}
    </>
  );
}
