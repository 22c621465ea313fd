import { Notice } from "@/components/shell/notice.tsx";
import { NoticePlace } from "@/components/shell/notice-place.tsx";
import type { Link } from "@/lib/control/view.ts";

type Props = { hasControl: boolean; link: Link };

/** Why there is nothing new to see. */
export function LinkNotice(props: Props) {
  return (
    <NoticePlace>
      <NoticeOn {...props} />
    </NoticePlace>
  );
}

function NoticeOn({ hasControl, link }: Props) {
  if (!hasControl) {
    return (
      <Notice tone="calm" title="No control server here">
        The control room belongs to <code>headway up</code>, which runs a rendered environment on one machine.
        In a cluster, look at the Grafana dashboards.
      </Notice>
    );
  }
  switch (link) {
    case "connecting":
      return <Notice tone="calm" title="Connecting to the control server…" />;
    case "reconnecting":
      return (
        <Notice tone="waiting" title="The connection was lost">
          What you see is the last known state. Trying again.
        </Notice>
      );
    case "refused":
      return (
        <Notice tone="alarm" title="The control server does not know this page">
          Open the control room with the link that <code>headway up</code> prints: it carries the token.
        </Notice>
      );
    default:
      return null;
  }
}
