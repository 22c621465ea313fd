/** One event of a `text/event-stream`. */
export type StreamEvent = { event: string; data: string };

/** More than any event of ours; a stream that never ends a line is given up. */
export const MAX_BUFFERED_CHARACTERS = 1_000_000;

/** Events of a `text/event-stream` body as they arrive, by the rules of the HTML standard; comments are left out. */
export async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const parser = new EventParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    // Whoever stops reading has no use for the rest: the server is told by closing the stream.
    await reader.cancel().catch(() => undefined);
  }
}

/** Turns pieces of text, cut anywhere, into events. */
export class EventParser {
  #rest = "";
  #event = "";
  #data: string[] = [];

  *push(text: string): Generator<StreamEvent> {
    this.#rest += text;
    if (this.#rest.length > MAX_BUFFERED_CHARACTERS) throw new RangeError("an event is too long");
    // A carriage return at the very end may be half of a line break that the next piece completes.
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = this.#line(line);
      if (event) yield event;
    }
  }

  #line(line: string): StreamEvent | null {
    if (line === "") return this.#dispatch();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    if (field === "data") this.#data.push(value);
    return null;
  }

  #dispatch(): StreamEvent | null {
    const event = { event: this.#event || "message", data: this.#data.join("\n") };
    const empty = this.#data.length === 0;
    this.#event = "";
    this.#data = [];
    return empty ? null : event;
  }
}
