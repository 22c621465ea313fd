import type { Deployment, State } from "@/lib/control/events.ts";
import { count, duration, usd } from "@/lib/numbers.ts";
import { clock } from "@/lib/show.ts";
import { Figure } from "./figure.tsx";

/** The numbers a room remembers. */
export function Figures({ state, deployment }: { state: State; deployment: Deployment }) {
  const { p50, p95 } = deployment.ttft_seconds;
  const late = p95 !== null && p95 > deployment.objective_ttft_seconds;
  const { served, refused, failed } = state.requests;
  return (
    <dl className="figures">
      <Figure name="Waiting" value={count(deployment.waiting + deployment.held)} tone="amber">
        {count(deployment.running)} being answered
      </Figure>
      <Figure name="Ready replicas" value={`${deployment.replicas.ready}`}>
        {deployment.desired} wanted, {deployment.max} at most
      </Figure>
      <Figure name="First token, p95" value={duration(p95)} {...(late && { tone: "red" })}>
        half within {duration(p50)}, objective {duration(deployment.objective_ttft_seconds)}
      </Figure>
      <Figure name="Cost an hour, in all" value={usd(state.usd_per_hour)}>
        {usd(state.usd_total)} since the start
      </Figure>
      <Figure name="Answered, in all" value={count(served)} {...(failed > 0 && { tone: "red" })}>
        {count(refused)} refused, {count(failed)} failed
      </Figure>
      <Figure
        name={state.show_seconds === null ? "Cluster time" : "Show time"}
        value={clock(state.show_seconds ?? state.t)}
      >
        {state.mode}; {count(state.surveys.stored)} survey answers stored
      </Figure>
    </dl>
  );
}
