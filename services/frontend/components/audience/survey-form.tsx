import { type FormEvent, useState } from "react";
import { Button } from "react-aria-components/Button";
import { FieldError } from "react-aria-components/FieldError";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { Text } from "react-aria-components/Text";
import { TextField } from "react-aria-components/TextField";
import { Notice } from "@/components/shell/notice.tsx";
import type { Draft } from "@/hooks/use-outbox.ts";
import { COMPANY_MAX_LENGTH, NICKNAME_MAX_LENGTH, type Rating } from "@/lib/api/types.ts";
import type { Outbox } from "@/lib/outbox.ts";
import { RatingField } from "./rating-field.tsx";

type Returned = Extract<Outbox, { state: "returned" }>;
type Props = { returned: Returned | null; onSubmit: (draft: Draft) => void };

/** Three fields, two of them asked for. What was returned by the gateway stands in them again. */
export function SurveyForm({ returned, onSubmit }: Props) {
  const [rating, setRating] = useState<Rating | null>(returned?.answer.rating ?? null);
  const [company, setCompany] = useState(returned?.answer.company ?? "");
  const [nickname, setNickname] = useState(returned?.answer.nickname ?? "");
  const [tried, setTried] = useState(false);
  const named = company.trim();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (rating && named) onSubmit({ rating, company: named, nickname: nickname.trim() });
  };
  return (
    <form className="survey" onSubmit={submit} noValidate>
      <div className="intro">
        <h1>How was it?</h1>
        <p>Two answers, one chance to win. Winners are drawn on stage.</p>
      </div>
      {returned ? <ReturnedNotice failure={returned.failure} /> : null}
      <RatingField rating={rating} onChange={setRating} missing={tried && !rating} />
      <TextField
        value={company}
        onChange={setCompany}
        maxLength={COMPANY_MAX_LENGTH}
        isRequired
        validationBehavior="aria"
        isInvalid={tried && !named}
      >
        <Label>Company</Label>
        <Input autoComplete="organization" enterKeyHint="next" />
        <FieldError>Say where you work; “none” is fine.</FieldError>
      </TextField>
      <TextField value={nickname} onChange={setNickname} maxLength={NICKNAME_MAX_LENGTH}>
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

function ReturnedNotice({ failure }: { failure: Returned["failure"] }) {
  return failure.kind === "conflict" ? (
    <Notice tone="alarm" title="Not stored">
      An answer that differs was stored under the same number. Send this one as a new answer.
    </Notice>
  ) : (
    <Notice tone="alarm" title="Not stored">
      The server did not take the answer{failure.param ? ` because of the field “${failure.param}”` : ""}.
      Change it and send again.
    </Notice>
  );
}
