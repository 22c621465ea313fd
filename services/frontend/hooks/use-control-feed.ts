import { useEffect, useReducer } from "react";
import { follow } from "@/lib/control/feed.ts";
import { advanced, EMPTY, type View } from "@/lib/control/view.ts";

/** The control server's view of the world, kept up to date; empty where there is no control server. */
export function useControlFeed(base: string, token: string | null): View {
  const [view, tell] = useReducer(advanced, EMPTY);
  useEffect(() => {
    if (!base) return;
    const leaving = new AbortController();
    void follow(base, token, tell, leaving.signal);
    return () => leaving.abort();
  }, [base, token]);
  return view;
}
