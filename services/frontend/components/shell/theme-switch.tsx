"use client";

import { useEffect, useState } from "react";
import { ToggleButton } from "react-aria-components/ToggleButton";

const KEPT = "headway:theme";

/** Light or dark, whatever the room needs; until it is pressed the page follows the system. */
export function ThemeSwitch() {
  const [dark, setDark] = useState(() => {
    const kept = localStorage.getItem(KEPT);
    return kept ? kept === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  });
  useEffect(() => {
    if (localStorage.getItem(KEPT)) document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  }, [dark]);
  const choose = (chosen: boolean) => {
    localStorage.setItem(KEPT, chosen ? "dark" : "light");
    setDark(chosen);
  };
  return (
    <ToggleButton className="quiet" isSelected={dark} onChange={choose}>
      Dark
    </ToggleButton>
  );
}
