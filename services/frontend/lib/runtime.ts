/** Where the pages' servers are, as `/runtime.json` of the pages' own origin says. Empty means: the same origin. */
export type Runtime = {
  api: string;
  control: string;
  audienceUrl: string;
  /** Which model the audience asks; empty means the first that the gateway lists. */
  model: string;
  /** Tells one `headway up` from the next at the same address; empty in a cluster. */
  run: string;
};

export const SAME_ORIGIN: Runtime = { api: "", control: "", audienceUrl: "", model: "", run: "" };

export async function readRuntime(fetcher: typeof fetch = fetch): Promise<Runtime> {
  try {
    const response = await fetcher("/runtime.json", { cache: "no-store", signal: AbortSignal.timeout(5000) });
    return response.ok ? runtimeFrom(await response.json()) : SAME_ORIGIN;
  } catch {
    return SAME_ORIGIN;
  }
}

export function runtimeFrom(json: unknown): Runtime {
  const given = typeof json === "object" && json !== null ? (json as Record<string, unknown>) : {};
  return {
    api: origin(given["api"]),
    control: origin(given["control"]),
    audienceUrl: url(given["audience_url"]),
    model: text(given["model"]),
    run: text(given["run"]),
  };
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

const origin = (value: unknown): string => url(value).replace(/\/+$/, "");

function url(value: unknown): string {
  if (typeof value !== "string" || !/^https?:\/\//.test(value)) return "";
  try {
    new URL(value);
    return value;
  } catch {
    return "";
  }
}
