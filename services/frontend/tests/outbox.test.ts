import { expect, test, vi } from "vitest";
import { ApiFailure } from "../lib/api/failure.ts";
import type { Answer } from "../lib/api/types.ts";
import { admitted, deliver, OUTBOX, type Outbox, restored, type Submit } from "../lib/outbox.ts";
import type { PageStorage } from "../lib/page-storage.ts";
import { deniedStorage, memoryStorage } from "./storage.ts";

const answer = (id = "one"): Answer => ({ id, rating: 4, company: "Example" });
const never = new AbortController().signal;
const receipt = { id: "one", ticket: "ABCD-1234" };

async function delivered(submit: Submit, storage: PageStorage): Promise<Outbox[]> {
  vi.useFakeTimers();
  const told: Outbox[] = [];
  const delivering = deliver(answer(), submit, storage, (outbox) => told.push(outbox), never);
  await vi.runAllTimersAsync();
  await delivering;
  vi.useRealTimers();
  return told;
}

test("an answer is kept before it is sent", () => {
  const storage = memoryStorage();
  admitted(storage, answer());
  expect(restored(storage)).toMatchObject({ state: "pending", answer: answer() });
});

test("a second answer of the same browser is the first one", () => {
  const storage = memoryStorage();
  admitted(storage, answer("one"));
  expect(admitted(storage, answer("two"))).toMatchObject({ answer: { id: "one" } });
});

test("failures are retried with the same id until the gateway says stored", async () => {
  const storage = memoryStorage();
  const sent: Answer[] = [];
  const faults = [new TypeError("fetch failed"), new ApiFailure("busy", "", 3), new ApiFailure("broken", "")];
  const told = await delivered(async (given) => {
    sent.push(given);
    const fault = faults.shift();
    if (fault) throw fault;
    return receipt;
  }, storage);
  expect(sent).toEqual([answer(), answer(), answer(), answer()]);
  expect(told.map(({ state }) => state)).toEqual(["pending", "pending", "pending", "stored"]);
  expect(restored(storage)).toEqual({ state: "stored", answer: answer(), ticket: "ABCD-1234" });
});

test("nothing is called stored before the gateway said so", async () => {
  const storage = memoryStorage();
  admitted(storage, answer());
  const leaving = new AbortController();
  const told: Outbox[] = [];
  await deliver(
    answer(),
    async () => {
      leaving.abort();
      throw new TypeError("fetch failed");
    },
    storage,
    (outbox) => told.push(outbox),
    leaving.signal,
  );
  expect(told).toEqual([]);
  expect(restored(storage).state).toBe("pending");
});

test.each(["rejected", "conflict"] as const)(
  "an answer that is %s comes back to be changed",
  async (kind) => {
    const storage = memoryStorage();
    admitted(storage, answer());
    const told = await delivered(async () => {
      throw new ApiFailure(kind, "no");
    }, storage);
    expect(told.map(({ state }) => state)).toEqual(["returned"]);
    expect(restored(storage)).toEqual({ state: "empty" });
  },
);

test("a browser that keeps nothing still sends", async () => {
  expect(await delivered(async () => receipt, deniedStorage())).toMatchObject([{ state: "stored" }]);
});

test("what somebody else wrote under the name is ignored", () => {
  const storage = memoryStorage();
  for (const nonsense of ["{", "null", "[]", '{"answer":1}']) {
    storage.write(OUTBOX, nonsense);
    expect(restored(storage)).toEqual({ state: "empty" });
  }
});
