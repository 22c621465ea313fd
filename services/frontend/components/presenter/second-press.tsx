import { useState } from "react";
import { Button } from "react-aria-components/Button";
import { useFocusWhenChanged } from "@/hooks/use-focus-when-changed.ts";

type Props = {
  /** The words of the first button, of what it would do, and of the two buttons that then stand there. */
  offer: string;
  warning: string;
  stay: string;
  go: string;
  isDisabled: boolean;
  onGo: () => void;
};

/** A button for what a whole room would see: it is done at the second press. */
export function SecondPress({ offer, warning, stay, go, isDisabled, onGo }: Props) {
  const [asking, setAsking] = useState(false);
  const next = useFocusWhenChanged<HTMLButtonElement>(asking ? "asking" : "offering");
  if (!asking) {
    return (
      <Button ref={next} onPress={() => setAsking(true)} isDisabled={isDisabled}>
        {offer}
      </Button>
    );
  }
  const answer = (agreed: boolean) => {
    setAsking(false);
    if (agreed) onGo();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div className="second-press" role="group" aria-label={warning}>
      <p>{warning}</p>
      <Button ref={next} onPress={() => answer(false)}>
        {stay}
      </Button>
      <Button className="stop" onPress={() => answer(true)}>
        {go}
      </Button>
    </div>
  );
}
