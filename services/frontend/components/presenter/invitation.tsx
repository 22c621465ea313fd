import { useState } from "react";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { TextField } from "react-aria-components/TextField";
import { useSession } from "@/hooks/use-session.tsx";
import { corrected, parted } from "@/lib/invitation.ts";
import { QrCode } from "./qr-code.tsx";

/** The way in for phones: a QR code of the audience's address, which the presenter may correct. */
export function Invitation() {
  const { runtime } = useSession();
  const [address, setAddress] = useState(() => parted(runtime.audienceUrl || `${window.location.origin}/`));
  const [typed, setTyped] = useState(address.shown);
  const { shown, fragment } = corrected(typed, address);
  // A key that was typed leaves the screen with the cursor.
  const done = () => {
    setAddress({ shown, fragment });
    setTyped(shown);
  };
  return (
    <section className="invitation" aria-labelledby="invitation">
      <h1 id="invitation">Point your phone here</h1>
      <QrCode text={shown + fragment} />
      <p className="invitation-host">{hostOf(shown)}</p>
      {isLoopback(shown) ? (
        <p className="warning">
          Phones cannot reach this address. Start the run for the room’s network, with{" "}
          <code>make demo LAN=1</code> or <code>headway up --lan</code>, or type an address that leads here.
        </p>
      ) : null}
      <TextField className="address" value={typed} onChange={setTyped} onBlur={done} type="url">
        <Label>Address in the code</Label>
        <Input spellCheck={false} />
        {fragment ? <Text slot="description">The code also carries the room’s key.</Text> : null}
      </TextField>
    </section>
  );
}

/** What people may read aloud: host and path. */
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
