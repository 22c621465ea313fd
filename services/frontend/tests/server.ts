import type { RequestListener } from "node:http";
import { onTestFinished } from "vitest";
import { listening } from "../e2e/servers/listening.ts";

/** A server on loopback for the length of one test. */
export async function server(listener: RequestListener): Promise<string> {
  const { url, close } = await listening(listener);
  onTestFinished(close);
  return url;
}
