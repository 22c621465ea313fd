import type { State } from "./events.ts";

/** One deployment at one time, as the charts draw it. */
export type Sample = {
  t: number;
  waiting: number;
  running: number;
  desired: number;
  ready: number;
  cpuBased: number;
  p50: number | null;
  p95: number | null;
};

export type History = Record<string, Sample[]>;

/** Half an hour at one sample a second; older halves are thinned, so memory is bounded however long the show is. */
export const MAX_SAMPLES = 1800;

/** The history with one more state; the same object again if the state is older than what is known. */
export function appended(history: History, state: State, max = MAX_SAMPLES): History {
  const next: History = {};
  for (const deployment of state.deployments) {
    const before = history[deployment.name] ?? [];
    const last = before.at(-1);
    if (last && state.t <= last.t) {
      next[deployment.name] = before;
      continue;
    }
    const sample: Sample = {
      t: state.t,
      waiting: deployment.waiting + deployment.held,
      running: deployment.running,
      desired: deployment.desired,
      ready: deployment.replicas.ready,
      cpuBased: deployment.cpu_based_replicas,
      p50: deployment.ttft_seconds.p50,
      p95: deployment.ttft_seconds.p95,
    };
    next[deployment.name] = [...(before.length >= max ? thinned(before) : before), sample];
  }
  return next;
}

/** Every second sample of the older half is left out. */
function thinned(samples: Sample[]): Sample[] {
  const half = samples.length / 2;
  return samples.filter((_, index) => index >= half || index % 2 === 0);
}
