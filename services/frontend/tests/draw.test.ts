import { expect, test } from "vitest";
import { drawDone, drawRequest } from "../lib/draw.ts";
import { memoryStorage } from "./storage.ts";

test("a draw is asked for with the same id until it is done", () => {
  const storage = memoryStorage();
  const first = drawRequest(storage, 3, 0);
  expect(drawRequest(storage, 3, 0)).toEqual(first);
  drawDone(storage);
  expect(drawRequest(storage, 3, 0).id).not.toBe(first.id);
});

test("a draw of another number of winners is another draw", () => {
  const storage = memoryStorage();
  const first = drawRequest(storage, 1, 0);
  const changed = drawRequest(storage, 3, 0);
  expect(changed.winners).toBe(3);
  expect(changed.id).not.toBe(first.id);
});

test("a draw after one that has been announced since is another draw", () => {
  const storage = memoryStorage();
  const first = drawRequest(storage, 1, 0);
  expect(drawRequest(storage, 1, 1).id).not.toBe(first.id);
});

test("what is no draw of ours is not asked for", () => {
  const storage = memoryStorage();
  for (const nonsense of ["{", "[]", '{"id":"x","winners":2}']) {
    storage.write("draw", nonsense);
    expect(drawRequest(storage, 2, 0)).toMatchObject({ winners: 2, id: expect.stringMatching(/-4/) });
  }
});
