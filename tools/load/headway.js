// Load through the gateway. Profiles are the documents' table (001), a spike and a soak; HEADWAY_SPEED compresses minutes.
//
// k6 has no server-sent events in its core: http.post waits for the whole streamed body. What k6 calls duration is thus
// the time to the last token; time to first token is in the gateway's own histogram, headway_gateway_ttft_seconds.
import http from "k6/http";
import { check } from "k6";
import { Counter, Rate } from "k6/metrics";

const url = __ENV.HEADWAY_URL;
const model = __ENV.HEADWAY_MODEL;
const profile = __ENV.HEADWAY_PROFILE || "tube-demo";
const speed = Number(__ENV.HEADWAY_SPEED || "1");
const answered = new Rate("answers_whole");
const told = new Counter("refusals_told");
const broken = new Counter("answers_broken");

// Requests a second and minutes. The table of 001: 2 at the start, 5 to 10 while the audience comes, then 3 to 5.
const profiles = JSON.parse(open("./profiles.json"));

const stages = profiles[profile].map(([target, minutes]) => ({
  target: target * 60,
  duration: `${Math.max(1, Math.round((minutes * 60) / speed))}s`,
}));

export const options = {
  scenarios: {
    [profile.replace("-", "_")]: {
      executor: "ramping-arrival-rate",
      startRate: profile === "spike" ? 60 : 120,
      timeUnit: "1m",
      preAllocatedVUs: 100,
      maxVUs: 200,
      stages,
      gracefulStop: "60s",
    },
  },
  thresholds: {
    // Everything accepted is answered whole. What is refused is told and counted apart.
    answers_broken: ["count==0"],
    answers_whole: ["rate>0.95"],
    http_req_duration: ["p(95)<60000"],
  },
  summaryTrendStats: ["avg", "min", "med", "p(90)", "p(95)", "p(99)", "max"],
};

const lines = ["Central", "Victoria", "Jubilee", "Northern", "Piccadilly"];

export default function () {
  const line = lines[Math.floor(Math.random() * lines.length)];
  const body = {
    model,
    stream: true,
    max_tokens: 60,
    messages: [{ role: "user", content: `Quiz: name three stations of the ${line} line and one fact about each.` }],
  };
  const response = http.post(`${url}/v1/chat/completions`, JSON.stringify(body), {
    headers: { Authorization: `Bearer ${__ENV.HEADWAY_KEY}`, "Content-Type": "application/json" },
    timeout: "330s",
  });
  if (response.status === 429 || response.status === 503) {
    told.add(1);
    answered.add(false);
    return;
  }
  const whole = check(response, { "the stream ends with [DONE]": (r) => r.status === 200 && r.body.includes("data: [DONE]") });
  answered.add(whole);
  if (!whole) broken.add(1);
}

export function handleSummary(data) {
  const trend = (name) => (data.metrics[name] ? data.metrics[name].values : null);
  const summary = {
    profile,
    speed,
    requests: trend("http_reqs"),
    answers_whole: trend("answers_whole"),
    answers_broken: trend("answers_broken"),
    refusals_told: trend("refusals_told"),
    last_token_milliseconds: trend("http_req_duration"),
    dropped_iterations: trend("dropped_iterations"),
    thresholds: Object.fromEntries(
      Object.entries(data.metrics)
        .filter(([, metric]) => metric.thresholds)
        .map(([name, metric]) => [name, Object.values(metric.thresholds).every((threshold) => threshold.ok)]),
    ),
  };
  return __ENV.HEADWAY_SUMMARY ? { [__ENV.HEADWAY_SUMMARY]: JSON.stringify(summary, null, 2) } : { stdout: JSON.stringify(summary) };
}
