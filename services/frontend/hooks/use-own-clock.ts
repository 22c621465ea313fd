import { useCallback, useEffect, useState } from "react";
import { browserStorage } from "@/lib/page-storage.ts";

const KEPT = "show-began";

/** Seconds since the presenter pressed start, kept over reloads; null before. For rooms without a control server. */
export function useOwnClock(): { seconds: number | null; start: () => void; reset: () => void } {
  const [began, setBegan] = useState<number | null>(() => Number(browserStorage.read(KEPT)) || null);
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (began === null) return;
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, [began]);
  const start = useCallback(() => {
    browserStorage.write(KEPT, String(Date.now()));
    setNow(Date.now());
    setBegan(Date.now());
  }, []);
  const reset = useCallback(() => {
    browserStorage.forget(KEPT);
    setBegan(null);
  }, []);
  return { seconds: began === null ? null : Math.max(0, (now - began) / 1000), start, reset };
}
