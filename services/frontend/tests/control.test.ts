import { expect, test } from "vitest";
import { CONTROL_TOKEN, controlServer } from "../e2e/servers/control.ts";
import { at, HELLO, scaling } from "../e2e/servers/show.ts";
import type { State } from "../lib/control/events.ts";
import { follow } from "../lib/control/feed.ts";
import { appended, type History } from "../lib/control/history.ts";
import { advanced, EMPTY, type Message } from "../lib/control/view.ts";
import { server } from "./server.ts";

const stateAt = (second: number) => at(second).at(-1)?.data as State;

/** Follows until `enough`, and returns what was told. */
async function followed(
  base: string,
  token: string,
  enough: (messages: Message[]) => boolean,
  silence = 8,
): Promise<Message[]> {
  const leaving = new AbortController();
  const messages: Message[] = [];
  const tell = (message: Message) => {
    messages.push(message);
    if (enough(messages)) leaving.abort();
  };
  await follow(base, token, tell, AbortSignal.any([leaving.signal, AbortSignal.timeout(8000)]), silence);
  return messages;
}

test("the feed tells the show and connects again when it is cut", async () => {
  const control = await controlServer();
  const hellos = (messages: Message[]) => messages.filter(({ event }) => event === "hello").length;
  const messages = await followed(control.url, CONTROL_TOKEN, (told) => {
    if (hellos(told) === 1 && told.at(-1)?.event === "state") control.cut();
    return hellos(told) === 2;
  });
  await control.close();
  expect(messages[0]).toEqual({ event: "hello", data: HELLO });
  expect(messages).toContainEqual({ event: "link", data: "reconnecting" });
});

test("a refused token is called so", async () => {
  const control = await controlServer();
  const messages = await followed(control.url, "wrong", (told) => told.length > 0);
  await control.close();
  expect(messages).toEqual([{ event: "link", data: "refused" }]);
});

test("a silent connection is given up", async () => {
  const url = await server((_, response) => void response.writeHead(200).write(": nothing\n\n"));
  expect(await followed(url, "t", (told) => told.length > 0, 0.1)).toEqual([
    { event: "link", data: "reconnecting" },
  ]);
});

test("the same show goes on after a reconnection, another one begins anew", () => {
  const seen = advanced(advanced(EMPTY, { event: "hello", data: HELLO }), {
    event: "state",
    data: stateAt(5),
  });
  expect(advanced(seen, { event: "hello", data: HELLO }).state?.t).toBe(5);
  expect(advanced(seen, { event: "hello", data: { ...HELLO, started_at: "later" } }).state).toBeNull();
});

test("an event that is sent again is shown once", () => {
  const message: Message = { event: "scaling", data: scaling(20, 0, 1, "why") };
  expect(advanced(advanced(EMPTY, message), message).scaling).toHaveLength(1);
});

test("history keeps its ends and its bound however long the show is", () => {
  let history: History = {};
  for (let t = 0; t < 500; t++) history = appended(history, stateAt(t), 40);
  const times = history["mistral-7b-awq"]?.map(({ t }) => t) ?? [];
  expect(times.length).toBeLessThanOrEqual(41);
  expect(times[0]).toBe(0);
  expect(times.at(-1)).toBe(499);
  expect(times).toEqual([...times].sort((one, other) => one - other));
});

test("a state that was sent again changes nothing", () => {
  const history = appended({}, stateAt(3));
  expect(appended(history, stateAt(3))).toEqual(history);
});
