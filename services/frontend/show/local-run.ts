import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Running, start } from "../e2e/servers/process.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** What `headway up` says of itself in its run folder, and its end. */
export type LocalRun = {
  control: string;
  token: string;
  presenterKey: string;
  /** What the QR code says. */
  audienceUrl: string;
  /** Ends it, and returns its own summary. */
  end: () => Promise<Summary>;
};

export type Summary = {
  requests: { offered: number; served: number; refused: number; failed: number };
  replicas: { max: number };
  surveys: { submitted: number; stored: number | null };
  lost: string[];
};

/** `headway up` with the pages that `make frontend` built; `end` must be called. */
export async function localRun(speed: number, options: string[] = []): Promise<LocalRun> {
  const runs = mkdtempSync(join(tmpdir(), "headway-show-"));
  const command = ["up", "--env", "dev", "--speed", String(speed), "--runs", runs, ...options];
  const running: Running = await start(join(ROOT, ".venv/bin/headway"), command, {}, /audience: (\S+)/, ROOT);
  const folder = join(runs, readdirSync(runs)[0] ?? "");
  const said = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8"));
  const reach = said("run.json");
  return {
    control: reach.control,
    token: reach.token,
    presenterKey: reach.presenter_key,
    audienceUrl: running.said,
    end: async () => {
      await running.stop(30);
      const summary: Summary = said("summary.json");
      rmSync(runs, { recursive: true });
      return summary;
    },
  };
}
