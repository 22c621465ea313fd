// @vitest-environment happy-dom
// @vitest-environment-options { "settings": { "fetch": { "disableSameOriginPolicy": true } } }
import type { ServerResponse } from "node:http";
import { act, renderHook, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { textOf } from "../e2e/servers/model.ts";
import { useAnswer } from "../hooks/use-answer.ts";
import { useOutbox } from "../hooks/use-outbox.ts";
import { usePoll } from "../hooks/use-poll.ts";
import { useSecondsLeft } from "../hooks/use-seconds-left.ts";
import { PageStorage } from "../lib/page-storage.ts";
import { server } from "./server.ts";
import { deniedStorage } from "./storage.ts";

const DRAFT = { rating: 4 as const, company: "Example" };
const STORED = JSON.stringify({ id: "x", ticket: "ABCD-1234" });
const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;

const storage = new PageStorage(() => localStorage);
beforeEach(() => localStorage.clear());

/** A gateway on loopback that answers each POST with the next of `answers`, and hangs up when there is none. */
async function gateway(...answers: ((response: ServerResponse) => void)[]) {
  const asked: string[] = [];
  const base = await server(async (request, response) => {
    if (request.url === "/v1/models") return void response.end(JSON.stringify({ data: [{ id: "tiny" }] }));
    asked.push(await textOf(request));
    const answer = answers.shift();
    if (answer) answer(response);
    else response.destroy();
  });
  return { connection: { base, key: null }, asked, answers };
}

test("an answer grows until it is done", async () => {
  const { connection } = await gateway((response) =>
    response.end(`${chunk("Be")}${chunk("cause")}data: [DONE]\n\n`),
  );
  const { result } = renderHook(() => useAnswer(connection));
  act(() => result.current.ask("Why?"));
  expect(result.current.answer.phase).toBe("waiting");
  await waitFor(() =>
    expect(result.current.answer).toEqual({ phase: "done", question: "Why?", text: "Because" }),
  );
});

test("a busy gateway leaves a time for the next try", async () => {
  const { connection } = await gateway((response) => response.writeHead(503, { "retry-after": "9" }).end());
  const { result } = renderHook(() => useAnswer(connection));
  act(() => result.current.ask("Why?"));
  await waitFor(() =>
    expect(result.current.answer).toMatchObject({ phase: "failed", failure: { kind: "busy" } }),
  );
  const { answer } = result.current;
  expect(answer.phase === "failed" && answer.retryAt && answer.retryAt - Date.now()).toBeGreaterThan(8000);
});

test("stopping leaves what had come", async () => {
  const { connection } = await gateway((response) => void response.write(chunk("Be")));
  const { result } = renderHook(() => useAnswer(connection));
  act(() => result.current.ask("Why?"));
  await waitFor(() => expect(result.current.answer.phase).toBe("streaming"));
  act(() => result.current.stop());
  expect(result.current.answer).toEqual({ phase: "stopped", question: "Why?", text: "Be" });
});

test("two presses send one answer, with one id", async () => {
  const { connection, asked } = await gateway((response) => response.end(STORED));
  const { result } = renderHook(() => useOutbox(connection, storage));
  act(() => {
    result.current.submit(DRAFT);
    result.current.submit(DRAFT);
  });
  await waitFor(() => expect(result.current.outbox).toMatchObject({ state: "stored", ticket: "ABCD-1234" }));
  expect(asked).toHaveLength(1);
});

test("a browser that keeps nothing sends its answer too, once", async () => {
  const { connection, asked } = await gateway((response) => response.end(STORED));
  const denied = deniedStorage();
  const { result } = renderHook(() => useOutbox(connection, denied));
  act(() => result.current.submit(DRAFT));
  act(() => result.current.submit(DRAFT));
  await waitFor(() => expect(result.current.outbox).toMatchObject({ state: "stored", ticket: "ABCD-1234" }));
  expect(asked).toHaveLength(1);
});

test("an answer of an earlier run is not taken for one of this run", async () => {
  const { connection } = await gateway((response) => response.end(STORED));
  const [earlier, now] = [storage.ofRun("rehearsal"), storage.ofRun("show")];
  const rehearsal = renderHook(() => useOutbox(connection, earlier));
  act(() => rehearsal.result.current.submit(DRAFT));
  await waitFor(() => expect(rehearsal.result.current.outbox.state).toBe("stored"));
  const show = renderHook(() => useOutbox(connection, now));
  expect(show.result.current.outbox.state).toBe("empty");
});

test("an answer that was pending when the page closed is sent when it opens", async () => {
  const { connection, asked, answers } = await gateway();
  const first = renderHook(() => useOutbox(connection, storage));
  act(() => first.result.current.submit(DRAFT));
  await waitFor(() =>
    expect(first.result.current.outbox).toMatchObject({ state: "pending", failure: { kind: "unreachable" } }),
  );
  first.unmount();
  answers.push((response) => response.end(STORED));
  const second = renderHook(() => useOutbox(connection, storage));
  await waitFor(() => expect(second.result.current.outbox.state).toBe("stored"));
  expect(asked[0]).toBe(asked[1]);
});

test("the last answer stays while asking fails", async () => {
  let calls = 0;
  const ask = async () => {
    calls += 1;
    if (calls > 1) throw new TypeError("fetch failed");
    return "quiz";
  };
  const { result } = renderHook(() => usePoll(ask, 0.01));
  await waitFor(() => expect(result.current.failure?.kind).toBe("unreachable"));
  expect(result.current.answer).toBe("quiz");
});

test("a countdown counts whole seconds down to nothing", () => {
  vi.useFakeTimers();
  const { result } = renderHook(({ time }) => useSecondsLeft(time), {
    initialProps: { time: Date.now() + 2500 },
  });
  expect(result.current).toBe(3);
  act(() => void vi.advanceTimersByTime(1600));
  expect(result.current).toBe(1);
  act(() => void vi.advanceTimersByTime(2000));
  expect(result.current).toBe(0);
  vi.useRealTimers();
});
