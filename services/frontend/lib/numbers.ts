const dollars = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** US dollars with cents, as prices of machines are stated. */
export const usd = (amount: number): string => dollars.format(amount);

export const count = (value: number): string => whole.format(value);

/** Seconds for eyes: milliseconds below one second. `null` is not known yet. */
export function duration(seconds: number | null): string {
  if (seconds === null || !Number.isFinite(seconds)) return "–";
  return seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
}
