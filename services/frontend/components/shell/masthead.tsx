import type { ReactNode } from "react";

type Props = { place?: string; choice?: ReactNode; children?: ReactNode };

/** The strip on top: the name, what this page is, and what it has to say about itself. */
export function Masthead({ place, choice, children }: Props) {
  return (
    <header className="masthead">
      <span className="wordmark">
        <svg viewBox="0 0 52 16" aria-hidden="true" className="wordmark-line">
          <path d="M2 8H50" />
          <circle cx="8" cy="8" r="4.5" />
          <circle cx="26" cy="8" r="4.5" />
          <circle cx="44" cy="8" r="4.5" className="wordmark-train" />
        </svg>
        headway
      </span>
      {place ? <span className="place">{place}</span> : null}
      {choice}
      <div className="masthead-end">{children}</div>
    </header>
  );
}
