import type { ReactNode } from "react";

export type Tone = "calm" | "waiting" | "good" | "alarm";

type Props = { tone: Tone; title: string; id?: string; children?: ReactNode };

/** Says in a few words how things stand. Inside a `NoticePlace` screen readers tell it when it appears or changes. */
export function Notice({ tone, title, id, children }: Props) {
  return (
    <div className={`notice notice-${tone}`} id={id}>
      <p className="notice-title">{title}</p>
      {children ? <div className="notice-text">{children}</div> : null}
    </div>
  );
}
