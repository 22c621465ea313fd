import { expect, test } from "vitest";
import { EventParser, MAX_BUFFERED_CHARACTERS } from "../lib/event-stream.ts";

const STREAM =
  ": comment\r\nevent: state\r\ndata: one\r\ndata: two\r\n\r\ndata:three\n\nid: 4\rdata: fünf\r\r";
const EVENTS = [
  { event: "state", data: "one\ntwo" },
  { event: "message", data: "three" },
];

test("events are the same wherever the network cuts the stream", () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    const parser = new EventParser();
    const events = [
      ...parser.push(STREAM.slice(0, cut)),
      ...parser.push(STREAM.slice(cut)),
      ...parser.push("\n"),
    ];
    expect(events, `cut at ${cut}`).toEqual([...EVENTS, { event: "message", data: "fünf" }]);
  }
});

test("an event without data is none", () => {
  expect([...new EventParser().push("event: ping\n\n")]).toEqual([]);
});

test("a line that never ends is given up", () => {
  expect(() => [...new EventParser().push("x".repeat(MAX_BUFFERED_CHARACTERS + 1))]).toThrow(RangeError);
});
