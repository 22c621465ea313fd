import type { ReactNode } from "react";

type Props = { name: string; value: string; tone?: "amber" | "red"; children: ReactNode };

/** One number with its name and what it is to be compared with. */
export function Figure({ name, value, tone, children }: Props) {
  return (
    <div className={tone ? `figure figure-${tone}` : "figure"}>
      <dt>{name}</dt>
      <dd className="figure-value">{value}</dd>
      <dd className="figure-note">{children}</dd>
    </div>
  );
}
