import { useState } from "react";
import { type Command, useCommand } from "@/hooks/use-command.ts";
import { usePoll } from "@/hooks/use-poll.ts";
import { useSession } from "@/hooks/use-session.tsx";
import { ApiFailure } from "@/lib/api/failure.ts";
import { drawWinners, winners } from "@/lib/api/survey.ts";
import type { Announcement, Draw, DrawRequest } from "@/lib/api/types.ts";
import { drawDone, drawRequest } from "@/lib/draw.ts";

/** The newest draw, as phones show it; its record where this page drew it. */
export type Drawn = {
  number: number;
  winners: readonly { ticket: string; nickname: string }[];
  record: Draw | null;
};

export type NumberOfWinners = NonNullable<DrawRequest["winners"]>;

const LOOK_SECONDS = 3;

/** Who won, also by a draw before this page was opened, and the way to draw. */
export function useWinnerDraw(): Pick<Command, "running" | "failure"> & {
  drawn: Drawn | null;
  draw: (number: NumberOfWinners) => void;
} {
  const { gateway, inTab } = useSession();
  const { running, failure, run } = useCommand();
  const [own, setOwn] = useState<Drawn | null>(null);
  const { answer } = usePoll((signal) => winners(gateway, signal), LOOK_SECONDS);
  const drawn = newer(own, answer && announced(answer));

  const draw = (number: NumberOfWinners) =>
    run(async () => {
      const after = drawn?.number ?? 0;
      // Winners whom this page has not shown yet are shown, and not replaced.
      const latest = announced(await winners(gateway));
      if (latest && latest.number > after) return setOwn(latest);
      const request = drawRequest(inTab, number, after);
      try {
        const record = await drawWinners(request, gateway);
        setOwn({ number: record.number, winners: record.winners, record });
        drawDone(inTab);
      } catch (thrown) {
        // Not drawn for certain; after anything else the same draw is asked for again.
        if (thrown instanceof ApiFailure && ["conflict", "rejected", "refused"].includes(thrown.kind))
          drawDone(inTab);
        throw thrown;
      }
    });
  return { drawn, running, failure, draw };
}

function announced({ drawn, number = 0, winners = [] }: Announcement): Drawn | null {
  return drawn ? { number, winners, record: null } : null;
}

/** `own` where both are the same draw: it knows more. */
function newer(own: Drawn | null, other: Drawn | null): Drawn | null {
  if (!own || !other) return own ?? other;
  return other.number > own.number ? other : own;
}
