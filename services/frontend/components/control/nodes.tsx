import type { Node } from "@/lib/control/events.ts";
import { usd } from "@/lib/numbers.ts";

/** Machines that are paid for, what each costs, and what it is doing. */
export function Nodes({ nodes, usdPerHour }: { nodes: Node[]; usdPerHour: number }) {
  return (
    <section className="nodes" aria-labelledby="nodes">
      <h2 id="nodes">
        Nodes <span className="quiet-text">{usd(usdPerHour)} an hour</span>
      </h2>
      {nodes.length === 0 ? (
        <p className="aside">None: nobody asks, so nothing is paid for.</p>
      ) : (
        <ul>
          {nodes.map((node) => (
            <li key={node.name} className={`node node-${node.phase}`}>
              <span className="node-type">{node.instance_type}</span>
              <span className="node-price">{usd(node.usd_per_hour)}</span>
              <span className="node-facts">
                {node.phase}, {node.capacity_type}, {node.pods} {node.pods === 1 ? "pod" : "pods"}
              </span>
              <span className="node-name">{node.name}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
