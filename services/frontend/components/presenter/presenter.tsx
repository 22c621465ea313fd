"use client";

import { Button } from "react-aria-components/Button";
import { Masthead } from "@/components/shell/masthead.tsx";
import { Notice } from "@/components/shell/notice.tsx";
import { NoticePlace } from "@/components/shell/notice-place.tsx";
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
import { SecondPress } from "./second-press.tsx";
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
        <NoticePlace>
          {asked.failure ? (
            <Notice tone="waiting" title="The gateway does not answer">
              Phones in the room cannot ask now; this page tries again by itself.
            </Notice>
          ) : null}
        </NoticePlace>
        <div className="stage">
          <Invitation />
          <div className="desk">
            <ShowClock
              seconds={hasControl ? (state?.show_seconds ?? null) : own.seconds}
              {...(hello && { showMinutes: hello.show_minutes })}
              onStart={hasControl ? () => steer.choose("clock") : own.start}
              restart={
                hasControl ? (
                  <SecondPress
                    offer="Restart the show"
                    warning="The clock will begin at its first minute, and phones will show the quiz."
                    stay="Go on"
                    go="Restart now"
                    isDisabled={steer.running}
                    onGo={steer.restart}
                  />
                ) : (
                  <Button className="quiet" onPress={own.reset}>
                    Reset the clock
                  </Button>
                )
              }
            />
            <ModeSwitch mode={asked.answer} decided={decided} steer={steer} />
            <WinnerDraw />
          </div>
        </div>
      </main>
    </>
  );
}
