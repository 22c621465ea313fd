import { Button } from "react-aria-components/Button";
import { CommandFailure } from "@/components/shell/command-failure.tsx";
import { NoticePlace } from "@/components/shell/notice-place.tsx";
import { useCommand } from "@/hooks/use-command.ts";
import { useSession } from "@/hooks/use-session.tsx";
import { setLoad } from "@/lib/control/commands.ts";
import { LOADS, type Load } from "@/lib/control/events.ts";
import { LoadProgress } from "./load-progress.tsx";
import { LoadSummary } from "./load-summary.tsx";

/** How many people k6 plays. */
export function LoadButtons({ load }: { load: Load }) {
  const { runtime, controlToken } = useSession();
  const { running, failure, run } = useCommand();
  const playing = LOADS.find(([profile]) => profile === load.profile)?.[1];
  return (
    <section className="load" aria-labelledby="load">
      <h2 id="load">Send load</h2>
      <div className="buttons-row">
        {LOADS.map(([profile, name]) => (
          <Button
            key={profile}
            isDisabled={running || (profile === "stop" && !load.running)}
            onPress={() => run(() => setLoad({ base: runtime.control, token: controlToken }, profile))}
          >
            {name}
          </Button>
        ))}
      </div>
      {playing && load.running ? <LoadProgress name={playing} load={load} /> : null}
      <NoticePlace>
        {playing && !load.running ? <LoadSummary name={playing} load={load} /> : null}
      </NoticePlace>
      <CommandFailure failure={failure} />
    </section>
  );
}
