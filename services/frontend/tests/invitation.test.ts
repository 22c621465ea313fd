import { expect, test } from "vitest";
import { corrected, parted } from "../lib/invitation.ts";

test("an address is shown without its fragment", () => {
  expect(parted("http://10.0.0.1:8080/#key=k")).toEqual({
    shown: "http://10.0.0.1:8080/",
    fragment: "#key=k",
  });
  expect(parted("http://10.0.0.1:8080/").fragment).toBe("");
});

test("a corrected address keeps the fragment unless it brings its own", () => {
  const before = parted("http://10.0.0.1/#key=k");
  expect(corrected("http://demo.example/", before)).toEqual({
    shown: "http://demo.example/",
    fragment: "#key=k",
  });
  expect(corrected("http://demo.example/#key=other", before).fragment).toBe("#key=other");
});
