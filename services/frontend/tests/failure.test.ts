import { expect, test } from "vitest";
import {
  asFailure,
  DEFAULT_RETRY_SECONDS,
  failureOf,
  MAX_RETRY_SECONDS,
  retryAfterSeconds,
} from "../lib/api/failure.ts";

test.each([
  [401, "refused"],
  [403, "refused"],
  [409, "conflict"],
  [429, "busy"],
  [503, "busy"],
  [400, "rejected"],
  [413, "rejected"],
  [500, "broken"],
  [502, "broken"],
])("status %i means %s", async (status, kind) => {
  expect((await failureOf(new Response("", { status }))).kind).toBe(kind);
});

test("the gateway's message and field are kept", async () => {
  const body = JSON.stringify({
    error: { message: "too long", type: "x", param: "company", code: "invalid_request" },
  });
  expect(await failureOf(new Response(body, { status: 400 }))).toMatchObject({
    message: "too long",
    param: "company",
  });
});

test("the control server's line is kept", async () => {
  const body = JSON.stringify({ error: "no replica is ready; ask for an answer first" });
  expect((await failureOf(new Response(body, { status: 409 }))).message).toBe(
    "no replica is ready; ask for an answer first",
  );
});

test("a proxy's error page is no reason to fail", async () => {
  expect(await failureOf(new Response("<html>", { status: 502 }))).toMatchObject({
    kind: "broken",
    param: null,
  });
});

test("Retry-After may be seconds or a date, and is bounded", () => {
  const now = Date.parse("2026-11-21T10:00:00Z");
  expect(retryAfterSeconds("7", now)).toBe(7);
  expect(retryAfterSeconds("Sat, 21 Nov 2026 10:00:30 GMT", now)).toBe(30);
  expect(retryAfterSeconds("86400", now)).toBe(MAX_RETRY_SECONDS);
  expect(retryAfterSeconds("0", now)).toBe(1);
  expect(retryAfterSeconds("soon", now)).toBe(DEFAULT_RETRY_SECONDS);
  expect(retryAfterSeconds(null, now)).toBe(DEFAULT_RETRY_SECONDS);
});

test("whatever fetch throws means that no answer came", () => {
  expect(asFailure(new TypeError("fetch failed")).kind).toBe("unreachable");
});
