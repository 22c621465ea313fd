import { type RefObject, useEffect, useRef } from "react";

/** For the heading of what is shown: it takes the focus when `shown` becomes another, and leaves it when a page opens. */
export function useFocusWhenChanged<T extends HTMLElement>(shown: string): RefObject<T | null> {
  const heading = useRef<T>(null);
  const before = useRef(shown);
  useEffect(() => {
    if (before.current === shown) return;
    before.current = shown;
    heading.current?.focus();
  }, [shown]);
  return heading;
}
