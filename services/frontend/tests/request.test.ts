import { expect, test } from "vitest";
import { call, callJson } from "../lib/api/request.ts";
import { server } from "./server.ts";

test("the key is sent as a bearer token and a body as JSON", async () => {
  const url = await server((request, response) => {
    const { authorization, "content-type": type } = request.headers;
    response.end(JSON.stringify({ authorization, type, method: request.method }));
  });
  expect(await callJson({ base: url, key: "k" }, "/x", { method: "POST", body: {} })).toEqual({
    authorization: "Bearer k",
    type: "application/json",
    method: "POST",
  });
});

test("a server that does not answer in time is unreachable", async () => {
  const url = await server(() => undefined);
  await expect(call({ base: url, key: null }, "/", { timeoutSeconds: 0.05 })).rejects.toMatchObject({
    kind: "unreachable",
  });
});

test("a body that breaks off is unreachable, not a crash", async () => {
  const url = await server((_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("{");
    setTimeout(() => response.destroy(), 10);
  });
  await expect(callJson({ base: url, key: null }, "/")).rejects.toMatchObject({ kind: "unreachable" });
});

test("an abort of one's own is no failure of the server", async () => {
  const leaving = new AbortController();
  const url = await server(() => leaving.abort());
  await expect(call({ base: url, key: null }, "/", { signal: leaving.signal })).rejects.toMatchObject({
    name: "AbortError",
  });
});
