/** The show of the documents: quiz from 0 to 28 minutes, survey from 28 to 30. */
export const SHOW_MINUTES = 30;
export const SURVEY_MINUTES = 2;

export type ShowTime = { part: "quiz" | "survey" | "over"; secondsLeft: number; progress: number };

/** Where the show is `seconds` after its beginning: its part, what is left of that part, and 0 to 1 of the whole. */
export function showTime(seconds: number, showMinutes = SHOW_MINUTES): ShowTime {
  const end = showMinutes * 60;
  const turn = Math.max(0, end - SURVEY_MINUTES * 60);
  const progress = Math.min(Math.max(seconds / end, 0), 1);
  if (seconds < turn) return { part: "quiz", secondsLeft: Math.ceil(turn - seconds), progress };
  if (seconds < end) return { part: "survey", secondsLeft: Math.ceil(end - seconds), progress };
  return { part: "over", secondsLeft: 0, progress };
}

/** Minutes and seconds, as a clock shows them. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
