import type { ApiFailure } from "@/lib/api/failure.ts";
import { Notice } from "./notice.tsx";

/** Why a button did nothing. */
export function CommandFailure({ failure }: { failure: ApiFailure | null }) {
  if (!failure) return null;
  const text =
    failure.kind === "refused"
      ? "This page may not do that: open it with the presenter's link."
      : failure.kind === "unreachable"
        ? "The server does not answer."
        : failure.message;
  return (
    <Notice tone="alarm" title="Not done">
      {text}
    </Notice>
  );
}
