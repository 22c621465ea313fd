import { Label } from "react-aria-components/Label";
import { ProgressBar } from "react-aria-components/ProgressBar";
import type { Load } from "@/lib/control/events.ts";
import { clock } from "@/lib/show.ts";

/** How far k6 is. */
export function LoadProgress({ name, load }: { name: string; load: Load }) {
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
