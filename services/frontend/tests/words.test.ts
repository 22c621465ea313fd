import { expect, test } from "vitest";
import { ApiFailure } from "../lib/api/failure.ts";
import { questionFailed } from "../lib/words.ts";

test.each(["unreachable", "broken"] as const)("half an answer broke off, where the failure is %s", (kind) => {
  expect(questionFailed(new ApiFailure(kind, ""), true).title).toBe("The answer broke off");
  expect(questionFailed(new ApiFailure(kind, ""), false).title).not.toBe("The answer broke off");
});
