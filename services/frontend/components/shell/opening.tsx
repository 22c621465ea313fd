import { Masthead } from "./masthead.tsx";

/** The page before its script runs, and for good where scripts are off. */
export function Opening() {
  return (
    <>
      <Masthead />
      <main className="alone">
        <h1>Headway</h1>
        <p>Opening…</p>
        <noscript>
          <p>This page needs JavaScript: it talks to a language model while you watch.</p>
        </noscript>
      </main>
    </>
  );
}
