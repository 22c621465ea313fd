import type { Drawn } from "@/hooks/use-winner-draw.ts";

/** Names or tickets, and how the draw can be checked. */
export function DrawnWinners({ drawn: { number, winners, record } }: { drawn: Drawn }) {
  return (
    <>
      <ol className="drawn">
        {winners.map(({ ticket, nickname }) => (
          <li key={ticket}>
            <strong>{nickname || ticket}</strong>
            {nickname ? <span>{ticket}</span> : null}
          </li>
        ))}
      </ol>
      <p className="aside">
        {record
          ? `Draw ${number} of ${record.entries} answers, by ${record.algorithm}.`
          : `Draw ${number}, as phones show it.`}{" "}
        Anybody can repeat it from its seed.
      </p>
    </>
  );
}
