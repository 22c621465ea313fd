"use client";

import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import type { Connection } from "@/lib/api/request.ts";
import { takeKeys } from "@/lib/keys.ts";
import { type Runtime, readRuntime } from "@/lib/runtime.ts";

/** Servers and keys of this page; there once the browser runs. */
export type Session = { runtime: Runtime; gateway: Connection; controlToken: string | null };

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ children, waiting }: { children: ReactNode; waiting: ReactNode }) {
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    let here = true;
    const keys = takeKeys(window.location, window.history, window.sessionStorage);
    readRuntime().then((runtime) => {
      if (here)
        setSession({ runtime, gateway: { base: runtime.api, key: keys.key }, controlToken: keys.control });
    });
    return () => {
      here = false;
    };
  }, []);
  return session ? <SessionContext value={session}>{children}</SessionContext> : waiting;
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession is called outside of SessionProvider");
  return session;
}
