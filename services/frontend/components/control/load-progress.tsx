import { Label } from "react-aria-components/Label";
import { ProgressBar } from "react-aria-components/ProgressBar";
import { LOADS, type Load } from "@/lib/control/events.ts";
import { count, duration } from "@/lib/numbers.ts";
import { clock } from "@/lib/show.ts";

/** How far k6 is, and what it says at its end. */
export function LoadProgress({ load }: { load: Load }) {
  const name = LOADS.find(([profile]) => profile === load.profile)?.[1];
  if (!name) return null;
  if (load.running) {
    return (
      <ProgressBar
        className="load-progress"
        value={load.played_seconds}
        maxValue={load.total_seconds}
        valueLabel={`${clock(load.played_seconds)} of ${clock(load.total_seconds)}`}
      >
        {({ percentage, valueText }) => (
          <>
            <Label>k6 plays {name}</Label> <span>{valueText}</span>
            <span className="load-bar">
              <span style={{ inlineSize: `${percentage ?? 0}%` }} />
            </span>
          </>
        )}
      </ProgressBar>
    );
  }
  if (!load.summary) return null;
  const { requests, answers_broken, refusals_told, last_token_milliseconds, thresholds } = load.summary;
  const missed = Object.entries(thresholds).flatMap(([metric, kept]) => (kept ? [] : [metric]));
  const late = last_token_milliseconds && last_token_milliseconds["p(95)"] / 1000;
  return (
    <p className="aside">
      {name}: {count(requests?.count ?? 0)} requests, {count(refusals_told?.count ?? 0)} told to wait,{" "}
      {count(answers_broken?.count ?? 0)} broken, last token p95 {duration(late)}.{" "}
      {missed.length > 0 ? `k6 misses: ${missed.join(", ")}.` : "k6 keeps every threshold."}
    </p>
  );
}
