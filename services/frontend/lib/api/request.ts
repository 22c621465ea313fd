import { either } from "../abort.ts";
import { asFailure, failureOf } from "./failure.ts";

/** Where the gateway is, and the key of whoever looks at the page. */
export type Connection = { base: string; key: string | null };

export type Call = { method?: "GET" | "POST"; body?: unknown; signal?: AbortSignal; timeoutSeconds?: number };

/** Longest wait for an answer that is not streamed. */
export const TIMEOUT_SECONDS = 10;

/** A response with a good status, or an `ApiFailure`. The caller's own abort passes through as it is. */
export async function call(to: Connection, path: string, options: Call = {}): Promise<Response> {
  const { method = "GET", body, signal, timeoutSeconds = TIMEOUT_SECONDS } = options;
  const bound = AbortSignal.timeout(timeoutSeconds * 1000);
  let response: Response;
  try {
    response = await fetch(to.base + path, {
      method,
      headers: headers(to.key, body !== undefined),
      signal: signal ? either(signal, bound) : bound,
      credentials: "omit",
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch (thrown) {
    signal?.throwIfAborted();
    throw asFailure(thrown);
  }
  if (!response.ok) throw await failureOf(response);
  return response;
}

/** `call`, and its body as JSON. */
export async function callJson<T>(to: Connection, path: string, options: Call = {}): Promise<T> {
  const response = await call(to, path, options);
  try {
    return (await response.json()) as T;
  } catch (thrown) {
    options.signal?.throwIfAborted();
    throw asFailure(thrown);
  }
}

function headers(key: string | null, hasBody: boolean): Record<string, string> {
  return {
    ...(key ? { authorization: `Bearer ${key}` } : {}),
    ...(hasBody ? { "content-type": "application/json" } : {}),
  };
}
