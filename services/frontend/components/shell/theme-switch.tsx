"use client";

import { useEffect, useState } from "react";
import { ToggleButton } from "react-aria-components/ToggleButton";
import { browserStorage } from "@/lib/page-storage.ts";

const KEPT = "theme";

/** Light or dark, whatever the room needs; until it is pressed the page follows the system. */
export function ThemeSwitch() {
  const [dark, setDark] = useState(() => {
    const kept = browserStorage.read(KEPT);
    return kept ? kept === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  });
  useEffect(() => {
    if (browserStorage.read(KEPT)) document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  }, [dark]);
  const choose = (chosen: boolean) => {
    browserStorage.write(KEPT, chosen ? "dark" : "light");
    setDark(chosen);
  };
  return (
    <ToggleButton className="quiet" isSelected={dark} onChange={choose}>
      Dark
    </ToggleButton>
  );
}
