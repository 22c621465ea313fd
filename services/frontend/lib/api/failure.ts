/**
 * Why a request was not served, in the words a page needs:
 * `unreachable` no answer came; `refused` no key or not this one's right; `busy` come back after `retryAfterSeconds`;
 * `rejected` the request itself is wrong; `conflict` the id belongs to something else; `broken` everything else.
 */
export type FailureKind = "unreachable" | "refused" | "busy" | "rejected" | "conflict" | "broken";

export const DEFAULT_RETRY_SECONDS = 5;
/** A server that asks for more patience than this is asked sooner all the same. */
export const MAX_RETRY_SECONDS = 120;

export class ApiFailure extends Error {
  override readonly name = "ApiFailure";

  constructor(
    readonly kind: FailureKind,
    message: string,
    readonly retryAfterSeconds = DEFAULT_RETRY_SECONDS,
    readonly param: string | null = null,
  ) {
    super(message);
  }
}

const KINDS: Record<number, FailureKind> = {
  401: "refused",
  403: "refused",
  409: "conflict",
  429: "busy",
  503: "busy",
};
const REJECTED: ReadonlySet<number> = new Set([400, 404, 405, 413, 422]);

/** What an answer with an error status means; its body is OpenAI's error shape, the control server's line, or anything a proxy made up. */
export async function failureOf(response: Response): Promise<ApiFailure> {
  const error = readError(await response.text().catch(() => ""));
  const kind = KINDS[response.status] ?? (REJECTED.has(response.status) ? "rejected" : "broken");
  return new ApiFailure(
    kind,
    error.message || `the server answered ${response.status}`,
    retryAfterSeconds(response.headers.get("retry-after")),
    error.param,
  );
}

/** Any thrown thing as a failure: `fetch` throws a `TypeError` when no answer came, an abort when its time was over. */
export function asFailure(thrown: unknown): ApiFailure {
  return thrown instanceof ApiFailure ? thrown : new ApiFailure("unreachable", "no answer came");
}

/** Seconds or an HTTP date, bounded. */
export function retryAfterSeconds(header: string | null, now = Date.now()): number {
  if (!header) return DEFAULT_RETRY_SECONDS;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds)
    ? Math.min(Math.max(Math.ceil(seconds), 1), MAX_RETRY_SECONDS)
    : DEFAULT_RETRY_SECONDS;
}

function readError(body: string): { message: string; param: string | null } {
  try {
    const { error } = JSON.parse(body) as { error?: string | { message?: unknown; param?: unknown } };
    if (typeof error === "string") return { message: error, param: null };
    return {
      message: typeof error?.message === "string" ? error.message : "",
      param: typeof error?.param === "string" ? error.param : null,
    };
  } catch {
    return { message: "", param: null };
  }
}
