import type { Chaos, Hello, Scaling, State } from "./events.ts";
import { appended, type History } from "./history.ts";

export type Link = "connecting" | "live" | "reconnecting" | "refused";

/** Everything the control room shows. */
export type View = {
  link: Link;
  hello: Hello | null;
  state: State | null;
  history: History;
  scaling: Scaling[];
  chaos: Chaos[];
};

export const EMPTY: View = {
  link: "connecting",
  hello: null,
  state: null,
  history: {},
  scaling: [],
  chaos: [],
};

/** Newest events kept, newest first. */
export const MAX_EVENTS = 200;

export type Message =
  | { event: "hello"; data: Hello }
  | { event: "state"; data: State }
  | { event: "scaling"; data: Scaling }
  | { event: "chaos"; data: Chaos }
  | { event: "link"; data: Link };

export function advanced(view: View, message: Message): View {
  switch (message.event) {
    case "link":
      return { ...view, link: message.data };
    case "hello":
      // Another start of the server is another show; the same one goes on after a lost connection.
      return message.data.started_at === view.hello?.started_at
        ? { ...view, link: "live" }
        : { ...EMPTY, link: "live", hello: message.data };
    case "state":
      return { ...view, state: message.data, history: appended(view.history, message.data) };
    case "scaling":
      return { ...view, scaling: newest(message.data, view.scaling) };
    case "chaos":
      return { ...view, chaos: newest(message.data, view.chaos) };
  }
}

/** `event` before the others, once: a server may send its last events again after a reconnection. */
function newest<T>(event: T, others: T[]): T[] {
  const written = JSON.stringify(event);
  if (others.some((other) => JSON.stringify(other) === written)) return others;
  return [event, ...others].slice(0, MAX_EVENTS);
}
