import { Notice } from "@/components/shell/notice.tsx";
import type { ApiFailure } from "@/lib/api/failure.ts";

/** Why the answer came back. The form's heading, which has the focus then, is described by it. */
export function ReturnedNotice({ id, failure }: { id: string; failure: ApiFailure }) {
  return (
    <Notice id={id} tone="alarm" title="Not stored">
      {failure.kind === "conflict"
        ? "An answer that differs was stored under the same number. Send this one as a new answer."
        : `The server did not take the answer${failure.param ? ` because of the field “${failure.param}”` : ""}. Change it and send again.`}
    </Notice>
  );
}
