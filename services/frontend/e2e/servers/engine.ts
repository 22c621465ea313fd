import { type AddressInfo, createServer } from "node:net";
import { MODEL } from "./model.ts";
import { start } from "./process.ts";

const PROGRAM = new URL("../../../../.venv/bin/headway-model-server", import.meta.url).pathname;

/** The simulated engine as a process, behind the launcher that starts real ones too. */
export async function engine(): Promise<{ url: string; stop: () => Promise<void> }> {
  const port = await freePort();
  const simulated = ["--simulate", "--gpu", "l4", "--model-card", "Qwen/Qwen2.5-0.5B-Instruct"];
  const args = [...simulated, "--port", String(port), "--", MODEL, "--served-model-name", MODEL];
  const running = await start(PROGRAM, args, {}, /\S/);
  const url = `http://127.0.0.1:${port}`;
  await answering(`${url}/health`).catch(async (error: Error) => {
    await running.stop();
    throw error;
  });
  return { url, stop: running.stop };
}

async function answering(url: string): Promise<void> {
  for (let tries = 0; tries < 150; tries++) {
    const response = await fetch(url).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} did not answer in 15 s`);
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
