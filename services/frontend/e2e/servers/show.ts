import type { Deployment, Hello, Node, Phase, Scaling, State } from "../../lib/control/events.ts";

/** A played show: a queue grows, replicas come one cold start later, the queue goes. */
export const PLAYED_SECONDS = 420;

export const HELLO: Hello = {
  environment: "dev",
  started_at: "2026-11-21T10:00:00Z",
  speed: 10,
  real: [
    "gateway",
    "S3 API (moto)",
    "engines' HTTP, queue and metrics",
    "scrapes",
    "KEDA and HPA (pure functions)",
    "load",
  ],
  played: [
    "the collector's process (its interval and its rules for names are the rendered ones)",
    "Karpenter",
    "nodes and their prices",
    "image pull",
    "loading of weights",
    "prefill and decode of a GPU",
  ],
  show_minutes: 30,
};

const COLD_START_SECONDS = 110;
const SCALINGS: readonly [second: number, from: number, to: number, why: string][] = [
  [20, 0, 1, "A request is held while nothing runs: the first replica starts."],
  [150, 1, 4, "The queue of 18 asks for 4 replicas, and the scale-up policy allows them at once."],
  [210, 4, 6, "The queue of 31 asks for 6 replicas; the pool allows 6."],
  [380, 6, 5, "The queue was empty for the whole stabilization window: one replica leaves."],
];

export type Message =
  | { event: "state"; data: State }
  | { event: "scaling"; data: Scaling }
  | { event: "chaos"; data: object };

export function at(second: number): Message[] {
  const messages: Message[] = SCALINGS.filter(([t]) => t === second).map(([t, from, to, why]) => ({
    event: "scaling",
    data: scaling(t, from, to, why),
  }));
  if (second === 300) {
    const text = "i-0c4 got its notice; its replica finishes what it streams.";
    messages.push({ event: "chaos", data: { t: 300, fault: "spot-interruption", target: "i-0c4", text } });
  }
  messages.push({ event: "state", data: state(second) });
  return messages;
}

const desiredAt = (second: number) => SCALINGS.findLast(([t]) => t <= second)?.[2] ?? 0;
const readyAt = (second: number) => replicasAt(second).ready;

function queueAt(second: number): number {
  const wave = 1.5 + Math.sin(second / 7) + Math.sin(second / 3.1) / 2;
  const spike = 34 * Math.exp(-(((second - 235) / 55) ** 2));
  return Math.round(wave + spike + (second > 20 && second < 130 ? 4 : 0));
}

const NOT_ENDED = { stopped: false, failure: null, summary: null };

function state(t: number): State {
  const ready = readyAt(t);
  const nodes = nodesAt(t);
  const cost = nodes.reduce((sum, node) => sum + node.usd_per_hour, 0);
  return {
    t,
    mode: t < 1680 ? "quiz" : "survey",
    clock: true,
    show_seconds: t,
    usd_per_hour: cost,
    usd_total: (t / 3600) * 1.9,
    deployments: [deployment(t, ready)],
    nodes,
    requests: { offered: t * 5, served: t * 4, refused: Math.round(t / 9), failed: 0 },
    surveys: { submitted: 12, stored: 12 },
    load: { profile: "tube-demo", running: true, played_seconds: t / 10, total_seconds: 168, ...NOT_ENDED },
  };
}

function deployment(t: number, ready: number): Deployment {
  const queue = queueAt(t);
  return {
    name: "mistral-7b-awq",
    model: "mistral-7b",
    gpu: "L4",
    law: "queue",
    target: 5,
    desired: desiredAt(t),
    min: 0,
    max: 6,
    replicas: replicasAt(t),
    running: Math.min(ready * 8, 8 + queue),
    waiting: ready === 0 ? 0 : queue,
    held: ready === 0 && t > 20 ? queue : 0,
    ttft_seconds: ready === 0 ? { p50: null, p95: null } : { p50: 0.18 + queue / 90, p95: 0.4 + queue / 14 },
    objective_ttft_seconds: 2,
    cpu_based_replicas: t < 160 ? 1 : t < 290 ? 2 : 3,
  };
}

/** When each replica was asked for, the newest last; the last one leaves again at 380 s. */
const BORN = SCALINGS.flatMap(([second, from, to]) => Array<number>(Math.max(0, to - from)).fill(second));
const LEAVES = 380;
const STOPPED = 400;

function replicasAt(t: number): Record<Phase, number> {
  const replicas = { pending: 0, node: 0, pull: 0, load: 0, warm: 0, ready: 0, stopping: 0 };
  for (const [place, born] of BORN.entries()) {
    const leaving = place === BORN.length - 1 && t >= LEAVES;
    if (born <= t && !(leaving && t >= STOPPED)) replicas[leaving ? "stopping" : phaseOf(t - born)] += 1;
  }
  return replicas;
}

function phaseOf(age: number): Phase {
  if (age < 4) return "pending";
  if (age < 45) return "node";
  if (age < 70) return "pull";
  if (age < 100) return "load";
  return age < COLD_START_SECONDS ? "warm" : "ready";
}

function nodesAt(t: number): Node[] {
  const phase = (age: number): Node["phase"] => (age < 15 ? "launching" : age < 45 ? "booting" : "ready");
  const alive = BORN.filter((born, place) => born <= t && !(place === BORN.length - 1 && t >= STOPPED));
  return alive.map((born, place) => ({
    name: `i-0c4${place}`,
    instance_type: "g6.xlarge",
    capacity_type: place < 4 ? "spot" : "on-demand",
    pool: "gpu-l4",
    phase: phase(t - born),
    usd_per_hour: place < 4 ? 0.362 : 0.805,
    pods: t - born < 45 ? 0 : 1,
  }));
}

export function scaling(t: number, from: number, to: number, explanation: string): Scaling {
  return {
    t,
    deployment: "mistral-7b-awq",
    from,
    to,
    headline: explanation,
    explanation,
    audit: {
      metrics: { waiting: queueAt(t), running: from * 8, held: from === 0 ? 1 : 0 },
      formula: "(waiting + held) * 10 + running",
      value: queueAt(t) * 10 + from * 8,
      keda: `value / target 25, rounded up: ${to}`,
      hpa: `scaleUp policy 900 % a 15 s: up to ${Math.max(1, from) * 10}`,
      limits: "0 to 6",
      pending_pods: Math.max(0, to - from),
      nodes_launched: Math.max(0, to - from),
      usd_total: (t / 3600) * 1.9,
    },
  };
}
