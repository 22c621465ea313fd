import { useState } from "react";
import { Button } from "react-aria-components/Button";
import { Group } from "react-aria-components/Group";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { NumberField } from "react-aria-components/NumberField";
import { CommandFailure } from "@/components/shell/command-failure.tsx";
import { useCommand } from "@/hooks/use-command.ts";
import { useSession } from "@/hooks/use-session.tsx";
import { ApiFailure } from "@/lib/api/failure.ts";
import { drawWinners } from "@/lib/api/survey.ts";
import type { Draw, DrawRequest } from "@/lib/api/types.ts";
import { drawDone, drawRequest } from "@/lib/draw.ts";

const MAX_WINNERS = 10;

/** Draws winners, once a press, and shows them. */
export function WinnerDraw() {
  const { gateway } = useSession();
  const [number, setNumber] = useState(1);
  const [draw, setDraw] = useState<Draw | null>(null);
  const { running, failure, run } = useCommand();
  const start = () =>
    run(async () => {
      const request = drawRequest(sessionStorage, number as NonNullable<DrawRequest["winners"]>);
      try {
        setDraw(await drawWinners(request, gateway));
        drawDone(sessionStorage);
      } catch (thrown) {
        // Not drawn for certain; after anything else the same draw is asked for again.
        if (thrown instanceof ApiFailure && ["conflict", "rejected", "refused"].includes(thrown.kind))
          drawDone(sessionStorage);
        throw thrown;
      }
    });
  return (
    <section className="draw" aria-labelledby="draw">
      <h2 id="draw">{draw ? "The winners" : "Draw winners"}</h2>
      {draw ? <DrawnWinners draw={draw} /> : null}
      <div className="draw-row">
        <NumberField value={number} onChange={setNumber} minValue={1} maxValue={MAX_WINNERS}>
          <Label>Winners</Label>
          <Group className="stepper">
            <Button slot="decrement">−</Button>
            <Input />
            <Button slot="increment">+</Button>
          </Group>
        </NumberField>
        <Button className={draw ? "" : "primary"} onPress={start} isDisabled={running}>
          {running ? "Drawing…" : draw ? "Draw again" : "Draw"}
        </Button>
      </div>
      <CommandFailure failure={failure} />
    </section>
  );
}

function DrawnWinners({ draw }: { draw: Draw }) {
  return (
    <div aria-live="polite">
      <ol className="drawn">
        {draw.winners.map((winner) => (
          <li key={winner.id}>
            <strong>{winner.nickname || winner.ticket}</strong>
            {winner.nickname ? <span>{winner.ticket}</span> : null}
          </li>
        ))}
      </ol>
      <p className="aside">
        Draw {draw.number} of {draw.entries} answers, by {draw.algorithm}. Anybody can repeat it from its
        seed.
      </p>
    </div>
  );
}
