import { useOutbox } from "@/hooks/use-outbox.ts";
import { useSession } from "@/hooks/use-session.tsx";
import { Delivery } from "./delivery.tsx";
import { SurveyForm } from "./survey-form.tsx";
import { Winners } from "./winners.tsx";

/** The survey's form, what became of the answer, and who won. */
export function Survey() {
  const { gateway } = useSession();
  const { outbox, submit } = useOutbox(gateway);
  const ticket = outbox.state === "stored" ? outbox.ticket : null;
  return (
    <>
      <Winners ticket={ticket} />
      {outbox.state === "empty" || outbox.state === "returned" ? (
        <SurveyForm returned={outbox.state === "returned" ? outbox : null} onSubmit={submit} />
      ) : (
        <Delivery outbox={outbox} />
      )}
    </>
  );
}
