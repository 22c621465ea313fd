import type { RefObject } from "react";
import { Notice } from "@/components/shell/notice.tsx";
import { NoticePlace } from "@/components/shell/notice-place.tsx";
import { useSecondsLeft } from "@/hooks/use-seconds-left.ts";
import type { Outbox } from "@/lib/outbox.ts";
import { notStoredBecause } from "@/lib/words.ts";
import { KeptUntilStored } from "./kept-until-stored.tsx";

type Sent = Extract<Outbox, { state: "pending" | "stored" }>;
type Props = { outbox: Sent; heading: RefObject<HTMLHeadingElement | null> };

/** The truth about one answer: stored, or not stored yet. */
export function Delivery({ outbox, heading }: Props) {
  const stored = outbox.state === "stored";
  return (
    <section className="delivery" aria-labelledby="delivery">
      <h1 id="delivery" ref={heading} tabIndex={-1}>
        {stored ? "Thank you" : "Sending your answer"}
      </h1>
      <NoticePlace>
        {stored ? (
          <Notice tone="good" title="Stored">
            Your answer is safe. Keep this page open: winners appear here.
          </Notice>
        ) : (
          <PendingNotice outbox={outbox} />
        )}
      </NoticePlace>
      {stored ? (
        <p className="ticket">
          <span className="ticket-label">Your ticket</span>
          <span className="ticket-number">{outbox.ticket}</span>
        </p>
      ) : null}
      <dl className="given">
        <dt>Rating</dt>
        <dd>{outbox.answer.rating} of 5</dd>
        <dt>Company</dt>
        <dd>{outbox.answer.company}</dd>
        {outbox.answer.nickname ? (
          <>
            <dt>Nickname</dt>
            <dd>{outbox.answer.nickname}</dd>
          </>
        ) : null}
      </dl>
    </section>
  );
}

function PendingNotice({ outbox }: { outbox: Extract<Outbox, { state: "pending" }> }) {
  const left = useSecondsLeft(outbox.retryAt);
  if (!outbox.failure) {
    return (
      <Notice tone="calm" title="Not stored yet">
        On its way…
      </Notice>
    );
  }
  return (
    <Notice tone="waiting" title="Not stored yet, will try again">
      {notStoredBecause(outbox.failure)} <KeptUntilStored />{" "}
      <span aria-hidden="true">{left > 0 ? `Next try in ${left} s.` : "Trying now."}</span>
    </Notice>
  );
}
