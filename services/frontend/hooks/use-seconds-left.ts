import { useEffect, useState } from "react";

/** Whole seconds until `time` (milliseconds since the epoch), 0 once it is over or when there is none. */
export function useSecondsLeft(time: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  const left = time === null ? 0 : Math.max(0, Math.ceil((time - now) / 1000));
  const running = left > 0;
  useEffect(() => {
    setNow(Date.now());
    if (time === null || !running) return;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [time, running]);
  return left;
}
