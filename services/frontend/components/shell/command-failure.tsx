import type { ApiFailure } from "@/lib/api/failure.ts";
import { Notice } from "./notice.tsx";
import { NoticePlace } from "./notice-place.tsx";

/** Why a button did nothing. */
export function CommandFailure({ failure }: { failure: ApiFailure | null }) {
  return (
    <NoticePlace>
      {failure ? (
        <Notice tone="alarm" title="Not done">
          {reason(failure)}
        </Notice>
      ) : null}
    </NoticePlace>
  );
}

function reason(failure: ApiFailure): string {
  switch (failure.kind) {
    case "refused":
      return "This page may not do that: open it with the presenter's link.";
    case "unreachable":
      return "The server does not answer.";
    default:
      return failure.message;
  }
}
