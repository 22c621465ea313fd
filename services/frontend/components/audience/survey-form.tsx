import { type FormEvent, type RefObject, useState } from "react";
import { Button } from "react-aria-components/Button";
import { FieldError } from "react-aria-components/FieldError";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { TextField } from "react-aria-components/TextField";
import type { Fields } from "@/hooks/use-survey.ts";
import type { ApiFailure } from "@/lib/api/failure.ts";
import { COMPANY_MAX_LENGTH, NICKNAME_MAX_LENGTH } from "@/lib/api/types.ts";
import { RatingField } from "./rating-field.tsx";
import { ReturnedNotice } from "./returned-notice.tsx";

type Props = {
  fields: Fields;
  /** Why the gateway returned what stands in the fields; null where it has not. */
  failure: ApiFailure | null;
  onChange: (changed: Partial<Fields>) => void;
  onSend: () => void;
  heading: RefObject<HTMLHeadingElement | null>;
};

const RETURNED = "returned";

/** Three fields, two of them asked for. */
export function SurveyForm({ fields, failure, onChange, onSend, heading }: Props) {
  const [tried, setTried] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    onSend();
  };
  return (
    <form className="survey" onSubmit={submit} noValidate>
      <div className="intro">
        <h1 ref={heading} tabIndex={-1} aria-describedby={failure ? RETURNED : undefined}>
          How was it?
        </h1>
        <p>Two answers, one chance to win. Winners are drawn on stage.</p>
      </div>
      {failure ? <ReturnedNotice id={RETURNED} failure={failure} /> : null}
      <RatingField
        rating={fields.rating}
        onChange={(rating) => onChange({ rating })}
        missing={tried && !fields.rating}
      />
      <TextField
        value={fields.company}
        onChange={(company) => onChange({ company })}
        maxLength={COMPANY_MAX_LENGTH}
        isRequired
        validationBehavior="aria"
        isInvalid={tried && !fields.company.trim()}
      >
        <Label>Company</Label>
        <Input autoComplete="organization" enterKeyHint="next" />
        <FieldError>Say where you work; “none” is fine.</FieldError>
      </TextField>
      <TextField
        value={fields.nickname}
        onChange={(nickname) => onChange({ nickname })}
        maxLength={NICKNAME_MAX_LENGTH}
      >
        <Label>
          Nickname <span className="optional">optional</span>
        </Label>
        <Input autoComplete="nickname" enterKeyHint="send" />
        <Text slot="description">Shown to everybody if you win.</Text>
      </TextField>
      <Button type="submit" className="primary">
        Send
      </Button>
      <p className="aside">The organisers keep what you send for some days, then it is deleted.</p>
    </form>
  );
}
