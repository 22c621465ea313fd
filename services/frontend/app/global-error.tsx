"use client";

import "@/styles/tokens.css";
import "@/styles/base.css";

export default function GlobalError() {
  return (
    <html lang="en">
      <body>
        <main className="alone">
          <h1>This page stopped working</h1>
          <p>What you sent is kept in this browser. Load the page again to go on.</p>
        </main>
      </body>
    </html>
  );
}
