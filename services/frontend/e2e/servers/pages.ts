import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import { type Listening, listening } from "./listening.ts";

export const OUT = new URL("../../out/", import.meta.url).pathname;

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};

/** `forward` stands for the load balancer that gives the gateway's paths to the gateway. */
export type PagesOptions = { forward: () => string; runtime?: Record<string, string>; connect?: string[] };

/** The export behind the policy it was built with, compressed, and the gateway on the same origin as in a cluster. */
export function pages({ forward, runtime = {}, connect = [] }: PagesOptions): Promise<Listening> {
  const policy = policyWith(connect);
  return listening((request, response) => {
    const path = new URL(request.url ?? "/", "http://pages").pathname;
    if (/^\/(v1|config|api)(\/|$)/.test(path)) return void passOn(forward(), request, response);
    if (path === "/runtime.json") return void response.end(JSON.stringify(runtime));
    serve(path, policy, response);
  });
}

export function policyWith(connect: string[]): string {
  const { directives } = JSON.parse(readFileSync(join(OUT, "csp.json"), "utf8")) as {
    directives: Record<string, string[]>;
  };
  directives["connect-src"]?.push(...connect);
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(" ")}`)
    .join("; ");
}

function serve(path: string, policy: string, response: ServerResponse): void {
  let file = join(OUT, normalize(path));
  if (existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
  const found = existsSync(file);
  if (!found) file = join(OUT, "404.html");
  const compressed = existsSync(`${file}.gz`);
  response.writeHead(found ? 200 : 404, {
    "content-type": TYPES[extname(file)] ?? "application/octet-stream",
    // A policy is for documents; on each of twenty files it would cost a phone ten kilobytes.
    ...(file.endsWith(".html") && { "content-security-policy": policy }),
    ...(compressed && { "content-encoding": "gzip" }),
  });
  createReadStream(compressed ? `${file}.gz` : file).pipe(response);
}

async function passOn(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const leaving = new AbortController();
  response.on("close", () => leaving.abort());
  try {
    const { "content-type": type, authorization } = request.headers;
    const answer = await fetch(target + request.url, {
      method: request.method ?? "GET",
      headers: { ...(type && { "content-type": type }), ...(authorization && { authorization }) },
      signal: leaving.signal,
      ...(request.method === "POST" && { body: request as unknown as BodyInit, duplex: "half" }),
    });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    for await (const piece of answer.body ?? []) response.write(piece);
    response.end();
  } catch {
    response.destroy();
  }
}
