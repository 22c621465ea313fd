import type { Chaos, Scaling } from "@/lib/control/events.ts";
import { clock } from "@/lib/show.ts";
import { AuditDetails } from "./audit-details.tsx";

type Entry = { t: number; key: string; scaling?: Scaling; chaos?: Chaos };

/** What was done and why, newest first; faults stand between the decisions they led to. */
export function ScalingLog({ scaling, chaos }: { scaling: Scaling[]; chaos: Chaos[] }) {
  const entries: Entry[] = [
    ...scaling.map((event) => ({
      t: event.t,
      key: `s${event.t}${event.deployment}${event.to}`,
      scaling: event,
    })),
    ...chaos.map((event) => ({ t: event.t, key: `c${event.t}${event.fault}${event.target}`, chaos: event })),
  ].sort((one, other) => other.t - one.t);
  return (
    <section className="log" aria-labelledby="log">
      <h2 id="log">Decisions</h2>
      {entries.length === 0 ? <p className="aside">None yet. Start some load.</p> : null}
      {/* A list that scrolls must be reachable by keyboard. */}
      <ol tabIndex={entries.length > 0 ? 0 : undefined} aria-labelledby="log">
        {entries.map((entry) => (
          <li key={entry.key} className={entry.chaos ? "entry entry-fault" : "entry"}>
            <span className="entry-time">{clock(entry.t)}</span>
            <div>
              {entry.scaling ? <Decision event={entry.scaling} /> : null}
              {entry.chaos ? (
                <p>
                  <strong>{entry.chaos.fault.replaceAll("-", " ")}</strong> {entry.chaos.text}
                </p>
              ) : null}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Decision({ event }: { event: Scaling }) {
  return (
    <>
      <p>
        <strong className={event.to > event.from ? "up" : "down"}>
          {event.from} → {event.to}
        </strong>
        <span className="quiet-text">{event.deployment}</span>
        <br />
        {event.headline}
      </p>
      <AuditDetails audit={event.audit} />
    </>
  );
}
