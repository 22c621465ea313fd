import { expect, test, vi } from "vitest";
import { ApiFailure } from "../lib/api/failure.ts";
import { backoffSeconds, pause } from "../lib/backoff.ts";
import { poll } from "../lib/poll.ts";

test("waits double up to their bound and are spread", () => {
  const middle = () => 0.5;
  expect([0, 1, 2, 3, 4, 9].map((failures) => backoffSeconds(failures, 2, 30, middle))).toEqual([
    2, 4, 8, 16, 30, 30,
  ]);
  expect(backoffSeconds(9, 2, 30, () => 0)).toBe(22.5);
  expect(backoffSeconds(9, 2, 30, () => 1)).toBe(37.5);
});

test("asking goes on after failures, more rarely, and never before Retry-After", async () => {
  vi.useFakeTimers();
  const leaving = new AbortController();
  const times: number[] = [];
  const begun = Date.now();
  const ask = async () => {
    times.push((Date.now() - begun) / 1000);
    if (times.length === 2) throw new ApiFailure("busy", "later", 20);
    if (times.length === 3) throw new TypeError("fetch failed");
    return times.length;
  };
  const answers: number[] = [];
  const failures: string[] = [];
  const asking = poll(
    {
      ask,
      everySeconds: 2,
      onAnswer: (answer) => answers.push(answer),
      onFailure: ({ kind }) => failures.push(kind),
    },
    leaving.signal,
  );
  await vi.advanceTimersByTimeAsync(40_000);
  leaving.abort();
  await asking;
  vi.useRealTimers();
  expect(times.slice(0, 3)).toEqual([0, 2, 22]);
  expect(times[3]).toBeGreaterThanOrEqual(22 + 6);
  expect(failures).toEqual(["busy", "unreachable"]);
  expect(answers.slice(0, 2)).toEqual([1, 4]);
});

test("a pause ends at once when it is aborted", async () => {
  const leaving = new AbortController();
  const pausing = pause(3600, leaving.signal);
  leaving.abort();
  await expect(pausing).rejects.toMatchObject({ name: "AbortError" });
});
