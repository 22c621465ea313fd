import { eventsOf } from "../event-stream.ts";
import { ApiFailure, asFailure } from "./failure.ts";
import { type Connection, call, callJson } from "./request.ts";
import type { ChatRequest, ModelList } from "./types.ts";

/** Enough for an answer that fits a phone; it bounds what one person can ask of the machines. */
export const ANSWER_TOKENS = 400;
/** The gateway holds a question for up to 300 s while no replica is ready; the page waits a little longer. */
export const ANSWER_TIMEOUT_SECONDS = 620;

type Chunk = {
  choices?: { delta?: { content?: unknown }; finish_reason?: string | null }[];
  error?: { message?: string; code?: string };
};

/** The first model on offer; one audience page serves one deployment. */
export async function firstModel(to: Connection, signal: AbortSignal): Promise<string> {
  const list = await callJson<ModelList>(to, "/v1/models", { signal });
  const model = list.data[0]?.id;
  if (!model) throw new ApiFailure("busy", "no model is served here yet");
  return model;
}

/** The answer to one question, piece by piece. Throws `ApiFailure`, also when the stream breaks off before its end. */
export async function* answerTo(
  question: string,
  to: Connection,
  signal: AbortSignal,
  chosen = "",
): AsyncGenerator<string> {
  const model = chosen || (await firstModel(to, signal));
  const body: ChatRequest = {
    model,
    messages: [{ role: "user", content: question }],
    stream: true,
    max_tokens: ANSWER_TOKENS,
  };
  const response = await call(to, "/v1/chat/completions", {
    method: "POST",
    body,
    signal,
    timeoutSeconds: ANSWER_TIMEOUT_SECONDS,
  });
  try {
    yield* deltas(response);
  } catch (thrown) {
    signal.throwIfAborted();
    throw asFailure(thrown);
  }
}

async function* deltas(response: Response): AsyncGenerator<string> {
  if (!response.body) throw new ApiFailure("broken", "the answer has no body");
  for await (const { data } of eventsOf(response.body)) {
    if (data === "[DONE]") return;
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error) throw new ApiFailure("broken", chunk.error.message ?? "the answer broke off");
    const text = chunk.choices?.[0]?.delta?.content;
    if (typeof text === "string" && text !== "") yield text;
  }
  throw new ApiFailure("unreachable", "the answer broke off");
}
