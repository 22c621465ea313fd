import type { IncomingMessage, ServerResponse } from "node:http";
import { type Listening, listening } from "./listening.ts";

export const MODEL = "tiny";
export const PAYLOAD = `<script>window.__attacked = 1</script><img src="x" onerror="window.__attacked = 1"> **not bold**`;
const ANSWER =
  "Trains bunch up because a late one meets a fuller platform, takes longer to board, and so falls further behind, " +
  "while the one after it finds nobody waiting and catches up.";

/**
 * A small model server of OpenAI's contract. What it does is said in the question: “slow” waits before the first
 * token, “endless” never stops, “break” hangs up half-way, “attack” answers with markup.
 */
export function modelServer(): Promise<Listening> {
  return listening(async (request, response) => {
    if (request.method !== "POST") return void response.writeHead(200).end();
    const body = JSON.parse(await textOf(request)) as { messages: { content: string }[] };
    await answer(body.messages.at(-1)?.content ?? "", response);
  });
}

async function answer(question: string, response: ServerResponse): Promise<void> {
  if (question.includes("slow")) await delay(6000);
  response.writeHead(200, { "content-type": "text/event-stream" });
  const words = (question.includes("attack") ? PAYLOAD : ANSWER).split(/(?<= )/);
  for (let sent = 0; !response.destroyed; sent++) {
    if (sent >= words.length && !question.includes("endless")) break;
    if (question.includes("break") && sent === 5) return void response.destroy();
    response.write(`data: ${JSON.stringify(chunk(words[sent % words.length] ?? "", null))}\n\n`);
    await delay(15);
  }
  response.write(`data: ${JSON.stringify(chunk("", "stop"))}\n\n`);
  response.end("data: [DONE]\n\n");
}

const chunk = (content: string, finish: string | null) => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 0,
  model: MODEL,
  choices: [{ index: 0, delta: { content }, finish_reason: finish }],
});

const delay = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

export async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const piece of request) text += piece;
  return text;
}
