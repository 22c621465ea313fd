import type { components, operations } from "./schema";

type JsonBody<T> = T extends { requestBody: { content: { "application/json": infer Body } } } ? Body : never;
type JsonAnswer<T> = T extends { responses: { 200: { content: { "application/json": infer Body } } } }
  ? Body
  : never;

type Submit = operations["submit_api_survey_submit_post"];
type DrawWinners = operations["draw_api_survey_winners_post"];

/** One person's answer to the survey, as the gateway takes it. */
export type Answer = JsonBody<Submit>;
export type Rating = Answer["rating"];
export type Receipt = JsonAnswer<Submit>;
export type DrawRequest = JsonBody<DrawWinners>;
export type Draw = JsonAnswer<DrawWinners>;
export type Announcement = JsonAnswer<operations["winners_api_survey_winners_get"]>;
export type Mode = JsonAnswer<operations["config_config_get"]>["mode"];
export type ModelList = components["schemas"]["ModelList"];
export type ChatRequest = JsonBody<operations["endpoint_v1_chat_completions_post"]>;

/** Longest texts that the gateway takes; `tests/types.test.ts` compares them with its OpenAPI document. */
export const COMPANY_MAX_LENGTH = 100;
export const NICKNAME_MAX_LENGTH = 40;
