/** Seconds to wait before try number `failures` + 1: doubled each time up to `maxSeconds`, and spread over ±25 %. */
export function backoffSeconds(
  failures: number,
  baseSeconds: number,
  maxSeconds: number,
  random: () => number = Math.random,
): number {
  if (failures === 0) return baseSeconds;
  const doubled = Math.min(baseSeconds * 2 ** failures, maxSeconds);
  return doubled * (0.75 + random() / 2);
}

/** Waits, or throws the signal's reason at once when it is aborted. */
export function pause(seconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, seconds * 1000);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
  });
}
