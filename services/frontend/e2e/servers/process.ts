import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

export type Running = {
  said: string;
  /** Asks it to end, and ends it after `patience` seconds. */
  stop: (patience?: number) => Promise<void>;
};

const START_SECONDS = 30;

/** Starts a program and waits until a line of its output matches; `stop` ends it by its own id. */
export async function start(
  command: string,
  args: string[],
  env: Record<string, string>,
  ready: RegExp,
  cwd?: string,
): Promise<Running> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const said = await firstMatch(child, ready).catch(async (error: Error) => {
    await end(child);
    throw error;
  });
  return { said, stop: (patience) => end(child, patience) };
}

function firstMatch(child: ChildProcess, ready: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    const timer = setTimeout(
      () => reject(new Error(`not ready in ${START_SECONDS} s: ${output}`)),
      START_SECONDS * 1000,
    );
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
      const match = ready.exec(output);
      if (!match) return;
      clearTimeout(timer);
      resolve(match[1] ?? match[0]);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`ended with ${code}: ${output}`)));
  });
}

async function end(child: ChildProcess, patience = 5): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), patience * 1000);
  await exited;
  clearTimeout(killer);
}
