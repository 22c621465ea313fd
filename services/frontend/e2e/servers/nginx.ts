import { execFileSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./engine.ts";
import { OUT } from "./pages.ts";
import { start } from "./process.ts";

const SERVER = new URL("../../server/nginx.conf", import.meta.url).pathname;
const POLICY = new URL("../../build/csp.conf", import.meta.url).pathname;

/** Where Debian and others put nginx, which is seldom on a user's PATH. */
const PATH = `${process.env["PATH"]}:/usr/sbin:/usr/local/sbin`;

export function hasNginx(): boolean {
  try {
    execFileSync("nginx", ["-v"], { env: { ...process.env, PATH }, stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The image's web server with the image's configuration; only port and scratch folder are the test's own. */
export async function nginx(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "headway-nginx-"));
  const port = await freePort();
  const configuration = (await readFile(SERVER, "utf8"))
    .replace("listen 8080", `listen 127.0.0.1:${port}`)
    .replaceAll("/tmp/", `${folder}/`);
  await writeFile(
    join(folder, "nginx.conf"),
    configuration.replace("events {", `daemon off;\n${asWhoever()}events {`),
  );
  await cp(POLICY, join(folder, "csp.conf"));
  await cp("/etc/nginx/mime.types", join(folder, "mime.types"));
  await symlink(OUT, join(folder, "html"));
  const args = [
    "-p",
    folder,
    "-c",
    join(folder, "nginx.conf"),
    "-e",
    "stderr",
    "-g",
    "error_log stderr notice;",
  ];
  const running = await start("nginx", args, { PATH }, /start worker process/);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Started by root, nginx would read the files as another user, who may not reach this folder. */
const asWhoever = () => (process.getuid?.() === 0 ? "user root;\n" : "");
