import { useState } from "react";
import { type Command, useCommand } from "@/hooks/use-command.ts";
import { useSession } from "@/hooks/use-session.tsx";
import { restartShow, setMode } from "@/lib/control/commands.ts";
import type { ModeChoice } from "@/lib/control/events.ts";

export type Steering = Pick<Command, "running" | "failure"> & {
  /** What was asked for last. */
  pressed: ModeChoice | null;
  choose: (choice: ModeChoice) => void;
  /** Begins the show anew, by the clock. */
  restart: () => void;
};

/** Who decides on the mode: the clock, which this starts, or the presenter. */
export function useModeChoice(): Steering {
  const { runtime, controlToken } = useSession();
  const { running, failure, run } = useCommand();
  const [pressed, setPressed] = useState<ModeChoice | null>(null);
  const control = { base: runtime.control, token: controlToken };
  const choose = (choice: ModeChoice) => {
    setPressed(choice);
    run(() => setMode(control, choice));
  };
  const restart = () => {
    setPressed("clock");
    run(() => restartShow(control));
  };
  return { running, failure, pressed, choose, restart };
}
