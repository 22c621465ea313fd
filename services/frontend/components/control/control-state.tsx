import type { Link } from "@/lib/control/view.ts";

const WORDS: Record<Link, readonly [string, string]> = {
  connecting: ["waiting", "Connecting…"],
  live: ["good", "Live"],
  reconnecting: ["waiting", "Reconnecting…"],
  refused: ["alarm", "Refused"],
};

/** One word on the connection to the control server. */
export function ControlState({ link }: { link: Link }) {
  const [tone, word] = WORDS[link];
  return (
    <span className={`state state-${tone}`} role="status">
      {word}
    </span>
  );
}
