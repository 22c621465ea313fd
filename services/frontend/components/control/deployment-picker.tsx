import { ToggleButton } from "react-aria-components/ToggleButton";
import { ToggleButtonGroup } from "react-aria-components/ToggleButtonGroup";
import type { Deployment } from "@/lib/control/events.ts";

type Props = { deployments: Deployment[]; chosen: string; onChoose: (name: string) => void };

/** Which deployment the room looks at, where there are several. */
export function DeploymentPicker({ deployments, chosen, onChoose }: Props) {
  return (
    <ToggleButtonGroup
      aria-label="Deployment"
      className="choices picker"
      disallowEmptySelection
      selectedKeys={[chosen]}
      onSelectionChange={([name]) => onChoose(String(name))}
    >
      {deployments.map(({ name }) => (
        <ToggleButton key={name} id={name} className="quiet">
          {name}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
