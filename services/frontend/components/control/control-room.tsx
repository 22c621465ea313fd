"use client";

import { useState } from "react";
import { Masthead } from "@/components/shell/masthead.tsx";
import { ThemeSwitch } from "@/components/shell/theme-switch.tsx";
import { useControlFeed } from "@/hooks/use-control-feed.ts";
import { useSession } from "@/hooks/use-session.tsx";
import type { Deployment } from "@/lib/control/events.ts";
import { Charts } from "./charts.tsx";
import { ControlState } from "./control-state.tsx";
import { DeploymentPicker } from "./deployment-picker.tsx";
import { FaultButtons } from "./fault-buttons.tsx";
import { Figures } from "./figures.tsx";
import { LineMap } from "./line-map.tsx";
import { LinkNotice } from "./link-notice.tsx";
import { LoadButtons } from "./load-buttons.tsx";
import { Nodes } from "./nodes.tsx";
import { Origin } from "./origin.tsx";
import { ScalingLog } from "./scaling-log.tsx";

/** Everything that happens, on one screen for a stage. */
export function ControlRoom() {
  const { runtime, controlToken } = useSession();
  const view = useControlFeed(runtime.control, controlToken);
  const [chosen, setChosen] = useState<string | null>(null);
  const { state } = view;
  const deployment =
    state?.deployments.find(({ name }) => name === chosen) ?? busiest(state?.deployments ?? []);
  const picker =
    state && deployment && state.deployments.length > 1 ? (
      <DeploymentPicker deployments={state.deployments} chosen={deployment.name} onChoose={setChosen} />
    ) : null;
  return (
    <>
      <Masthead place="Control room" choice={picker}>
        <ControlState link={view.link} />
        <ThemeSwitch />
      </Masthead>
      <main>
        <h1 className="visually-hidden">Control room</h1>
        <LinkNotice hasControl={runtime.control !== ""} link={view.link} />
        {state && deployment ? (
          <>
            <Figures state={state} deployment={deployment} />
            <LineMap deployment={deployment} />
            <Charts samples={view.history[deployment.name] ?? []} deployment={deployment} />
            <div className="lower">
              <ScalingLog scaling={view.scaling} chaos={view.chaos} />
              <Nodes nodes={state.nodes} usdPerHour={state.usd_per_hour} />
              <div className="levers">
                <LoadButtons load={state.load} />
                <FaultButtons deployment={deployment.name} />
              </div>
            </div>
            {view.hello ? <Origin hello={view.hello} /> : null}
          </>
        ) : null}
      </main>
    </>
  );
}

/** Where there is most to see until somebody chooses. */
function busiest(deployments: Deployment[]): Deployment | undefined {
  return deployments.reduce<Deployment | undefined>(
    (most, deployment) => (most && most.desired >= deployment.desired ? most : deployment),
    undefined,
  );
}
