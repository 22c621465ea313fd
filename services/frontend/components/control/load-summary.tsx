import { Notice } from "@/components/shell/notice.tsx";
import type { Load } from "@/lib/control/events.ts";
import { count, duration } from "@/lib/numbers.ts";

/** What came of a profile once k6 has ended: why it did not play it, or what it measured. */
export function LoadSummary({ name, load }: { name: string; load: Load }) {
  if (load.failure) {
    return (
      <Notice tone="alarm" title={`k6 did not play ${name}`}>
        <p className="load-failure">{load.failure}</p>
      </Notice>
    );
  }
  if (!load.summary) return load.stopped ? <p className="aside">{name} was stopped.</p> : null;
  const { requests, answers_broken, refusals_told, last_token_milliseconds, thresholds } = load.summary;
  const crossed = Object.entries(thresholds).flatMap(([metric, kept]) => (kept ? [] : [metric]));
  const late = last_token_milliseconds && last_token_milliseconds["p(95)"] / 1000;
  return (
    <>
      <p className="aside">
        {name}: {count(requests?.count ?? 0)} requests, {count(refusals_told?.count ?? 0)} told to wait,{" "}
        {count(answers_broken?.count ?? 0)} broken, last token p95 {duration(late)}
        {load.stopped ? "; stopped before its end" : ""}.{" "}
        {crossed.length === 0 ? "k6 keeps every threshold." : null}
      </p>
      {crossed.length > 0 ? (
        <Notice tone="alarm" title="Thresholds crossed">
          {crossed.join(", ")}
        </Notice>
      ) : null}
    </>
  );
}
