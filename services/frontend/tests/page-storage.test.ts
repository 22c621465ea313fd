import { expect, test } from "vitest";
import { PageStorage } from "../lib/page-storage.ts";
import { deniedStorage, memoryStorage } from "./storage.ts";

const absent = () => null as unknown as Storage;
const full = (): Storage => ({
  length: 0,
  clear: () => undefined,
  getItem: () => null,
  key: () => null,
  removeItem: () => undefined,
  setItem: () => {
    throw new DOMException("full", "QuotaExceededError");
  },
});

test.each([
  ["denied", deniedStorage()],
  ["absent", new PageStorage(absent)],
  ["full", new PageStorage(full)],
])("what a browser's storage does not take because it is %s lasts as long as the page", (_, storage) => {
  storage.write("name", "text");
  expect(storage.read("name")).toBe("text");
  expect(storage.lasts("name")).toBe(false);
  storage.forget("name");
  expect(storage.read("name")).toBeNull();
});

test("what a browser takes outlives the page", () => {
  const storage = memoryStorage();
  storage.write("name", "text");
  expect(storage.lasts("name")).toBe(true);
});

test("runs keep apart what has the same name", () => {
  const storage = memoryStorage();
  storage.ofRun("rehearsal").write("name", "text");
  expect(storage.ofRun("show").read("name")).toBeNull();
  expect(storage.ofRun("rehearsal").read("name")).toBe("text");
  expect(storage.ofRun("")).toBe(storage);
});

test("a page hears of a change by the name that the browser uses", () => {
  expect(memoryStorage().ofRun("show").browserName("name")).toBe("headway:show:name");
});
