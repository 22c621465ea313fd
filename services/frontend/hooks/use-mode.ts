import { useEffect, useState } from "react";
import { type Polled, usePoll } from "@/hooks/use-poll.ts";
import { mode } from "@/lib/api/survey.ts";
import type { Mode } from "@/lib/api/types.ts";
import type { PageStorage } from "@/lib/page-storage.ts";

const MODE_SECONDS = 3;
const KEPT = "mode";

/** What phones show now. A page that is loaded while the gateway is gone goes on with what it showed last. */
export function useMode(
  base: string,
  storage: PageStorage,
): { mode: Mode; failure: Polled<Mode>["failure"] } {
  const [last] = useState<Mode>(() => (storage.read(KEPT) === "survey" ? "survey" : "quiz"));
  const { answer, failure } = usePoll((signal) => mode(base, signal), MODE_SECONDS);
  useEffect(() => {
    if (answer) storage.write(KEPT, answer);
  }, [answer, storage]);
  return { mode: answer ?? last, failure };
}
