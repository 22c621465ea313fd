"use client";

import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import type { Connection } from "@/lib/api/request.ts";
import { type Keys, takeKeys } from "@/lib/keys.ts";
import { browserStorage, type PageStorage, tabStorage } from "@/lib/page-storage.ts";
import { type Runtime, readRuntime } from "@/lib/runtime.ts";

/** Servers and keys of this page, and what it keeps of this run; there once the browser runs. */
export type Session = {
  runtime: Runtime;
  gateway: Connection;
  controlToken: string | null;
  inBrowser: PageStorage;
  inTab: PageStorage;
};

const SessionContext = createContext<Session | null>(null);

export function SessionProvider({ children, waiting }: { children: ReactNode; waiting: ReactNode }) {
  const [session, setSession] = useState<Session | null>(null);
  useEffect(() => {
    let here = true;
    const keys = takeKeys(window.location, window.history, tabStorage);
    readRuntime().then((runtime) => {
      if (here) setSession(sessionOf(runtime, keys));
    });
    return () => {
      here = false;
    };
  }, []);
  return session ? <SessionContext value={session}>{children}</SessionContext> : waiting;
}

function sessionOf(runtime: Runtime, keys: Keys): Session {
  return {
    runtime,
    gateway: { base: runtime.api, key: keys.key },
    controlToken: keys.control,
    inBrowser: browserStorage.ofRun(runtime.run),
    inTab: tabStorage.ofRun(runtime.run),
  };
}

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession is called outside of SessionProvider");
  return session;
}
