import { useEffect, useState } from "react";

/** Whole seconds since `active` became true; 0 while it is not. */
export function useSecondsSince(active: boolean): number {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    setSeconds(0);
    if (!active) return;
    const begun = Date.now();
    const timer = setInterval(() => setSeconds(Math.floor((Date.now() - begun) / 1000)), 500);
    return () => clearInterval(timer);
  }, [active]);
  return seconds;
}
