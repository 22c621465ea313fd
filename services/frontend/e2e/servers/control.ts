import type { ServerResponse } from "node:http";
import type { Load } from "../../lib/control/events.ts";
import { type Listening, listening } from "./listening.ts";
import { textOf } from "./model.ts";
import { at, HELLO, type Message, PLAYED_SECONDS } from "./show.ts";

export const CONTROL_TOKEN = "the-control-token";

/** What a page asked the control server to do. */
export type Asked = { path: string; body: unknown };
export type ControlServer = Listening & {
  asked: Asked[];
  cut: () => void;
  say: (message: Message) => void;
  setSecond: (second: number) => void;
  /** What k6 is said to do from now on. */
  setLoad: (load: Partial<Load>) => void;
  /** Answers whatever is asked for with this reason not to do it. */
  refuse: (reason: string) => void;
};

/** Speaks the control server's side of `headway up`: a played show, its past at once and then a state each second. */
export async function controlServer(origin = "*"): Promise<ControlServer> {
  const asked: Asked[] = [];
  const streams = new Set<ServerResponse>();
  let second = PLAYED_SECONDS;
  let decided = "clock";
  let load: Partial<Load> = {};
  let refusal: string | null = null;
  const timer = setInterval(() => {
    second += 1;
    for (const stream of streams)
      for (const message of at(second)) send(stream, changed(message, decided, load));
  }, 1000);

  const server = await listening(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://control");
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-allow-headers", "authorization, content-type");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    const token = url.searchParams.get("token") ?? request.headers.authorization?.replace("Bearer ", "");
    if (token !== CONTROL_TOKEN) return void response.writeHead(401).end();
    if (request.method === "POST") {
      const body = JSON.parse(await textOf(request)) as { mode?: string };
      asked.push({ path: url.pathname, body });
      if (refusal) return void response.writeHead(409).end(JSON.stringify({ error: refusal }));
      if (body.mode) decided = body.mode;
      if (url.pathname === "/control/show-restart") decided = "clock";
      return void response.writeHead(204).end();
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    streams.add(response);
    response.on("close", () => streams.delete(response));
    send(response, { event: "hello", data: HELLO });
    for (let past = 0; past <= second; past++) for (const message of at(past)) send(response, message);
  });
  return {
    url: server.url,
    asked,
    cut: () => {
      for (const stream of streams) stream.destroy();
    },
    say: (message) => {
      for (const stream of streams) send(stream, message);
    },
    setSecond: (chosen) => {
      second = chosen;
    },
    setLoad: (chosen) => {
      load = chosen;
    },
    refuse: (reason) => {
      refusal = reason;
    },
    close: () => {
      clearInterval(timer);
      return server.close();
    },
  };
}

const send = (stream: ServerResponse, { event, data }: { event: string; data: unknown }) =>
  stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);

/** The state as it is where a presenter has decided, and with what k6 is said to do. */
function changed(message: Message, decided: string, load: Partial<Load>): Message {
  if (message.event !== "state") return message;
  const data = { ...message.data, load: { ...message.data.load, ...load } };
  if (decided === "clock") return { event: "state", data };
  return { event: "state", data: { ...data, clock: false, mode: decided === "survey" ? "survey" : "quiz" } };
}
