import type { ApiFailure } from "./api/failure.ts";

export type Words = { title: string; text: string };

const BROKE_OFF: Words = {
  title: "The answer broke off",
  text: "Something failed half-way. Ask again for the whole answer.",
};

/** What a person who asked a question is told. Server messages stay out: they are written for programs. */
export function questionFailed(failure: ApiFailure, brokeOff: boolean): Words {
  switch (failure.kind) {
    case "refused":
      return { title: "This page has no valid key", text: "Scan the QR code on the big screen again." };
    case "busy":
      return {
        title: "The room is asking a lot",
        text: "Every model server is taken. Your question stays here.",
      };
    case "rejected":
      return { title: "The question was not taken", text: "Make it shorter and ask again." };
    case "unreachable":
      return brokeOff
        ? BROKE_OFF
        : {
            title: "No connection",
            text: "Your question did not get an answer. Check the network and ask again.",
          };
    default:
      return brokeOff
        ? BROKE_OFF
        : {
            title: "No answer this time",
            text: "Something failed on the way. Asking again usually helps.",
          };
  }
}

/** What a person whose survey answer is not stored yet is told. */
export function notStoredBecause(failure: ApiFailure): string {
  switch (failure.kind) {
    case "refused":
      return "This page has no valid key. Scan the QR code again; your answer stays here.";
    case "busy":
      return "The server asked us to wait.";
    case "unreachable":
      return "There is no connection to the server.";
    default:
      return "The server had a fault.";
  }
}
