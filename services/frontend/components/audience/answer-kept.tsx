import { Notice } from "@/components/shell/notice.tsx";
import type { Outbox } from "@/lib/outbox.ts";
import { KeptUntilStored } from "./kept-until-stored.tsx";

/** What became of the survey answer, for as long as phones show the quiz again. */
export function AnswerKept({ outbox }: { outbox: Outbox }) {
  switch (outbox.state) {
    case "empty":
      return null;
    case "pending":
      return (
        <Notice tone="waiting" title="Your survey answer is not stored yet">
          <KeptUntilStored />
        </Notice>
      );
    case "stored":
      return (
        <Notice tone="good" title="Your survey answer is stored">
          Your ticket is {outbox.ticket}.
        </Notice>
      );
    case "returned":
      return (
        <Notice tone="alarm" title="Your survey answer was not taken">
          Change it and send it again when the survey opens.
        </Notice>
      );
  }
}
