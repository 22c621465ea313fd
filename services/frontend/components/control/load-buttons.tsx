import { Button } from "react-aria-components/Button";
import { LoadProgress } from "@/components/control/load-progress.tsx";
import { CommandFailure } from "@/components/shell/command-failure.tsx";
import { useCommand } from "@/hooks/use-command.ts";
import { useSession } from "@/hooks/use-session.tsx";
import { setLoad } from "@/lib/control/commands.ts";
import { LOADS, type Load } from "@/lib/control/events.ts";

/** How many people k6 plays. */
export function LoadButtons({ load }: { load: Load }) {
  const { runtime, controlToken } = useSession();
  const { running, failure, run } = useCommand();
  return (
    <section aria-labelledby="load">
      <h2 id="load">Send load</h2>
      <div className="buttons-row">
        {LOADS.map(([profile, name]) => (
          <Button
            key={profile}
            isDisabled={running}
            onPress={() => run(() => setLoad({ base: runtime.control, token: controlToken }, profile))}
          >
            {name}
          </Button>
        ))}
      </div>
      <LoadProgress load={load} />
      <CommandFailure failure={failure} />
    </section>
  );
}
