import type { ReactNode } from "react";

/** Where notices appear. It is there before them: screen readers tell what changes in a region that they know already. */
export function NoticePlace({ children }: { children: ReactNode }) {
  return (
    <div className="notice-place" role="status">
      {children}
    </div>
  );
}
