import { call } from "../api/request.ts";
import type { Fault, LoadProfile, ModeChoice } from "./events.ts";

/** The control server and the token that lets this page change things. */
export type Control = { base: string; token: string | null };

const post = async (to: Control, path: string, body: object): Promise<void> => {
  await call({ base: to.base, key: to.token }, path, { method: "POST", body });
};

export const setMode = (to: Control, mode: ModeChoice) => post(to, "/control/mode", { mode });
/** Begins the show anew, at its first minute, by the clock. */
export const restartShow = (to: Control) => post(to, "/control/show-restart", {});
export const cause = (to: Control, fault: Fault, deployment?: string) =>
  post(to, "/control/chaos", { fault, ...(deployment && { deployment }) });
export const setLoad = (to: Control, profile: LoadProfile) => post(to, "/control/load", { profile });
