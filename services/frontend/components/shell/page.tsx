"use client";

import type { ReactNode } from "react";
import { SessionProvider } from "@/hooks/use-session.tsx";
import { Opening } from "./opening.tsx";

/** What every page stands in: it is drawn once servers and keys are known. */
export function Page({ className, children }: { className: string; children: ReactNode }) {
  return (
    <div className={className}>
      <SessionProvider waiting={<Opening />}>{children}</SessionProvider>
    </div>
  );
}
