import { Notice } from "@/components/shell/notice.tsx";
import { useSecondsLeft } from "@/hooks/use-seconds-left.ts";
import type { Outbox } from "@/lib/outbox.ts";
import { notStoredBecause } from "@/lib/words.ts";

type Sent = Extract<Outbox, { state: "pending" | "stored" }>;

/** The truth about one answer: stored, or not stored yet. */
export function Delivery({ outbox }: { outbox: Sent }) {
  return (
    <section className="delivery" aria-labelledby="delivery">
      <h1 id="delivery">{outbox.state === "stored" ? "Thank you" : "Sending your answer"}</h1>
      {outbox.state === "stored" ? <Stored ticket={outbox.ticket} /> : <Pending outbox={outbox} />}
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

function Stored({ ticket }: { ticket: string }) {
  return (
    <>
      <Notice tone="good" title="Stored">
        Your answer is safe. Keep this page open: winners appear here.
      </Notice>
      <p className="ticket">
        <span className="ticket-label">Your ticket</span>
        <span className="ticket-number">{ticket}</span>
      </p>
    </>
  );
}

function Pending({ outbox }: { outbox: Extract<Outbox, { state: "pending" }> }) {
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
      {notStoredBecause(outbox.failure)} Your answer is kept on this phone and sent until it is stored, once.{" "}
      <span aria-hidden="true">{left > 0 ? `Next try in ${left} s.` : "Trying now."}</span>
    </Notice>
  );
}
