/** An address as a screen may show it, and its fragment, which holds the room's key. */
export type Address = { shown: string; fragment: string };

/** `address` in its two parts, whatever it is: a person may still be typing it. */
export function parted(address: string): Address {
  const at = address.indexOf("#");
  return at < 0
    ? { shown: address, fragment: "" }
    : { shown: address.slice(0, at), fragment: address.slice(at) };
}

/** What a person typed in place of `before`, with the same fragment unless it brings its own. */
export function corrected(typed: string, before: Address): Address {
  const { shown, fragment } = parted(typed);
  return { shown, fragment: fragment || before.fragment };
}
