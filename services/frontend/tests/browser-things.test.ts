import { expect, test } from "vitest";
import { takeKeys } from "../lib/keys.ts";
import type { PageStorage } from "../lib/page-storage.ts";
import { randomId } from "../lib/random-id.ts";
import { runtimeFrom } from "../lib/runtime.ts";
import { clock, showTime } from "../lib/show.ts";
import { deniedStorage, memoryStorage } from "./storage.ts";

const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("ids are random UUIDs also where the origin is not secure", () => {
  const insecure = { getRandomValues: crypto.getRandomValues.bind(crypto) };
  const ids = Array.from({ length: 500 }, () => randomId(insecure));
  for (const id of ids) expect(id).toMatch(UUID4);
  expect(new Set(ids).size).toBe(500);
  expect(randomId()).toMatch(UUID4);
});

function visit(hash: string, storage: PageStorage) {
  const shown: string[] = [];
  const location = { hash, pathname: "/presenter/", search: "?a=1" } as Location;
  const history = {
    replaceState: (_: unknown, __: string, url: string) => shown.push(url),
  } as unknown as History;
  return { keys: takeKeys(location, history, storage), shown };
}

test("keys are taken out of the address bar and kept for the tab", () => {
  const storage = memoryStorage();
  expect(visit("#key=a%2Bb&control=c", storage)).toEqual({
    keys: { key: "a+b", control: "c" },
    shown: ["/presenter/?a=1"],
  });
  expect(visit("", storage)).toEqual({ keys: { key: "a+b", control: "c" }, shown: [] });
});

test("a key works for one page where nothing can be kept", () => {
  expect(visit("#key=k", deniedStorage()).keys).toEqual({ key: "k", control: null });
});

test("only web addresses are believed of runtime.json", () => {
  expect(
    runtimeFrom({
      api: "http://10.0.0.1:8000/",
      control: "javascript:alert(1)",
      audience_url: "http://h/#key=k",
    }),
  ).toEqual({
    api: "http://10.0.0.1:8000",
    control: "",
    audienceUrl: "http://h/#key=k",
    model: "",
    run: "",
  });
  expect(runtimeFrom({ model: "tiny", run: "8f3a" })).toMatchObject({ model: "tiny", run: "8f3a" });
  for (const nonsense of [null, 1, "x", [], {}])
    expect(runtimeFrom(nonsense)).toEqual({ api: "", control: "", audienceUrl: "", model: "", run: "" });
});

test.each([
  [0, "quiz", 1680],
  [1679.5, "quiz", 1],
  [1680, "survey", 120],
  [1799, "survey", 1],
  [1800, "over", 0],
  [99999, "over", 0],
])("%d seconds into the show it is %s for %d more", (seconds, part, secondsLeft) => {
  expect(showTime(seconds)).toMatchObject({ part, secondsLeft });
});

test("a clock shows minutes and seconds", () => {
  expect([0, 59.9, 60, 1680, -3].map(clock)).toEqual(["0:00", "0:59", "1:00", "28:00", "0:00"]);
});
