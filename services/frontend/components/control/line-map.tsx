import { type Deployment, PHASES, type Phase } from "@/lib/control/events.ts";

const STATIONS: Record<Phase, readonly [string, string]> = {
  pending: ["Pending", "waits for a node"],
  node: ["Node", "machine starts"],
  pull: ["Image", "is pulled"],
  load: ["Weights", "are loaded"],
  warm: ["Warm-up", "is under way"],
  ready: ["Serving", "answers"],
  stopping: ["Leaving", "finishes its streams"],
};

const MAX_TRAINS = 12;

/** Every replica on its way from wanted to serving: a line with a station for each phase of a cold start. */
export function LineMap({ deployment }: { deployment: Deployment }) {
  return (
    <section className="line-map" aria-labelledby="line-map">
      <h2 id="line-map">
        Replicas of {deployment.name} <span className="quiet-text">{deployment.gpu}</span>
      </h2>
      <ol className="stops">
        {PHASES.map((phase) => (
          <Stop key={phase} phase={phase} replicas={deployment.replicas[phase]} />
        ))}
      </ol>
    </section>
  );
}

function Stop({ phase, replicas }: { phase: Phase; replicas: number }) {
  const [name, meaning] = STATIONS[phase];
  const trains = Array.from({ length: Math.min(replicas, MAX_TRAINS) }, (_, place) => `${phase}-${place}`);
  return (
    <li className={`stop stop-${phase}${replicas > 0 ? " stop-taken" : ""}`}>
      <span className="trains" aria-hidden="true">
        {trains.map((train) => (
          <i key={train} className="train" />
        ))}
      </span>
      <span className="stop-dot">{replicas}</span>
      <span className="stop-name">{name}</span>
      <span className="stop-meaning">{meaning}</span>
    </li>
  );
}
