import { Button } from "react-aria-components/Button";
import { CommandFailure } from "@/components/shell/command-failure.tsx";
import { useCommand } from "@/hooks/use-command.ts";
import { useSession } from "@/hooks/use-session.tsx";
import { cause } from "@/lib/control/commands.ts";
import { FAULTS } from "@/lib/control/events.ts";

/** Things that go wrong, on demand. */
export function FaultButtons({ deployment }: { deployment: string }) {
  const { runtime, controlToken } = useSession();
  const { running, failure, run } = useCommand();
  return (
    <section aria-labelledby="faults">
      <h2 id="faults">Break something</h2>
      <ul className="buttons">
        {FAULTS.map(([fault, name, meaning]) => (
          <li key={fault}>
            <Button
              isDisabled={running}
              aria-describedby={`fault-${fault}`}
              onPress={() =>
                run(() => cause({ base: runtime.control, token: controlToken }, fault, deployment))
              }
            >
              {name}
            </Button>
            <span id={`fault-${fault}`} className="button-meaning">
              {meaning}
            </span>
          </li>
        ))}
      </ul>
      <CommandFailure failure={failure} />
    </section>
  );
}
