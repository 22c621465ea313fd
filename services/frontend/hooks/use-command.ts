import { useCallback, useState } from "react";
import { type ApiFailure, asFailure } from "@/lib/api/failure.ts";

export type Command = {
  running: boolean;
  failure: ApiFailure | null;
  run: (what: () => Promise<void>) => void;
};

/** One thing at a time that a button asks a server to do. */
export function useCommand(): Command {
  const [running, setRunning] = useState(false);
  const [failure, setFailure] = useState<ApiFailure | null>(null);
  const run = useCallback((what: () => Promise<void>) => {
    setRunning(true);
    setFailure(null);
    what()
      .catch((thrown: unknown) => setFailure(asFailure(thrown)))
      .finally(() => setRunning(false));
  }, []);
  return { running, failure, run };
}
