import type { ReactNode } from "react";

export type Tone = "calm" | "waiting" | "good" | "alarm";

/** Says in a few words how things stand. Screen readers read it when it appears or changes. */
export function Notice({ tone, title, children }: { tone: Tone; title: string; children?: ReactNode }) {
  return (
    <div className={`notice notice-${tone}`} role="status">
      <p className="notice-title">{title}</p>
      {children ? <div className="notice-text">{children}</div> : null}
    </div>
  );
}
