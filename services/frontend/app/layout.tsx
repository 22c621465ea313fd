import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "@/styles/typeface.css";
import "@/styles/tokens.css";
import "@/styles/base.css";
import "@/styles/controls.css";

export const metadata: Metadata = {
  title: "Headway",
  description: "Ask a language model on GPUs that come and go with the room.",
  robots: { index: false, follow: false },
  referrer: "no-referrer",
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f4f1ea" },
    { media: "(prefers-color-scheme: dark)", color: "#0d151a" },
  ],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <head>
        {/* React Aria puts a style element into the page unless one with this id is there; a strict CSP forbids it,
            and its one rule is in styles/controls.css. */}
        <meta id="react-aria-pressable-style" name="headway-styles" content="own" />
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
      </head>
      <body>{children}</body>
    </html>
  );
}
