import { useState } from "react";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { TextField } from "react-aria-components/TextField";
import { useSession } from "@/hooks/use-session.tsx";
import { QrCode } from "./qr-code.tsx";

/** The way in for phones: a QR code of the audience's address, which the presenter may correct. */
export function Invitation() {
  const { runtime } = useSession();
  const [typed, setTyped] = useState<string | null>(null);
  const address = typed ?? (runtime.audienceUrl || `${window.location.origin}/`);
  return (
    <section className="invitation" aria-labelledby="invitation">
      <h1 id="invitation">Point your phone here</h1>
      <QrCode text={address} />
      <p className="invitation-host">{hostOf(address)}</p>
      {isLoopback(address) ? (
        <p className="warning">
          Phones cannot reach this address. Type the one of this machine on the room’s network.
        </p>
      ) : null}
      <TextField className="address" value={address} onChange={setTyped} type="url">
        <Label>Address in the code</Label>
        <Input spellCheck={false} />
      </TextField>
    </section>
  );
}

/** What people may read aloud: host and path, never the key in the fragment. */
function hostOf(address: string): string {
  try {
    const { host, pathname } = new URL(address);
    return host + (pathname === "/" ? "" : pathname);
  } catch {
    return "";
  }
}

function isLoopback(address: string): boolean {
  try {
    return /^(localhost|127\..*|\[::1\])$/.test(new URL(address).hostname);
  } catch {
    return false;
  }
}
