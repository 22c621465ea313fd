import { useMemo } from "react";
import { encode } from "uqr";

const QUIET_MODULES = 3;
/** Version 40, the largest, takes a little less in bytes at level L. */
const MAX_LENGTH = 1200;

/** `text` as a QR code; black on white in both themes, since cameras expect it. */
export function QrCode({ text }: { text: string }) {
  const code = useMemo(
    () => (text.length <= MAX_LENGTH ? encode(text, { ecc: "M", border: QUIET_MODULES }) : null),
    [text],
  );
  if (!code) return <p className="warning">This address is too long for a code.</p>;
  const path = code.data
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")))
    .join("");
  return (
    <svg
      className="qr"
      viewBox={`0 0 ${code.size} ${code.size}`}
      shapeRendering="crispEdges"
      role="img"
      aria-label="QR code of the audience page"
    >
      <rect width={code.size} height={code.size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
