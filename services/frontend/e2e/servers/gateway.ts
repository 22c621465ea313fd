import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MODEL } from "./model.ts";
import { start } from "./process.ts";

export const AUDIENCE_KEY = "the-audience-key";
export const PRESENTER_KEY = "the-presenter-key";

/** The gateway itself as a process; `mode` is the file it follows. */
export type Gateway = { url: string; setMode: (mode: string) => Promise<void>; stop: () => Promise<void> };

export type GatewayOptions = { model?: string; bucket?: string; settings?: Record<string, string> };

const PROGRAM = new URL("../../../../.venv/bin/headway-gateway", import.meta.url).pathname;

export async function gateway({ model, bucket, settings = {} }: GatewayOptions): Promise<Gateway> {
  const folder = await mkdtemp(join(tmpdir(), "headway-pages-"));
  const file = (name: string) => join(folder, name);
  await writeFile(
    file("upstreams.json"),
    JSON.stringify([{ models: [MODEL], ...(model && { url: model }) }]),
  );
  await writeFile(file("keys"), `audience:${hashed(AUDIENCE_KEY)}\npresenter:${hashed(PRESENTER_KEY)}\n`);
  await writeFile(file("mode"), "quiz");
  const environment: Record<string, string> = {
    HEADWAY_GATEWAY_API_KEYS_FILE: file("keys"),
    HEADWAY_GATEWAY_SHARED_CLIENTS: '["audience"]',
    HEADWAY_GATEWAY_PRESENTER_CLIENTS: '["presenter"]',
    HEADWAY_GATEWAY_MODE_FILE: file("mode"),
    HEADWAY_GATEWAY_ALLOWED_ORIGINS: JSON.stringify([process.env["PAGES_ORIGIN"] ?? "http://127.0.0.1"]),
    HEADWAY_GATEWAY_STORAGE_TIMEOUT_SECONDS: "2",
    ...(bucket && { HEADWAY_GATEWAY_RESPONSES_BUCKET: "responses", HEADWAY_GATEWAY_S3_ENDPOINT: bucket }),
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "eu-central-1",
    ...settings,
  };
  const args = ["--port", "0", "--admin-port", "0", "--upstreams", file("upstreams.json")];
  const running = await start(PROGRAM, args, environment, /serving (http:\/\/127\.0\.0\.1:\d+),/);
  return {
    url: running.said,
    setMode: (mode) => writeFile(file("mode"), mode),
    stop: async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const hashed = (key: string) => createHash("sha256").update(key).digest("hex");
