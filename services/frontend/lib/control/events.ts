/** What the control server of `headway up` sends. Seconds are those of the cluster, since the run began. */
export type Hello = {
  environment: string;
  started_at: string;
  speed: number;
  real: string[];
  played: string[];
  show_minutes: number;
};

export const PHASES = ["pending", "node", "pull", "load", "warm", "ready", "stopping"] as const;
export type Phase = (typeof PHASES)[number];

export type Deployment = {
  name: string;
  model: string;
  gpu: string;
  law: string;
  target: number;
  desired: number;
  min: number;
  max: number;
  replicas: Record<Phase, number>;
  running: number;
  waiting: number;
  held: number;
  ttft_seconds: { p50: number | null; p95: number | null };
  objective_ttft_seconds: number;
  /** What an HPA on CPU would ask for under the same load; computed beside, never applied. */
  cpu_based_replicas: number;
};

export type Node = {
  name: string;
  instance_type: string;
  capacity_type: string;
  pool: string;
  phase: "launching" | "booting" | "ready" | "draining";
  usd_per_hour: number;
  pods: number;
};

export type State = {
  t: number;
  mode: "quiz" | "survey";
  /** Whether the clock decides on the mode; the presenter does otherwise. */
  clock: boolean;
  /** The show's own time; null before its clock was started. */
  show_seconds: number | null;
  usd_per_hour: number;
  usd_total: number;
  deployments: Deployment[];
  nodes: Node[];
  requests: { offered: number; served: number; refused: number; failed: number };
  surveys: { submitted: number; stored: number };
  load: Load;
};

/** What k6 plays. Seconds are real ones. */
export type Load = {
  profile: string | null;
  running: boolean;
  played_seconds: number;
  total_seconds: number;
  /** Ended by a person, before its time. */
  stopped: boolean;
  /** What k6 died of. */
  failure: string | null;
  /** k6's own, once it has ended; null where it said nothing about a metric. */
  summary: {
    requests: { count: number } | null;
    answers_broken: { count: number } | null;
    refusals_told: { count: number } | null;
    last_token_milliseconds: { "p(95)": number } | null;
    thresholds: Record<string, boolean>;
  } | null;
};

export type Audit = {
  metrics: Record<string, number | null>;
  formula: string;
  value: number | null;
  keda: string;
  hpa: string;
  limits: string;
  pending_pods: number;
  nodes_launched: number;
  usd_total: number;
};

export type Scaling = {
  t: number;
  deployment: string;
  from: number;
  to: number;
  /** One line for a stage. */
  headline: string;
  explanation: string;
  audit: Audit;
};
export type Chaos = { t: number; fault: string; target: string; text: string };

export const FAULTS = [
  [
    "spot-interruption",
    "Spot interruption",
    "The cloud takes one spot node back: two minutes' notice in the cluster's time, at least 12 s here.",
  ],
  ["engine-crash", "Engine crash", "One model server dies at once."],
  ["metric-loss", "Metric loss", "Scalers read nothing; they must hold what they have."],
  ["s3-outage", "S3 outage", "The bucket does not answer for 8 s; survey answers wait on phones."],
  ["slow-replica", "Slow replica", "Each step of one model server takes four times as long."],
] as const;
export type Fault = (typeof FAULTS)[number][0];

export const LOADS = [
  ["tube-demo", "Tube demo"],
  ["spike", "Spike"],
  ["soak", "Soak"],
  ["stop", "Stop load"],
] as const;
export type LoadProfile = (typeof LOADS)[number][0];
export type ModeChoice = "quiz" | "survey" | "clock";
