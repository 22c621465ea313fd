import type { Audit } from "@/lib/control/events.ts";
import { usd } from "@/lib/numbers.ts";

/** One decision step by step, as it was computed. */
export function AuditDetails({ audit }: { audit: Audit }) {
  const rows: [string, string][] = [
    [
      "Metrics",
      Object.entries(audit.metrics)
        .map(([name, value]) => `${name} = ${value ?? "none"}`)
        .join(", "),
    ],
    ["Formula", `${audit.formula} = ${audit.value ?? "none"}`],
    ["KEDA", audit.keda],
    ["HPA", audit.hpa],
    ["Limits", audit.limits],
    ["Pods and nodes", `${audit.pending_pods} pods pending, ${audit.nodes_launched} nodes launched`],
    ["Cost so far", usd(audit.usd_total)],
  ];
  return (
    <details className="audit">
      <summary>Step by step</summary>
      <dl>
        {rows.map(([name, text]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
