import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { clock, SHOW_MINUTES, SURVEY_MINUTES, showTime } from "@/lib/show.ts";

type Props = {
  /** Seconds since the show began; null before it. */
  seconds: number | null;
  showMinutes?: number;
  onStart: () => void;
  /** What starts it over, once it runs. */
  restart: ReactNode;
};

const TITLES = { quiz: "Survey in", survey: "Survey closes in", over: "The show is over" };

/** The show as a line with one train on it, and what is left of its present part. */
export function ShowClock({ seconds, showMinutes = SHOW_MINUTES, onStart, restart }: Props) {
  const { part, secondsLeft, progress } = showTime(seconds ?? 0, showMinutes);
  const turn = 1 - SURVEY_MINUTES / showMinutes;
  return (
    <section className="clock" aria-labelledby="clock">
      <h2 id="clock">{seconds === null ? "Before the show" : TITLES[part]}</h2>
      <p className="clock-left" role="timer">
        {clock(secondsLeft)}
      </p>
      <svg className="clock-line" viewBox="0 0 400 34" aria-hidden="true">
        <path className="clock-quiz" d={`M10 12H${10 + 380 * turn}`} />
        <path className="clock-survey" d={`M${10 + 380 * turn} 12H390`} />
        <circle cx={10 + 380 * turn} cy="12" r="6" className="clock-station" />
        <circle cx={10 + 380 * progress} cy="12" r="8" className="clock-train" />
        <text x="10" y="33">
          quiz
        </text>
        <text x="390" y="33" textAnchor="end">
          survey
        </text>
      </svg>
      {seconds === null ? (
        <Button className="primary" onPress={onStart}>
          Start the clock
        </Button>
      ) : (
        <div>{restart}</div>
      )}
    </section>
  );
}
