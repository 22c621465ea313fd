import { useSession } from "@/hooks/use-session.tsx";
import { OUTBOX } from "@/lib/outbox.ts";

/** What a person may rely on, and do, while an answer is not stored. */
export function KeptUntilStored() {
  const { inBrowser } = useSession();
  return inBrowser.lasts(OUTBOX)
    ? "Your answer is kept on this phone and sent until it is stored, once."
    : "This browser keeps nothing: leave the page open, it sends your answer until it is stored, once.";
}
