// @vitest-environment happy-dom
import { act, renderHook, waitFor } from "@testing-library/react";
import { beforeEach, expect, test, vi } from "vitest";
import { useAnswer } from "../hooks/use-answer.ts";
import { useOutbox } from "../hooks/use-outbox.ts";
import { usePoll } from "../hooks/use-poll.ts";
import { useSecondsLeft } from "../hooks/use-seconds-left.ts";

const DRAFT = { rating: 4 as const, company: "Example" };
const sse = (text: string) => new Response(text, { headers: { "content-type": "text/event-stream" } });
const gateway = { base: "http://gateway", key: null };
const answers: (() => Response | Promise<Response>)[] = [];
const asked: { url: string; body: unknown }[] = [];

// happy-dom's own fetch obeys its own network rules; what the hooks do with answers is under test here.
beforeEach(() => {
  localStorage.clear();
  answers.length = 0;
  asked.length = 0;
  vi.stubGlobal("fetch", async (url: string, init?: RequestInit) => {
    asked.push({ url, body: init?.body ? JSON.parse(String(init.body)) : null });
    if (url.endsWith("/v1/models")) return Response.json({ data: [{ id: "tiny" }] });
    return (answers.shift() ?? (() => Promise.reject(new TypeError("fetch failed"))))();
  });
});

test("an answer grows until it is done", async () => {
  const chunk = (content: string) => `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`;
  answers.push(() => sse(`${chunk("Be")}${chunk("cause")}data: [DONE]\n\n`));
  const { result } = renderHook(() => useAnswer(gateway));
  act(() => result.current.ask("Why?"));
  expect(result.current.answer.phase).toBe("waiting");
  await waitFor(() =>
    expect(result.current.answer).toEqual({ phase: "done", question: "Why?", text: "Because" }),
  );
});

test("a busy gateway leaves a time for the next try", async () => {
  answers.push(() => new Response("", { status: 503, headers: { "retry-after": "9" } }));
  const { result } = renderHook(() => useAnswer(gateway));
  act(() => result.current.ask("Why?"));
  await waitFor(() =>
    expect(result.current.answer).toMatchObject({ phase: "failed", failure: { kind: "busy" } }),
  );
  const { answer } = result.current;
  expect(answer.phase === "failed" && answer.retryAt && answer.retryAt - Date.now()).toBeGreaterThan(8000);
});

test("stopping leaves what had come", async () => {
  answers.push(() => new Promise(() => undefined));
  const { result } = renderHook(() => useAnswer(gateway));
  act(() => result.current.ask("Why?"));
  act(() => result.current.stop());
  expect(result.current.answer.phase).toBe("stopped");
});

test("two presses send one answer, with one id", async () => {
  answers.push(() => Response.json({ id: "x", ticket: "ABCD-1234" }));
  const { result } = renderHook(() => useOutbox(gateway));
  act(() => {
    result.current.submit(DRAFT);
    result.current.submit(DRAFT);
  });
  await waitFor(() => expect(result.current.outbox).toMatchObject({ state: "stored", ticket: "ABCD-1234" }));
  expect(asked).toHaveLength(1);
});

test("an answer that was pending when the page closed is sent when it opens", async () => {
  const first = renderHook(() => useOutbox(gateway));
  act(() => first.result.current.submit(DRAFT));
  await waitFor(() =>
    expect(first.result.current.outbox).toMatchObject({ state: "pending", failure: { kind: "unreachable" } }),
  );
  first.unmount();
  answers.push(() => Response.json({ id: "x", ticket: "ABCD-1234" }));
  const second = renderHook(() => useOutbox(gateway));
  await waitFor(() => expect(second.result.current.outbox.state).toBe("stored"));
  expect(asked[0]?.body).toEqual(asked[1]?.body);
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
