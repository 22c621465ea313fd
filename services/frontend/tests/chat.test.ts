import { expect, test } from "vitest";
import { answerTo } from "../lib/api/chat.ts";
import { server } from "./server.ts";

const delta = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
const never = new AbortController().signal;

async function read(stream: string, end: "end" | "destroy" = "end"): Promise<string[]> {
  const url = await server((request, response) => {
    if (request.url === "/v1/models") return void response.end(JSON.stringify({ data: [{ id: "tiny" }] }));
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(stream, () => response[end]());
  });
  const pieces: string[] = [];
  for await (const piece of answerTo("Why?", { base: url, key: null }, never)) pieces.push(piece);
  return pieces;
}

test("pieces come in order until the stream says that it is done", async () => {
  expect(
    await read(`: held\n\n${delta("Be")}${delta("")}${delta("cause")}data: [DONE]\n\n${delta("!")}`),
  ).toEqual(["Be", "cause"]);
});

test("a stream that ends without saying so broke off", async () => {
  await expect(read(delta("Be"))).rejects.toMatchObject({ kind: "unreachable" });
  await expect(read(delta("Be"), "destroy")).rejects.toMatchObject({ kind: "unreachable" });
});

test("an error inside the stream is a failure", async () => {
  const error = `data: ${JSON.stringify({ error: { message: "the engine ended", code: "x" } })}\n\n`;
  await expect(read(delta("Be") + error)).rejects.toMatchObject({
    kind: "broken",
    message: "the engine ended",
  });
});

test("leaving closes the stream at the server", async () => {
  const closed = Promise.withResolvers<void>();
  const url = await server((request, response) => {
    if (request.url === "/v1/models") return void response.end(JSON.stringify({ data: [{ id: "tiny" }] }));
    response.writeHead(200).write(delta("Be"));
    response.on("close", () => closed.resolve());
  });
  for await (const _ of answerTo("Why?", { base: url, key: null }, never)) break;
  await closed.promise;
});
