import { useState } from "react";
import { Button } from "react-aria-components/Button";
import { Group } from "react-aria-components/Group";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { NumberField } from "react-aria-components/NumberField";
import { CommandFailure } from "@/components/shell/command-failure.tsx";
import { NoticePlace } from "@/components/shell/notice-place.tsx";
import { type NumberOfWinners, useWinnerDraw } from "@/hooks/use-winner-draw.ts";
import { DrawnWinners } from "./drawn-winners.tsx";
import { SecondPress } from "./second-press.tsx";

const MAX_WINNERS = 10;

/** Shows who won, and draws winners once a press. */
export function WinnerDraw() {
  const { drawn, running, failure, draw } = useWinnerDraw();
  const [number, setNumber] = useState(1);
  const start = () => draw(number as NumberOfWinners);
  return (
    <section className="draw" aria-labelledby="draw">
      <h2 id="draw">{drawn ? "The winners" : "Draw winners"}</h2>
      <NoticePlace>{drawn ? <DrawnWinners drawn={drawn} /> : null}</NoticePlace>
      <div className="draw-row">
        <NumberField value={number} onChange={setNumber} minValue={1} maxValue={MAX_WINNERS}>
          <Label>Winners</Label>
          <Group className="stepper">
            <Button slot="decrement">−</Button>
            <Input />
            <Button slot="increment">+</Button>
          </Group>
        </NumberField>
        {drawn ? (
          <SecondPress
            offer={running ? "Drawing…" : "Draw again"}
            warning="Other winners will take the place of these on every phone."
            stay="Keep these"
            go="Draw others"
            isDisabled={running}
            onGo={start}
          />
        ) : (
          <Button className="primary" onPress={start} isDisabled={running}>
            {running ? "Drawing…" : "Draw"}
          </Button>
        )}
      </div>
      <CommandFailure failure={failure} />
    </section>
  );
}
