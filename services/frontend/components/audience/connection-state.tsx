import { useOnline } from "@/hooks/use-online.ts";
import type { ApiFailure } from "@/lib/api/failure.ts";

/** One word in the masthead on how this page is connected. */
export function ConnectionState({ failure }: { failure: ApiFailure | null }) {
  const online = useOnline();
  const [tone, word] = !online
    ? ["alarm", "Offline"]
    : failure
      ? ["waiting", "Reconnecting…"]
      : ["good", "Connected"];
  return (
    <span className={`state state-${tone}`} role="status">
      {word}
    </span>
  );
}
