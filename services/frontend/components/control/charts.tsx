import type { Deployment } from "@/lib/control/events.ts";
import type { Sample } from "@/lib/control/history.ts";
import { count, duration } from "@/lib/numbers.ts";
import { Chart } from "./chart.tsx";

/** Queue, replicas and time to first token of one deployment, one above the same clock. */
export function Charts({ samples, deployment }: { samples: Sample[]; deployment: Deployment }) {
  const times = samples.map(({ t }) => t);
  const column = <K extends keyof Sample>(name: K) => samples.map((sample) => sample[name]);
  const newest = samples.at(-1);
  return (
    <div className="charts">
      <Chart
        title="Requests"
        summary={`${count(newest?.waiting ?? 0)} waiting and ${count(newest?.running ?? 0)} running now.`}
        times={times}
        format={count}
        whole
        series={[
          { name: "waiting", color: "--amber", filled: true, values: column("waiting") },
          { name: "running", color: "--line", values: column("running") },
        ]}
      />
      <Chart
        title="Replicas: queue or CPU?"
        summary={`Queue-based scaling asks for ${newest?.desired ?? 0} replicas, ${newest?.ready ?? 0} are ready; a CPU-based HPA would ask for ${newest?.cpuBased ?? 0}.`}
        times={times}
        format={count}
        whole
        series={[
          { name: "queue-based", color: "--line", stepped: true, values: column("desired") },
          { name: "ready", color: "--green", stepped: true, filled: true, values: column("ready") },
          {
            name: "CPU-based HPA",
            color: "--violet",
            stepped: true,
            dashed: true,
            values: column("cpuBased"),
          },
        ]}
      />
      <Chart
        title="Time to first token"
        summary={`Half within ${duration(newest?.p50 ?? null)}, 95 of 100 within ${duration(newest?.p95 ?? null)}.`}
        times={times}
        format={duration}
        series={[
          { name: "p95", color: "--amber", values: column("p95") },
          { name: "p50", color: "--line", values: column("p50") },
          {
            name: "objective",
            color: "--red",
            dashed: true,
            values: samples.map(() => deployment.objective_ttft_seconds),
          },
        ]}
      />
    </div>
  );
}
