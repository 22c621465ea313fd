import type { Hello } from "@/lib/control/events.ts";

/** What of all this is real, and what is played. */
export function Origin({ hello }: { hello: Hello }) {
  return (
    <footer className="origin">
      <p>
        <strong>Real:</strong> {hello.real.join(", ")}.
      </p>
      <p>
        <strong>Played:</strong> {hello.played.join(", ")}, at {hello.speed} × speed, environment{" "}
        {hello.environment}.
      </p>
    </footer>
  );
}
