"use client";

import { Masthead } from "@/components/shell/masthead.tsx";
import { Notice } from "@/components/shell/notice.tsx";
import { ThemeSwitch } from "@/components/shell/theme-switch.tsx";
import { useControlFeed } from "@/hooks/use-control-feed.ts";
import { useModeChoice } from "@/hooks/use-mode-choice.ts";
import { useOwnClock } from "@/hooks/use-own-clock.ts";
import { usePoll } from "@/hooks/use-poll.ts";
import { useSession } from "@/hooks/use-session.tsx";
import { mode } from "@/lib/api/survey.ts";
import { ControlState } from "../control/control-state.tsx";
import { Invitation } from "./invitation.tsx";
import { ModeSwitch } from "./mode-switch.tsx";
import { ShowClock } from "./show-clock.tsx";
import { WinnerDraw } from "./winner-draw.tsx";

/** What the presenter shows and steers: the way in, the clock, the mode, the draw. */
export function Presenter() {
  const { runtime, controlToken } = useSession();
  const { link, hello, state } = useControlFeed(runtime.control, controlToken);
  const own = useOwnClock();
  const asked = usePoll((signal) => mode(runtime.api, signal), 3);
  const hasControl = runtime.control !== "";
  const steer = useModeChoice();
  const decided = state && (state.clock ? "clock" : state.mode);
  return (
    <>
      <Masthead place="Presenter">
        {hasControl ? <ControlState link={link} /> : null}
        <ThemeSwitch />
      </Masthead>
      <main>
        {asked.failure ? (
          <Notice tone="waiting" title="The gateway does not answer">
            Phones in the room cannot ask now; this page tries again by itself.
          </Notice>
        ) : null}
        <div className="stage">
          <Invitation />
          <div className="desk">
            <ShowClock
              seconds={hasControl ? (state?.show_seconds ?? null) : own.seconds}
              {...(hello && { showMinutes: hello.show_minutes })}
              {...(hasControl
                ? { onStart: () => steer.choose("clock") }
                : { onStart: own.start, onReset: own.reset })}
            />
            <ModeSwitch mode={asked.answer} decided={decided} steer={steer} />
            <WinnerDraw />
          </div>
        </div>
      </main>
    </>
  );
}
