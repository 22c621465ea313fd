import { ToggleButton } from "react-aria-components/ToggleButton";
import { ToggleButtonGroup } from "react-aria-components/ToggleButtonGroup";
import { CommandFailure } from "@/components/shell/command-failure.tsx";
import type { Steering } from "@/hooks/use-mode-choice.ts";
import { useSession } from "@/hooks/use-session.tsx";
import type { Mode } from "@/lib/api/types.ts";
import type { ModeChoice } from "@/lib/control/events.ts";

const CHOICES: readonly (readonly [ModeChoice, string])[] = [
  ["clock", "By the clock"],
  ["quiz", "Quiz"],
  ["survey", "Survey"],
];

type Props = { mode: Mode | null; decided: ModeChoice | null; steer: Steering };

/** What phones show, and who decides: the clock or the presenter. */
export function ModeSwitch({ mode, decided, steer }: Props) {
  const { runtime } = useSession();
  const { running, failure, pressed, choose } = steer;
  // What was just pressed stands until the server says the same.
  const chosen = running && pressed ? pressed : (decided ?? pressed ?? "quiz");
  return (
    <section className="mode" aria-labelledby="mode">
      <h2 id="mode">Phones show {mode ? <em>{mode === "quiz" ? "the quiz" : "the survey"}</em> : "…"}</h2>
      {runtime.control ? (
        <ToggleButtonGroup
          aria-labelledby="mode"
          className="choices"
          disallowEmptySelection
          isDisabled={running}
          selectedKeys={[chosen]}
          onSelectionChange={([choice]) => choose(choice as ModeChoice)}
        >
          {CHOICES.map(([choice, words]) => (
            <ToggleButton key={choice} id={choice}>
              {words}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      ) : (
        <p className="aside">
          In a cluster the mode is a ConfigMap of the gateway; phones follow it within seconds.
        </p>
      )}
      <CommandFailure failure={failure} />
    </section>
  );
}
