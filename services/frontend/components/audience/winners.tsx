import { usePoll } from "@/hooks/use-poll.ts";
import { useSession } from "@/hooks/use-session.tsx";
import { winners } from "@/lib/api/survey.ts";

const WINNERS_SECONDS = 2;

/** Who won, as soon as it is known. `ticket` is this phone's own. */
export function Winners({ ticket }: { ticket: string | null }) {
  const { gateway } = useSession();
  const { answer } = usePoll((signal) => winners(gateway, signal), WINNERS_SECONDS);
  const drawn = answer?.drawn ? (answer.winners ?? []) : [];
  const won = ticket !== null && drawn.some((winner) => winner.ticket === ticket);
  return (
    <div aria-live="polite" className="announcement">
      {drawn.length > 0 ? (
        <section className={won ? "winners winners-mine" : "winners"} aria-labelledby="winners">
          <h2 id="winners">{won ? "You won!" : drawn.length > 1 ? "The winners" : "The winner"}</h2>
          {won ? <p>Show this screen on stage.</p> : null}
          <ol>
            {drawn.map((winner) => (
              <li key={winner.ticket}>
                <span className="winner-name">{winner.nickname || "Ticket"}</span>
                <span className="ticket-number">{winner.ticket}</span>
                {winner.ticket === ticket ? <span className="winner-you">you</span> : null}
              </li>
            ))}
          </ol>
        </section>
      ) : null}
    </div>
  );
}
